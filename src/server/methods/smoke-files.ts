import { DiagnosticSeverity } from 'vscode-languageserver';
import { formatText } from '../../core/l10n/message';
import { SMOKE_FILE } from '../../core/smoke-file/model';
import { readSmokeFile } from '../../core/smoke-file/read';
import type { Session } from '../session';
import { SOURCE } from '../to-lsp';

/** What is wrong with smoke files (`*.smoke.yaml`) that are open. */
export function registerSmokeFiles({ connection, documents, features }: Session): void {
  documents.onDidChangeContent(({ document }) => {
    if (!SMOKE_FILE.test(document.uri)) return;
    const diagnostics = readSmokeFile(document.getText(), document.uri).problems.map(({ location: { range }, message }) => ({
      range: { start: document.positionAt(range.start), end: document.positionAt(range.end) },
      severity: DiagnosticSeverity.Error,
      source: SOURCE,
      message: formatText(message, features.translations),
    }));
    void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
  });
  documents.onDidClose(({ document }) => {
    if (SMOKE_FILE.test(document.uri)) void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
}
