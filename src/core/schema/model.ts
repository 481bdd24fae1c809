import type { Message } from '../l10n/message';
/** The kinds of value that a schema tells apart; every scalar is read as text. */
export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'boolean';

/**
 * The part of JSON Schema (draft 7) that describes our own files. It is written out for editors and, by `checkSchema`,
 * what their values are held against, so that both say the same.
 */
export interface Schema {
  /** Several where a scalar may be written without quotes: `driver: 535.54`. */
  readonly type: SchemaType | readonly SchemaType[];
  readonly description: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** False: keys other than `properties` are faults. */
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly minItems?: number;
  /** The only values. */
  readonly enum?: readonly string[];
  /** Values to offer; others are as good. */
  readonly examples?: readonly string[];
  /** A regular expression that the text matches. */
  readonly pattern?: string;
  /** What `pattern` asks for, as the end of "It must be …". VS Code's own keyword. */
  readonly patternErrorMessage?: string;
}

/** A value out of YAML or JSON, every scalar as its text: `8.0` stays `8.0`. */
export type Plain = string | null | readonly Plain[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: Plain;
}

/** Keys and indexes from the root of a document. */
export type Path = readonly (string | number)[];

/** What is wrong with a value. */
export interface Fault {
  readonly path: Path;
  /** The last key of `path` itself is meant, not its value. */
  readonly onKey: boolean;
  /** One sentence. */
  readonly message: Message;
}

/** True for a map. */
export function isMap(value: Plain | undefined): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a list. */
export function isList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}
