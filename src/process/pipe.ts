import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { NotStarted } from './run';

/** Of standard error so many characters are kept, the last ones. */
const KEPT_CHARACTERS = 4_000;

/** Runs a program and talks to it: what is written goes to its standard input, what is read is its standard output. */
export class ProgramPipe extends Duplex {
  private readonly child: ChildProcess;
  private stderr = '';
  private timeout = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly onExit = (): void => void this.child.kill('SIGKILL');

  /** Starts `program`. When it ends with another status than 0, the pipe fails with what `failure` makes of its standard error. */
  constructor(program: string, args: readonly string[], failure: (stderr: string) => Error) {
    super({ allowHalfOpen: true });
    this.child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    process.once('exit', this.onExit);
    this.child.on('error', (error: NodeJS.ErrnoException) => {
      process.removeListener('exit', this.onExit);
      this.destroy(new NotStarted(program, error.code));
    });
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-KEPT_CHARACTERS);
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.restartTimer();
      if (!this.push(chunk)) this.child.stdout?.pause();
    });
    this.child.on('close', (status) => {
      process.removeListener('exit', this.onExit);
      if (status === 0) this.push(null);
      else this.destroy(failure(this.stderr.trim()));
    });
  }

  override _read(): void {
    this.child.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.restartTimer();
    // A program that has ended reports itself through its status.
    if (this.child.stdin?.writable !== true) done();
    else this.child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.child.stdin?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.timer);
    this.child.stdin?.destroy();
    this.child.kill();
    done(error);
  }

  // What node:http asks of a socket besides being a stream.

  /** Emits `timeout` when nothing was written or read for so long; 0 is never. */
  setTimeout(timeoutMs: number): this {
    this.timeout = timeoutMs;
    this.restartTimer();
    return this;
  }

  private restartTimer(): void {
    clearTimeout(this.timer);
    if (this.timeout > 0) this.timer = setTimeout(() => this.emit('timeout'), this.timeout).unref();
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  /** Lets this process end although the program runs; it is killed then. */
  unref(): this {
    this.child.unref();
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) unrefStream(stream, 'unref');
    return this;
  }
  ref(): this {
    this.child.ref();
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) unrefStream(stream, 'ref');
    return this;
  }
}

/** The pipes of a child are sockets, which the types of Node do not say. */
function unrefStream(stream: unknown, method: 'ref' | 'unref'): void {
  (stream as Partial<Record<'ref' | 'unref', () => void>> | null)?.[method]?.();
}
