import {
  CodeAction,
  CodeActionKind,
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  Disposable,
  l10n,
  languages,
  Location,
  Range,
  Uri,
  workspace,
  WorkspaceEdit,
  type TextDocumentChangeEvent,
} from 'vscode';
import type { BuildFailure } from '../../core/build-log/diagnose';
import { formatDecoded } from '../../core/decode/decode-error';
import { formatText } from '../../core/l10n/message';
import { LineIndex } from '../../core/text/line-index';
import type { FileEdit } from '../../core/text/edit';
import { toPlain } from '../docker/plain';

const SOURCE = 'tensorrt build';

/** A shown failure, with what its code actions need. */
interface Shown {
  readonly diagnostic: Diagnostic;
  readonly failure: BuildFailure;
  /** The files as they were built. */
  readonly texts: Texts;
}

/** Texts by the names of their files in failures, which are URIs. */
type Texts = ReadonlyMap<string, string>;

/**
 * Failures of builds as diagnostics, until the next build of their Dockerfile, or until the line that they are about
 * is changed. Offers their explanation and the fixes that the engine knows.
 */
export class Failures {
  readonly #collection = languages.createDiagnosticCollection('tensorrt-build');
  /** By the document's URI. */
  readonly #shown = new Map<string, Shown[]>();
  /** Documents in which the last build of a Dockerfile has failures. */
  readonly #ofBuild = new Map<string, readonly string[]>();
  readonly #subscriptions: Disposable;

  constructor() {
    this.#subscriptions = Disposable.from(
      this.#collection,
      workspace.onDidChangeTextDocument((event) => this.#follow(event)),
      languages.registerCodeActionsProvider(
        '*',
        { provideCodeActions: (document, range) => this.#actions(document.uri, range) },
        { providedCodeActionKinds: [CodeActionKind.QuickFix] },
      ),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** Forgets the failures of a Dockerfile's last build. */
  clear(dockerfile: Uri): void {
    for (const uri of this.#ofBuild.get(dockerfile.toString()) ?? []) {
      this.#shown.delete(uri);
      this.#collection.delete(Uri.parse(uri));
    }
    this.#ofBuild.delete(dockerfile.toString());
  }

  /** Shows failures. `texts` are the files as they were built. */
  show(dockerfile: Uri, failures: readonly BuildFailure[], texts: Texts): void {
    this.clear(dockerfile);
    const uris = [...new Set(failures.map(({ location }) => location.file))];
    this.#ofBuild.set(dockerfile.toString(), uris);
    for (const uri of uris) {
      const own = failures.filter(({ location }) => location.file === uri);
      const open = workspace.textDocuments.find((document) => document.uri.toString() === uri);
      // What was edited while the build ran is shown at the instruction no more.
      if (open !== undefined && open.getText() !== texts.get(uri)) continue;
      this.#shown.set(uri, own.map((failure) => ({ failure, texts, diagnostic: createDiagnostic(failure, texts) })));
      this.#publish(uri);
    }
  }

  #publish(uri: string): void {
    this.#collection.set(Uri.parse(uri), (this.#shown.get(uri) ?? []).map(({ diagnostic }) => diagnostic));
  }

  /** Keeps diagnostics at their lines; those whose lines change are gone. */
  #follow({ document, contentChanges }: TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    const shown = this.#shown.get(uri);
    if (shown === undefined || contentChanges.length === 0) return;
    let kept = shown;
    for (const { range, text } of contentChanges) {
      const added = text.split('\n').length - 1 - (range.end.line - range.start.line);
      kept = kept.flatMap((one) => {
        const { diagnostic } = one;
        if (range.end.line < diagnostic.range.start.line || (range.end.line === diagnostic.range.start.line && range.end.character === 0 && text.endsWith('\n'))) {
          diagnostic.range = new Range(diagnostic.range.start.translate(added), diagnostic.range.end.translate(added));
          return [one];
        }
        return range.start.line > diagnostic.range.end.line ? [one] : [];
      });
    }
    this.#shown.set(uri, kept);
    this.#publish(uri);
  }

  #actions(uri: Uri, range: Range): CodeAction[] {
    const touched = (this.#shown.get(uri.toString()) ?? []).filter(({ diagnostic }) => diagnostic.range.intersection(range) !== undefined);
    return touched.flatMap(({ diagnostic, failure, texts }) => {
      const fixes = failure.findings.flatMap(({ fixes: all }) => all.map(({ title, edits }) => {
        const action = new CodeAction(formatText(title, l10n.bundle), CodeActionKind.QuickFix);
        const edit = createEdit(edits, texts);
        if (edit === undefined) return undefined;
        action.edit = edit;
        action.diagnostics = [diagnostic];
        return action;
      })).filter((action) => action !== undefined);
      const explain = new CodeAction(l10n.t('Explain this build error'), CodeActionKind.QuickFix);
      explain.command = { title: explain.title, command: 'tensorrt.decodeError', arguments: [failure.evidence.join('\n')] };
      explain.diagnostics = [diagnostic];
      return failure.causes.length > 0 ? [...fixes, explain] : fixes;
    });
  }
}

function createDiagnostic(failure: BuildFailure, texts: Texts): Diagnostic {
  const { location, message, evidence, causes, code, findings } = failure;
  const uri = Uri.parse(location.file);
  const place = toRange(texts.get(location.file) ?? '', location.range);
  const [cause] = causes;
  const parts = [toPlain(formatText(message, l10n.bundle)), ...(cause === undefined ? [] : [toPlain(formatDecoded(cause, l10n.bundle).cause)])];
  const diagnostic = new Diagnostic(place, parts.join('\n'), DiagnosticSeverity.Error);
  diagnostic.source = SOURCE;
  diagnostic.code = code;
  diagnostic.relatedInformation = [
    ...evidence.map((line) => new DiagnosticRelatedInformation(new Location(uri, place), l10n.t('The log says: {0}', toPlain(line)))),
    ...findings.map((finding) => new DiagnosticRelatedInformation(new Location(Uri.parse(finding.location.file), toRange(texts.get(finding.location.file) ?? '', finding.location.range)), `${finding.rule}: ${toPlain(formatText(finding.text, l10n.bundle))}`)),
  ];
  return diagnostic;
}

function toRange(text: string, range: { readonly start: number; readonly end: number }): Range {
  const lines = new LineIndex(text);
  const start = lines.positionAt(range.start);
  const end = lines.positionAt(range.end);
  return new Range(start.line, start.character, end.line, end.character);
}

/** The edit of a fix, as long as the documents that it changes are open and as they were built. */
function createEdit(edits: readonly FileEdit[], texts: Texts): WorkspaceEdit | undefined {
  const edit = new WorkspaceEdit();
  for (const { file, range, newText } of edits) {
    const document = workspace.textDocuments.find(({ uri }) => uri.toString() === file);
    if (document === undefined || document.getText() !== texts.get(file)) return undefined;
    edit.replace(document.uri, new Range(document.positionAt(range.start), document.positionAt(range.end)), newText);
  }
  return edit;
}
