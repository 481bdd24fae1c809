import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { StreamMessageReader, StreamMessageWriter, createProtocolConnection, type ProtocolConnection } from 'vscode-languageserver/node';

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

  /** Opens a Dockerfile and waits for its diagnostics. */
  async open(uri: string, text: string): Promise<void> {
    await this.#connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'dockerfile', version: 1, text } });
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
