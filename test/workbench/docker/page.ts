// The workbench as a person sees it: its window, read and touched through the launcher (src/dev/workbench/page-control.mjs).

/** Rows of the tree views that are on the screen. */
export const ROWS = '.sidebar .monaco-list-row';

/** Turns to a second window, in which VS Code shows its dialogs, or back to that of the tests. */
export async function turnTo(name: 'tests' | 'second'): Promise<void> {
  await ask('window', { name });
}

/** Texts, or values of an attribute, of the elements that a CSS selector finds in the window or in the webview that is open. */
export async function read(selector: string, attribute?: string, webview = false): Promise<readonly string[]> {
  return (await ask('read', { selector, attribute, webview })) as readonly string[];
}

/** Clicks the first element of a selector, or the first that holds a text. */
export async function click(selector: string, options: { readonly text?: string; readonly button?: 'left' | 'right'; readonly count?: number; readonly webview?: boolean } = {}): Promise<void> {
  await ask('click', { selector, ...options });
}

/** Rests the pointer on the first element of a selector, or the first that holds a text. */
export async function hover(selector: string, text?: string): Promise<void> {
  await ask('hover', { selector, text });
}

/** Presses keys, in playwright's words: `Control+Shift+P`. */
export async function press(keys: string): Promise<void> {
  await ask('press', { keys });
}

export async function type(text: string): Promise<void> {
  await ask('type', { text });
}

/** The pages that the window has opened beside itself; they are closed by that. */
export async function takeOpened(): Promise<readonly { readonly url: string; readonly text: string }[]> {
  return (await ask('opened', {})) as readonly { readonly url: string; readonly text: string }[];
}

/** Leaves a picture in .cache/screenshots/suites. */
export async function screenshot(name: string): Promise<void> {
  await ask('screenshot', { name });
}

async function ask(deed: string, details: object): Promise<unknown> {
  const response = await fetch(process.env['TRTC_PAGE'] ?? '', { method: 'POST', body: JSON.stringify({ deed, ...details }) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
