import { renderMarkdown, renderPlain, type Card } from '../core/assist/card';
import { DiagnosticSeverity, MarkupKind, type Diagnostic, type DiagnosticRelatedInformation, type MarkupContent, type Range, type WorkspaceEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { formatText, msg, sentence } from '../core/l10n/message';
import { nameSource } from '../core/facts/evidence';
import type { Finding, Severity } from '../core/rules/model';
import type { FileEdit } from '../core/text/edit';
import type { Location } from '../core/text/range';
import type { DocumentAnalysis } from './analyser';
import type { ClientFeatures } from './client-features';

/** Shown in front of every message, and what "fix all" and other tools know our diagnostics by. */
export const SOURCE = 'tensorrt';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** The lines and characters of a place in a file that the analysis read. */
export function toRange(analysis: DocumentAnalysis, { file, range }: Location): Range {
  const lines = analysis.linesOf(file);
  return { start: lines.positionAt(range.start), end: lines.positionAt(range.end) };
}

/** A finding as the client shows it, its evidence below the message. */
export function toDiagnostic(finding: Finding, analysis: DocumentAnalysis, features: ClientFeatures): Diagnostic {
  const { options: { rulePages }, translations } = features;
  const evidence = finding.evidence.map(({ fact, source, checked }) => msg`${fact} (${nameSource({ source })}, checked ${/^\d/.test(checked) ? checked : sentence(checked)})`);
  return {
    range: toRange(analysis, finding.location),
    severity: SEVERITIES[finding.severity],
    source: SOURCE,
    code: finding.rule,
    message: [finding.text, ...evidence].map((text) => formatText(text, translations)).join('\n'),
    ...(features.codeDescription && rulePages !== undefined && { codeDescription: { href: `${rulePages}/${finding.rule}.md` } }),
    ...(features.relatedInformation && finding.related.length > 0 && { relatedInformation: toRelated(finding, analysis, features) }),
  };
}

function toRelated(finding: Finding, analysis: DocumentAnalysis, { translations }: ClientFeatures): DiagnosticRelatedInformation[] {
  return finding.related.map(({ location, message }) => ({ location: { uri: location.file, range: toRange(analysis, location) }, message: formatText(message, translations) }));
}

/** Edits of files that the analysis read; with versions where the client takes them, so that none hits a newer text. */
export function toWorkspaceEdit(
  edits: readonly FileEdit[],
  analysis: DocumentAnalysis,
  features: ClientFeatures,
  findDocument: (uri: string) => TextDocument | undefined,
): WorkspaceEdit {
  const changes: Record<string, { range: Range; newText: string }[]> = {};
  for (const edit of edits) (changes[edit.file] ??= []).push({ range: toRange(analysis, edit), newText: edit.newText });
  if (!features.documentChanges) return { changes };
  return {
    documentChanges: Object.entries(changes).map(([uri, ofFile]) => ({
      textDocument: { uri, version: findDocument(uri)?.version ?? null },
      edits: ofFile,
    })),
  };
}

/** A card in the language of the client, as Markdown where it takes that. */
export function toMarkup(card: Card, markdown: boolean, { translations }: ClientFeatures): MarkupContent {
  return markdown ? { kind: MarkupKind.Markdown, value: renderMarkdown(card, translations) } : { kind: MarkupKind.PlainText, value: renderPlain(card, translations) };
}
