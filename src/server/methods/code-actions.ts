import { CodeActionKind, type CodeAction, type CodeActionParams, type Diagnostic, type TextDocumentEdit } from 'vscode-languageserver';
import { listConversions } from '../../core/compose/convert';
import { formatText, msg } from '../../core/l10n/message';
import { canSplit } from '../../core/refactor/split-stage/split';
import type { Finding, Fix } from '../../core/rules/model';
import type { TextEdit } from '../../core/text/edit';
import type { DocumentAnalysis } from '../analyser';
import type { Session } from '../session';
import { createSuppression } from '../suppress';
import { SOURCE, toRange, toWorkspaceEdit } from '../to-lsp';

/** What "fix all" of this server is called in `editor.codeActionsOnSave`. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.${SOURCE}`;

/**
 * `textDocument/codeAction`: fixes, suppression and explanation of the findings at a place, other ways to ask for the
 * GPUs of a Compose service, a change of CUDA, a split of a stage, and "fix all" of a document.
 */
export function registerCodeActions(session: Session): void {
  session.connection.onCodeAction(async (params, token) => {
    const actions: CodeAction[] = [];
    if (wants(params, FIX_ALL)) actions.push(...(await createFixAll(session, params.textDocument.uri)));
    if (wants(params, CodeActionKind.RefactorRewrite)) actions.push(...(await createConversions(session, params)), ...(await createChangeOfCuda(session, params)), ...(await createSplit(session, params)));
    if (!wants(params, CodeActionKind.QuickFix)) return actions;
    for (const analysis of await listAnalyses(session, params.textDocument.uri)) {
      if (token.isCancellationRequested) return null;
      for (const finding of analysis.findings) {
        if (touches(analysis, finding, params)) actions.push(...createQuickFixes(session, analysis, finding, await session.analyser.completeFixes(analysis, finding, token), params));
      }
    }
    return actions;
  });
}

