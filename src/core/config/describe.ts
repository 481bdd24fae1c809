import type { Card, Row } from '../assist/card';
import type { Data } from '../data/model';
import { readYaml } from '../data/yaml';
import { joinComma, msg, sentence } from '../l10n/message';
import type { Schema } from '../schema/model';
import type { Range } from '../text/range';
import { configSchema } from './schema';

/** Longer lists of values are left to completion. */
const MOST_VALUES = 12;

/**
 * What the key or value at `offset` (UTF-16 code units) of a config file, or of another file of ours that `root` describes,
 * is for. Undefined where nothing of the file's form stands. Never throws.
 */
export function describeConfigAt(text: string, offset: number, root: Schema = configSchema()): Card | undefined {
  const found = find(readYaml(text, ''), root, offset, undefined);
  if (found === undefined) return undefined;
  const { name, schema, range } = found;
  const { enum: only, examples, description } = schema;
  const values: readonly Row[] = only !== undefined && only.length <= MOST_VALUES ? [[msg`Values`, joinComma(only)]] : [];
  const samples: readonly Row[] = examples !== undefined && examples.length <= MOST_VALUES ? [[msg`For example`, joinComma(examples)]] : [];
  return { range, title: name, rows: [...values, ...samples], notes: [sentence(description)], sources: [] };
}

interface Found {
  /** The nearest key. */
  readonly name: string;
  readonly schema: Schema;
  readonly range: Range;
}

/** The innermost key or scalar at a place, with what the schema says of it. */
function find(data: Data | undefined, schema: Schema | undefined, offset: number, name: string | undefined): Found | undefined {
  if (data === undefined || schema === undefined) return undefined;
  switch (data.kind) {
    case 'map':
      for (const { key, keyRange, value } of data.entries) {
        const known = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : schema.additionalProperties === false ? undefined : schema.additionalProperties;
        if (known !== undefined && holds(keyRange, offset)) return { name: key, schema: known, range: keyRange };
        const inside = find(value, known, offset, key);
        if (inside !== undefined) return inside;
      }
      return undefined;
    case 'list':
      for (const item of data.items) {
        const inside = find(item, schema.items, offset, name);
        if (inside !== undefined) return inside;
      }
      return undefined;
    case 'scalar':
      return name !== undefined && data.type !== 'null' && holds(data.range, offset) ? { name, schema, range: data.range } : undefined;
  }
}

function holds({ start, end }: Range, offset: number): boolean {
  return start <= offset && offset <= end;
}
