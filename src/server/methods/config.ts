import { CompletionItemKind, DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import { completeConfig } from '../../core/config/complete';
import type { LoadedConfig } from '../../core/config/resolve';
import { LineIndex } from '../../core/text/line-index';
import { isConfigFile } from '../configs';
import type { Session } from '../session';
import { toFilePath } from '../source-files';
import { SOURCE } from '../to-lsp';

/** `textDocument/completion` in config files, and what is wrong with those that are open; what analyses read is shown by `showConfig`. */
export function registerConfig(session: Session): void {
  const { connection, features, documents, configs } = session;
  const show = (uri: string): void => {
    const file = isConfigFile(uri) ? toFilePath(uri) : undefined;
    if (file !== undefined) showConfig(session, configs.load(file));
  };
  documents.onDidChangeContent(({ document }) => show(document.uri));
  connection.onCompletion(({ textDocument: { uri }, position }) => {
    const document = isConfigFile(uri) && features.options.completesConfig !== false ? documents.get(uri) : undefined;
    if (document === undefined) return null;
    return completeConfig(document.getText(), document.offsetAt(position)).map(({ label, kind, newText, range, description }) => ({
      label,
      kind: kind === 'key' ? CompletionItemKind.Property : CompletionItemKind.Value,
      textEdit: { range: { start: document.positionAt(range.start), end: document.positionAt(range.end) }, newText },
      ...(description !== undefined && { documentation: description }),
    }));
  });
  documents.onDidClose(({ document }) => {
    if (isConfigFile(document.uri)) session.configProblems.sweep((uri) => documents.get(uri) !== undefined);
  });
}

/** Shows the problems of a config file and of its overlays, each in its own file. */
export function showConfig({ configs, configProblems }: Session, loaded: LoadedConfig | undefined): void {
  if (loaded === undefined) return;
  const byFile = new Map<string, Diagnostic[]>();
  for (const { location, message } of loaded.problems) {
    const lines = new LineIndex(loaded.texts.get(location.file) ?? '');
    const range = { start: lines.positionAt(location.range.start), end: lines.positionAt(location.range.end) };
    const diagnostic: Diagnostic = { range, severity: DiagnosticSeverity.Error, source: SOURCE, message };
    const uri = configs.toUri(location.file);
    byFile.set(uri, [...(byFile.get(uri) ?? []), diagnostic]);
  }
  configProblems.update(configs.toUri(loaded.config.file), byFile);
}
