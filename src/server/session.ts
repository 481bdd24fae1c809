import type { Connection, Diagnostic, InitializeParams, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { Analyser } from './analyser';
import { readClientFeatures, type ClientFeatures } from './client-features';
import { Configs } from './configs';
import type { Disk, Platform } from './disk';
import type { Inbox } from './inbox';
import { RelatedFiles } from './related-files';
import { SettingsStore } from './settings';
import { SourceFiles } from './source-files';

/** Everything that the methods of one connection share. */
export interface Session {
  readonly connection: Connection;
  readonly features: ClientFeatures;
  readonly documents: TextDocuments<TextDocument>;
  readonly disk: Disk;
  readonly settings: SettingsStore;
  readonly configs: Configs;
  readonly analyser: Analyser;
  readonly related: RelatedFiles;
  /** What is wrong with config files and their overlays, by config file. */
  readonly configProblems: RelatedFiles;
  /** Paths of the workspace folders. */
  folders: readonly string[];
  /** Has all findings shown anew, soon; calls that follow each other quickly are taken together. */
  refreshSoon: () => void;
}

/** The state of a connection whose client has just introduced itself. */
export function createSession(connection: Connection, documents: TextDocuments<TextDocument>, params: InitializeParams, platform: Platform, inbox: Inbox): Session {
  const features = readClientFeatures(params, platform);
  const settings = new SettingsStore(connection, features);
  const disk = platform.createDisk(connection, () => session.folders);
  const files = new SourceFiles(documents, disk);
  const publish = (uri: string, diagnostics: Diagnostic[]): void => void connection.sendDiagnostics({ uri, diagnostics });
  const configs = new Configs(files, () => session.folders);
  const session: Session = {
    connection,
    features,
    documents,
    disk,
    settings,
    configs,
    analyser: new Analyser(documents, files, settings, configs, () => session.folders, (message) => connection.console.error(message), () => inbox.drain()),
    related: new RelatedFiles(publish),
    configProblems: new RelatedFiles(publish),
    folders: (params.workspaceFolders ?? []).flatMap(({ uri }) => disk.toPath(uri) ?? []),
    refreshSoon: () => undefined,
  };
  return session;
}
