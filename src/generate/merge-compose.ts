import { parseDocument } from 'yaml';
import { listSyntaxes } from '../core/compose/gpu-wish';
import { readCompose } from '../core/compose/read';
import { listAssignments } from '../core/compose/service';
import { appendEntry, appendItem, indentUnit, type YamlLines } from '../core/data/edit-yaml';
import { findEntry, listItems, type Data, type DataEntry, type DataList, type DataMap } from '../core/data/model';
import { applyEdits, type FileEdit } from '../core/text/edit';
import type { Range } from '../core/text/range';
import { printYaml, writeCompose, type ComposeConfig } from './compose';
import { isRecord, toJson, type Json } from './json';
import { note, type Note } from './model';
import { readMountText, readVolume, type Mount } from './mounts';
import type { Merged } from './write-devcontainer';

/** A place in a Compose file: `services`, `app`, `environment`. */
type Path = readonly string[];

/**
 * Adds services to a Compose file, and to services that are there what they lack. Whatever stands there stays, with
 * comments and order: a value that differs is told, not changed, and so is what other parts of the file share by an anchor.
 * Undefined for a text that is not one YAML map without errors.
 */
export function mergeCompose(text: string, config: ComposeConfig): Merged | undefined {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const isBlank = text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
  if (isBlank) return { text: `${text}${text === '' || text.endsWith('\n') ? '' : lineEnd}${writeCompose(config).replaceAll('\n', lineEnd)}`, notes: [] };
  if (parseDocument(text, { uniqueKeys: false, logLevel: 'error' }).errors.length > 0 || /^\.\.\.\s*$/m.test(text)) return undefined;
  const notes: Note[] = [];
  // Each step reads the text anew: edits of one place never meet those of another.
  let current: string | undefined = text;
  for (const [name, attributes] of Object.entries(config.services)) {
    current = merge(current, ['services', name], leaveOut(current, name, attributes), notes);
    if (current === undefined) return undefined;
  }
  for (const volume of config.volumes) current = current === undefined ? undefined : merge(current, ['volumes', volume], null, notes);
  return current === undefined ? undefined : { text: current, notes };
}

/** With GPUs in another syntax, or with what it is made of, a service has its own say. */
function leaveOut(text: string, name: string, attributes: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const service = readCompose(text, '')?.services.find((each) => each.name === name);
  if (service === undefined) return attributes;
  const isMade = findEntry(service.node, 'image') !== undefined || findEntry(service.node, 'build') !== undefined;
  const skipped = [...(listSyntaxes(service).length > 0 || service.runtime !== undefined ? ['deploy', 'gpus', 'runtime'] : []), ...(isMade ? ['image', 'build'] : [])];
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !skipped.includes(key)));
}

