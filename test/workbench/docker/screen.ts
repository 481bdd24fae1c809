// What the window shows, waited for.
import { commands } from 'vscode';
import { eventually } from '../workbench';
import { click, press, read, ROWS, type } from './page';

/** Waits until the rows on the screen are as wanted; gives them. */
export async function rowsWhen(what: string, wanted: (rows: readonly string[]) => boolean): Promise<readonly string[]> {
  return shownWhen(ROWS, what, wanted);
}

/** Waits until the texts of a selector are as wanted; gives them. */
export async function shownWhen(selector: string, what: string, wanted: (texts: readonly string[]) => boolean): Promise<readonly string[]> {
  let last: readonly string[] = [];
  try {
    return await eventually(what, async () => {
      last = await read(selector);
      return wanted(last) ? last : undefined;
    });
  } catch {
    throw new Error(`Waited in vain for ${what}; there is: ${last.join(' | ')}`);
  }
}

/** Waits for the modal question, checks that it names what it is about, and presses a button of it. */
export async function answerDialog(about: RegExp, button: string): Promise<void> {
  await shownWhen('.monaco-dialog-box', `a question about ${about}`, (texts) => texts.some((text) => about.test(text)));
  await click('.monaco-dialog-box .monaco-button', { text: button });
  await shownWhen('.monaco-dialog-box', 'the question to go', (texts) => texts.length === 0);
}

/** Waits for an input box or list, types over what is in it, and accepts. */
export async function answerInput(about: RegExp, text: string): Promise<void> {
  await shownWhen('.quick-input-widget:not([style*="display: none"])', `a question about ${about}`, (texts) => texts.some((shown) => about.test(shown)));
  await press('Control+A');
  if (text !== '') await type(text);
  await press('Enter');
}

/** Waits for a list to choose from, and takes the row that holds a text. */
export async function choose(row: string): Promise<void> {
  const rows = '.quick-input-widget:not([style*="display: none"]) .monaco-list-row';
  await shownWhen(rows, `the choice ${row}`, (texts) => texts.some((text) => text.includes(row)));
  await click(rows, { text: row });
}

/** Waits for a message. The workbench under test keeps them in their list. */
export async function notification(wanted: RegExp): Promise<void> {
  await commands.executeCommand('notifications.showList');
  await shownWhen('.notification-list-item-message', `the message ${wanted}`, (texts) => texts.some((text) => wanted.test(text)));
  await commands.executeCommand('notifications.clearAll');
}

/** Runs a command through the palette of the window that is in front. */
export async function runByTitle(title: string): Promise<void> {
  await press('F1');
  await answerInput(/>/, `>${title}`);
}

/** Opens a menu on a row and takes an entry of it. */
export async function chooseInMenu(row: string, entry: string): Promise<void> {
  await click(ROWS, { text: row, button: 'right' });
  await shownWhen('.monaco-menu .action-label', `the entry ${entry}`, (texts) => texts.some((text) => text.includes(entry)));
  await click('.monaco-menu .action-label', { text: entry });
}
