import { listEntries, type Data } from '../core/data/model';

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Longer lists and objects are broken into lines. */
const WIDTH = 96;

/** A value as people write devcontainer.json: short lists and objects on one line. `indent` is that of the line on which it starts. */
export function printJson(value: Json, indent = '', unit = '  '): string {
  const flat = printFlat(value);
  if (value === null || typeof value !== 'object' || (flat.length + indent.length <= WIDTH && !Object.values(value).some(isFilledRecord) && !isOptionList(value))) return flat;
  const inner = indent + unit;
  if (isList(value)) return value.length === 0 ? '[]' : `[\n${value.map((item) => inner + printJson(item, inner, unit)).join(',\n')}\n${indent}]`;
  const entries = Object.entries(value);
  return entries.length === 0 ? '{}' : `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${printJson(item, inner, unit)}`).join(',\n')}\n${indent}}`;
}

/** An object within another is broken off, so that each stands on lines of its own; a single property needs none. */
function isFilledRecord(value: Json): boolean {
  return isRecord(value) && Object.keys(value).length > 0;
}

/** Options one below the other can be commented and compared. */
function isOptionList(value: Json): boolean {
  return isList(value) && value.length > 2 && value.every((item) => typeof item === 'string' && item.startsWith('-'));
}

/** TypeScript's own test does not narrow a readonly list. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function printFlat(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(printFlat).join(', ')}]`;
  const entries = Object.entries(value);
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${printFlat(item)}`).join(', ')} }`;
}

/** What was read of a file as a value; numbers, `true` and null as they are, all else as written. */
export function toJson(data: Data): Json {
  if (data.kind === 'list') return data.items.map(toJson);
  if (data.kind === 'map') return Object.fromEntries(listEntries(data).map(({ key, value }) => [key, toJson(value)]));
  if (data.type === 'number') return Number(data.raw);
  return data.type === 'boolean' ? data.raw === 'true' : data.type === 'null' ? null : data.raw;
}

/** An object, and neither a list nor null. */
export function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
