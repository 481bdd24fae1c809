import { modifyValue } from '../text/parameter';
import type { ParameterOperator } from '../text/parameter';
import { Traced, UNKNOWN } from '../text/traced';
import type { Piece } from '../text/traced';
import { joinRaw } from './logical';
import type { EscapeCharacter, LogicalLine } from './logical';
import type { Word } from './model';

/**
 * What a variable is for which the lookup gives no value:
 * - `empty`: unset for certain; Docker puts nothing in its place.
 * - `required`: not set in this file, but the build is meant to be given it (`ARG NAME` without default):
 *   `$NAME` is unknown, `${NAME:-x}` is `x`.
 * - `unknown`: nobody knows whether it is set; so is all that depends on it.
 */
export type UnsetMeaning = 'empty' | 'required' | 'unknown';

export interface ExpandOptions {
  /** Name of the document that holds the word. */
  readonly file: string;
  readonly escape: EscapeCharacter;
  readonly unset: UnsetMeaning | ((name: string) => UnsetMeaning);
}

/** A nesting of `${…:-${…}}` deeper than this is no longer followed. */
const MAX_DEPTH = 50;

const PLAIN = /^[^$'"\\`\n]*$/;

/**
 * The value of a word of a Dockerfile: continuations joined, quotes and escapes removed, variables replaced, by the
 * rules of BuildKit's frontend/dockerfile/shell/lex.go. A word that Docker refuses (an open quote, `${}`, a failed
 * `${NAME:?}`) and an unknown variable give UNKNOWN, the first for the whole word.
 */
export function expandWord(word: Word, lookup: (name: string) => Traced | undefined, options: ExpandOptions): Traced {
  if (PLAIN.test(word.raw)) return Traced.literal(word.raw, options.file, word.range);
  const line = joinRaw(word.raw, word.range.start, options.escape);
  return new Expander(line, lookup, options).expand() ?? Traced.unknown(options.file, word.range);
}

/** Collects pieces; literal code units that stand side by side in the document become one. */
class PieceList {
  readonly pieces: Piece[] = [];
  readonly #file: string;
  #text = '';
  #start = 0;

  constructor(file: string) {
    this.#file = file;
  }

  addUnit(unit: string, offset: number): void {
    if (this.#text !== '' && this.#start + this.#text.length !== offset) this.#flush();
    if (this.#text === '') this.#start = offset;
    this.#text += unit;
  }

  add(value: Traced): void {
    this.#flush();
    for (const piece of value.pieces) if (piece.text !== '') this.pieces.push(piece);
  }

  finish(): Traced {
    this.#flush();
    return new Traced(this.pieces);
  }

  #flush(): void {
    if (this.#text === '') return;
    const range = { start: this.#start, end: this.#start + this.#text.length };
    this.pieces.push({ text: this.#text, file: this.#file, range, verbatim: true });
    this.#text = '';
  }
}

class Expander {
  readonly #line: LogicalLine;
  readonly #text: string;
  readonly #lookup: (name: string) => Traced | undefined;
  readonly #options: ExpandOptions;
  #position = 0;

  constructor(line: LogicalLine, lookup: (name: string) => Traced | undefined, options: ExpandOptions) {
    this.#line = line;
    this.#text = line.text;
    this.#lookup = lookup;
    this.#options = options;
  }

  /** The whole word's value; undefined where Docker reports an error. */
  expand(): Traced | undefined {
    return this.#expandUntil('', false, 0);
  }

  /** Expands up to `stop` and steps over it; an empty `stop` means the end. `keepEscapes` is for patterns. */
  #expandUntil(stop: string, keepEscapes: boolean, depth: number): Traced | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const { escape } = this.#options;
    const result = new PieceList(this.#options.file);
    while (this.#position < this.#text.length) {
      const unit = this.#text.charAt(this.#position);
      if (unit === stop) {
        this.#position++;
        return result.finish();
      }
      if (unit === "'") {
        if (!this.#singleQuoted(result)) return undefined;
      } else if (unit === '"') {
        if (!this.#doubleQuoted(result, keepEscapes, depth)) return undefined;
      } else if (unit === '$') {
        if (!this.#variable(result, depth)) return undefined;
      } else {
        if (unit === escape) {
          if (keepEscapes) this.#take(result);
          else this.#position++;
          if (this.#position >= this.#text.length) break;
        }
        this.#take(result);
      }
    }
    return stop === '' ? result.finish() : undefined;
  }

  #take(result: PieceList): void {
    result.addUnit(this.#text.charAt(this.#position), this.#line.at(this.#position));
    this.#position++;
  }

  #singleQuoted(result: PieceList): boolean {
    const end = this.#text.indexOf("'", this.#position + 1);
    if (end < 0) return false;
    this.#position++;
    while (this.#position < end) this.#take(result);
    this.#position++;
    return true;
  }

  #doubleQuoted(result: PieceList, keepEscapes: boolean, depth: number): boolean {
    const { escape } = this.#options;
    this.#position++;
    while (this.#position < this.#text.length) {
      const unit = this.#text.charAt(this.#position);
      if (unit === '"') {
        this.#position++;
        return true;
      }
      if (unit === '$') {
        if (!this.#variable(result, depth)) return false;
        continue;
      }
      const next = this.#text.charAt(this.#position + 1);
      if (unit === escape && (next === '"' || next === '$' || next === escape)) {
        if (keepEscapes) this.#take(result);
        else this.#position++;
      }
      this.#take(result);
    }
    return false;
  }

  /** `$NAME` or `${…}` at the position. False where Docker reports an error. */
  #variable(result: PieceList, depth: number): boolean {
    const start = this.#position;
    this.#position++;
    if (this.#text.charAt(this.#position) !== '{') {
      const name = this.#name();
      if (name === '') {
        result.addUnit('$', this.#line.at(start));
      } else {
        this.#addUse(result, start, name, this.#get(name) ?? this.#absent(name, start));
      }
      return true;
    }
    this.#position++;
    if ('{}:'.includes(this.#text.charAt(this.#position))) return false;
    const name = this.#name();
    const value = this.#modified(name, start, depth);
    if (value === undefined) return false;
    if (value.literal) result.add(value.result);
    else this.#addUse(result, start, name, value.result);
    return true;
  }

  /** What stands between the name and `}`; `literal` when the result is written in the word itself (`:-default`). */
  #modified(name: string, start: number, depth: number): { result: Traced; literal: boolean } | undefined {
    let operator = this.#text.charAt(this.#position++);
    const value = this.#get(name);
    if (operator === '}') return { result: value ?? this.#absent(name, start), literal: false };

    if (operator === '/') {
      const all = this.#text.charAt(this.#position) === '/';
      if (all) this.#position++;
      const pattern = this.#expandUntil('/', true, depth + 1);
      const replacement = pattern && this.#expandUntil('}', true, depth + 1);
      if (replacement === undefined) return undefined;
      const held = value ?? this.#absent(name, start);
      return { result: modifyValue(held, all ? '//' : '/', pattern?.value ?? '', replacement.value, 'docker'), literal: false };
    }

    const emptyIsUnset = operator === ':';
    if (emptyIsUnset) operator = this.#text.charAt(this.#position++);
    if (operator === '#' || operator === '%') {
      if (emptyIsUnset) return undefined;
      const pattern = this.#expandUntil('}', true, depth + 1);
      if (pattern === undefined) return undefined;
      const longest = pattern.value.startsWith(operator);
      const doubled: ParameterOperator = operator === '#' ? (longest ? '##' : '#') : longest ? '%%' : '%';
      const held = value ?? this.#absent(name, start);
      return { result: modifyValue(held, doubled, pattern.value.slice(longest ? 1 : 0), '', 'docker'), literal: false };
    }
    if (operator !== '-' && operator !== '+' && operator !== '?') return undefined;
    const word = this.#expandUntil('}', false, depth + 1);
    if (word === undefined) return undefined;

    const unknown = { result: this.#unknown(start), literal: true };
    if (value === undefined && this.#unset(name) === 'unknown') return unknown;
    // A value of which nothing is known may be empty.
    if (emptyIsUnset && value?.value === UNKNOWN) return unknown;
    const unset = value === undefined || (emptyIsUnset && value.value === '');
    switch (operator) {
      case '-':
        return unset ? { result: word, literal: true } : { result: value, literal: false };
      case '+':
        return { result: unset ? new Traced([]) : word, literal: true };
      case '?':
        if (!unset) return { result: value, literal: false };
        return this.#unset(name) === 'required' ? unknown : undefined;
    }
  }

  /** Name at the position, as the shell reads it; positional and special parameters included. */
  #name(): string {
    NAME.lastIndex = this.#position;
    const name = NAME.exec(this.#text)?.[0] ?? '';
    this.#position += name.length;
    return name;
  }

  #get(name: string): Traced | undefined {
    return IDENTIFIER.test(name) ? this.#lookup(name) : undefined;
  }

  #unset(name: string): UnsetMeaning {
    if (!IDENTIFIER.test(name)) return 'empty';
    return typeof this.#options.unset === 'function' ? this.#options.unset(name) : this.#options.unset;
  }

  #absent(name: string, start: number): Traced {
    return this.#unset(name) === 'empty' ? new Traced([]) : this.#unknown(start);
  }

  #unknown(start: number): Traced {
    return Traced.unknown(this.#options.file, this.#useRange(start));
  }

  #addUse(result: PieceList, start: number, name: string, value: Traced): void {
    result.add(value.usedAt(this.#options.file, this.#useRange(start), name));
  }

  #useRange(start: number): { start: number; end: number } {
    return { start: this.#line.at(start), end: this.#line.endAt(this.#position) };
  }
}

const NAME = /\d+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
const IDENTIFIER = /^[\p{L}_]/u;
