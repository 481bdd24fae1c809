import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import type { LoadedConfig } from '../../core/config/resolve';
import { formatText } from '../../core/l10n/message';
import { LineIndex } from '../../core/text/line-index';
import { isConfigFile } from '../configs';
import type { Session } from '../session';
import { SOURCE } from '../to-lsp';

/** What is wrong with config files that are open; what analyses read is shown by `showConfig`. */
export function registerConfig(session: Session): void {
  const { documents, configs, disk } = session;
  const show = async (uri: string): Promise<void> => {
    const file = isConfigFile(uri) ? disk.toPath(uri) : undefined;
    if (file !== undefined) showConfig(session, await disk.settle(() => configs.load(file)));
  };
  documents.onDidChangeContent(({ document }) => void show(document.uri));
  documents.onDidClose(({ document }) => {
    if (isConfigFile(document.uri)) session.configProblems.sweep((uri) => documents.get(uri) !== undefined);
  });
}

/** Shows the problems of a config file and of its overlays, each in its own file. */
export function showConfig({ configs, configProblems, features }: Session, loaded: LoadedConfig | undefined): void {
  if (loaded === undefined) return;
  const byFile = new Map<string, Diagnostic[]>();
  for (const { location, message } of loaded.problems) {
    const lines = new LineIndex(loaded.texts.get(location.file) ?? '');
    const range = { start: lines.positionAt(location.range.start), end: lines.positionAt(location.range.end) };
    const diagnostic: Diagnostic = { range, severity: DiagnosticSeverity.Error, source: SOURCE, message: formatText(message, features.translations) };
    const uri = configs.toUri(location.file);
    byFile.set(uri, [...(byFile.get(uri) ?? []), diagnostic]);
  }
  configProblems.update(configs.toUri(loaded.config.file), byFile);
}
