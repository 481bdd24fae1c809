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

/** A line of block YAML: its dashes, its key, and what stands behind the colon. */
const LINE = /^(?<blank> *)(?<dashes>(?:- +)*)(?:(?<key>[\w.-]+|"[^"]*"|'[^']*') *:(?<value>(?: .*)?)$)?/;

interface Level {
  readonly indent: number;
  readonly schema: Schema | undefined;
}

/**
 * What can be written at `offset` of a config file, or of another file of ours that `root` describes: the keys of the map there that it lacks, or the values that its key
 * takes. Reads lines, not documents, because a file is seldom whole while one writes it. Empty where nothing is known.
 */
export function completeConfig(text: string, offset: number, root: Schema = configSchema()): readonly Completion[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(start, offset);
  if (/(?:^|\s)#/.test(line)) return [];
  const levels = readLevels(text.slice(0, start), root);
  const { blank = '', dashes = '', key, value } = LINE.exec(line)?.groups ?? {};
  const indent = blank.length + dashes.length;
  const schema = enterItems(levels, blank.length, dashes);

  if (key !== undefined) return completeValue(schema?.properties?.[unquote(key)], value ?? '', offset);
  const typed = line.slice(indent);
  if (/[:[{]/.test(typed)) return [];
  if (schema?.properties === undefined) return dashes === '' ? [] : listValues(schema, typed, offset);
  const present = new Set(keysBeside(text, start, indent, dashes !== ''));
  return Object.entries(schema.properties)
    .filter(([name]) => !present.has(name))
    .map(([name, { description, type }]) => ({
      label: name,
      kind: 'key',
      newText: type === 'object' ? `${name}:` : `${name}: `,
      range: { start: offset - typed.length, end: offset },
      description,
    }));
}

/** The open maps at the end of some lines, outermost first. */
function readLevels(text: string, root: Schema): Level[] {
  const levels: Level[] = [{ indent: 0, schema: root }];
  for (const line of text.split('\n')) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const { blank = '', dashes = '', key, value = '' } = LINE.exec(line.replace(/\s+$/, ''))?.groups ?? {};
    const schema = enterItems(levels, blank.length, dashes);
    const indent = blank.length + dashes.length;
    if (dashes !== '') levels.push({ indent, schema });
    if (key !== undefined && value.trim() === '') levels.push({ indent: indent + 1, schema: schema?.properties?.[unquote(key)] ?? asSchema(schema?.additionalProperties) });
  }
  return levels;
}

/** Leaves the maps that a line of this indent closes, and enters the items of its dashes; gives the schema there. */
function enterItems(levels: Level[], indent: number, dashes: string): Schema | undefined {
  // A list may stand at the indent of its key.
  const reach = dashes === '' ? indent : indent + 1;
  while (levels.length > 1 && (levels.at(-1)?.indent ?? 0) > reach) levels.pop();
  let schema = levels.at(-1)?.schema;
  for (let i = 0; i < dashes.split('-').length - 1; i++) schema = schema?.items;
  return schema;
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

/** Keys of the map that a line belongs to: those at its indent, up to a line further out. `first`: an item begins with the line. */
function* keysBeside(text: string, start: number, indent: number, first: boolean): Iterable<string> {
  const before = first ? [] : text.slice(0, start).split('\n').reverse();
  const after = text.slice(start).split('\n').slice(1);
  for (const lines of [before, after]) {
    for (const line of lines) {
      if (/^\s*(?:#|$)/.test(line)) continue;
      const { blank = '', dashes = '', key } = LINE.exec(line.replace(/\s+$/, ''))?.groups ?? {};
      const own = blank.length + dashes.length;
      if (own < indent || (lines === after && dashes !== '' && own === indent)) break;
      if (own === indent && key !== undefined) yield unquote(key);
      if (lines === before && dashes !== '' && own === indent) break;
    }
  }
}

function unquote(key: string): string {
  return key.replace(/^(["'])(.*)\1$/, '$2');
}
