import { DocumentDiagnosticReportKind, LSPErrorCodes, ResponseError, type CancellationToken, type Diagnostic } from 'vscode-languageserver';
import type { DocumentAnalysis } from '../analyser';
import { findNearbyDockerfiles } from '../nearby-dockerfiles';
import type { Session } from '../session';
import { showConfig } from './config';
import { toDiagnostic } from '../to-lsp';

/** Typing pauses shorter than this do not start an analysis where the server has to push. */
const PUSH_DELAY_MS = 150;
const REFRESH_DELAY_MS = 100;

/** `textDocument/diagnostic`, or `textDocument/publishDiagnostics` for clients that do not pull. */
export function registerDiagnostics(session: Session): void {
  const { connection, features, documents, analyser, related, disk } = session;

  if (features.pullsDiagnostics) {
    connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }, token) => {
      for (let ms = analyser.pauseMs(uri); ms > 0 && !token.isCancellationRequested; ms = analyser.pauseMs(uri)) await sleep(ms, token);
      const analysis = analyser.isChecked(uri) ? await analyser.analyse(uri, token) : undefined;
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The document has changed.');
      if (analysis === undefined) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
      if (analysis.id === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: analysis.id };
      return { kind: DocumentDiagnosticReportKind.Full, resultId: analysis.id, items: showRelated(session, analysis).get(uri) ?? [] };
    });
  }

  const push = async (uri: string, token?: CancellationToken): Promise<void> => {
    const version = documents.get(uri)?.version;
    const analysis = await analyser.analyse(uri, token);
    if (analysis === undefined || documents.get(uri)?.version !== version) return;
    const own = showRelated(session, analysis).get(uri) ?? [];
    if (version !== undefined && !features.pullsDiagnostics) await connection.sendDiagnostics({ uri, version, diagnostics: own });
  };

  /** Dockerfiles on disk that may have something to say about a requirements file or script in an editor. */
  const showNearby = async (uri: string): Promise<void> => {
    const file = disk.toPath(uri);
    if (file === undefined) return;
    const { path } = disk;
    const outermost = session.folders.find((folder) => file.startsWith(folder + path.sep)) ?? path.dirname(file);
    for (const dockerfile of await disk.settle(() => findNearbyDockerfiles(disk, file, outermost))) {
      if (documents.all().every((document) => disk.toPath(document.uri) !== dockerfile)) await push(disk.toUri(dockerfile));
    }
  };

  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const later = (key: string, delayMs: number, task: () => Promise<void>): void => {
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        task().catch((error: unknown) => connection.console.error(String(error)));
      }, delayMs),
    );
  };

  session.refreshSoon = () =>
    later('', REFRESH_DELAY_MS, async () => {
      if (features.pullsDiagnostics && features.refreshesDiagnostics) await connection.languages.diagnostics.refresh();
      if (features.refreshesInlayHints) await connection.languages.inlayHint.refresh();
      for (const { uri } of documents.all()) {
        if (!analyser.isChecked(uri)) await showNearby(uri);
        else if (!features.pullsDiagnostics) await push(uri);
      }
    });

  documents.onDidChangeContent(({ document: { uri } }) => {
    if (analyser.isChecked(uri) && !features.pullsDiagnostics) later(uri, Math.max(PUSH_DELAY_MS, analyser.pauseMs(uri)), () => push(uri));
    // A Compose file reads Dockerfiles, and a Dockerfile scripts.
    if (analyser.forgetUsersOf(disk.toPath(uri) ?? uri, true)) session.refreshSoon();
  });

  documents.onDidOpen(({ document: { uri } }) => {
    if (!analyser.isChecked(uri)) later(uri, REFRESH_DELAY_MS, () => showNearby(uri));
  });

  documents.onDidClose(({ document: { uri } }) => {
    clearTimeout(timers.get(uri));
    timers.delete(uri);
    analyser.forget(uri);
    session.settings.forget(uri);
    if (!features.pullsDiagnostics) void connection.sendDiagnostics({ uri, diagnostics: [] });
    related.sweep((candidate) => documents.get(candidate) !== undefined);
    session.refreshSoon();
  });
}

/** Waits so many milliseconds, or until the client has lost interest. */
function sleep(ms: number, token: CancellationToken): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      cancelled.dispose();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const cancelled = token.onCancellationRequested(end);
  });
}

/** Shows what an analysis found in other files; gives all its diagnostics by file. */
function showRelated(session: Session, analysis: DocumentAnalysis): ReadonlyMap<string, Diagnostic[]> {
  const file = session.disk.toPath(analysis.uri);
  if (file !== undefined) showConfig(session, session.configs.find(file).loaded);
  const byFile = new Map<string, Diagnostic[]>();
  for (const finding of analysis.findings) {
    const { file } = finding.location;
    const diagnostic = toDiagnostic(finding, analysis, session.features);
    const known = byFile.get(file);
    if (known === undefined) byFile.set(file, [diagnostic]);
    else known.push(diagnostic);
  }
  const others = new Map([...byFile].filter(([file]) => file !== analysis.uri));
  session.related.update(analysis.uri, others);
  return byFile;
}
