import { nameSource, type Evidence } from '../facts/evidence';
import { formatText, msg, type Text, type Translations } from '../l10n/message';
import type { Range } from '../text/range';

/** What is shown when the reader points at a place in a file. */
export interface Card {
  /** What the card is about, in the document. */
  readonly range: Range;
  readonly title: Text;
  readonly rows: readonly Row[];
  /** Whole sentences. */
  readonly notes: readonly Text[];
  readonly sources: readonly Source[];
}

/** Name and value, one below the other. A mere string is a name, a number or a text of the file. */
export type Row = readonly [label: Text, value: Text];

/** Where what a card says was read, and when that was last checked. */
export type Source = Pick<Evidence, 'source' | 'checked'>;

/** Sources shown on one card; more would bury what it says. */
const MAX_SOURCES = 4;

/** The card as Markdown, in which text of the file is only text. */
export function renderMarkdown({ title, rows, notes, sources }: Card, translations?: Translations): string {
  const say = (text: Text): string => escapeMarkdown(formatText(text, translations));
  const list = rows.map(([label, value]) => `- ${say(msg`${label}: ${value}`)}`).join('\n');
  return [`**${say(title)}**`, list, ...notes.map(say), listSources(sources).map((source) => linkSource(source, say)).join('  \n')].filter((part) => part !== '').join('\n\n');
}

/** The card for an editor that shows no Markdown. */
export function renderPlain({ title, rows, notes, sources }: Card, translations?: Translations): string {
  const say = (text: Text): string => formatText(text, translations);
  const cited = listSources(sources).map((source) => `${say(nameSource(source))} (${source.checked})`);
  return [say(title), ...rows.map(([label, value]) => `  ${say(msg`${label}: ${value}`)}`), ...notes.map(say), ...cited].join('\n');
}

function listSources(sources: readonly Source[]): readonly Source[] {
  return sources.filter(({ source }, i) => source !== '' && sources.findIndex((other) => other.source === source) === i).slice(0, MAX_SOURCES);
}

function linkSource({ source, checked }: Source, say: (text: Text) => string): string {
  const [url, place] = /https?:\/\/([^\s()<>?#]+)[^\s()<>]*/.exec(source) ?? [];
  const name = url === undefined || place === undefined ? say(nameSource({ source })) : `[${escapeMarkdown(place.replace(/\/$/, ''))}](${url})`;
  return `${name}, ${checked}`;
}

/** Every character that Markdown or HTML might take for its own gets a backslash, or its name. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~$]/g, '\\$&');
}
