import type { Connection, InitializeParams, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { Analyser } from './analyser';
import { readClientFeatures, type ClientFeatures } from './client-features';
import { RelatedFiles } from './related-files';
import { SettingsStore } from './settings';
import { SourceFiles, toFilePath } from './source-files';

/** Everything that the methods of one connection share. */
export interface Session {
  readonly connection: Connection;
  readonly features: ClientFeatures;
  readonly documents: TextDocuments<TextDocument>;
  readonly settings: SettingsStore;
  readonly analyser: Analyser;
  readonly related: RelatedFiles;
  /** Paths of the workspace folders. */
  folders: readonly string[];
  /** Has all findings shown anew, soon; calls that follow each other quickly are taken together. */
  refreshSoon: () => void;
}

/** The state of a connection whose client has just introduced itself. */
export function createSession(connection: Connection, documents: TextDocuments<TextDocument>, params: InitializeParams): Session {
  const features = readClientFeatures(params);
  const settings = new SettingsStore(connection, features);
  const files = new SourceFiles(documents);
  const session: Session = {
    connection,
    features,
    documents,
    settings,
    analyser: new Analyser(documents, files, settings, () => session.folders, (message) => connection.console.error(message)),
    related: new RelatedFiles((uri, diagnostics) => void connection.sendDiagnostics({ uri, diagnostics })),
    folders: (params.workspaceFolders ?? []).flatMap(({ uri }) => toFilePath(uri) ?? []),
    refreshSoon: () => undefined,
  };
  return session;
}
