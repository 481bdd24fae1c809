import { EventEmitter, l10n, ThemeIcon, window, type Pseudoterminal, type Terminal } from 'vscode';
import { connect, disconnect, followLogs, type ContainerSummary, type EngineAddress } from '../../docker';
import { LogFilter } from './log-filter';
import { toPlain } from './plain';
import { describeError } from './problem-message';

/** Lines of the past that are shown first. */
const TAIL_LINES = 1000;

/** The terminal is given what came since the last time at this pace; a flood of more waits in the engine. */
const FLUSH_MS = 50;
const MOST_AT_ONCE = 64 * 1024;

/** Shows a container's log in a terminal that cannot be typed into, and follows it until the terminal is closed. */
export function openLogs(address: EngineAddress, container: ContainerSummary): Terminal {
  const name = toPlain(container.name, 60);
  const terminal = window.createTerminal({ name: l10n.t('Logs of {0}', name), iconPath: new ThemeIcon('output'), pty: new LogTerminal(address, container.id) });
  terminal.show(true);
  return terminal;
}

class LogTerminal implements Pseudoterminal {
  readonly #written = new EventEmitter<string>();
  readonly onDidWrite = this.#written.event;
  readonly #aborter = new AbortController();
  readonly #filter = new LogFilter();
  readonly #address: EngineAddress;
  readonly #id: string;
  #waiting = '';
  #flushed: Promise<void> | undefined;

  constructor(address: EngineAddress, id: string) {
    this.#address = address;
    this.#id = id;
  }

  open(): void {
    void this.#follow();
  }

  close(): void {
    this.#aborter.abort();
    this.#written.dispose();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#aborter;
    try {
      const engine = await connect(this.#address, signal);
      try {
        await followLogs(engine, this.#id, { tailLines: TAIL_LINES, follow: true, signal }, (text) => this.#take(text));
      } finally {
        disconnect(engine);
      }
      this.#end(l10n.t('The container has stopped.'));
    } catch (error) {
      if (signal.aborted) return;
      this.#end(describeError(error));
    }
  }

  /** Takes a piece; resolves at once, or, when enough is waiting, as soon as the terminal has been given it. */
  async #take(text: string): Promise<void> {
    this.#waiting += this.#filter.push(text);
    this.#flushed ??= new Promise((resolve) => setTimeout(resolve, FLUSH_MS)).then(() => this.#flush());
    if (this.#waiting.length > MOST_AT_ONCE) await this.#flushed;
  }

  #flush(): void {
    this.#flushed = undefined;
    if (!this.#aborter.signal.aborted) this.#written.fire(this.#waiting);
    this.#waiting = '';
  }

  #end(words: string): void {
    if (this.#aborter.signal.aborted) return;
    this.#flush();
    this.#written.fire(`\r\n\u001b[2m${words}\u001b[0m\r\n`);
  }
}
