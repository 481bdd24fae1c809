import { findClosest } from '../engine/spelling';
import { isList, isMap, type Fault, type Path, type Plain, type PlainMap, type Schema, type SchemaType } from './model';

/**
 * The faults of a value, those of outer values first. An empty value (`rules:` with nothing behind it) counts as left
 * out, but not in a list.
 */
export function checkSchema(value: Plain, schema: Schema, path: Path = []): readonly Fault[] {
  const types = typesOf(schema);
  if (value === null) return path.length === 0 || typeof path.at(-1) === 'string' ? [] : [fault(path, 'This entry is empty.')];
  if (isMap(value)) return types.includes('object') ? checkMap(value, schema, path) : [wrongType(types, path)];
  if (isList(value)) return types.includes('array') ? checkList(value, schema, path) : [wrongType(types, path)];
  if (types.every((type) => type === 'object' || type === 'array')) return [wrongType(types, path)];
  return checkText(value, schema, types, path);
}

function typesOf({ type }: Schema): readonly SchemaType[] {
  return typeof type === 'string' ? [type] : type;
}

function checkMap(value: PlainMap, schema: Schema, path: Path): readonly Fault[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((key) => (value[key] ?? null) === null);
  const faults = missing.map((key) => fault(path, `\`${key}\` is missing.`));
  for (const [key, item] of Object.entries(value)) {
    const place = [...path, key];
    const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known === false) faults.push({ path: place, onKey: true, message: describeUnknown(key, Object.keys(properties)) });
    else if (known !== undefined) faults.push(...checkSchema(item, known, place));
  }
  return faults;
}

function checkList(value: readonly Plain[], { items, minItems = 0 }: Schema, path: Path): readonly Fault[] {
  if (value.length < minItems) return [fault(path, 'This list is empty.')];
  return items === undefined ? [] : value.flatMap((item, i) => checkSchema(item, items, [...path, i]));
}

function checkText(text: string, schema: Schema, types: readonly SchemaType[], path: Path): readonly Fault[] {
  if (!types.includes('string') && types.includes('boolean') && text !== 'true' && text !== 'false') return [fault(path, 'It must be true or false.')];
  if (schema.enum !== undefined && !schema.enum.includes(text)) return [fault(path, describeUnknownValue(text, schema.enum))];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) {
    return [fault(path, `It must be ${schema.patternErrorMessage ?? `like ${schema.pattern}`}.`)];
  }
  return [];
}

const NAMES: Readonly<Record<SchemaType, string>> = { object: 'keys with values', array: 'a list', string: 'text', number: 'a number', boolean: 'true or false' };

function wrongType(types: readonly SchemaType[], path: Path): Fault {
  const named = types.filter((type) => type !== 'number' && type !== 'boolean' || !types.includes('string'));
  return fault(path, `It must be ${named.map((type) => NAMES[type]).join(' or ')}.`);
}

function describeUnknown(key: string, known: readonly string[]): string {
  const closest = findClosest(key, known);
  if (closest !== undefined) return `There is no \`${key}\` here; did you mean \`${closest}\`?`;
  return known.length > 12 ? `There is no \`${key}\` here.` : `There is no \`${key}\` here, only ${known.map((name) => `\`${name}\``).join(', ')}.`;
}

function describeUnknownValue(text: string, known: readonly string[]): string {
  const closest = findClosest(text, known);
  return closest === undefined ? `It must be one of ${known.join(', ')}.` : `It must be one of ${known.join(', ')}; did you mean ${closest}?`;
}

function fault(path: Path, message: string): Fault {
  return { path, onKey: false, message };
}
