import { EventEmitter, type CancellationToken, type Disposable } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { ClientState, watchState } from './client-state';
import type { LanguageFeature } from './feature';
import type { LanguageCommand } from './register';

/** The client, not started yet, a way to follow it, and what shows its answers. */
interface Loaded {
  readonly client: BaseLanguageClient;
  readonly feature: LanguageFeature;
  readonly watchState: typeof watchState;
}

/**
 * The language server as features see it. Its client is fifty times as large as all that activation needs: it is loaded right
 * after activation, and what is asked meanwhile waits for it.
 */
export class LanguageServer implements Disposable {
  readonly #changed = new EventEmitter<ClientState>();
  readonly onDidChangeState = this.#changed.event;
  readonly #loaded: Promise<Loaded>;
  #state: ClientState = 'starting';
  #disposed = false;

  constructor(load: () => Promise<Loaded>) {
    // In the turn behind that in which views are made (`afterActivation`): they are quick, and a person may be looking at them.
    this.#loaded = new Promise<void>((resolve) => setTimeout(() => setTimeout(resolve, 0), 0)).then(load);
    void this.#start();
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Asks the server; waits until it runs. Rejects where it fails, or does not start. */
  async sendRequest<T>(method: string, params?: object, token?: CancellationToken): Promise<T> {
    const { client } = await this.#loaded;
    return client.sendRequest<T>(method, params, token);
  }

  async run(command: LanguageCommand, args: readonly unknown[]): Promise<void> {
    await (await this.#loaded).feature.run(command, args);
  }

  async restart(): Promise<void> {
    const { client } = await this.#loaded;
    await client.stop();
    await client.start();
  }

  async showOutput(): Promise<void> {
    (await this.#loaded).client.outputChannel.show();
  }

  /** The server ends with its client. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#changed.dispose();
    const { client, feature } = await this.#loaded;
    feature.dispose();
    await client.dispose();
  }

  async #start(): Promise<void> {
    const { client, watchState } = await this.#loaded;
    if (this.#disposed) return;
    watchState(client, (state) => {
      this.#state = state;
      this.#changed.fire(state);
    });
    // The client itself shows when it cannot start.
    await client.start().catch(() => undefined);
  }
}
