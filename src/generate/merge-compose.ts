import { listSyntaxes } from '../core/compose/gpu-wish';
import { readCompose } from '../core/compose/read';
import { listAssignments } from '../core/compose/service';
import { appendEntry, appendItem, indentUnit, type YamlLines } from '../core/data/edit-yaml';
import { findEntry, findValue, listItems, type Data, type DataEntry, type DataMap } from '../core/data/model';
import { applyEdits, type FileEdit } from '../core/text/edit';
import { printYaml, writeCompose, type ComposeConfig } from './compose';
import type { Json } from './json';
import { note, type Note } from './model';
import { readMountText, readVolume, type Mount } from './mounts';
import type { Merged } from './write-devcontainer';

/**
 * Adds services to a Compose file, and to services that are there what they lack. Whatever stands there stays, with
 * comments and order: a value that differs is told, not changed. Undefined for a text that is no YAML map, or whose
 * lines cannot be changed one by one (flow style).
 */
export function mergeCompose(text: string, config: ComposeConfig): Merged | undefined {
  if (text.trim() === '') return { text: writeCompose(config), notes: [] };
  const notes: Note[] = [];
  // Each step reads the text anew: edits of one place never meet those of another.
  let current: string | undefined = text;
  for (const [name, attributes] of Object.entries(config.services)) {
    current = current === undefined ? undefined : mergeService(current, name, attributes, notes);
  }
  for (const volume of config.volumes) current = current === undefined ? undefined : addTopLevel(current, 'volumes', volume, null);
  return current === undefined ? undefined : { text: current, notes };
}

function mergeService(text: string, name: string, attributes: Readonly<Record<string, Json>>, notes: Note[]): string | undefined {
  const project = readCompose(text, '');
  if (project === undefined) return undefined;
  const service = findEntry(findValue(project.root, 'services'), name);
  if (service === undefined) return addTopLevel(text, 'services', name, attributes);
  const read = project.services.find((each) => each.name === name);
  // With GPUs in another syntax, or with what it is made of, the service has its own say.
  const skipped = new Set([
    ...(read !== undefined && (listSyntaxes(read).length > 0 || read.runtime !== undefined) ? ['deploy', 'gpus', 'runtime'] : []),
    ...(findEntry(service.value, 'image') !== undefined || findEntry(service.value, 'build') !== undefined ? ['image', 'build'] : []),
  ]);
  let current: string | undefined = text;
  for (const [key, value] of Object.entries(attributes)) {
    if (skipped.has(key) || current === undefined) continue;
    current = addAttribute(current, name, [key], value, notes);
  }
  return current;
}

/** Adds what a place below a service lacks, by the path of keys from the service. */
function addAttribute(text: string, service: string, path: readonly string[], value: Json, notes: Note[]): string | undefined {
  const root = readCompose(text, '')?.root;
  const parent = findPath(root, ['services', service, ...path.slice(0, -1)]);
  const key = path.at(-1) ?? '';
  if (root === undefined || parent?.value.kind !== 'map') return undefined;
  const entry = findEntry(parent.value, key);
  const unit = indentUnit(text, findPath(root, ['services', service]) ?? parent);
  if (entry === undefined) return apply(text, append(text, parent, toLines({ [key]: value }), unit));
  if (entry.value.kind === 'list' && key === 'environment' && isRecord(value)) return addVariables(text, service, path, value);
  if (entry.value.kind === 'list' && Array.isArray(value)) return addItems(text, service, path, value as readonly Json[]);
  if (entry.value.kind === 'map' && isRecord(value)) {
    let current: string | undefined = text;
    for (const [name, each] of Object.entries(value)) current = current === undefined ? undefined : addAttribute(current, service, [...path, name], each, notes);
    return current;
  }
  if (!sameValue(entry.value, value)) notes.push(note('{key} of {service} stays {existing}; {wanted} was wanted.', { key: path.join('.'), service, existing: text.slice(entry.value.range.start, entry.value.range.end), wanted: typeof value === 'string' ? value : JSON.stringify(value) }));
  return text;
}

