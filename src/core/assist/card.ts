import type { Evidence } from '../facts/evidence';
import type { Range } from '../text/range';

/** What is shown when the reader points at a place in a file. */
export interface Card {
  /** What the card is about, in the document. */
  readonly range: Range;
  readonly title: string;
  /** Name and value, one below the other. */
  readonly rows: readonly (readonly [label: string, value: string])[];
  /** Whole sentences. */
  readonly notes: readonly string[];
  readonly sources: readonly Evidence[];
}

/** Sources shown on one card; more would bury what it says. */
const MAX_SOURCES = 4;

/** The card as Markdown, in which text of the file is only text. */
export function renderMarkdown({ title, rows, notes, sources }: Card): string {
  const list = rows.map(([label, value]) => `- ${escapeMarkdown(label)}: ${escapeMarkdown(value)}`).join('\n');
  return [`**${escapeMarkdown(title)}**`, list, ...notes.map(escapeMarkdown), listSources(sources).map(linkSource).join('  \n')].filter((part) => part !== '').join('\n\n');
}

/** The card for an editor that shows no Markdown. */
export function renderPlain({ title, rows, notes, sources }: Card): string {
  const cited = listSources(sources).map(({ source, checked }) => `${source} (${checked})`);
  return [title, ...rows.map(([label, value]) => `  ${label}: ${value}`), ...notes, ...cited].join('\n');
}

function listSources(sources: readonly Evidence[]): readonly Evidence[] {
  return sources.filter(({ source }, i) => source !== '' && sources.findIndex((other) => other.source === source) === i).slice(0, MAX_SOURCES);
}

function linkSource({ source, checked }: Evidence): string {
  const [url, place] = /https?:\/\/([^\s()<>?#]+)[^\s()<>]*/.exec(source) ?? [];
  const name = url === undefined || place === undefined ? escapeMarkdown(source) : `[${escapeMarkdown(place.replace(/\/$/, ''))}](${url})`;
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
