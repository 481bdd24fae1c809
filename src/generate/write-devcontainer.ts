import { parseTree, type ParseError } from 'jsonc-parser';
import { readJsonc } from '../core/data/jsonc';
import { findEntry, listItems, type Data, type DataEntry, type DataList, type DataMap } from '../core/data/model';
import { readDevcontainer } from '../core/devcontainer/read';
import type { Devcontainer } from '../core/devcontainer/model';
import { applyEdits, type TextEdit } from '../core/text/edit';
import type { DevcontainerConfig } from './devcontainer';
import { isRecord, printJson, toJson, type Json } from './json';
import { note, type Note } from './model';
import { readMountText } from './mounts';
import { findRunOption, readRunWords } from './run-options';

/** A devcontainer.json of its own. */
export function writeDevcontainer({ properties, comments }: DevcontainerConfig): string {
  const lines = Object.entries(properties).map(([key, value]) => `${comment(comments[key], '  ')}  ${JSON.stringify(key)}: ${printJson(value, '  ')}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function comment(text: string | undefined, indent: string): string {
  return text === undefined ? '' : `${indent}// ${text}\n`;
}

/** A devcontainer.json with what it lacked. */
export interface Merged {
  readonly text: string;
  /** What was left as it is although something else was wanted. */
  readonly notes: readonly Note[];
}

/**
 * Adds to a devcontainer.json what it lacks. Whatever stands there stays, with comments and order: a value that differs
 * is told, not changed. Undefined for a text that is not one JSON object without errors.
 */
export function mergeDevcontainer(text: string, config: DevcontainerConfig): Merged | undefined {
  const { properties, comments, notes } = config;
  if (stripComments(text).trim() === '') return { text: `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${writeDevcontainer(config)}`, notes };
  const errors: ParseError[] = [];
  const root = readJsonc(text, '');
  const existing = readDevcontainer(text, '');
  parseTree(text, errors, { allowTrailingComma: true });
  if (root?.kind !== 'map' || existing === undefined || errors.length > 0) return undefined;
  const merger = new Merger(text, existing);
  for (const [key, value] of Object.entries(merger.reduce(properties))) merger.add(root, key, value, comments[key]);
  const merged = merger.finish();
  return merged === undefined ? undefined : { text: merged, notes: [...notes, ...merger.notes] };
}

const CONTAINER = ['image', 'build', 'dockerFile', 'dockerComposeFile'];
const COMMANDS = new Set(['initializeCommand', 'postCreateCommand']);

class Merger {
  readonly notes: Note[] = [];
  readonly #text: string;
  readonly #existing: Devcontainer;
  readonly #lineEnd: string;
  readonly #unit: string;
  /** New parts behind the last one of a map or list. */
  readonly #added = new Map<DataMap | DataList, string[]>();
  readonly #edits: TextEdit[] = [];

  constructor(text: string, existing: Devcontainer) {
    this.#text = text;
    this.#existing = existing;
    this.#lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
    this.#unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  }

  /** Takes out what the file has in another form, or what would not count in it. */
  reduce(properties: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
    const { options, compose, mounts, containerEnv, remoteEnv, hostGpu, runArgs } = this.#existing;
    const kept: Record<string, Json> = { ...properties };
    const has = CONTAINER.filter((key) => this.#hasProperty(key));
    if (has.length > 0) {
      for (const key of [...CONTAINER, 'service']) if (!has.includes(key)) delete kept[key];
    }
    if (compose !== undefined) {
      // It runs, and has its folder, as somebody arranged it.
      delete kept['overrideCommand'];
      if (Array.isArray(kept['mounts'])) kept['mounts'] = kept['mounts'].filter((item) => typeof item !== 'string' || !item.startsWith('source=${localWorkspaceFolder},'));
      const lost = ['runArgs', 'hostRequirements', 'workspaceMount'].filter((key) => key in kept);
      for (const key of lost) delete kept[key];
      if (lost.length > 0) this.notes.push(note('This dev container is a service of Compose: {keys} belong to the service, in the Compose file.', { keys: lost.join(', ') }));
    }
    // The number of a user that the project has chosen is the project's matter.
    if (this.#hasProperty('remoteUser')) delete kept['updateRemoteUserUID'];
    const gpuOption = options.find(({ name, value = '' }) => name === '--gpus' || name === '--runtime' || (name === '--device' && value.includes('nvidia')));
    if (gpuOption !== undefined) delete kept['hostRequirements'];
    if (hostGpu !== undefined && Array.isArray(kept['runArgs'])) kept['runArgs'] = kept['runArgs'].filter((item) => typeof item !== 'string' || !item.startsWith('--gpus'));
    if (Array.isArray(kept['mounts'])) {
      const targets = new Set(mounts.map(({ target }) => target));
      kept['mounts'] = kept['mounts'].filter((item) => typeof item !== 'string' || !targets.has(readMountText(item)?.target ?? ''));
    }
    for (const key of ['containerEnv', 'remoteEnv']) {
      const wanted = kept[key];
      if (!isRecord(wanted)) continue;
      // `-e` of runArgs, or the other of the two properties.
      const elsewhere = new Set([...(key === 'containerEnv' ? options.flatMap(({ name, value = '' }) => (name === '-e' || name === '--env' ? [value.split('=')[0] ?? ''] : [])) : []), ...(key === 'containerEnv' ? remoteEnv : []).map(({ name }) => name)]);
      if (key === 'remoteEnv' && containerEnv.length > 0) for (const { name } of containerEnv) if (name !== 'DISPLAY') elsewhere.add(name);
      kept[key] = Object.fromEntries(Object.entries(wanted).filter(([name]) => !elsewhere.has(name)));
    }
    if (Array.isArray(kept['runArgs']) && (runArgs === undefined || runArgs.value.kind === 'list')) kept['runArgs'] = this.#missingOptions(kept['runArgs'].filter((item) => typeof item === 'string'));
    for (const [key, value] of Object.entries(kept)) if (isEmpty(value)) delete kept[key];
    return kept;
  }

  #hasProperty(key: string): boolean {
    return findEntry(this.#existing.root, key) !== undefined;
  }

  /** Of elements of runArgs those whose option the file does not have. */
  #missingOptions(wanted: readonly string[]): readonly string[] {
    const has = readRunWords(this.#existing.options.flatMap(({ name, value }) => (value === undefined ? [name] : [name, value]))).settings;
    return wanted.filter((element) => {
      const [setting] = readRunWords([element]).settings;
      if (setting === undefined) return false;
      const same = has.filter(({ option }) => option === setting.option);
      if (findRunOption(setting.option)?.kind !== 'one') return !same.some(({ value }) => keyOf(value) === keyOf(setting.value));
      const [existing] = same;
      if (existing !== undefined && existing.value !== setting.value) this.notes.push(note('{option} stays {existing}; {wanted} was wanted.', { option: setting.option, existing: existing.value ?? '', wanted: setting.value ?? '' }));
      return existing === undefined;
    });
  }

  add(map: DataMap, key: string, value: Json, above?: string): void {
    const entry = findEntry(map, key);
    if (entry === undefined) this.#append(map, (indent) => `${above === undefined ? '' : `// ${above}${this.#lineEnd}${indent}`}${JSON.stringify(key)}: ${this.#print(value, indent)}`);
    else this.#merge(entry, value);
  }

  #merge(entry: DataEntry, value: Json): void {
    const { key, value: old } = entry;
    if (COMMANDS.has(key)) this.#addCommand(old, value);
    else if (old.kind === 'map' && isRecord(value)) for (const [name, each] of Object.entries(value)) this.add(old, name, each);
    else if (old.kind === 'list' && Array.isArray(value)) {
      const has = new Set(listItems(old).map((item) => JSON.stringify(toJson(item))));
      for (const item of value as readonly Json[]) if (!has.has(JSON.stringify(item))) this.#append(old, (indent) => this.#print(item, indent));
    } else if (JSON.stringify(toJson(old)) !== JSON.stringify(value)) {
      this.notes.push(note('{key} stays {existing}; {wanted} was wanted.', { key, existing: this.#text.slice(old.range.start, old.range.end), wanted: printJson(value) }));
    }
  }

  /** A further command beside the one that is there: both get a name, and run. */
  #addCommand(old: Data, value: Json): void {
    const wanted = isRecord(value) ? value : { gpu: value };
    const written = this.#text.slice(old.range.start, old.range.end);
    const present = old.kind === 'map' ? old.entries.map((entry) => JSON.stringify(toJson(entry.value))) : [JSON.stringify(toJson(old))];
    const missing = Object.entries(wanted).filter(([, command]) => !present.includes(JSON.stringify(command)));
    if (missing.length === 0) return;
    if (old.kind === 'map') {
      for (const [name, command] of missing) this.#append(old, (indent) => `${JSON.stringify(findEntry(old, name) === undefined ? name : `${name} (2)`)}: ${this.#print(command, indent)}`);
      return;
    }
    if (written === '""' || written === '[]') this.#edits.push({ range: old.range, newText: printJson(value) });
    else this.#edits.push({ range: old.range, newText: `{ "project": ${written}, ${missing.map(([name, command]) => `${JSON.stringify(name)}: ${printJson(command)}`).join(', ')} }` });
  }

  #print(value: Json, indent: string): string {
    return printJson(value, indent, this.#unit).replaceAll('\n', this.#lineEnd);
  }

  #append(place: DataMap | DataList, print: (indent: string) => string): void {
    const parts = this.#added.get(place) ?? [];
    this.#added.set(place, [...parts, print(this.#indentOf(place))]);
  }

  /** Indentation of the parts of a map or list that stand on lines of their own. */
  #indentOf(place: DataMap | DataList): string {
    const first = place.kind === 'map' ? place.entries[0]?.keyRange.start : place.items[0]?.range.start;
    const found = first === undefined ? undefined : /\n([ \t]*)"?$/.exec(this.#text.slice(0, first))?.[1];
    return found ?? (/(?:^|\n)([ \t]*)[^\n]*$/.exec(this.#text.slice(0, place.range.start))?.[1] ?? '') + this.#unit;
  }

  finish(): string | undefined {
    for (const [place, parts] of this.#added) this.#edits.push(...this.#insert(place, parts));
    return applyEdits(this.#text, this.#edits);
  }

  /** Behind the last part and the comments that follow it, so that these stay where they are. */
  #insert(place: DataMap | DataList, parts: readonly string[]): readonly TextEdit[] {
    const close = place.range.end - 1;
    const last = place.kind === 'map' ? place.entries.at(-1)?.value.range.end : place.items.at(-1)?.range.end;
    const indent = this.#indentOf(place);
    const outer = /(?:^|\n)([ \t]*)[^\n]*$/.exec(this.#text.slice(0, place.range.start))?.[1] ?? '';
    const between = this.#text.slice(last ?? place.range.start + 1, close);
    const comma = last !== undefined && stripComments(between).includes(',');
    if (last !== undefined && !this.#text.slice(place.range.start, close).includes('\n')) {
      const at = comma ? close - (/\s*$/.exec(between)?.[0].length ?? 0) : last;
      return [{ range: { start: at, end: at }, newText: `${comma ? ' ' : ', '}${parts.join(', ')}` }];
    }
    // A block without parts may hold comments.
    const start = close - (/\s*$/.exec(between)?.[0].length ?? 0);
    const lines = parts.map((part) => `${this.#lineEnd}${indent}${part}`).join(',');
    const inserted: TextEdit = { range: { start, end: start }, newText: lines + (comma ? ',' : '') + (between.includes('\n') ? '' : `${this.#lineEnd}${outer}`) };
    return last === undefined || comma ? [inserted] : [{ range: { start: last, end: last }, newText: ',' }, inserted];
  }
}

/** Of a repeated option: a variable by its name, all else by its value. */
function keyOf(value = ''): string {
  return /^[A-Z_]+=/.test(value) ? (value.split('=')[0] ?? '') : value;
}

function stripComments(text: string): string {
  return text.replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, '');
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
