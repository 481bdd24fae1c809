import type { Message } from '../l10n/message';

/** A fact as shown to the reader, with where it was read and when that was last checked. */
export interface Evidence {
  /** One short sentence. */
  readonly fact: Message;
  /** URL where there is one, else the name of the document. */
  readonly source: string;
  /** ISO date. */
  readonly checked: string;
}
