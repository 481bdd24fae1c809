import { commands, FileSystemError, l10n, Position, Range, Uri, window, workspace, WorkspaceEdit, type TextDocument } from 'vscode';
import { formatText } from '../../core/l10n/message';
import { note, type GeneratedFile, type Note } from '../../generate/model';
import type { Merged } from '../../generate/write-devcontainer';
import { toPlain } from '../docker/plain';
import { pickOne } from './steps';

/** Adds to the text of a file that exists, by its path below the folder; undefined for a file that is replaced. */
export type Merge = (path: string, text: string) => Merged | undefined;

/** What came of files that were to be written. */
export interface Applied {
  /** Those that were written or changed; empty where it was called off, or nothing was to be done. */
  readonly written: readonly Uri[];
  readonly notes: readonly Note[];
  readonly calledOff: boolean;
}

/** A file as it is and as it will be; `before` is undefined for one that is not there. */
interface Change {
  readonly path: string;
  readonly uri: Uri;
  readonly before: TextDocument | undefined;
  readonly after: string;
  /** A script that is to be run. */
  readonly executable: boolean;
}

/**
 * Writes files below a folder, after their changes were shown and agreed to; one undo takes all of it back. A file that
 * exists is added to where `merge` knows how, and replaced otherwise. `makeExecutable` is called for scripts that are to be run.
 */
export async function applyFiles(folder: Uri, files: readonly GeneratedFile[], title: string, merge: Merge = () => undefined, makeExecutable: (file: Uri) => Promise<void> = () => Promise.resolve()): Promise<Applied> {
  const notes: Note[] = [];
  const changes: Change[] = [];
  for (const file of files) {
    const uri = Uri.joinPath(folder, ...file.path.split('/'));
    const before = await openExisting(uri);
    const merged = before && merge(file.path, before.getText());
    notes.push(...(merged?.notes ?? []));
    if (before !== undefined && merged === undefined && /(?:devcontainer\.json|compose\.ya?ml)$/.test(file.path)) notes.push(note('{file} stays as it is: nothing can be added to what stands there.', { file: file.path }));
    else if ((merged?.text ?? file.text) !== before?.getText()) changes.push({ path: file.path, uri, before, after: merged?.text ?? file.text, executable: file.executable });
  }
  if (changes.length === 0) return { written: [], notes, calledOff: false };
  if (!(await confirm(changes, title))) return { written: [], notes, calledOff: true };
  const edit = new WorkspaceEdit();
  for (const { uri, before, after } of changes) {
    if (before === undefined) edit.createFile(uri, { contents: new TextEncoder().encode(after) });
    else for (const { start, end, text } of findChanges(before.getText(), after)) edit.replace(uri, new Range(before.positionAt(start), before.positionAt(end)), text);
  }
  if (!(await workspace.applyEdit(edit, { isRefactoring: true }))) throw new Error(l10n.t('The files could not be written.'));
  // The dev container tools and Docker read the disk.
  for (const { before } of changes) await before?.save();
  for (const { uri, executable } of changes) if (executable) await makeExecutable(uri);
  return { written: changes.map(({ uri }) => uri), notes, calledOff: false };
}

/** Documents that only show what a file will be. */
const SCHEME = 'tensorrt-generated';

/** Shows all changes side by side, and asks whether to make them. */
async function confirm(changes: readonly Change[], title: string): Promise<boolean> {
  const texts = new Map<string, string>();
  const show = (uri: Uri, side: string, text: string): Uri => {
    const shown = uri.with({ scheme: SCHEME, query: side });
    texts.set(shown.toString(), text);
    return shown;
  };
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: (uri) => texts.get(uri.toString()) });
  try {
    await commands.executeCommand('vscode.changes', title, changes.map(({ uri, before, after }) => [uri, before?.uri ?? show(uri, 'before', ''), show(uri, 'after', after)]));
    // Those of one folder by their names alone: the row is short.
    const parent = /^.*\//.exec(changes[0]?.path ?? '')?.[0] ?? '';
    const shared = changes.length > 1 && changes.every(({ path }) => path.startsWith(parent)) ? parent : '';
    const names = changes.map(({ path, before }) => (before === undefined ? l10n.t('{0} (new)', path.slice(shared.length)) : path.slice(shared.length))).join(', ');
    const answered = await pickOne({ title, step: 1, totalSteps: 1 }, l10n.t('The changes are shown below. Write them?'), [{ label: l10n.t('$(check) Write'), description: shared, detail: names, value: true }, { label: l10n.t('$(x) Write nothing'), value: false }], true);
    return answered !== undefined && answered !== 'back' && answered.value;
  } finally {
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.startsWith(title));
    await window.tabGroups.close(tabs);
    provider.dispose();
  }
}

/** The stretches in which two texts differ, line by line at both ends: what is added somewhere leaves the rest alone. */
function findChanges(before: string, after: string): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return [{ start, end: before.length - tail, text: after.slice(start, after.length - tail) }];
}

/** Of names for one and the same file the one that is there; otherwise the first. */
export async function findFile(folder: Uri, names: readonly [string, ...string[]]): Promise<string> {
  return (await listExisting(folder, names))[0] ?? names[0];
}

/** Of names below a folder those of files that are there. */
export async function listExisting(folder: Uri, names: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(names.map((name) => workspace.fs.stat(Uri.joinPath(folder, name)).then(() => true, () => false)));
  return names.filter((_, i) => there[i]);
}

async function openExisting(uri: Uri): Promise<TextDocument | undefined> {
  try {
    await workspace.fs.stat(uri);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
  return workspace.openTextDocument(uri);
}

/** Shows the first of the files, and what is to be known of all of it. */
export async function showWritten({ written, notes }: Applied, title: string): Promise<void> {
  const [first] = written;
  if (first !== undefined) await window.showTextDocument(first, { selection: new Range(new Position(0, 0), new Position(0, 0)) });
  if (notes.length === 0) return;
  const show = l10n.t('Show All');
  const texts = [...new Set(notes.map(formatNote))];
  const answer = await window.showInformationMessage(texts.length === 1 ? (texts[0] ?? '') : texts.length === 2 ? l10n.t('{0} There is 1 more note.', texts[0] ?? '') : l10n.t('{0} There are {1} more notes.', texts[0] ?? '', texts.length - 1), ...(texts.length === 1 ? [] : [show]));
  if (answer !== show) return;
  const document = await workspace.openTextDocument({ language: 'markdown', content: `# ${title}\n\n${texts.map((text) => `- ${text}\n`).join('')}` });
  await window.showTextDocument(document, { preview: true });
}

/** A note in the language of the editor; what it quotes of a file or a pasted text can only be read. */
export function formatNote({ text, data }: Note): string {
  return toPlain(formatText({ template: text, data }, l10n.bundle), 500);
}
