import type { Range } from '../text/range';
import { isSpace, skipSpace } from './logical';
import type { EscapeCharacter } from './logical';

// Ranges in this file are spans of a logical line's text, not of the document.

/** True for what separates the arguments of FROM, COPY, EXPOSE: `[\t\v\f\r ]`. */
export function isBlank(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit === 32 || unit === 9 || (unit >= 11 && unit <= 13);
}

/** Splits at white space, quotes or not: FROM, COPY, ADD, EXPOSE, VOLUME. */
export function splitBlanks(text: string, start: number, end: number): Range[] {
  const words: Range[] = [];
  for (let i = start; i < end; ) {
    while (i < end && isBlank(text, i)) i++;
    const first = i;
    while (i < end && !isBlank(text, i)) i++;
    if (i > first) words.push({ start: first, end: i });
  }
  return words;
}

/** Index behind the word at `start`: white space in quotes or after an escape character belongs to it. */
function wordEnd(text: string, start: number, end: number, escape: EscapeCharacter, singleQuotesEscape: boolean): number {
  let quote = '';
  for (let i = start; i < end; i++) {
    const unit = text.charAt(i);
    if (quote === '') {
      if (isSpace(text.charCodeAt(i))) return i;
      if (unit === "'" || unit === '"') quote = unit;
      else if (unit === escape) i++;
    } else if (unit === quote) {
      quote = '';
    } else if (unit === escape && (quote === '"' || singleQuotesEscape)) {
      i++;
    }
  }
  return end;
}

/** Splits at white space outside quotes: ARG, ENV, LABEL. */
export function splitQuoted(text: string, start: number, end: number, escape: EscapeCharacter): Range[] {
  const words: Range[] = [];
  for (let i = skipSpace(text, start, end); i < end; i = skipSpace(text, i, end)) {
    const first = i;
    i = wordEnd(text, i, end, escape, false);
    words.push({ start: first, end: i });
  }
  return words;
}

/** The `--name…` words at `start`, and where what follows them begins. A bare `--` ends them and is no flag. */
export function splitFlags(text: string, start: number, end: number, escape: EscapeCharacter): { flags: Range[]; rest: number } {
  const flags: Range[] = [];
  let i = skipSpace(text, start, end);
  while (text.startsWith('--', i) && i + 1 < end) {
    const first = i;
    i = wordEnd(text, i, end, escape, true);
    const isDelimiter = i - first === 2;
    if (!isDelimiter) flags.push({ start: first, end: i });
    i = skipSpace(text, i, end);
    if (isDelimiter) break;
  }
  return { flags, rest: i };
}

/** A string of a JSON array, and the span between its quotes. */
export interface JsonSpan {
  readonly value: string;
  readonly span: Range;
}

/**
 * The strings of a JSON array that fills `[start, end)`. Undefined when it is no JSON array, which makes it the shell
 * form; 'refused' for an array of anything else than strings, which Docker takes for an error.
 */
export function readJsonStrings(text: string, start: number, end: number): JsonSpan[] | 'refused' | undefined {
  if (text.charAt(start) !== '[' || text.charAt(end - 1) !== ']') return undefined;
  let values: unknown;
  try {
    values = JSON.parse(text.slice(start, end));
  } catch {
    return undefined;
  }
  if (!Array.isArray(values)) return undefined;
  const strings: JsonSpan[] = [];
  let i = start;
  for (const value of values as unknown[]) {
    if (typeof value !== 'string') return 'refused';
    const first = text.indexOf('"', i) + 1;
    i = first;
    while (text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1;
    strings.push({ value, span: { start: first, end: i } });
    i++;
  }
  return strings;
}

/** A `<<NAME` and what it says; its body is still to be found. */
export interface HeredocOperator {
  readonly name: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  readonly span: Range;
}

const HEREDOC = /^\d*<<(-?)\s*([^<]*)$/;

/**
 * The here-document operators of a RUN, COPY or ADD. Docker sees one only where it is a word of its own, and none at
 * all in a line with an open quote. A number before it (`3<<EOF`) is part of the operator.
 */
export function findHeredocs(text: string, start: number, end: number): HeredocOperator[] {
  const operators: HeredocOperator[] = [];
  for (let i = skipSpace(text, start, end); i < end; i = skipSpace(text, i, end)) {
    const first = i;
    i = shellWordEnd(text, i, end);
    if (i < 0) return [];
    const match = HEREDOC.exec(text.slice(first, i));
    if (match === null) continue;
    const { name, quoted } = unquote(match[2] ?? '');
    if (name !== '') operators.push({ name, quoted, stripTabs: match[1] === '-', span: { start: first, end: i } });
  }
  return operators;
}

/** Index behind the shell word at `start`, -1 when a quote or brace in it stays open. Escapes are `\` here, always. */
function shellWordEnd(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && !isSpace(text.charCodeAt(i))) {
    if (text.startsWith('<<', i)) {
      i += 2;
      while (i < end && ' \t\r'.includes(text.charAt(i))) i++;
    } else {
      i = shellPartEnd(text, i, end);
      if (i < 0) return -1;
    }
  }
  return i;
}

/** Index behind the quoted string, `${…}`, escaped or plain code unit at `i`; -1 when it stays open. */
function shellPartEnd(text: string, i: number, end: number): number {
  // What is still open, innermost last. An open brace inside double quotes may hold quotes of its own.
  let open = '';
  do {
    const unit = text.charAt(i);
    if (unit === '\\') {
      i += 2;
    } else if (unit === '$' && text.charAt(i + 1) === '{') {
      open += '}';
      i += 2;
    } else if (open !== '' && unit === open.charAt(open.length - 1)) {
      open = open.slice(0, -1);
      i++;
    } else if (unit === "'" && !open.endsWith('"')) {
      i = text.indexOf("'", i + 1) + 1;
      if (i === 0 || i > end) return -1;
    } else {
      if (unit === '"') open += '"';
      i++;
    }
  } while (open !== '' && i < end);
  return open === '' ? Math.min(i, end) : -1;
}

function unquote(raw: string): { name: string; quoted: boolean } {
  let name = '';
  let quote = '';
  let quoted = false;
  for (let i = 0; i < raw.length; i++) {
    const unit = raw.charAt(i);
    const next = raw.charAt(i + 1);
    if (unit === quote) {
      quote = '';
    } else if (quote === '' && (unit === "'" || unit === '"')) {
      quote = unit;
      quoted = true;
    } else if (unit === '\\' && (quote === '' || (quote === '"' && '"$\\'.includes(next)))) {
      name += next;
      i++;
    } else {
      name += unit;
    }
  }
  return { name, quoted };
}
