import { findClosest } from '../engine/spelling';
import { joinAny, msg, sentence, type Message } from '../l10n/message';
import { isList, isMap, type Fault, type Path, type Plain, type PlainMap, type Schema, type SchemaType } from './model';

/**
 * The faults of a value, those of outer values first. An empty value (`rules:` with nothing behind it) counts as left
 * out, but not in a list.
 */
export function checkSchema(value: Plain, schema: Schema, path: Path = []): readonly Fault[] {
  const types = typesOf(schema);
  if (value === null) return path.length === 0 || typeof path.at(-1) === 'string' ? [] : [fault(path, msg`This entry is empty.`)];
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
  const faults = missing.map((key) => fault(path, msg`\`${key}\` is missing.`));
  for (const [key, item] of Object.entries(value)) {
    const place = [...path, key];
    const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known === false) faults.push({ path: place, onKey: true, message: describeUnknown(key, Object.keys(properties)) });
    else if (known !== undefined) faults.push(...checkSchema(item, known, place));
  }
  return faults;
}

function checkList(value: readonly Plain[], { items, minItems = 0 }: Schema, path: Path): readonly Fault[] {
  if (value.length < minItems) return [fault(path, msg`This list is empty.`)];
  return items === undefined ? [] : value.flatMap((item, i) => checkSchema(item, items, [...path, i]));
}

function checkText(text: string, schema: Schema, types: readonly SchemaType[], path: Path): readonly Fault[] {
  if (!types.includes('string') && types.includes('boolean') && text !== 'true' && text !== 'false') return [fault(path, msg`It must be ${NAMES.boolean}.`)];
  if (schema.enum !== undefined && !schema.enum.includes(text)) return [fault(path, describeUnknownValue(text, schema.enum))];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) {
    return [fault(path, msg`It must be ${schema.patternErrorMessage === undefined ? msg`like ${schema.pattern}` : sentence(schema.patternErrorMessage)}.`)];
  }
  return [];
}

const NAMES: Readonly<Record<SchemaType, Message>> = { object: msg`keys with values`, array: msg`a list`, string: msg`text`, number: msg`a number`, boolean: msg`true or false` };

function wrongType(types: readonly SchemaType[], path: Path): Fault {
  const named = types.filter((type) => type !== 'number' && type !== 'boolean' || !types.includes('string'));
  return fault(path, msg`It must be ${joinAny(named.map((type) => NAMES[type]))}.`);
}

function describeUnknown(key: string, known: readonly string[]): Message {
  const closest = findClosest(key, known);
  if (closest !== undefined) return msg`There is no \`${key}\` here; did you mean \`${closest}\`?`;
  return known.length > 12 ? msg`There is no \`${key}\` here.` : msg`There is no \`${key}\` here, only ${known.map((name) => `\`${name}\``).join(', ')}.`;
}

function describeUnknownValue(text: string, known: readonly string[]): Message {
  const closest = findClosest(text, known);
  return closest === undefined ? msg`It must be one of ${known.join(', ')}.` : msg`It must be one of ${known.join(', ')}; did you mean ${closest}?`;
}

function fault(path: Path, message: Message): Fault {
  return { path, onKey: false, message };
}
