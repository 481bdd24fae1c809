import { formatText, type Message } from './message';

/** An error in words of ours: `message` has them in English, `said` as they can be translated. */
export class SaidError extends Error {
  constructor(readonly said: Message) {
    super(formatText(said));
    this.name = 'SaidError';
  }
}
