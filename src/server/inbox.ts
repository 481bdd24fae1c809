import type { ConnectionOptions } from 'vscode-languageserver';

/** Counts the messages of a client as they are read, one a turn, so that work can wait until none is left. */
export class Inbox {
  readonly #nextTurn: () => Promise<void>;
  #read = 0;
  /** What the connection is to be made with. */
  readonly options: ConnectionOptions = {
    messageStrategy: {
      handleMessage: (message, next) => {
        this.#read++;
        return next(message);
      },
    },
  };

  /** `nextTurn` is the platform's. */
  constructor(nextTurn: () => Promise<void>) {
    this.#nextTurn = nextTurn;
  }

  /** Resolves once all messages that have arrived were read. */
  async drain(): Promise<void> {
    let before: number;
    do {
      before = this.#read;
      // The first turn takes in what has arrived, the second reads the first of it.
      await this.#nextTurn();
      await this.#nextTurn();
    } while (this.#read !== before);
  }
}
