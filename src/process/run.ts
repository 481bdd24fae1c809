// Runs other programs: always by an argument list, never through a shell.
import { spawn, type ChildProcess } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** Of each stream so much is kept, in characters; the middle of what is longer is left out. */
const KEPT_CHARACTERS = 256 * 1024;

/** After a polite signal a program gets so long to end before it is killed. */
const GRACE_MS = 5_000;

/** Programs that have not ended. One listener for all: node warns of a leak where there are more than ten. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) endGroup(child, 'SIGKILL');
});

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Written to its standard input, which is closed after; without it, standard input is empty. */
  readonly input?: string;
  /** Ends the program and all that it started. */
  readonly signal?: AbortSignal;
  /** Ends it likewise after so many milliseconds. */
  readonly timeoutMs?: number;
  /** Called once with the id of its process, which on Unix leads a group of its own. */
  readonly onStart?: (pid: number) => void;
  /** Called with each piece of output as it comes; a piece never ends within a character. */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** What a program did. */
export interface RunResult {
  /** Its exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It was ended because `timeoutMs` was over. */
  readonly timedOut: boolean;
  /** It was ended through `signal`. */
  readonly cancelled: boolean;
}

/** The program could not be started: not there, or not executable. */
export class NotStarted extends Error {
  constructor(
    readonly program: string,
    readonly code: string | undefined,
  ) {
    super(`${program} could not be started: ${code ?? 'unknown reason'}`);
    this.name = 'NotStarted';
  }
}

/**
 * Runs a program to its end and gives its status and output, of which very long streams lose their middle. A status
 * other than 0 is a result, not an error. Rejects with NotStarted only.
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      resolve({ status: null, signal: null, stdout: '', stderr: '', timedOut: false, cancelled: true });
      return;
    }
    // A process group of its own, so that its children are ended with it.
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let timedOut = false;
    let cancelled = false;
    const end = (): void => endGroup(child);
    const onAbort = (): void => {
      cancelled = true;
      end();
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, options.timeoutMs);
    running.add(child);
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const release = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      running.delete(child);
    };

    const stdout = collect(child, 'stdout', options.onOutput);
    const stderr = collect(child, 'stderr', options.onOutput);
    child.on('error', (error: NodeJS.ErrnoException) => {
      release();
      reject(new NotStarted(program, error.code));
    });
    child.on('close', (status, signal) => {
      release();
      resolve({ status, signal, stdout: stdout(), stderr: stderr(), timedOut, cancelled });
    });
    // A program may end without reading its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr', onOutput: RunOptions['onOutput']): () => string {
  const decoder = new StringDecoder('utf8');
  let head = '';
  let tail = '';
  let left = 0;
  const add = (text: string): void => {
    if (text === '') return;
    onOutput?.(text, name);
    const room = KEPT_CHARACTERS / 2 - head.length;
    head += text.slice(0, Math.max(0, room));
    tail += text.slice(Math.max(0, room));
    // Cut now and then, not at every piece: cutting copies.
    if (tail.length > KEPT_CHARACTERS) {
      left += tail.length - KEPT_CHARACTERS / 2;
      tail = tail.slice(-KEPT_CHARACTERS / 2);
    }
  };
  child[name]?.on('data', (chunk: Buffer) => add(decoder.write(chunk)));
  return () => {
    add(decoder.end());
    return left === 0 ? head + tail : `${head}\n… ${left} characters left out …\n${tail}`;
  };
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  const kill = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // It has ended already.
    }
  };
  kill(signal);
  if (signal === 'SIGKILL') return;
  const timer = setTimeout(() => kill('SIGKILL'), GRACE_MS);
  timer.unref();
  child.once('close', () => clearTimeout(timer));
}
