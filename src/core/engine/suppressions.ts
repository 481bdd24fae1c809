import type { Data } from '../data/model';
import type { Instruction } from '../dockerfile/model';
import type { Finding } from '../rules/model';
import type { Range } from '../text/range';
import type { RuleRegistry } from './registry';

/** One rule name in a suppression comment, and the findings that it speaks of: those that start within `scope`. */
export interface Suppression {
  readonly name: string;
  readonly range: Range;
  readonly scope: Range;
  /** What to delete to take the name away: the name with its comma, or the whole comment when it is the only one. */
  readonly removal: Range;
}

// # trtc ignore=name,name -- reason   or   # trtc ignore-file=name -- reason; in JSON and HCL also behind //
const COMMENT = /(?<=^|[ \t])#[ \t]*trtc[ \t]+(ignore|ignore-file)[ \t]*=[ \t]*([^\s,]+(?:[ \t]*,[ \t]*[^\s,]+)*)/gm;
const SLASH_COMMENT = /(?<=^|[ \t])(?:\/\/|#)[ \t]*trtc[ \t]+(ignore|ignore-file)[ \t]*=[ \t]*([^\s,]+(?:[ \t]*,[ \t]*[^\s,]+)*)/gm;
const NOTHING: Range = { start: -1, end: -1 };

/**
 * Suppression comments of a Dockerfile, each on a line of its own. Between instructions a comment speaks of the next
 * instruction; inside one (among continued lines or in a here-document) of the next line. `instructions` in file order.
 */
export function readDockerfileSuppressions(text: string, instructions: readonly Instruction[]): readonly Suppression[] {
  return readSuppressions(text, (comment, trailing) => {
    if (trailing) return undefined;
    const around = instructions.find(({ range }) => range.end > comment);
    if (around === undefined) return NOTHING;
    return around.range.start < comment ? findNextLine(text, comment, false) : around.range;
  });
}

/**
 * Suppression comments of a shell script or requirements file. On a line of its own a comment speaks of the next line
 * (with its continuations), behind other text of its own line.
 */
export function readLineSuppressions(text: string): readonly Suppression[] {
  return readSuppressions(text, (comment, trailing) =>
    trailing ? lineAround(text, comment) : findNextLine(text, comment, true),
  );
}

/**
 * Suppression comments of a YAML or HCL file. On a line of its own a comment speaks of what begins on the next line,
 * with all that is indented below it; behind other text of its own line.
 */
export function readYamlSuppressions(text: string): readonly Suppression[] {
  return readSuppressions(text, (comment, trailing) => (trailing ? lineAround(text, comment) : findBlock(text, comment)), SLASH_COMMENT);
}

/**
 * Suppression comments of a JSON file (`// trtc ignore=…`). On a line of its own a comment speaks of the next property or
 * element; behind other text of its own line. `root` is the file's data.
 */
export function readJsonSuppressions(text: string, root: Data): readonly Suppression[] {
  return readSuppressions(text, (comment, trailing) => (trailing ? lineAround(text, comment) : (findNextPart(root, comment) ?? NOTHING)), SLASH_COMMENT);
}

function lineAround(text: string, comment: number): Range {
  return { start: text.lastIndexOf('\n', comment) + 1, end: comment };
}

/** The next line that is neither empty nor a comment, with the lines indented below it. */
function findBlock(text: string, comment: number): Range {
  const first = findNextLine(text, comment, false);
  if (first === NOTHING) return NOTHING;
  const indent = indentOf(text, first.start);
  let { end } = first;
  for (let start = end + 1; start < text.length; start = findLineEnd(text, start) + 1) {
    const lineEnd = findLineEnd(text, start);
    if (text.slice(start, lineEnd).trim() === '') continue;
    if (indentOf(text, start) <= indent) break;
    end = lineEnd;
  }
  return { start: first.start, end };
}

function indentOf(text: string, lineStart: number): number {
  return /[^ \t]/.exec(text.slice(lineStart, findLineEnd(text, lineStart)))?.index ?? 0;
}

/** The first entry or item that begins behind a position. */
function findNextPart(data: Data, position: number): Range | undefined {
  if (data.kind === 'scalar') return undefined;
  const parts = data.kind === 'map' ? data.entries.map(({ keyRange, value }) => ({ start: keyRange.start - 1, value })) : data.items.map((value) => ({ start: value.range.start, value }));
  for (const { start, value } of parts) {
    if (start > position) return { start, end: Math.max(value.range.end, start + 1) };
    if (value.range.end > position) return findNextPart(value, position);
  }
  return undefined;
}

function readSuppressions(text: string, findScope: (comment: number, trailing: boolean) => Range | undefined, pattern = COMMENT): Suppression[] {
  const suppressions: Suppression[] = [];
  if (!text.includes('trtc')) return suppressions;
  for (const match of text.matchAll(pattern)) {
    const comment = match.index;
    const lineStart = text.lastIndexOf('\n', comment - 1) + 1;
    const trailing = text.slice(lineStart, comment).trim() !== '';
    const scope = findScope(comment, trailing);
    if (scope === undefined) continue;
    const names = readNames(match[2] ?? '', comment + match[0].length);
    names.forEach(({ name, range }, i) => {
      const next = names[i + 1];
      const previous = names[i - 1];
      const removal =
        next !== undefined ? { start: range.start, end: next.range.start }
        : previous !== undefined ? { start: previous.range.end, end: range.end }
        : findCommentRange(text, trailing ? comment : lineStart, trailing);
      suppressions.push({ name, range, scope: match[1] === 'ignore-file' ? { start: 0, end: text.length + 1 } : scope, removal });
    });
  }
  return suppressions;
}

/** The names of a list that ends at `end`, with their places. */
function readNames(list: string, end: number): { readonly name: string; readonly range: Range }[] {
  const start = end - list.length;
  return Array.from(list.matchAll(/[^\s,]+/g), (match) => ({
    name: match[0],
    range: { start: start + match.index, end: start + match.index + match[0].length },
  }));
}

/** A comment to its line's end; the white space before a trailing one and the line break after a whole line go with it. */
function findCommentRange(text: string, from: number, trailing: boolean): Range {
  const end = findLineEnd(text, from);
  if (!trailing) return { start: from, end: Math.min(end + 1, text.length) };
  const start = text.slice(0, from).trimEnd().length;
  return { start, end: text[end - 1] === '\r' ? end - 1 : end };
}

/** The next line after the one at `position` that is neither empty nor a comment; with its continuations when `whole`. */
function findNextLine(text: string, position: number, whole: boolean): Range {
  let start = findLineEnd(text, position) + 1;
  while (start < text.length) {
    let end = findLineEnd(text, start);
    const line = text.slice(start, end).trim();
    if (line !== '' && !line.startsWith('#') && !line.startsWith('//')) {
      while (whole && end < text.length && text.slice(start, end).trimEnd().endsWith('\\')) end = findLineEnd(text, end + 1);
      return { start, end };
    }
    start = end + 1;
  }
  return NOTHING;
}

function findLineEnd(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end < 0 ? text.length : end;
}

/**
 * The findings that no suppression of their file speaks of; a suppression that spoke of one is added to `used`.
 * `suppressions` by file name.
 */
export function applySuppressions(
  findings: readonly Finding[],
  suppressions: ReadonlyMap<string, readonly Suppression[]>,
  registry: RuleRegistry,
  used: Set<Suppression>,
): readonly Finding[] {
  if (suppressions.size === 0) return findings;
  return findings.filter(({ rule, location }) => {
    const matching = (suppressions.get(location.file) ?? []).filter(
      ({ name, scope }) =>
        scope.start <= location.range.start && location.range.start < scope.end && registry.find(name).some(({ id }) => id === rule),
    );
    for (const suppression of matching) used.add(suppression);
    return matching.length === 0;
  });
}
