import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { CancellationTokenSource, StreamMessageReader, StreamMessageWriter, createProtocolConnection, type ProtocolConnection } from 'vscode-languageserver/node';

/** The language server as a process of its own, spoken to over standard input and output. */
export class ServerProcess {
  readonly #process: ChildProcess;
  readonly #connection: ProtocolConnection;

  private constructor(process: ChildProcess, connection: ProtocolConnection) {
    this.#process = process;
    this.#connection = connection;
  }

  /** Starts the bundle and goes through the handshake, as a client that pulls diagnostics. */
  static async start(bundle: string): Promise<ServerProcess> {
    const child = spawn(process.execPath, [bundle, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: { textDocument: { diagnostic: {} } } });
    await connection.sendNotification('initialized', {});
    return new ServerProcess(child, connection);
  }

  /** Opens a Dockerfile, or a document of another language, and waits for its diagnostics. */
  async open(uri: string, text: string, languageId = 'dockerfile'): Promise<void> {
    await this.#connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    await this.#connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
  }

  /** Replaces the text of a document and asks for completion behind it, as after a keystroke; gives the milliseconds until the answer. */
  async completeAtEnd(uri: string, version: number, text: string): Promise<number> {
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    const start = performance.now();
    await this.#connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
    await this.#connection.sendRequest('textDocument/completion', { textDocument: { uri }, position });
    return performance.now() - start;
  }

  /**
   * Makes a change, and asks what an editor asks behind it: the list of completion at `position`, diagnostics and hints.
   * Gives the milliseconds until the list, undefined where it was called off, and what calls all of it off.
   */
  type(uri: string, version: number, change: object, position: { readonly line: number; readonly character: number }): { readonly completionMs: Promise<number | undefined>; readonly callOff: () => void } {
    const source = new CancellationTokenSource();
    const textDocument = { uri };
    const ask = (method: string, params: object): Promise<unknown> => this.#connection.sendRequest(method, { textDocument, ...params }, source.token);
    const start = performance.now();
    void this.#connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [change] });
    const completionMs = ask('textDocument/completion', { position }).then(
      () => (source.token.isCancellationRequested ? undefined : performance.now() - start),
      () => undefined,
    );
    const { line } = position;
    for (const others of [ask('textDocument/diagnostic', {}), ask('textDocument/inlayHint', { range: { start: { line: line - 20, character: 0 }, end: { line: line + 30, character: 0 } } })]) others.catch(() => undefined);
    return { completionMs, callOff: () => source.cancel() };
  }

  /** Asks for the hover at a place; gives the milliseconds until the answer. */
  async hoverAt(uri: string, line: number, character: number): Promise<number> {
    const start = performance.now();
    await this.#connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line, character } });
    return performance.now() - start;
  }

  /** Resident set of the process, in bytes, as `ps` tells it. */
  residentBytes(): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.#process.pid)], { encoding: 'utf8' })) * 1024;
  }

  async stop(): Promise<void> {
    await this.#connection.sendRequest('shutdown');
    await this.#connection.sendNotification('exit');
    this.#connection.dispose();
  }
}
