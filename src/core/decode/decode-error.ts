import { formatText, type Translations } from '../l10n/message';
import { knownErrors, knownErrorsChecked, type KnownError } from '../facts/errors';
import type { Range } from '../text/range';
import { cleanText } from './clean-text';
import { listLiterals } from './literals';

/** A known error that a text contains. */
export interface DecodedError {
  readonly id: string;
  readonly tool: string;
  readonly phase: KnownError['phase'];
  readonly severity: KnownError['severity'];
  /** The matched words, where they stand first. */
  readonly range: Range;
  /** Their line without control sequences, cut where it is very long. */
  readonly line: string;
  /** How often it was seen; counting ends at 100. */
  readonly times: number;
  /** What the message names: versions, packages, files. Data of the templates below (formatMessage). */
  readonly values: Readonly<Record<string, string>>;
  readonly cause: string;
  /** How to make sure; commands stand in backticks. */
  readonly checks: readonly string[];
  /** What to do, the best first; commands stand in backticks. */
  readonly remedies: readonly string[];
  /** URLs of reports and documentation, the first being the main one. */
  readonly sources: readonly string[];
  /** ISO date on which the table was last compared with its sources. */
  readonly checked: string;
}

/** The texts of a decoded error with its values put in. */
export interface DecodedTexts {
  readonly cause: string;
  readonly checks: readonly string[];
  readonly remedies: readonly string[];
}

/** A known error, made ready for searching. */
interface Searched {
  readonly error: KnownError;
  readonly pattern: RegExp;
  /** The message is broken into two lines by some programs. */
  readonly wraps: boolean;
  readonly literals: readonly string[];
}

/** Where an error was found in the clean text. */
interface Hit {
  readonly searched: Searched;
  readonly range: Range;
  readonly line: Range;
  readonly times: number;
  readonly values: Readonly<Record<string, string>>;
}

/** So far around a literal the line is looked at, in characters; it bounds what a line of megabytes costs. */
const REACH = 1_000;
const MAXIMUM_COUNT = 100;
/** So often a literal may stand there without the rest of its message. */
const MAXIMUM_MISSES = 1_000;
/** Messages nearer than this on one line are parts of one error. */
const SAME_ERROR_DISTANCE = 200;

let searchedErrors: readonly Searched[] | undefined;

/**
 * The known errors in the output of a build, a program or Docker, best first: what tells a cause before what is only a
 * symptom, errors before warnings, then by place. Of several that describe the same spot the most specific one is kept.
 * ANSI sequences, CRLF and escaped quotes are seen through. Takes well under a second for 10 MB. Never throws.
 */
export function decodeError(text: string): readonly DecodedError[] {
  searchedErrors ??= knownErrors().map(prepare);
  const clean = cleanText(text);
  const hits = searchedErrors.flatMap((searched) => search(clean.text, searched)).sort(compareSpecificity);
  const kept: Hit[] = [];
  for (const hit of hits) if (!kept.some((other) => isSameError(other, hit))) kept.push(hit);
  return kept.sort(compareHits).map((hit) => describe(hit, clean.text, clean.toOriginal));
}

/** Puts the values of a decoded error into its texts. */
export function formatDecoded({ cause, checks, remedies, values }: DecodedError, translations?: Translations): DecodedTexts {
  const format = (template: string): string => formatText({ template, data: values }, translations);
  return { cause: format(cause), checks: checks.map(format), remedies: remedies.map(format) };
}

/** What programs that pass on a message put before its second line: steps and seconds of BuildKit, services of Compose. */
const PREFIX = String.raw`(?:#\d+ )?(?:\d+\.\d+ +)?(?:[\w.-]+ +\| *)?`;

function prepare(error: KnownError): Searched {
  const wraps = error.match.includes(String.raw`\s+`);
  const match = wraps ? error.match.replaceAll(String.raw`\s+`, String.raw`(?:\s+${PREFIX}\s*)`) : error.match;
  return { error, pattern: new RegExp(match), wraps, literals: listLiterals(error.match) };
}

/** The first place of an error, with the number of lines that have it. */
function search(text: string, searched: Searched): readonly Hit[] {
  let first: Omit<Hit, 'times'> | undefined;
  let times = 0;
  let misses = 0;
  for (const literal of searched.literals) {
    let at = text.indexOf(literal);
    while (at >= 0 && times < MAXIMUM_COUNT && misses < MAXIMUM_MISSES) {
      const line = lineAround(text, at);
      const match = searched.pattern.exec(text.slice(line.start, searched.wraps ? endOfNextLine(text, line.end) : line.end));
      if (match === null) {
        misses++;
      } else {
        times++;
        const start = line.start + match.index;
        if (first === undefined || start < first.range.start) first = { searched, range: { start, end: start + match[0].length }, line, values: valuesOf(match) };
      }
      at = text.indexOf(literal, Math.max(line.end, at + 1));
    }
  }
  return first === undefined ? [] : [{ ...first, times }];
}

/** The line at `offset`, at most REACH characters to each side. */
function lineAround(text: string, offset: number): Range {
  const isBreak = (i: number): boolean => text[i] === '\n' || text[i] === '\r';
  let start = offset;
  while (start > 0 && offset - start < REACH && !isBreak(start - 1)) start--;
  let end = offset;
  while (end < text.length && end - offset < REACH && !isBreak(end)) end++;
  return { start, end };
}

/** The end of the line behind the one that ends at `end`, or of what is looked at of it. */
function endOfNextLine(text: string, end: number): number {
  const next = /[^\r\n]/.exec(text.slice(end, end + 3));
  return next === null ? end : lineAround(text, end + next.index).end;
}

function valuesOf(match: RegExpExecArray): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(match.groups ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Of two errors at one place the one that matches more of the text says more. */
function compareSpecificity(a: Hit, b: Hit): number {
  const lengthOf = ({ range }: Hit): number => range.end - range.start;
  return rankOf(a) - rankOf(b) || lengthOf(b) - lengthOf(a);
}

function compareHits(a: Hit, b: Hit): number {
  return rankOf(a) - rankOf(b) || Number(b.searched.error.severity === 'error') - Number(a.searched.error.severity === 'error') || a.range.start - b.range.start;
}

function rankOf({ searched }: Hit): number {
  return searched.error.tells === 'cause' ? 0 : 1;
}

function isSameError(a: Hit, b: Hit): boolean {
  const [first, second] = a.range.start <= b.range.start ? [a, b] : [b, a];
  return second.range.start < first.line.end && second.range.start - first.range.end < SAME_ERROR_DISTANCE;
}

function describe({ searched: { error }, range, line, times, values }: Hit, text: string, toOriginal: (offset: number) => number): DecodedError {
  return {
    id: error.id,
    tool: error.tool,
    phase: error.phase,
    severity: error.severity,
    range: { start: toOriginal(range.start), end: toOriginal(range.end - 1) + 1 },
    line: text.slice(line.start, line.end).trim(),
    times,
    values,
    cause: error.cause,
    checks: error.check,
    remedies: error.remedy,
    sources: [error.source, ...error.also],
    checked: knownErrorsChecked(),
  };
}