/** True when the client asked for this kind, for a wider one, or for any; source actions only when asked for. */
function wants({ context }: CodeActionParams, kind: string): boolean {
  if (context.only === undefined) return kind === CodeActionKind.QuickFix || kind === CodeActionKind.RefactorRewrite;
  return context.only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`));
}

/** The analyses that can have findings in a document: its own, or those of the Dockerfiles that read it. */
async function listAnalyses({ analyser, related }: Session, uri: string): Promise<DocumentAnalysis[]> {
  const dockerfiles = analyser.isChecked(uri) ? [uri] : related.dockerfilesOf(uri);
  const analyses = await Promise.all(dockerfiles.map((dockerfile) => analyser.analyse(dockerfile)));
  return analyses.filter((analysis) => analysis !== undefined);
}

/** The service of a Compose file at a place, with its GPUs asked for in another way. */
async function createConversions({ analyser, features, documents }: Session, { textDocument: { uri }, range }: CodeActionParams): Promise<CodeAction[]> {
  const analysis = analyser.kindOf(uri) === 'compose' ? await analyser.analyse(uri) : undefined;
  if (analysis?.compose === undefined) return [];
  const { compose } = analysis;
  const offset = analysis.linesOf(uri).offsetAt(range.start);
  const service = compose.services.find(({ location, node }) => location.range.start <= offset && offset <= node.range.end);
  return (service === undefined ? [] : listConversions(compose, service)).map(({ title, edits }) => ({
    title: formatText(title, features.translations),
    kind: CodeActionKind.RefactorRewrite,
    edit: toWorkspaceEdit(edits, analysis, features, documents.get.bind(documents)),
  }));
}

function touches(analysis: DocumentAnalysis, { location }: Finding, { textDocument, range }: CodeActionParams): boolean {
  if (location.file !== textDocument.uri) return false;
  const lines = analysis.linesOf(location.file);
  return location.range.start <= lines.offsetAt(range.end) && lines.offsetAt(range.start) <= location.range.end;
}

function createQuickFixes(session: Session, analysis: DocumentAnalysis, finding: Finding, fixes: readonly Fix[], params: CodeActionParams): CodeAction[] {
  const { features, documents } = session;
  const { rule, location } = finding;
  const diagnostics = params.context.diagnostics.filter((diagnostic) => isOf(diagnostic, analysis, finding));
  const common = { kind: CodeActionKind.QuickFix, diagnostics };
  const findDocument = documents.get.bind(documents);

  const actions: CodeAction[] = fixes.map(({ title, edits }, i) => ({
    ...common,
    title: formatText(title, features.translations),
    isPreferred: i === 0,
    edit: toWorkspaceEdit(edits, analysis, features, findDocument),
  }));
  const suppression = createSuppression(analysis, finding);
  if (suppression !== undefined) {
    const edit = toWorkspaceEdit([suppression], analysis, features, findDocument);
    if (features.snippetEdits && features.documentChanges) makeSnippet(edit.documentChanges?.[0] as TextDocumentEdit, formatText(msg`reason`, features.translations));
    actions.push({ ...common, title: formatText(suppression.title, features.translations), edit });
  }
  const { explainCommand } = features.options;
  if (explainCommand !== undefined) {
    const title = formatText(msg`Explain ${rule}`, features.translations);
    actions.push({ ...common, title, command: { title, command: explainCommand, arguments: [rule] } });
  }
  return location.file === params.textDocument.uri ? actions : [];
}

/** True for the diagnostic that was made of this finding. */
function isOf(diagnostic: Diagnostic, analysis: DocumentAnalysis, { rule, location }: Finding): boolean {
  const { start, end } = toRange(analysis, location);
  const { range } = diagnostic;
  return (
    diagnostic.source === SOURCE &&
    diagnostic.code === rule &&
    range.start.line === start.line &&
    range.start.character === start.character &&
    range.end.line === end.line &&
    range.end.character === end.character
  );
}

/** Leaves the cursor where the reason for a suppression is to be typed. */
function makeSnippet(edit: TextDocumentEdit, reason: string): void {
  edit.edits = edit.edits.map((change) => {
    if (!('newText' in change)) return change;
    const [comment = '', ...rest] = change.newText.replace(/[\\$}]/g, '\\$&').split('\n');
    return { range: change.range, snippet: { kind: 'snippet', value: [`${comment}\${1:${reason}}`, ...rest].join('\n') } };
  });
}

/** At a FROM whose image has a CUDA: the command that gives the file another one. */
async function createChangeOfCuda({ analyser, features }: Session, { textDocument: { uri }, range }: CodeActionParams): Promise<CodeAction[]> {
  const { changeCudaCommand } = features.options;
  const analysis = changeCudaCommand === undefined || analyser.kindOf(uri) !== 'dockerfile' ? undefined : await analyser.readStack(uri);
  if (changeCudaCommand === undefined || analysis?.stack === undefined) return [];
  const offset = analysis.linesOf(uri).offsetAt(range.start);
  const stage = analysis.stack.stages.find(({ stage: { from } }) => from.range.start <= offset && offset <= from.range.end);
  if (stage?.base.image?.components.some(({ kind }) => kind === 'cuda') !== true) return [];
  const title = formatText(msg`Change CUDA version…`, features.translations);
  return [{ title, kind: CodeActionKind.RefactorRewrite, command: { title, command: changeCudaCommand, arguments: [uri] } }];
}

/** At a FROM with a devel image that can be left behind: the command that takes the stage apart. */
async function createSplit({ analyser, features }: Session, { textDocument: { uri }, range }: CodeActionParams): Promise<CodeAction[]> {
  const { splitStageCommand } = features.options;
  const analysis = splitStageCommand === undefined || analyser.kindOf(uri) !== 'dockerfile' ? undefined : await analyser.readStack(uri);
  if (splitStageCommand === undefined || analysis?.stack === undefined) return [];
  const offset = analysis.linesOf(uri).offsetAt(range.start);
  const stage = analysis.stack.stages.find(({ stage: { from } }) => from.range.start <= offset && offset <= from.range.end);
  if (stage === undefined || !canSplit(analysis.stack, stage)) return [];
  const title = formatText(msg`Split into build and runtime stage…`, features.translations);
  return [{ title, kind: CodeActionKind.RefactorRewrite, command: { title, command: splitStageCommand, arguments: [uri, range.start.line] } }];
}

async function createFixAll({ analyser, documents, features }: Session, uri: string): Promise<CodeAction[]> {
  if (!analyser.isChecked(uri)) return [];
  const changed = await analyser.fixAll(uri);
  const analysis = await analyser.analyse(uri);
  if (analysis === undefined || changed.size === 0) return [];
  const edits = [...changed].map(([file, text]) => ({ file, ...findChange(analysis.texts.get(file) ?? '', text) }));
  const edit = toWorkspaceEdit(edits, analysis, features, documents.get.bind(documents));
  return [{ title: formatText(msg`Fix all TensorRT findings that are safe to fix`, features.translations), kind: FIX_ALL, edit }];
}

/** The smallest single edit that makes one text of another: what lies outside it keeps its cursors and breakpoints. */
function findChange(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { range: { start, end: before.length - tail }, newText: after.slice(start, after.length - tail) };
}
