import { ITEM, keysBeside, readYamlPlace } from '../data/yaml-place';
import type { Schema } from '../schema/model';
import type { Range } from '../text/range';
import { configSchema } from './schema';

/** Something that can be written at a place of a config file. */
export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'value';
  /** What goes in the place of `range`. */
  readonly newText: string;
  readonly range: Range;
  readonly description: string | undefined;
}

/**
 * What can be written at `offset` of a config file, or of another file of ours that `root` describes: the keys of the map there that it lacks, or the values that its key
 * takes. Empty where nothing is known.
 */
export function completeConfig(text: string, offset: number, root: Schema = configSchema()): readonly Completion[] {
  const place = readYamlPlace(text, offset);
  if (place === undefined) return [];
  const { path, key, written, first } = place;
  const schema = path.reduce<Schema | undefined>((around, name) => (name === ITEM ? around?.items : (around?.properties?.[name] ?? asSchema(around?.additionalProperties))), root);
  if (key !== undefined) return completeValue(schema?.properties?.[key], written, offset);
  if (/[:[{]/.test(written)) return [];
  if (schema?.properties === undefined) return first ? listValues(schema, written, offset) : [];
  const present = new Set(keysBeside(text, place));
  return Object.entries(schema.properties)
    .filter(([name]) => !present.has(name))
    .map(([name, { description, type }]) => ({
      label: name,
      kind: 'key',
      newText: type === 'object' ? `${name}:` : `${name}: `,
      range: { start: offset - written.length, end: offset },
      description,
    }));
}

function asSchema(schema: Schema['additionalProperties']): Schema | undefined {
  return schema === false ? undefined : schema;
}

function completeValue(schema: Schema | undefined, written: string, offset: number): readonly Completion[] {
  const list = /^ *\[(?:[^\]]*,)? *(?<item>[^,\]]*)$/.exec(written)?.groups?.['item'];
  return list === undefined ? listValues(schema, written.trimStart(), offset) : listValues(schema?.items, list, offset);
}

function listValues(schema: Schema | undefined, typed: string, offset: number): readonly Completion[] {
  const values = schema?.enum ?? schema?.examples ?? (schema?.type === 'boolean' ? ['true', 'false'] : []);
  return values.map((value) => ({ label: value, kind: 'value', newText: value, range: { start: offset - typed.length, end: offset }, description: undefined }));
}
