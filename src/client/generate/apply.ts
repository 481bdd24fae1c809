import { Buffer } from 'node:buffer';
import { FileSystemError, l10n, Position, Range, Uri, window, workspace, WorkspaceEdit, type TextDocument } from 'vscode';
import { formatMessage } from '../../core/engine/message';
import { note, type GeneratedFile, type Note } from '../../generate/model';
import type { Merged } from '../../generate/write-devcontainer';

/** Adds to the text of a file that exists, by its path below the folder; undefined for a file that is replaced. */
export type Merge = (path: string, text: string) => Merged | undefined;

/** What came of files that were to be written. */
export interface Applied {
  /** Those that were written or changed; empty where it was called off, or nothing was to be done. */
  readonly written: readonly Uri[];
  readonly notes: readonly Note[];
  readonly calledOff: boolean;
}

/**
 * Writes files below a folder, after all of it was shown in the refactor preview and agreed to; one undo takes it back.
 * A file that exists is added to where `merge` knows how, and replaced otherwise.
 */
export async function applyFiles(folder: Uri, files: readonly GeneratedFile[], label: string, merge: Merge = () => undefined): Promise<Applied> {
  const edit = new WorkspaceEdit();
  const metadata = { needsConfirmation: true, label };
  const notes: Note[] = [];
  const changed: TextDocument[] = [];
  const written: Uri[] = [];
  for (const file of files) {
    const uri = Uri.joinPath(folder, ...file.path.split('/'));
    const document = await openExisting(uri);
    if (document === undefined) {
      edit.createFile(uri, { contents: Buffer.from(file.text) }, { ...metadata, description: l10n.t('new') });
      written.push(uri);
      continue;
    }
    const before = document.getText();
    const merged = merge(file.path, before);
    if (merged === undefined && /(?:devcontainer\.json|compose\.ya?ml)$/.test(file.path)) {
      notes.push(note('{file} stays as it is: nothing can be added to what stands there.', { file: file.path }));
      continue;
    }
    const after = merged?.text ?? file.text;
    notes.push(...(merged?.notes ?? []));
    if (after === before) continue;
    for (const { start, end, text } of findChanges(before, after)) edit.replace(uri, new Range(document.positionAt(start), document.positionAt(end)), text, { ...metadata, description: merged === undefined ? l10n.t('replaced') : l10n.t('added to') });
    changed.push(document);
    written.push(uri);
  }
  if (written.length === 0) return { written, notes, calledOff: false };
  if (!(await workspace.applyEdit(edit, { isRefactoring: true }))) return { written: [], notes, calledOff: true };
  // The dev container tools and Docker read the disk.
  for (const document of changed) await document.save();
  const exist = await Promise.all(written.map(async (uri) => ((await openExisting(uri)) === undefined ? [] : [uri])));
  return { written: exist.flat(), notes, calledOff: exist.flat().length === 0 };
}

/** The stretches in which two texts differ, line by line at both ends: what is added somewhere leaves the rest alone. */
function findChanges(before: string, after: string): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return [{ start, end: before.length - tail, text: after.slice(start, after.length - tail) }];
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
  const answer = await window.showInformationMessage(texts.length === 1 ? (texts[0] ?? '') : l10n.t('{0} There are {1} more notes.', texts[0] ?? '', texts.length - 1), ...(texts.length === 1 ? [] : [show]));
  if (answer !== show) return;
  const document = await workspace.openTextDocument({ language: 'markdown', content: `# ${title}\n\n${texts.map((text) => `- ${text}\n`).join('')}` });
  await window.showTextDocument(document, { preview: true });
}

/** A note in the language of the editor. */
export function formatNote({ text, data }: Note): string {
  return formatMessage(l10n.t(text), data);
}
