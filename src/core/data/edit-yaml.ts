import type { FileEdit } from '../text/edit';
import type { Data, DataEntry, DataList, DataMap } from './model';

/**
 * Edits of YAML that leave all else as it stands, comments included. Lines that are put in take the indentation and
 * the line ends of those around them. An edit is undefined where the place is written in a way that it cannot be made.
 */

/** Lines of text, each with its depth below the place where they are put: `[1, 'count: all']`. */
export type YamlLines = readonly (readonly [depth: number, text: string])[];

/** White space before the text of the line that holds an offset; undefined when other text stands before it. */
function indentAt(text: string, offset: number): string | undefined {
  const indent = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  // The first key of a list item stands behind its hyphen.
  return /^[ \t]*(?:- +)*$/.test(indent) ? indent.replace(/-/g, ' ') : undefined;
}

/** How much deeper a block lies than what holds it: the width of the first step that a map makes, else two blanks. */
export function indentUnit(text: string, parent: DataEntry): string {
  const outer = indentAt(text, parent.keyRange.start);
  const first = parent.value.kind === 'map' && !parent.value.flow ? parent.value.entries.find(({ file }) => file === parent.file) : undefined;
  const inner = first === undefined ? undefined : indentAt(text, first.keyRange.start);
  return outer === undefined || inner === undefined || inner.length <= outer.length ? '  ' : ' '.repeat(inner.length - outer.length);
}

function render(text: string, lines: YamlLines, indent: string, unit: string): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  return lines.map(([depth, line]) => indent + unit.repeat(depth) + line).join(lineEnd);
}

/** The entries that are written in a map itself, and not where it takes them from, by their places. */
function listOwn({ entries, file, range }: DataMap): readonly DataEntry[] {
  return entries.filter((entry) => entry.file === file && entry.keyRange.start >= range.start && entry.keyRange.end <= range.end).sort((a, b) => a.keyRange.start - b.keyRange.start);
}

/** A new entry behind the last one that a block map has in its own file. */
export function appendEntry(text: string, map: DataMap, lines: YamlLines, unit: string): FileEdit | undefined {
  const own = listOwn(map);
  const last = own.at(-1);
  const indent = last === undefined || map.flow ? undefined : indentAt(text, last.keyRange.start);
  if (last === undefined || indent === undefined) return undefined;
  return insertLine(text, map.file, Math.max(last.value.file === map.file ? last.value.range.end : 0, last.keyRange.end), render(text, lines, indent, unit));
}

/** New lines behind the one that holds an offset. */
function insertLine(text: string, file: string, offset: number, lines: string): FileEdit {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  // A block scalar ends behind its last line break.
  const from = text[offset - 1] === '\n' ? offset - 1 : offset;
  const found = text.indexOf('\n', from);
  const end = found < 0 ? text.length : text[found - 1] === '\r' ? found - 1 : found;
  return { file, range: { start: end, end }, newText: lineEnd + lines };
}

/** New lines in the place of an entry of a block map; a comment behind it stays behind the last of them. */
export function replaceEntry(text: string, { file, keyRange, value }: DataEntry, lines: YamlLines, unit: string): FileEdit | undefined {
  const indent = indentAt(text, keyRange.start);
  if (indent === undefined || value.file !== file) return undefined;
  const end = Math.max(keyRange.end, text.slice(0, value.range.end).trimEnd().length);
  return { file, range: { start: keyRange.start, end }, newText: render(text, lines, indent, unit).slice(indent.length) };
}

/** An entry taken out of its map, with its lines; comments of the next one stay. Undefined for the only entry of a map. */
export function removeEntry(text: string, map: DataMap, { file, keyRange, value }: DataEntry): FileEdit | undefined {
  const own = listOwn(map);
  const at = own.findIndex((entry) => entry.keyRange.start === keyRange.start);
  const previous = own[at - 1];
  const next = own[at + 1];
  if (at < 0 || value.file !== file || own.length < 2) return undefined;
  const quote = /["']/.test(text.charAt(keyRange.start - 1)) ? 1 : 0;
  const start = keyRange.start - quote;
  const valueEnd = Math.max(keyRange.end, text.slice(0, value.range.end).trimEnd().length);
  if (next !== undefined) {
    const nextQuote = /["']/.test(text.charAt(next.keyRange.start - 1)) ? 1 : 0;
    const nextStart = next.keyRange.start - nextQuote;
    if (map.flow) return { file, range: { start, end: nextStart }, newText: '' };
    // Comments before the next entry belong to that one.
    const comment = /\n[ \t]*#/.exec(text.slice(valueEnd, nextStart));
    if (comment === null) return { file, range: { start, end: nextStart }, newText: '' };
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const end = valueEnd + comment.index;
    if (text.slice(lineStart, start).trim() === '') return { file, range: { start: lineStart, end: end + 1 }, newText: '' };
    return { file, range: { start, end: end + comment[0].length - 1 }, newText: '' };
  }
  if (map.flow) return previous === undefined ? undefined : { file, range: { start: previous.value.range.end, end: valueEnd }, newText: '' };
  return removeLines(text, file, keyRange.start, valueEnd);
}

/** The lines from one offset to another, taken out whole. */
export function removeLines(text: string, file: string, start: number, end: number): FileEdit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const found = text.indexOf('\n', end);
  return { file, range: { start: lineStart, end: found < 0 ? text.length : found + 1 }, newText: '' };
}

/** A new item behind the last one of a list: on a line of its own in a block, before the bracket in flow style. */
export function appendItem(text: string, list: DataList, item: string): FileEdit | undefined {
  const last = list.items.at(-1);
  if (last === undefined || last.file !== list.file || last.range.start < list.range.start || last.range.end > list.range.end) return undefined;
  if (list.flow) return { file: list.file, range: { start: last.range.end, end: last.range.end }, newText: `, ${item}` };
  const lineStart = text.lastIndexOf('\n', last.range.start - 1) + 1;
  const hyphen = /^[ \t]*- +/.exec(text.slice(lineStart, last.range.start))?.[0];
  return hyphen === undefined ? undefined : insertLine(text, list.file, last.range.end, hyphen + item);
}

/** An item taken out of a list of several. */
export function removeItem(text: string, list: DataList, item: Data): FileEdit | undefined {
  const at = list.items.indexOf(item);
  const [previous, next] = [list.items[at - 1], list.items[at + 1]];
  if (at < 0 || list.items.length < 2 || item.file !== list.file) return undefined;
  if (!list.flow) return removeLines(text, list.file, item.range.start, text.slice(0, item.range.end).trimEnd().length);
  if (next !== undefined) return { file: list.file, range: { start: item.range.start, end: next.range.start }, newText: '' };
  return previous === undefined ? undefined : { file: list.file, range: { start: previous.range.end, end: item.range.end }, newText: '' };
}
