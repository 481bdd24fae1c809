import type { Comment } from './model';

export type EscapeCharacter = '\\' | '`';

const TAB = 9;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;

/** True for white space as Docker's reader sees it. */
export function isSpace(unit: number): boolean {
  return unit === SPACE || (unit >= TAB && unit <= RETURN) || unit === 0x85 || unit === 0xa0 || (unit >= 0x1680 && isRareSpace(unit));
}

function isRareSpace(unit: number): boolean {
  return (unit >= 0x2000 && unit <= 0x200a) || unit === 0x1680 || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000;
}

/** What is left of an instruction when Docker has joined its lines, each part still knowing where it is written. */
export class LogicalLine {
  readonly text: string;
  /** Where each part begins in `text`, and where in the document. Both ascend. */
  readonly #starts: readonly number[];
  readonly #offsets: readonly number[];

  constructor(text: string, starts: readonly number[], offsets: readonly number[]) {
    this.text = text;
    this.#starts = starts;
    this.#offsets = offsets;
  }

  /** Document offset of the code unit at `index` of `text`; for the end of `text`, the offset behind its last unit. */
  at(index: number): number {
    const part = this.#partOf(index);
    return (this.#offsets[part] ?? 0) + index - (this.#starts[part] ?? 0);
  }

  /** Document offset behind the code unit before `index`: where a span that ends at `index` ends. */
  endAt(index: number): number {
    return index === 0 ? this.at(0) : this.at(index - 1) + 1;
  }

  /** Calls `visit` for each stretch of `text[start, end)` that the document holds in one piece. */
  forEachPart(start: number, end: number, visit: (from: number, to: number, offset: number) => void): void {
    for (let part = this.#partOf(start); part < this.#starts.length; part++) {
      const first = this.#starts[part] ?? 0;
      if (first >= end) return;
      const from = Math.max(first, start);
      const to = Math.min(this.#starts[part + 1] ?? this.text.length, end);
      if (from < to) visit(from, to, (this.#offsets[part] ?? 0) + from - first);
    }
  }

  #partOf(index: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Offset of the newline that ends the line at `offset`, or the text's end. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** `end` moved left over carriage returns: Docker takes them for a part of the newline. */
export function withoutReturns(text: string, start: number, end: number): number {
  while (end > start && text.charCodeAt(end - 1) === RETURN) end--;
  return end;
}

/** Offset of the first code unit from `start` on that is no white space, or `end`. */
export function skipSpace(text: string, start: number, end: number): number {
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  return start;
}

/** The comment whose `#` stands at `offset`. */
export function commentAt(text: string, offset: number): Comment {
  const end = offset + text.slice(offset, lineEnd(text, offset)).trimEnd().length;
  return { text: text.slice(offset + 1, end).trim(), range: { start: offset, end } };
}

/** Offset of the escape character that continues the line `[start, end)`, or -1. A doubled one continues nothing. */
function continuation(text: string, start: number, end: number, escape: number): number {
  let last = end - 1;
  while (last >= start && (text.charCodeAt(last) === SPACE || text.charCodeAt(last) === TAB)) last--;
  if (last < start || text.charCodeAt(last) !== escape) return -1;
  return last > start && text.charCodeAt(last - 1) === escape ? -1 : last;
}

/** A logical line and where the line after it begins. */
export interface LogicalLineRead {
  readonly line: LogicalLine;
  readonly next: number;
}

/**
 * Joins the line at `offset` of `text` with those that continue it, by Docker's rules: an escape character at the
 * end of a line continues it, and comment lines and empty lines in between do not count. Comments met on the way go
 * to `comments`.
 */
export function readLogicalLine(text: string, offset: number, escape: EscapeCharacter, comments: Comment[]): LogicalLineRead {
  return joinLines(text, offset, escape, 0, comments);
}

/**
 * The logical text of a part of a document, `raw`, that begins at document offset `start` and was cut out of one
 * instruction: a word. Its last line is taken as it is, for what follows it is not seen.
 */
export function joinRaw(raw: string, start: number, escape: EscapeCharacter): LogicalLine {
  return raw.includes('\n') ? joinLines(raw, 0, escape, start, undefined).line : new LogicalLine(raw, [0], [start]);
}

/** `base` is the document offset of `text`; a text without `comments` to fill is a part of a document. */
function joinLines(text: string, offset: number, escape: EscapeCharacter, base: number, comments: Comment[] | undefined): LogicalLineRead {
  const escapeUnit = escape.charCodeAt(0);
  const cutOf = (start: number, end: number): number =>
    comments === undefined && end === text.length ? -1 : continuation(text, start, end, escapeUnit);

  let newline = lineEnd(text, offset);
  let end = withoutReturns(text, offset, newline);
  let cut = cutOf(offset, end);
  if (cut < 0) return { line: new LogicalLine(text.slice(offset, end), [0], [base + offset]), next: newline + 1 };

  const parts = [text.slice(offset, cut)];
  let length = cut - offset;
  const starts = [0];
  const offsets = [base + offset];
  while (cut >= 0 && newline + 1 < text.length) {
    const start = newline + 1;
    newline = lineEnd(text, start);
    end = withoutReturns(text, start, newline);
    const first = skipSpace(text, start, end);
    if (first === end) continue;
    if (text.charCodeAt(first) === HASH) {
      comments?.push(commentAt(text, first));
      continue;
    }
    cut = cutOf(start, end);
    const part = text.slice(start, cut < 0 ? end : cut);
    starts.push(length);
    offsets.push(base + start);
    parts.push(part);
    length += part.length;
  }
  return { line: new LogicalLine(parts.join(''), starts, offsets), next: newline + 1 };
}
