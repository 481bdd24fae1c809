import { commands, languages, Uri, window, workspace, type Diagnostic, type TextDocument } from 'vscode';

/** How long the workbench gets for what takes milliseconds: machines under test can be busy. */
const PATIENCE_MS = 30_000;

/** Waits until `read` gives something other than undefined; rejects, naming what was awaited, when it does not. */
export async function eventually<T>(what: string, read: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A file of the workspace folder. */
export function fileUri(name: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('The suite needs a workspace folder');
  return Uri.joinPath(folder.uri, ...name.split('/'));
}

/** Writes a file of the workspace folder on disk. */
export async function writeFile(name: string, text: string): Promise<Uri> {
  const uri = fileUri(name);
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** Writes a file and shows it in an editor. */
export async function openText(name: string, text: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(await writeFile(name, text));
  await window.showTextDocument(document);
  return document;
}

/** Our diagnostics of a file, as soon as they are as wanted. */
export async function findings(uri: Uri, wanted: (all: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
  const read = (): readonly Diagnostic[] => languages.getDiagnostics(uri).filter(({ source }) => source === 'tensorrt');
  try {
    return await eventually('diagnostics', () => (wanted(read()) ? read() : undefined));
  } catch {
    const found = read().map((diagnostic) => `${ruleOf(diagnostic)}: ${diagnostic.message}`);
    throw new Error(`Diagnostics of ${uri.path} are not as expected: ${found.join(' | ') || 'none'}`);
  }
}

/** The rule of a diagnostic. */
export function ruleOf({ code }: Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** The text of a file of the workspace folder; undefined where there is none. */
export async function textOf(name: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(fileUri(name)));
  } catch {
    return undefined;
  }
}

/** Closes all editors without saving. */
export async function closeEditors(): Promise<void> {
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await commands.executeCommand('workbench.action.closeAllEditors');
}