/** The text with a value at a place, or with what the value there lacks of it. Undefined where it cannot be added. */
function merge(text: string, path: Path, wanted: Json, notes: Note[]): string | undefined {
  const root = readCompose(text, '')?.root;
  const parent = path.length === 1 ? root : findPath(root, path.slice(0, -1))?.value;
  const key = path.at(-1) ?? '';
  if (root === undefined) return undefined;
  // What holds it is not there yet, or holds nothing.
  if (parent === undefined || isEmpty(parent)) return parent === root ? undefined : merge(text, path.slice(0, -1), { [key]: wanted }, notes);
  if (parent.kind !== 'map') return undefined;
  const entry = findEntry(parent, key);
  if (entry === undefined) return addEntry(text, root, path, parent, wanted);
  const { value } = entry;
  if (isEmpty(value)) return wanted === null ? text : fill(text, root, path, entry, wanted);
  const present = toJson(value);
  const combined = combine(present, wanted, path);
  if (isSame(present, combined)) {
    if (!isRecord(wanted) && !Array.isArray(wanted) && !isSame(present, wanted) && wanted !== null) notes.push(tellKept(text, path, entry, wanted));
    return text;
  }
  // It comes from a map that is merged in (`<<`): that one belongs to others, too.
  if (!isInside(entry.keyRange, parent.range)) return addEntry(text, root, path, parent, combined);
  const alias = /^["']?\s*:\s*(\*[^\s,\]}]+)/.exec(text.slice(entry.keyRange.end));
  if (alias?.[1] !== undefined) {
    const from = entry.keyRange.end + alias[0].length - alias[1].length;
    const merged = value.kind === 'map' ? `\n<<: ${alias[1]}` : printYaml(combined).trimEnd();
    const cut = cutOut(text, { start: from, end: from + alias[1].length });
    const opened = insertBelow(cut, root, path, entry, value.kind === 'map' ? [[1, merged.trimStart()]] : merged.split('\n').map((line) => [1, line] as const));
    return value.kind === 'map' ? merge(opened, path, wanted, notes) : opened;
  }
  const anchor = /^["']?\s*:\s*&([^\s,\]}]+)/.exec(text.slice(entry.keyRange.end))?.[1];
  if (anchor !== undefined && new RegExp(`\\*${escapePattern(anchor)}(?![^\\s,\\]}])`).test(text)) {
    notes.push(note('{place} stays as it is: others have it too, by its anchor {anchor}. Wanted there: {wanted}', { place: path.join('.'), anchor: `&${anchor}`, wanted: JSON.stringify(wanted) }));
    return text;
  }
  if (value.kind === 'list') return addItems(text, path, itemsOf(value, wanted));
  if (!isRecord(wanted)) return undefined;
  let current: string | undefined = text;
  for (const [name, each] of Object.entries(wanted)) current = current === undefined ? undefined : merge(current, [...path, name], each, notes);
  return current;
}

function tellKept(text: string, path: Path, { value }: DataEntry, wanted: Json): Note {
  const existing = text.slice(value.range.start, value.range.end);
  return note('{key} of {service} stays {existing}; {wanted} was wanted.', { key: path.slice(2).join('.'), service: path[1] ?? '', existing, wanted: typeof wanted === 'string' ? wanted : JSON.stringify(wanted) });
}

/** What a value is with all that another one has besides. */
function combine(present: Json, wanted: Json, path: Path): Json {
  if (isRecord(present) && isRecord(wanted)) {
    return { ...present, ...Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, key in present ? combine(present[key] ?? null, value, [...path, key]) : value])) };
  }
  if (!Array.isArray(present)) return present;
  const list = present as readonly Json[];
  const missing = listWanted(wanted).filter((item) => !list.some((other) => isSame(other, item) || nameOf(path, other) === nameOf(path, item)));
  return [...list, ...missing];
}

