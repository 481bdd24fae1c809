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

/** Numbers that files have in a crawl of public repositories, which nobody could look up. */
const NUMBERS = / \(public files? \d+(?:, ?\d+)*\)|,? id \d{5,}/g;
/** What has nothing but such a number. */
const UNNAMED = /\b(?:public files?|stored GitHub (?:file|text))\b/;

/** Where a fact was read, in words: a link, the name of a document, or what kind of file it was. */
export function nameSource({ source }: Pick<Evidence, 'source'>): Text {
  if (source.startsWith('public files that use the tag:')) return msg`files of public repositories that use the tag`;
  const named = source.replace(NUMBERS, '');
  return UNNAMED.test(named) && !named.includes('https:') ? msg`a file of a public repository` : named;
}
