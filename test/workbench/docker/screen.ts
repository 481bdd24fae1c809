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

const INPUT = '.quick-input-widget:not([style*="display: none"])';

/** Waits for an input box whose words are as given, types over what is in it, and accepts. */
export async function answerInput(about: RegExp, text: string): Promise<void> {
  await shownWhen(`${INPUT} .quick-input-message`, `a question about ${about}`, (texts) => texts.some((shown) => about.test(shown)));
  // It is shown before it takes what is typed.
  await shownWhen(`${INPUT} .quick-input-box input:focus`, 'the box to take the keyboard', (texts) => texts.length > 0);
  await press('Control+A');
  if (text !== '') await type(text);
  await press('Enter');
  // It is first checked; a box that loses the keyboard meanwhile goes without an answer.
  await shownWhen(`${INPUT} .quick-input-message`, `the answer to ${about} to be taken`, (texts) => !texts.some((shown) => about.test(shown)));
}

/** Waits for a list to choose from, and takes the row that holds a text. */
export async function choose(row: string): Promise<void> {
  const rows = `${INPUT} .monaco-list-row`;
  await shownWhen(rows, `the choice ${row}`, (texts) => texts.some((text) => text.includes(row)));
  await click(rows, { text: row });
}

/** Waits for the question of a generator whether to write a file, and agrees. */
export async function agree(file: string): Promise<void> {
  await shownWhen(`${INPUT} .monaco-list-row`, `the question about ${file}`, (rows) => rows.some((row) => row.includes(file)) && rows.some((row) => row.includes('Write nothing')));
  await press('Enter');
}

/** Waits for a message. The workbench under test keeps them in their list, which closes when it is empty. */
export async function notification(wanted: RegExp): Promise<void> {
  let last: readonly string[] = [];
  await eventually(`the message ${wanted}`, async () => {
    await commands.executeCommand('notifications.showList');
    last = await read('.notification-list-item-message');
    return last.some((text) => wanted.test(text)) ? true : undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; there is: ${last.join(' | ')}`);
  });
  await commands.executeCommand('notifications.clearAll');
}

/**
 * Selects a row, presses a key on it and waits for the question that this brings. A row that is drawn anew just then
 * loses the keyboard: it is selected again, as a person would do.
 */
export async function askOn(row: string, key: string): Promise<void> {
  await again(`a question after ${key} on ${row}`, async () => {
    await click(ROWS, { text: row });
    await soon(async () => (await read(`${ROWS}.selected.focused`)).some((text) => text.includes(row)));
    await press(key);
    return soon(async () => (await read('.monaco-dialog-box')).length > 0);
  });
}

const MENU = '.monaco-menu .action-label';

/** Opens the context menu of a row and takes an entry of it. */
export async function chooseInMenu(row: string, entry: string): Promise<void> {
  await again(`${entry} in the menu of ${row}`, async () => {
    await press('Escape');
    await click(ROWS, { text: row, button: 'right' });
    if (!(await soon(async () => (await read(MENU)).some((text) => text.includes(entry))))) return false;
    // A menu that has just opened takes no click yet.
    return soon(async () => {
      if ((await read(MENU)).length === 0) return true;
      await click(MENU, { text: entry });
      return false;
    });
  });
}

/** Runs a command through the palette of the window that is in front, which a window that is still loading does not open. */
export async function runByTitle(title: string): Promise<void> {
  await again(`the command ${title}`, async () => {
    await press('Escape');
    await press('F1');
    if (!(await soon(async () => (await read(`${INPUT} .quick-input-box input:focus`)).length > 0))) return false;
    await press('Control+A');
    await type(`>${title}`);
    return soon(async () => (await read(`${INPUT} .monaco-list-row`)).some((text) => text.includes(title)));
  });
  await choose(title);
}

/** Does something until it gives true; rejects when it never does. */
async function again(what: string, deed: () => Promise<boolean>): Promise<void> {
  await eventually(what, async () => ((await deed().catch(() => false)) ? true : undefined));
}

/** Whether something comes true within the time in which the workbench answers a key. */
async function soon(isTrue: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + 3_000;
  while (Date.now() < until) {
    if (await isTrue()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
