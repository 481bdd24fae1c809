/** An item of a list, in the path of a place. */
export const ITEM = '[]';

/** Where a cursor stands in block YAML. */
export interface YamlPlace {
  /** Keys of the maps around the place, the outermost first; `ITEM` for each list. */
  readonly path: readonly string[];
  /** The line's own key, where the place is behind its colon. */
  readonly key: string | undefined;
  /** What stands between the key's colon, or the indent, and the place. */
  readonly written: string;
  /** Offset at which the line begins, in the text. */
  readonly lineStart: number;
  /** Columns before the key or value, dashes included. */
  readonly indent: number;
  /** An item of a list begins with the line. */
  readonly first: boolean;
}

/** A line of block YAML: its dashes, its key, and what stands behind the colon. */
const LINE = /^(?<blank> *)(?<dashes>(?:- +)*)(?:(?<key>[\w.-]+|"[^"]*"|'[^']*') *:(?<value>(?: .*)?)$)?/;

/** A value that lies in the lines below: nothing but an anchor, a tag or a comment behind the colon. */
const BELOW = /^(?: +[&!][^\s,[\]{}]+)* *(?:#.*)?$/;

interface Level {
  /** Lines further out leave the level. */
  readonly indent: number;
  readonly path: readonly string[];
  /** The indent of its lines; undefined until there is one. */
  own: number | undefined;
}

/**
 * The place of `offset` (UTF-16 code units) in block YAML. Reads lines, not documents, because a file is seldom whole while
 * one writes it. Undefined in a comment, and where the line's indent is that of no map or list.
 */
export function readYamlPlace(text: string, offset: number): YamlPlace | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  if (/(?:^|\s)#/.test(line)) return undefined;
  const { blank = '', dashes = '', key, value = '' } = LINE.exec(line)?.groups ?? {};
  const path = enter(readLevels(text.slice(0, lineStart)), blank.length, dashes);
  const indent = blank.length + dashes.length;
  return path && { path, key: key === undefined ? undefined : unquote(key), written: key === undefined ? line.slice(indent) : value, lineStart, indent, first: dashes !== '' };
}

/** The open maps and lists at the end of some lines, outermost first. */
function readLevels(text: string): Level[] {
  const levels: Level[] = [{ indent: 0, path: [], own: undefined }];
  for (const line of text.split('\n')) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const { blank = '', dashes = '', key, value = '' } = LINE.exec(line.replace(/\s+$/, ''))?.groups ?? {};
    const path = enter(levels, blank.length, dashes);
    // Text of several lines, or a mistake.
    if (path === undefined) continue;
    const top = levels.at(-1);
    if (top !== undefined) top.own ??= blank.length;
    const indent = blank.length + dashes.length;
    if (dashes !== '') levels.push({ indent, path, own: indent });
    if (key !== undefined && BELOW.test(value)) levels.push({ indent: indent + 1, path: [...path, unquote(key)], own: undefined });
  }
  return levels;
}

/** Leaves the levels that a line of this indent closes; gives the path there with the items of its dashes. */
function enter(levels: Level[], indent: number, dashes: string): readonly string[] | undefined {
  // A list may stand at the indent of its key.
  const reach = dashes === '' ? indent : indent + 1;
  while (levels.length > 1 && (levels.at(-1)?.indent ?? 0) > reach) levels.pop();
  const top = levels.at(-1);
  if (top === undefined || (top.own ?? indent) !== indent) return undefined;
  return [...top.path, ...Array.from({ length: dashes.split('-').length - 1 }, () => ITEM)];
}

/** Keys of the map that a place belongs to, without that of its own line: those at its indent, up to a line further out. */
export function* keysBeside(text: string, { lineStart, indent, first }: YamlPlace): Iterable<string> {
  const before = first ? [] : text.slice(0, lineStart).split('\n').reverse();
  const after = text.slice(lineStart).split('\n').slice(1);
  for (const lines of [before, after]) {
    for (const line of lines) {
      if (/^\s*(?:#|$)/.test(line)) continue;
      const { blank = '', dashes = '', key } = LINE.exec(line.replace(/\s+$/, ''))?.groups ?? {};
      const own = blank.length + dashes.length;
      if (own < indent || (lines === after && dashes !== '' && own === indent)) break;
      if (own === indent && key !== undefined) yield unquote(key);
      if (lines === before && dashes !== '' && own === indent) break;
    }
  }
}

/**
 * True where the line below a place would not fit one that is `written` there: a child of it, the items of a list below a
 * key, a key below an item.
 */
export function clashesBelow(text: string, { lineStart, indent }: YamlPlace, written: 'key' | 'item' | 'key of an item'): boolean {
  const below = text.slice(lineStart).split('\n').slice(1).find((line) => !/^\s*(?:#|$)/.test(line));
  const column = below?.search(/\S/) ?? 0;
  if (below === undefined || column < indent) return false;
  const isItem = below.startsWith('-', column);
  return column > indent || (written === 'key' && isItem) || (written === 'item' && !isItem);
}

/** The lines around a place that are indented at least as far as it, as they are written. */
export function linesAround(text: string, { lineStart, indent }: YamlPlace): readonly string[] {
  const isInside = (line: string): boolean => /^\s*(?:#|$)/.test(line) || line.search(/\S/) >= indent;
  const before = text.slice(0, lineStart).split('\n').slice(0, -1).reverse();
  const after = text.slice(lineStart).split('\n');
  const end = after.findIndex((line, i) => i > 0 && !isInside(line));
  const start = before.findIndex((line) => !isInside(line));
  return [...before.slice(0, start < 0 ? undefined : start).reverse(), ...after.slice(0, end < 0 ? undefined : end)];
}

function unquote(key: string): string {
  return key.replace(/^(["'])(.*)\1$/, '$2');
}
