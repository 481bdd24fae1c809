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

// # trtc ignore=name,name -- reason   or   # trtc ignore-file=name -- reason
const COMMENT = /(?<=^|[ \t])#[ \t]*trtc[ \t]+(ignore|ignore-file)[ \t]*=[ \t]*([^\s,]+(?:[ \t]*,[ \t]*[^\s,]+)*)/gm;
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
    trailing ? { start: text.lastIndexOf('\n', comment) + 1, end: comment } : findNextLine(text, comment, true),
  );
}

function readSuppressions(text: string, findScope: (comment: number, trailing: boolean) => Range | undefined): Suppression[] {
  const suppressions: Suppression[] = [];
  if (!text.includes('trtc')) return suppressions;
  for (const match of text.matchAll(COMMENT)) {
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
    if (line !== '' && !line.startsWith('#')) {
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
