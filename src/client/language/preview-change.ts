import { commands, l10n, Range, Uri, window, workspace, WorkspaceEdit, type TextDocument } from 'vscode';
import type { LspEdit } from '../../core/protocol/requests';
import { toPlain } from '../docker/plain';
import { pickOne } from '../generate/steps';

/** A change to be shown and agreed to. */
export interface PlannedChange {
  readonly title: string;
  /** By URI of the files that change. */
  readonly edits: Readonly<Record<string, readonly LspEdit[]>>;
  /** What no program can know or mend, a sentence each: comes first. */
  readonly check: readonly string[];
  /** What is done, a sentence each. */
  readonly done: readonly string[];
}

/** Documents that only show what will be. */
const SCHEME = 'tensorrt-preview';

/**
 * Shows a change in words and side by side, asks, and makes it; one undo takes all of it back. True where it was made.
 * Files that were edited while it was shown are left alone.
 */
export async function previewChange(change: PlannedChange): Promise<boolean> {
  const documents = await Promise.all(Object.keys(change.edits).map((uri) => workspace.openTextDocument(Uri.parse(uri))));
  const versions = documents.map(({ version }) => version);
  if (!(await confirm(change, documents))) return false;
  const stale = documents.find(({ version }, i) => version !== versions[i]);
  if (stale !== undefined) {
    void window.showWarningMessage(l10n.t('{0} was changed meanwhile: nothing was written.', workspace.asRelativePath(stale.uri)));
    return false;
  }
  const edit = new WorkspaceEdit();
  for (const document of documents) for (const { range, newText } of editsOf(change, document)) edit.replace(document.uri, toRange(range), newText);
  return workspace.applyEdit(edit, { isRefactoring: true });
}

async function confirm(change: PlannedChange, documents: readonly TextDocument[]): Promise<boolean> {
  const { title, check } = change;
  const texts = new Map<string, string>();
  const show = (uri: Uri, text: string): Uri => {
    texts.set(uri.toString(), text);
    return uri;
  };
  const notes = show(Uri.from({ scheme: SCHEME, path: `/${l10n.t('What to look at')}` }), describe(change));
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: (uri) => texts.get(uri.toString()) });
  try {
    const after = documents.map((document) => [document.uri, document.uri, show(document.uri.with({ scheme: SCHEME, query: 'after' }), applyTo(document, editsOf(change, document)))]);
    await commands.executeCommand('vscode.changes', title, [[notes, undefined, notes], ...after]);
    const question = check.length === 0 ? l10n.t('The changes are shown below. Write them?') : l10n.t('The changes are shown below, with what to look at: {0}. Write them?', check.length);
    const choices = [
      { label: l10n.t('$(check) Write'), description: documents.map(({ uri }) => toPlain(workspace.asRelativePath(uri))).join(', '), value: true },
      { label: l10n.t('$(x) Write nothing'), value: false },
    ];
    const answered = await pickOne({ title, step: 1, totalSteps: 1 }, question, choices, true);
    return answered !== undefined && answered !== 'back' && answered.value;
  } finally {
    await window.tabGroups.close(window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.startsWith(title)));
    provider.dispose();
  }
}

/** The sentences as plain text: names in them are those of files. The question lies over the first lines. */
function describe({ title, check, done }: PlannedChange): string {
  const list = (sentences: readonly string[]): string => sentences.map((sentence) => `- ${wrap(toPlain(sentence))}\n`).join('');
  const parts = [`${title}\n`, ...(check.length === 0 ? [] : [`${l10n.t('Look at this first:')}\n${list(check)}`]), ...(done.length === 0 ? [] : [`${l10n.t('What is done:')}\n${list(done)}`])];
  return parts.join('\n');
}

/** Columns of one side of a usual window at 200 %. */
const MAX_COLUMNS = 44;

/** A sentence in lines that are read without scrolling; the editor of many changes wraps none. */
function wrap(sentence: string): string {
  const lines: string[] = [];
  let line = '';
  let columns = 0;
  // Chinese may be broken at any character, and each takes two columns.
  for (const part of sentence.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
    const width = /[\u2e80-\uffef]/.test(part) ? 2 : part.length;
    if (line !== '' && columns + part.trimEnd().length > MAX_COLUMNS && !/^[，。：；）、]/.test(part)) {
      lines.push(line.trimEnd());
      [line, columns] = ['', 0];
    }
    line += part;
    columns += width;
  }
  return [...lines, line].join('\n  ');
}

function editsOf({ edits }: PlannedChange, { uri }: TextDocument): readonly LspEdit[] {
  return edits[uri.toString()] ?? Object.entries(edits).find(([name]) => Uri.parse(name).toString() === uri.toString())?.[1] ?? [];
}

function applyTo(document: TextDocument, edits: readonly LspEdit[]): string {
  let text = document.getText();
  const ordered = edits.map(({ range, newText }) => ({ start: document.offsetAt(toRange(range).start), end: document.offsetAt(toRange(range).end), newText })).sort((a, b) => b.start - a.start);
  for (const { start, end, newText } of ordered) text = text.slice(0, start) + newText + text.slice(end);
  return text;
}

function toRange({ start, end }: LspEdit['range']): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
