import { msg, type Message, type Text } from '../l10n/message';

/** A fact as shown to the reader, with where it was read and when that was last checked. */
export interface Evidence {
  /** One short sentence. */
  readonly fact: Message;
  /** URL where there is one, else the name of the document. */
  readonly source: string;
  /** ISO date. */
  readonly checked: string;
}

/** Where a fact was read, in words: a link or the name of a document. What was read in a crawl of public files has only a number there, which nobody could look up. */
export function nameSource({ source }: Pick<Evidence, 'source'>): Text {
  const named = source.replace(/ \(public file \d+\)/g, '');
  return /\bpublic file \d+/.test(named) ? msg`a file of a public repository` : named;
}
