import type { Range } from '../text/range';
import { Traced, UNKNOWN } from '../text/traced';
import type { Data, DataEntry, DataMap, Scalar } from './model';

/** Gives the value of a variable that an expression names; undefined for one that is not known. */
export type HclLookup = (name: string) => Traced | undefined;

/** Deeper nesting than this is left out: no file of people comes near it. */
const MAX_DEPTH = 64;
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

/**
 * An HCL file as data, for the part of the language that bake files are made of: blocks, attributes, strings with
 * `${NAME}`, numbers, lists and objects. `target "app" { … }` becomes the map `target.app`, as in HCL's JSON form.
 * A value that is computed (calls, conditions, arithmetic) is UNKNOWN. A text with errors gives what can be read of it
 * up to there. Never throws.
 */
export function readHcl(text: string, file: string, lookup: HclLookup = () => undefined): DataMap {
  return new HclReader(text, file, lookup).read();
}

class HclReader {
  readonly #text: string;
  readonly #file: string;
  readonly #lookup: HclLookup;
  #position = 0;

  constructor(text: string, file: string, lookup: HclLookup) {
    this.#text = text;
    this.#file = file;
    this.#lookup = lookup;
  }

  read(): DataMap {
    return this.#body(0, 0);
  }

  /** Attributes and blocks up to the closing bracket, or to the end of the file. */
  #body(start: number, depth: number): DataMap {
    const entries = new Map<string, DataEntry>();
    for (;;) {
      this.#skip(true);
      const at = this.#position;
      if (at >= this.#text.length || this.#text[at] === '}' || depth > MAX_DEPTH) break;
      const name = this.#match(IDENTIFIER);
      if (name === undefined) {
        // Not what a body holds: nothing after it can be trusted.
        this.#position = this.#text.length;
        break;
      }
      const keyRange = { start: at, end: at + name.length };
      this.#skip(false);
      if (this.#take('=')) {
        entries.delete(name);
        entries.set(name, { key: name, file: this.#file, keyRange, value: this.#value(depth + 1) });
      } else this.#block(name, keyRange, entries, depth);
    }
    const end = Math.min(this.#position + 1, this.#text.length);
    this.#position = end;
    return this.#mapOf(entries, { start, end }, false);
  }

  #mapOf(entries: ReadonlyMap<string, DataEntry>, range: Range, flow: boolean): DataMap {
    return { kind: 'map', file: this.#file, range, entries: [...entries.values()], flow };
  }

  /** `type "label" { … }`: the labels become keys. Blocks of one type share a map. */
  #block(type: string, typeRange: Range, entries: Map<string, DataEntry>, depth: number): void {
    const keys: { readonly key: string; readonly keyRange: Range }[] = [{ key: type, keyRange: typeRange }];
    for (;;) {
      this.#skip(false);
      const at = this.#position;
      const quoted = /"([^"\n]*)"/y;
      quoted.lastIndex = at;
      const label = quoted.exec(this.#text)?.[1] ?? this.#match(IDENTIFIER);
      if (label === undefined) break;
      const inner = this.#text[at] === '"' ? at + 1 : at;
      keys.push({ key: label, keyRange: { start: inner, end: inner + label.length } });
      this.#position = inner + label.length + (inner - at);
    }
    const start = this.#position;
    if (!this.#take('{')) {
      this.#position = this.#text.length;
      return;
    }
    insert(entries, keys, this.#body(start, depth + 1), this.#file);
  }

  /** An expression; one that is computed is unknown as a whole. */
  #value(depth: number): Data {
    this.#skip(false);
    const start = this.#position;
    const value = depth > MAX_DEPTH ? undefined : this.#primary(depth);
    const end = this.#position;
    this.#skip(false);
    if (value !== undefined && /^(?:[\n\r,\]}]|$)/.test(this.#text.charAt(this.#position))) {
      this.#position = end;
      return value;
    }
    this.#skipExpression();
    const range = { start, end: Math.max(start, this.#position) };
    return this.#scalar(Traced.unknown(this.#file, range), 'string', range, 'plain');
  }

  #primary(depth: number): Data | undefined {
    const start = this.#position;
    const unit = this.#text[start];
    if (unit === '"') return this.#string();
    if (unit === '[') return this.#list(depth);
    if (unit === '{') return this.#object(depth);
    const number = this.#match(NUMBER);
    const word = number ?? this.#match(IDENTIFIER);
    if (word === undefined) return undefined;
    const range = { start, end: this.#position };
    const literal = Traced.literal(word, this.#file, range);
    if (number !== undefined) return this.#scalar(literal, 'number', range, 'plain');
    if (word === 'true' || word === 'false') return this.#scalar(literal, 'boolean', range, 'plain');
    if (word === 'null') return this.#scalar(Traced.literal('', this.#file, range), 'null', range, 'plain');
    return this.#scalar(this.#use(word, range), 'string', range, 'plain');
  }

  #scalar(text: Traced, type: Scalar['type'], range: Range, style: Scalar['style']): Scalar {
    return { kind: 'scalar', file: this.#file, range, type, text, raw: this.#text.slice(range.start, range.end), style };
  }

  #use(name: string, range: Range): Traced {
    return this.#lookup(name)?.usedAt(this.#file, range, name) ?? Traced.unknown(this.#file, range);
  }

  #string(): Scalar | undefined {
    const start = this.#position;
    const parts: Traced[] = [];
    let literal = '';
    let from = start + 1;
    const flush = (end: number): void => {
      if (literal !== '') parts.push(new Traced([{ text: literal, file: this.#file, range: { start: from, end }, verbatim: end - from === literal.length }]));
      literal = '';
    };
    for (let i = start + 1; i < this.#text.length; i++) {
      const unit = this.#text.charAt(i);
      if (unit === '\n') return undefined;
      if (unit === '"') {
        flush(i);
        this.#position = i + 1;
        return this.#scalar(Traced.concat(parts.length === 0 ? [Traced.literal('', this.#file, { start: i, end: i })] : parts), 'string', { start, end: i + 1 }, 'quoted');
      }
      if (unit === '\\') {
        literal += unescape(this.#text.charAt(++i));
      } else if ((unit === '$' || unit === '%') && this.#text[i + 1] === unit && this.#text[i + 2] === '{') {
        literal += `${unit}{`;
        i += 2;
      } else if ((unit === '$' || unit === '%') && this.#text[i + 1] === '{') {
        flush(i);
        const close = this.#text.indexOf('}', i);
        if (close < 0) return undefined;
        const range = { start: i, end: close + 1 };
        const name = /^\$\{\s*([\w-]+)\s*\}$/.exec(this.#text.slice(i, close + 1))?.[1];
        parts.push(name === undefined ? Traced.unknown(this.#file, range) : this.#use(name, range));
        i = close;
        from = close + 1;
      } else {
        literal += unit;
      }
    }
    return undefined;
  }

  #list(depth: number): Data | undefined {
    const start = this.#position++;
    const items: Data[] = [];
    for (;;) {
      this.#skip(true);
      if (this.#take(']')) return { kind: 'list', file: this.#file, range: { start, end: this.#position }, items, flow: true };
      if (this.#position >= this.#text.length) return undefined;
      items.push(this.#value(depth + 1));
      this.#skip(true);
      if (!this.#take(',') && this.#text[this.#position] !== ']') return undefined;
    }
  }

  #object(depth: number): Data | undefined {
    const start = this.#position++;
    const entries = new Map<string, DataEntry>();
    for (;;) {
      this.#skip(true);
      if (this.#take('}')) return this.#mapOf(entries, { start, end: this.#position }, true);
      const at = this.#position;
      const quoted = this.#text[at] === '"' ? this.#string() : undefined;
      const key = quoted?.text.value ?? this.#match(IDENTIFIER);
      this.#skip(false);
      if (key === undefined || (!this.#take('=') && !this.#take(':'))) return undefined;
      const keyRange = quoted === undefined ? { start: at, end: at + key.length } : { start: quoted.range.start + 1, end: quoted.range.end - 1 };
      if (!key.includes(UNKNOWN)) entries.set(key, { key, file: this.#file, keyRange, value: this.#value(depth + 1) });
      else this.#value(depth + 1);
      this.#skip(true);
      this.#take(',');
    }
  }

  /** Over a computed expression: to the end of its line, or of its place in a list, strings and brackets passed over. */
  #skipExpression(): void {
    let open = 0;
    for (; this.#position < this.#text.length; this.#position++) {
      const unit = this.#text.charAt(this.#position);
      if (unit === '"') {
        if (this.#string() === undefined) break;
        this.#position--;
      } else if ('([{'.includes(unit)) open++;
      else if (')]}'.includes(unit)) {
        if (open-- === 0) return;
      } else if (open === 0 && (unit === '\n' || unit === ',')) return;
    }
  }

  #skip(newlines: boolean): void {
    const blank = newlines ? /(?:\s|(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\/)*/y : /(?:[ \t]|(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    blank.lastIndex = this.#position;
    if (blank.test(this.#text)) this.#position = blank.lastIndex;
  }

  #take(unit: string): boolean {
    if (this.#text[this.#position] !== unit) return false;
    this.#position++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }
}

function unescape(unit: string): string {
  return { n: '\n', r: '\r', t: '\t' }[unit] ?? unit;
}

/** Puts a block under its type and labels. */
function insert(entries: Map<string, DataEntry>, keys: readonly { readonly key: string; readonly keyRange: Range }[], body: DataMap, file: string): void {
  const [first, ...rest] = keys;
  if (first === undefined) return;
  const { key, keyRange } = first;
  if (rest.length === 0) {
    entries.set(key, { key, file, keyRange, value: body });
    return;
  }
  const known = entries.get(key)?.value;
  const inner = new Map(known?.kind === 'map' ? known.entries.map((entry) => [entry.key, entry]) : []);
  insert(inner, rest, body, file);
  entries.set(key, { key, file, keyRange: entries.get(key)?.keyRange ?? keyRange, value: { ...body, entries: [...inner.values()] } });
}