/** `- NAME=value` for variables that the list does not set. */
function addVariables(text: string, service: string, path: readonly string[], value: Readonly<Record<string, Json>>): string | undefined {
  let current: string | undefined = text;
  for (const [name, each] of Object.entries(value)) {
    const list: Data | undefined = current === undefined ? undefined : findPath(readCompose(current, '')?.root, ['services', service, ...path])?.value;
    if (current === undefined || list?.kind !== 'list') return undefined;
    if (listAssignments(list).some(({ key }) => key === name)) continue;
    current = apply(current, appendItem(current, list, printYaml(each === null ? name : `${name}=${printScalar(each)}`).trimEnd()));
  }
  return current;
}

function addItems(text: string, service: string, path: readonly string[], items: readonly Json[]): string | undefined {
  let current: string | undefined = text;
  for (const item of items) {
    const list: Data | undefined = current === undefined ? undefined : findPath(readCompose(current, '')?.root, ['services', service, ...path])?.value;
    if (current === undefined || list?.kind !== 'list') return undefined;
    if (listItems(list).some((existing) => sameValue(existing, item) || (path.at(-1) === 'volumes' && targetOf(existing) === targetOfJson(item)))) continue;
    const [first = '', ...more] = printYaml(item).trimEnd().split('\n');
    if (more.length > 0) return undefined;
    current = apply(current, appendItem(current, list, first));
  }
  return current;
}

function addTopLevel(text: string, section: string, name: string, value: Json): string | undefined {
  const root = readCompose(text, '')?.root;
  const entry = findEntry(root, section);
  if (root === undefined) return undefined;
  const unit = findPath(root, ['services']) === undefined ? '  ' : indentUnit(text, findPath(root, ['services']) as DataEntry);
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.type === 'null')) {
    if (entry !== undefined) return undefined;
    const added = toLines({ [section]: { [name]: value } }).map(([depth, line]) => `${unit.repeat(depth)}${line}\n`);
    return `${text}${text.endsWith('\n') ? '' : '\n'}${added.join('')}`;
  }
  if (findEntry(entry.value, name) !== undefined) return text;
  return apply(text, append(text, entry, toLines({ [name]: value }), unit));
}

function append(text: string, parent: DataEntry, lines: YamlLines, unit: string): FileEdit | undefined {
  return parent.value.kind === 'map' ? appendEntry(text, parent.value, lines, unit) : undefined;
}

function apply(text: string, edit: FileEdit | undefined): string | undefined {
  return edit === undefined ? undefined : applyEdits(text, [edit]);
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

function findPath(root: DataMap | undefined, path: readonly string[]): DataEntry | undefined {
  let map: Data | undefined = root;
  let found: DataEntry | undefined;
  for (const key of path) {
    found = findEntry(map, key);
    map = found?.value;
  }
  return found;
}

function sameValue(data: Data, value: Json): boolean {
  if (data.kind === 'scalar') return value === null ? data.type === 'null' : typeof value !== 'object' && data.raw === String(value);
  if (data.kind === 'list') return Array.isArray(value) && data.items.length === value.length && data.items.every((item, i) => sameValue(item, (value as readonly Json[])[i] ?? null));
  return isRecord(value) && data.entries.length === Object.keys(value).length && data.entries.every(({ key, value: each }) => sameValue(each, value[key] ?? null));
}

function printScalar(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function targetOf(data: Data): string | undefined {
  if (data.kind === 'scalar') return readVolume(data.raw).target;
  const target = findValue(data, 'target');
  return target?.kind === 'scalar' ? target.raw : undefined;
}

function targetOfJson(item: Json): string | undefined {
  const mount: Mount | undefined = typeof item === 'string' ? readVolume(item) : isRecord(item) ? readMountText(Object.entries(item).map(([key, value]) => `${key}=${printScalar(value)}`).join(',')) : undefined;
  return mount?.target;
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