/** Variables may be written as a list too. */
function listWanted(wanted: Json): readonly Json[] {
  if (Array.isArray(wanted)) return wanted as readonly Json[];
  return isRecord(wanted) ? Object.entries(wanted).map(([key, value]) => (value === null ? key : `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)) : [];
}

/** What two items of a list cannot both have: a variable its name, a mount its place in the container. */
function nameOf(path: Path, item: Json): string {
  const key = path.at(-1);
  if (key === 'volumes') return `at ${mountOf(item)?.target ?? JSON.stringify(item)}`;
  return key === 'environment' && typeof item === 'string' ? `named ${item.split('=')[0] ?? ''}` : JSON.stringify(item);
}

function mountOf(item: Json): Mount | undefined {
  if (typeof item === 'string') return readVolume(item);
  return isRecord(item) ? readMountText(Object.entries(item).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(',')) : undefined;
}

/** Of wanted items those that a list lacks. */
function itemsOf(list: DataList, wanted: Json): readonly Json[] {
  const present = toJson(list) as readonly Json[];
  return (combine(present, wanted, listAssignments(list).length > 0 && isRecord(wanted) ? ['environment'] : ['volumes']) as readonly Json[]).slice(present.length);
}

function addItems(text: string, path: Path, items: readonly Json[]): string | undefined {
  let current: string | undefined = text;
  for (const item of items) {
    const list: Data | undefined = current === undefined ? undefined : findPath(readCompose(current, '')?.root, path)?.value;
    if (current === undefined || list?.kind !== 'list') return undefined;
    const written = printYaml(item).trimEnd();
    current = apply(current, appendItem(current, list, list.flow || written.includes('\n') ? printFlow(item) : written));
  }
  return current;
}

function addEntry(text: string, root: DataMap, path: Path, parent: DataMap, value: Json): string | undefined {
  const key = path.at(-1) ?? '';
  if (parent.flow) {
    const comma = /,\s*$/.test(text.slice(0, parent.range.end - 1)) ? '' : ',';
    const at = parent.range.end - 1 - (/\s*$/.exec(text.slice(0, parent.range.end - 1))?.[0].length ?? 0);
    return `${text.slice(0, at)}${comma} ${printFlow({ [key]: value }).slice(2, -2)}${text.slice(at)}`;
  }
  const lines = toLines({ [key]: value });
  const unit = unitOf(text, root, path);
  // Behind all, with its last comments.
  if (path.length === 1) return `${text}${text.endsWith('\n') ? '' : lineEndOf(text)}${render(text, lines, '', unit)}${lineEndOf(text)}`;
  const behindLast = appendEntry(text, parent, lines, unit);
  if (behindLast !== undefined) return apply(text, behindLast);
  // A map that only merges others has no entry of its own.
  const indent = /[ \t]*$/.exec(text.slice(0, parent.range.start))?.[0] ?? '';
  return insertLines(text, parent.range.end, render(text, lines, indent, unit));
}

/** Puts a value in the place of none, `{}` or `[]`. */
function fill(text: string, root: DataMap, path: Path, entry: DataEntry, wanted: Json): string {
  const cut = cutOut(text, entry.value.range);
  const [[, first = ''] = [], ...more] = toLines({ [path.at(-1) ?? '']: wanted });
  if (more.length > 0) return insertBelow(cut, root, path, entry, more);
  const at = entry.keyRange.end + (/^["']?\s*:/.exec(cut.slice(entry.keyRange.end))?.[0].length ?? 0);
  return `${cut.slice(0, at)} ${first.slice(first.indexOf(': ') + 2)}${cut.slice(at)}`;
}

/** Without a value, and what stands before it up to its key. */
function cutOut(text: string, { start, end }: Range): string {
  return start === end ? text : text.slice(0, start).trimEnd() + text.slice(end);
}

/** Lines below that of a key, with its comment. */
function insertBelow(text: string, root: DataMap, path: Path, { keyRange }: DataEntry, lines: YamlLines): string {
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', keyRange.start - 1) + 1))?.[0] ?? '';
  return insertLines(text, keyRange.end, render(text, lines, indent, unitOf(text, root, path)));
}

function insertLines(text: string, offset: number, lines: string): string {
  const found = text.indexOf('\n', offset);
  const end = found < 0 ? text.length : text[found - 1] === '\r' ? found - 1 : found;
  return text.slice(0, end) + lineEndOf(text) + lines + text.slice(end);
}

function render(text: string, lines: YamlLines, indent: string, unit: string): string {
  return lines.map(([depth, line]) => indent + unit.repeat(depth) + line).join(lineEndOf(text));
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** How much deeper each level of the file lies. */
function unitOf(text: string, root: DataMap, path: Path): string {
  const parent = findPath(root, path.slice(0, 2)) ?? findPath(root, ['services']) ?? root.entries[0];
  return parent === undefined ? '  ' : indentUnit(text, parent);
}

function apply(text: string, edit: FileEdit | undefined): string | undefined {
  return edit === undefined ? undefined : applyEdits(text, [edit]);
}

/** A value on one line. */
function printFlow(value: Json): string {
  if (isRecord(value)) return `{ ${Object.entries(value).map(([key, each]) => `${/^[A-Za-z_][\w.-]*$/.test(key) ? key : JSON.stringify(key)}: ${printFlow(each)}`).join(', ')} }`;
  return Array.isArray(value) ? `[${(value as readonly Json[]).map(printFlow).join(', ')}]` : JSON.stringify(value);
}

/** YAML as lines with their depth; what follows the hyphen of an item stands two blanks behind it, whatever the file's step is. */
function toLines(value: Json): YamlLines {
  const hyphens: number[] = [];
  return printYaml(value)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const blanks = /^ */.exec(line)?.[0].length ?? 0;
      while ((hyphens.at(-1) ?? -1) >= blanks) hyphens.pop();
      const inside = 2 * hyphens.length;
      if (line.startsWith('- ', blanks)) hyphens.push(blanks);
      return [(blanks - inside) / 2, ' '.repeat(inside) + line.slice(blanks)] as const;
    });
}

function findPath(root: DataMap | undefined, path: Path): DataEntry | undefined {
  let map: Data | undefined = root;
  let found: DataEntry | undefined;
  for (const key of path) {
    found = findEntry(map, key);
    map = found?.value;
  }
  return found;
}

function isInside(inner: Range, outer: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function isEmpty(value: Data): boolean {
  if (value.kind === 'scalar') return value.type === 'null';
  return value.flow && (value.kind === 'map' ? value.entries : listItems(value)).length === 0;
}

/** Compose reads `8080` and `"8080"` alike. */
function isSame(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && (a as readonly Json[]).every((item, i) => isSame(item, (b as readonly Json[])[i] ?? null));
  if (isRecord(a) && isRecord(b)) return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => key in b && isSame(value, b[key] ?? null));
  return typeof a !== 'object' && typeof b !== 'object' ? String(a) === String(b) : a === b;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
