import type { Range } from '../text/range';
import { Traced } from '../text/traced';
import type { Data, DataEntry, DataList, DataMap, Scalar } from './model';

/** Deeper nesting than this is left out: no file of people comes near it. */
const MAX_DEPTH = 64;

const KEY = /[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([\w-]+))[ \t]*/y;
const PLAIN = /[^\s,\]}#]+(?: [\d:.]+)?/y;
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const LINE = /[^\n]*(?:\n|$)/y;

/**
 * TOML text as data (https://toml.io/en/v1.0.0): tables, arrays of tables, dotted and quoted keys, strings of all four
 * kinds, arrays, inline tables; numbers, booleans and dates as plain scalars. A table's range is its header. A line that
 * is none of this is passed over. Never throws.
 */
export function readToml(text: string, file: string): DataMap {
  return new Reader(text, file).read();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): DataMap {
    const root = this.#map({ start: 0, end: 0 }, false);
    let table: DataMap | undefined = root;
    while (this.#at < this.#text.length) {
      this.#skip(BLANK);
      if (this.#at >= this.#text.length) break;
      if (this.#text[this.#at] === '[') table = this.#header(root);
      else if (table === undefined || !this.#pair(table, 0)) this.#skip(LINE);
    }
    return root;
  }

  /** `[a.b]` or `[[a.b]]`; undefined for one that cannot be read, so that what follows is passed over. */
  #header(root: DataMap): DataMap | undefined {
    const start = this.#at;
    const isArray = this.#text.startsWith('[[', start);
    this.#at += isArray ? 2 : 1;
    const keys = this.#keys();
    const closed = keys !== undefined && this.#text.startsWith(isArray ? ']]' : ']', this.#at);
    const range = { start, end: closed ? this.#at + (isArray ? 2 : 1) : this.#at };
    this.#skip(LINE);
    const last = keys?.pop();
    const parent = closed ? enter(root, keys ?? [], (at) => this.#map(at, false)) : undefined;
    if (parent === undefined || last === undefined) return undefined;
    const found = parent.entries.find(({ key }) => key === last.name)?.value;
    if (!isArray) {
      if (found !== undefined) return found.kind === 'map' ? found : undefined;
      const table = this.#map(range, false);
      add(parent, { key: last.name, file: this.#file, keyRange: last.range, value: table });
      return table;
    }
    const table = this.#map(range, false);
    if (found === undefined) add(parent, { key: last.name, file: this.#file, keyRange: last.range, value: this.#list(range, [table], false) });
    else if (found.kind === 'list') (found.items as Data[]).push(table);
    else return undefined;
    return table;
  }

  /** `key = value`, into the table or what its dotted key leads to. False where it cannot be read. */
  #pair(table: DataMap, depth: number): boolean {
    const keys = this.#keys();
    if (keys === undefined || this.#text[this.#at] !== '=') return false;
    this.#at++;
    this.#spaces();
    const value = this.#value(depth);
    const last = keys.pop();
    const parent = enter(table, keys, (at) => this.#map(at, false));
    if (value === undefined || last === undefined || parent === undefined) return false;
    add(parent, { key: last.name, file: this.#file, keyRange: last.range, value });
    return true;
  }

  #keys(): { name: string; range: Range }[] | undefined {
    const keys: { name: string; range: Range }[] = [];
    for (;;) {
      KEY.lastIndex = this.#at;
      const match = KEY.exec(this.#text);
      if (match === null) return undefined;
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      const start = this.#at + match[0].indexOf(name);
      keys.push({ name, range: { start, end: start + name.length } });
      this.#at = KEY.lastIndex;
      if (this.#text[this.#at] !== '.') return keys;
      this.#at++;
    }
  }

  #value(depth: number): Data | undefined {
    if (depth > MAX_DEPTH) return undefined;
    switch (this.#text[this.#at]) {
      case '"':
      case "'":
        return this.#string(this.#text[this.#at] as '"' | "'");
      case '[':
        return this.#array(depth);
      case '{':
        return this.#inlineTable(depth);
      default:
        return this.#plain();
    }
  }

  #string(quote: '"' | "'"): Scalar | undefined {
    const start = this.#at;
    const isLong = this.#text.startsWith(quote.repeat(3), start);
    const mark = isLong ? quote.repeat(3) : quote;
    let from = start + mark.length;
    if (isLong && /^\r?\n/.test(this.#text.slice(from, from + 2))) from += this.#text[from] === '\r' ? 2 : 1;
    let at = from;
    for (; at < this.#text.length && !this.#text.startsWith(mark, at); at++) {
      if (!isLong && this.#text[at] === '\n') return undefined;
      if (quote === '"' && this.#text[at] === '\\') at++;
    }
    if (at >= this.#text.length) return undefined;
    this.#at = at + mark.length;
    const written = this.#text.slice(from, at);
    const raw = quote === '"' ? unescape(written) : written;
    return this.#scalar('string', raw, { start, end: this.#at }, { start: from, end: at }, isLong ? 'block' : 'quoted');
  }

  #array(depth: number): DataList | undefined {
    const start = this.#at++;
    const items: Data[] = [];
    for (;;) {
      this.#skip(BLANK);
      if (this.#text[this.#at] === ']') break;
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      items.push(value);
      this.#skip(BLANK);
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== ']') return undefined;
    }
    return this.#list({ start, end: ++this.#at }, items, true);
  }

  #inlineTable(depth: number): DataMap | undefined {
    const start = this.#at++;
    const entries: DataEntry[] = [];
    const table = { ...this.#map({ start, end: start }, true), entries };
    for (;;) {
      this.#skip(BLANK);
      if (this.#text[this.#at] === '}') break;
      if (!this.#pair(table, depth + 1)) return undefined;
      this.#skip(BLANK);
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== '}') return undefined;
    }
    return { ...table, range: { start, end: ++this.#at } };
  }

  #plain(): Scalar | undefined {
    PLAIN.lastIndex = this.#at;
    const text = PLAIN.exec(this.#text)?.[0];
    if (text === undefined) return undefined;
    const range = { start: this.#at, end: this.#at + text.length };
    this.#at = range.end;
    const type = text === 'true' || text === 'false' ? 'boolean' : /^[+-]?(?:\d|inf$|nan$)/.test(text) && !/^\d{4}-|:/.test(text) ? 'number' : 'string';
    return this.#scalar(type, text, range, range, 'plain');
  }

  #scalar(type: Scalar['type'], raw: string, range: Range, inner: Range, style: Scalar['style']): Scalar {
    const verbatim = this.#text.slice(inner.start, inner.end) === raw;
    const text = new Traced([{ text: raw, file: this.#file, range: verbatim ? inner : range, verbatim }]);
    return { kind: 'scalar', file: this.#file, range, type, text, raw, style };
  }

  #map(range: Range, flow: boolean): DataMap {
    return { kind: 'map', file: this.#file, range, entries: [], flow };
  }

  #list(range: Range, items: Data[], flow: boolean): DataList {
    return { kind: 'list', file: this.#file, range, items, flow };
  }

  #spaces(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    this.#at += pattern.exec(this.#text)?.[0].length ?? 0;
  }
}

/** The table that keys lead to from another, made where it is not there; of an array of tables the last one. */
function enter(table: DataMap, keys: readonly { readonly name: string; readonly range: Range }[], create: (at: Range) => DataMap): DataMap | undefined {
  let current = table;
  for (const { name, range } of keys) {
    const found = current.entries.find(({ key }) => key === name)?.value;
    const next = found?.kind === 'list' ? found.items.at(-1) : found;
    if (next === undefined) {
      const made = create(range);
      add(current, { key: name, file: current.file, keyRange: range, value: made });
      current = made;
    } else if (next.kind === 'map') current = next;
    else return undefined;
  }
  return current;
}

/** Tables grow while the file is read; only this module writes to them. */
function add(table: DataMap, entry: DataEntry): void {
  (table.entries as DataEntry[]).push(entry);
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001B', '"': '"', '\\': '\\' };

function unescape(written: string): string {
  if (!written.includes('\\')) return written;
  return written.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\s*\n\s*|([\s\S]))/g, (whole, short: string | undefined, long: string | undefined, single: string | undefined) => {
    const code = parseInt(short ?? long ?? '', 16);
    if (!Number.isNaN(code)) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return single === undefined ? '' : (ESCAPES[single] ?? whole);
  });
}
