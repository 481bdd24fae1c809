import { commands, l10n, Range, Uri, window, workspace, WorkspaceEdit, type TextDocument } from 'vscode';
import type { LspEdit } from '../../core/protocol/requests';
import { toPlain } from '../docker/plain';
import { pickOne, type Choice } from '../generate/steps';

/** A change to be shown and agreed to. */
export interface PlannedChange<T = never> {
  readonly title: string;
  /** By URI of the files that change. */
  readonly edits: Readonly<Record<string, readonly LspEdit[]>>;
  /** What will be wrong after the change and was not before, a sentence each: comes first, and is to be agreed to. */
  readonly conflicts?: readonly string[];
  /** What no program can know or mend, a sentence each. */
  readonly check: readonly string[];
  /** What is done, a sentence each. */
  readonly done: readonly string[];
  /** What could be done instead, the best first. */
  readonly instead?: readonly Alternative<T>[];
}

/** Something else than the change that is shown. */
export interface Alternative<T> {
  readonly label: string;
  readonly description?: string;
  readonly value: T;
}

/** What was answered to a change: it is written, or something else is wanted instead. */
export type Decision<T> = 'write' | { readonly instead: T };

/** Documents that only show what will be. */
const SCHEME = 'tensorrt-preview';

/**
 * Shows a change in words and side by side, asks, and makes it; one undo takes all of it back. `write` where it was made,
 * undefined where nothing was. Files that were edited while it was shown are left alone.
 */
export async function previewChange<T = never>(change: PlannedChange<T>): Promise<Decision<T> | undefined> {
  const documents = await Promise.all(Object.keys(change.edits).map((uri) => workspace.openTextDocument(Uri.parse(uri))));
  const versions = documents.map(({ version }) => version);
  const decision = await decide(change, documents);
  if (decision !== 'write') return decision;
  const stale = documents.find(({ version }, i) => version !== versions[i]);
  if (stale !== undefined) {
    void window.showWarningMessage(l10n.t('{0} was changed meanwhile: nothing was written.', workspace.asRelativePath(stale.uri)));
    return undefined;
  }
  const edit = new WorkspaceEdit();
  for (const document of documents) for (const { range, newText } of editsOf(change, document)) edit.replace(document.uri, toRange(range), newText);
  return (await workspace.applyEdit(edit, { isRefactoring: true })) ? 'write' : undefined;
}

async function decide<T>(change: PlannedChange<T>, documents: readonly TextDocument[]): Promise<Decision<T> | undefined> {
  const { title } = change;
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
    const choices = listChoices(change, documents);
    const [first] = choices;
    const answered = first && (await pickOne({ title, step: 1, totalSteps: 1 }, ask(change), choices, first.value));
    return answered === undefined || answered === 'back' || answered.value === 'nothing' ? undefined : answered.value;
  } finally {
    await window.tabGroups.close(window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.startsWith(title)));
    provider.dispose();
  }
}

function ask({ check, conflicts = [] }: PlannedChange<unknown>): string {
  if (conflicts.length > 0) return l10n.t('The changes are shown below. What would not fit any more: {0}. What shall be done?', conflicts.length);
  return check.length === 0 ? l10n.t('The changes are shown below. Write them?') : l10n.t('The changes are shown below, with what to look at: {0}. Write them?', check.length);
}

/** What can be answered; where something would be wrong afterwards, writing it is not what comes first. */
function listChoices<T>({ conflicts = [], instead = [] }: PlannedChange<T>, documents: readonly TextDocument[]): readonly Choice<Decision<T> | 'nothing'>[] {
  const description = documents.map(({ uri }) => toPlain(workspace.asRelativePath(uri))).join(', ');
  const nothing = { label: l10n.t('$(x) Write nothing'), value: 'nothing' as const };
  const others = instead.map(({ value, ...shown }) => ({ ...shown, value: { instead: value } }));
  if (conflicts.length === 0) return [{ label: l10n.t('$(check) Write'), description, value: 'write' }, ...others, nothing];
  const write = { label: l10n.t('$(warning) Write all the same'), description, value: 'write' as const };
  return others.length === 0 ? [nothing, write] : [...others, write, nothing];
}

/** The sentences as plain text: names in them are those of files. The question lies over the first lines. */
function describe({ title, conflicts = [], check, done }: PlannedChange<unknown>): string {
  const list = (sentences: readonly string[]): string => sentences.map((sentence) => `- ${wrap(toPlain(sentence))}\n`).join('');
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [l10n.t('This would not fit any more:'), conflicts],
    [l10n.t('Look at this first:'), check],
    [l10n.t('What is done:'), done],
  ];
  const parts = [`${title}\n`, ...sections.flatMap(([heading, sentences]) => (sentences.length === 0 ? [] : [`${heading}\n${list(sentences)}`]))];
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

function editsOf({ edits }: Pick<PlannedChange, 'edits'>, { uri }: TextDocument): readonly LspEdit[] {
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
