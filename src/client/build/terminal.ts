import { EventEmitter, type Pseudoterminal } from 'vscode';

/** Lines are handed to the terminal in bunches: one call a line would make a chatty build slow. */
const FLUSH_MS = 40;

/** A terminal that shows one build and cannot be typed into; Ctrl+C and closing it stop the build. */
export class BuildTerminal implements Pseudoterminal {
  readonly #written = new EventEmitter<string>();
  readonly #closed = new EventEmitter<number>();
  readonly #aborter = new AbortController();
  readonly #run: (terminal: BuildTerminal) => Promise<number>;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  /** `run` gives the exit status, and does not reject. */
  constructor(run: (terminal: BuildTerminal) => Promise<number>) {
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  open(): void {
    void this.#run(this).then((status) => {
      this.#flush();
      this.#closed.fire(status);
    });
  }

  close(): void {
    this.stop();
  }

  stop(): void {
    this.#aborter.abort();
  }

  handleInput(data: string): void {
    if (data === '\u0003') this.stop();
  }

  /** Shows lines; what a terminal would obey in them must be gone. */
  write(lines: readonly string[]): void {
    this.#waiting.push(...lines);
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length > 0) this.#written.fire(this.#waiting.map((line) => `${line}\r\n`).join(''));
    this.#waiting = [];
  }
}
