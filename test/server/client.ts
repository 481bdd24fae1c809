import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  CodeActionRequest,
  ConfigurationRequest,
  createConnection,
  createProtocolConnection,
  DiagnosticRefreshRequest,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  type ClientCapabilities,
  type CodeAction,
  type Diagnostic,
  type FileEvent,
  type FullDocumentDiagnosticReport,
  type InitializeResult,
  type ProtocolConnection,
  type Range,
  type Registration,
  type TextDocumentEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { createNodePlatform } from '../../src/server/node-platform';
import { startServer } from '../../src/server/server';

/** What VS Code's client can do, as far as our server asks. */
const VS_CODE: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
    workspaceEdit: { documentChanges: true, snippetEditSupport: true },
  },
  textDocument: { diagnostic: { relatedInformation: true, codeDescriptionSupport: true }, publishDiagnostics: { relatedInformation: true } },
};

/** An editor of a few lines: a folder on disk, documents in memory, and our server at the other end of a pipe. */
export class TestClient {
  readonly folder: string;
  readonly connection: ProtocolConnection;
  readonly published = new Map<string, Diagnostic[]>();
  readonly logged: string[] = [];
  configuration: unknown = {};
  readonly registrations: Registration[] = [];
  refreshes = 0;
  initialized: InitializeResult | undefined;
  readonly #documents = new Map<string, TextDocument>();

  constructor(platform = createNodePlatform('.')) {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-server-'));
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    startServer((options) => createConnection(toServer, toClient, options), platform);
    this.connection = createProtocolConnection(toClient, toServer);
    this.connection.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => this.configuration));
    this.connection.onRequest(RegistrationRequest.type, ({ registrations }) => void this.registrations.push(...registrations));
    this.connection.onRequest(DiagnosticRefreshRequest.type, () => void this.refreshes++);
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => void this.published.set(uri, diagnostics));
    this.connection.onNotification(LogMessageNotification.type, ({ message }) => void this.logged.push(message));
    this.connection.listen();
  }

  /** Introduces the client to the server. */
  async start(capabilities = VS_CODE, initializationOptions?: unknown, locale?: string): Promise<this> {
    this.initialized = await this.connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities,
      initializationOptions,
      ...(locale !== undefined && { locale }),
      workspaceFolders: [{ uri: this.uri(''), name: 'test' }],
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return this;
  }

  /** Removes the folder and drops the connection. */
  dispose(): void {
    this.connection.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  /** Writes a file to disk, as another program would. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return this.uri(name);
  }

  /** Tells the server that a file on disk has changed. */
  async touch(...names: string[]): Promise<void> {
    const changes: FileEvent[] = names.map((name) => ({ uri: this.uri(name), type: FileChangeType.Changed }));
    await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
  }

  /** Opens a document; a name without scheme is one of the folder. */
  async open(name: string, text: string, languageId = 'dockerfile'): Promise<string> {
    const uri = name.includes(':') ? name : this.uri(name);
    this.#documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId, version: 1, text } });
    return uri;
  }

  /** Replaces the text of an open document. */
  async change(uri: string, text: string): Promise<void> {
    const document = this.document(uri);
    TextDocument.update(document, [{ text }], document.version + 1);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: document.version },
      contentChanges: [{ text }],
    });
  }

  async close(uri: string): Promise<void> {
    this.#documents.delete(uri);
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  async configure(configuration: unknown): Promise<void> {
    this.configuration = configuration;
    await this.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: { tensorrt: configuration } });
  }

  async pull(uri: string): Promise<Diagnostic[]> {
    const report = await this.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
    return (report as FullDocumentDiagnosticReport).items;
  }

  /** Rules of the diagnostics of a document, in order. */
  async rules(uri: string): Promise<unknown[]> {
    return (await this.pull(uri)).map(({ code }) => code);
  }

  async actions(uri: string, range: Range, only?: string[]): Promise<CodeAction[]> {
    const diagnostics = await this.pull(uri);
    const context = { diagnostics, ...(only && { only }) };
    return ((await this.connection.sendRequest(CodeActionRequest.type, { textDocument: { uri }, range, context })) ?? []) as CodeAction[];
  }

  /** The text of an open document after a code action; a snippet as it is inserted, without its placeholder's marks. */
  apply(action: CodeAction | undefined, uri: string): string {
    const change = action?.edit?.documentChanges?.find((each) => (each as TextDocumentEdit).textDocument.uri === uri) as TextDocumentEdit;
    const edits = change.edits.map((edit) => ('newText' in edit ? edit : { range: edit.range, newText: edit.snippet.value.replace('${1:reason}', 'reason') }));
    return TextDocument.applyEdits(this.document(uri), edits);
  }

  document(uri: string): TextDocument {
    const document = this.#documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    return document;
  }

  /** Waits until a condition holds that the server brings about by itself. */
  async until(condition: () => boolean): Promise<void> {
    const end = Date.now() + 30_000;
    while (!condition()) {
      if (Date.now() > end) throw new Error('Waited in vain');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** The first place of a text in a document. */
export function rangeOf(document: TextDocument, text: string): Range {
  const start = document.getText().indexOf(text);
  return { start: document.positionAt(start), end: document.positionAt(start + text.length) };
}
