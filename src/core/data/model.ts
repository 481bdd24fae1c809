import type { Location, Range } from '../text/range';
import type { Traced } from '../text/traced';

/**
 * YAML, JSON, TOML and HCL as values that know where they are written. Every value carries its file: a merged document has
 * parts of several.
 */
export type Data = Scalar | DataMap | DataList;

interface DataBase {
  readonly file: string;
  /** The value as written: quotes and brackets included, without what follows the last part of a block. */
  readonly range: Range;
  /** A YAML tag of the value's own, without `!`: `override`, `reset`. */
  readonly tag?: string;
}

export interface Scalar extends DataBase {
  readonly kind: 'scalar';
  /** What the text is read as; unquoted in YAML, `1` is a number and `~` is null. */
  readonly type: 'string' | 'number' | 'boolean' | 'null';
  /** The value as text, variables replaced; of a null value empty. */
  readonly text: Traced;
  /** The text as written, variables left in, quotes and escapes taken away. */
  readonly raw: string;
  /** How it is written: on its own, in quotes, or as a YAML block of lines. */
  readonly style: 'plain' | 'quoted' | 'block';
}

export interface DataEntry {
  readonly key: string;
  readonly file: string;
  /** The key without quotes. */
  readonly keyRange: Range;
  readonly value: Data;
}

export interface DataMap extends DataBase {
  readonly kind: 'map';
  /** In the order of the file; of a repeated key the last one. */
  readonly entries: readonly DataEntry[];
  /** `{…}`; false for a YAML block. */
  readonly flow: boolean;
}

export interface DataList extends DataBase {
  readonly kind: 'list';
  readonly items: readonly Data[];
  /** `[…]`; false for a YAML block. */
  readonly flow: boolean;
}

/** The entry of a key; undefined when the value is no map or lacks it. */
export function findEntry(data: Data | undefined, key: string): DataEntry | undefined {
  return data?.kind === 'map' ? data.entries.find((entry) => entry.key === key) : undefined;
}

/** The value that a path of keys leads to. */
export function findValue(data: Data | undefined, ...path: readonly string[]): Data | undefined {
  let found = data;
  for (const key of path) found = findEntry(found, key)?.value;
  return found;
}

/** The value that a path of keys leads to, when it is a scalar other than null. */
export function findScalar(data: Data | undefined, ...path: readonly string[]): Scalar | undefined {
  const found = findValue(data, ...path);
  return found?.kind === 'scalar' && found.type !== 'null' ? found : undefined;
}

/** The items of a list; none for any other value. */
export function listItems(data: Data | undefined): readonly Data[] {
  return data?.kind === 'list' ? data.items : [];
}

/** The entries of a map; none for any other value. */
export function listEntries(data: Data | undefined): readonly DataEntry[] {
  return data?.kind === 'map' ? data.entries : [];
}

/** Where a value is written. */
export function locateData({ file, range }: Data): Location {
  return { file, range };
}

/** Where a key is written. */
export function locateKey({ file, keyRange }: DataEntry): Location {
  return { file, range: keyRange };
}

/** Where an entry is written, from its key to its value; the key alone where the value stands elsewhere (an alias, another file). */
export function locateEntry({ file, keyRange, value }: DataEntry): Location {
  const end = value.file === file && value.range.start >= keyRange.end ? value.range.end : keyRange.end;
  return { file, range: { start: keyRange.start, end } };
}
