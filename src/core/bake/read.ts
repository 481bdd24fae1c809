import { resolveInside } from '../build/places';
import { readArgument } from '../compose/service';
import { findEntry, findScalar, findValue, listEntries, listItems, locateKey, type Data, type DataEntry, type DataMap, type Scalar } from '../data/model';
import { readHcl, type HclLookup } from '../data/hcl';
import { readJsonc } from '../data/jsonc';
import type { ContextReader } from '../shell/installers/model';
import { Traced } from '../text/traced';
import type { BakeFile, BakeTarget } from './model';

export interface BakeOptions {
  /** What may be read besides the file itself: the folders above and below it. */
  readonly context?: ContextReader | undefined;
  /** Folder of the file inside the context; `''` for its root. */
  readonly folder?: string | undefined;
}

/** Targets that inherit from each other are followed this deep. */
const MAX_DEPTH = 16;
/** Variables whose defaults name each other are followed this often. */
const ROUNDS = 3;

/**
 * The targets of a bake file, HCL or JSON by its name, with their variables' defaults. Undefined for a JSON text that is
 * no object. Never throws.
 */
export function readBake(text: string, file: string, { folder = '' }: BakeOptions = {}): BakeFile | undefined {
  const json = /\.json$/i.test(file);
  const read = (lookup: HclLookup): Data | undefined => (json ? readJsonc(text, file, (value) => replaceVariables(value, lookup)) : readHcl(text, file, lookup));
  let defaults = new Map<string, Traced>();
  for (let round = 0; round < ROUNDS; round++) defaults = readDefaults(read((name) => defaults.get(name)));
  const root = read((name) => defaults.get(name));
  if (root?.kind !== 'map') return undefined;
  const targets = findValue(root, 'target');
  return { file, targets: listEntries(targets).flatMap((entry) => readTarget(entry, targets, folder) ?? []) };
}

function readDefaults(root: Data | undefined): Map<string, Traced> {
  const variables = listEntries(findValue(root, 'variable'));
  return new Map(variables.flatMap(({ key, value }) => {
    const given = findScalar(value, 'default');
    return given === undefined ? [] : [[key, given.text] as const];
  }));
}

function replaceVariables(text: Traced, lookup: HclLookup): Traced {
  const parts: Traced[] = [];
  let position = 0;
  for (const match of text.value.matchAll(/\$\{\s*([^}]*?)\s*\}/g)) {
    const end = match.index + match[0].length;
    const place = text.locate(match.index, end);
    if (place === undefined) continue;
    const value = lookup(match[1] ?? '');
    parts.push(text.slice(position, match.index), value?.usedAt(place.file, place.range, match[1] ?? '') ?? Traced.unknown(place.file, place.range));
    position = end;
  }
  return position === 0 ? text : Traced.concat([...parts, text.slice(position)]);
}

function readTarget(entry: DataEntry, targets: Data | undefined, folder: string): BakeTarget | undefined {
  if (entry.value.kind !== 'map') return undefined;
  const body = inherit(entry.value, targets, 0);
  const place = findScalar(body, 'context');
  const context = place === undefined ? folder : place.text.known ? resolveInside(folder, place.text.value) : undefined;
  const dockerfile = findEntry(body, 'dockerfile')?.value;
  const inline = findEntry(body, 'dockerfile-inline');
  const name = dockerfile === undefined ? 'Dockerfile' : dockerfile.kind === 'scalar' && dockerfile.text.known ? dockerfile.text.value : undefined;
  return {
    name: entry.key,
    location: locateKey(entry),
    build: {
      location: locateKey(entry),
      context,
      dockerfile: context === undefined || name === undefined || inline !== undefined ? undefined : resolveInside(context, name),
      inline: undefined,
      args: listEntries(findValue(body, 'args')).flatMap((each) => readArgument(each) ?? []),
      target: findScalar(body, 'target'),
      namedContexts: listEntries(findValue(body, 'contexts')).flatMap(({ key, value }) => (value.kind === 'scalar' ? [{ name: key, value: value.text }] : [])),
    },
  };
}

/** A target laid over those that it inherits from; maps (`args`, `contexts`) are merged by key. */
function inherit(target: DataMap, targets: Data | undefined, depth: number): DataMap {
  const parents = depth >= MAX_DEPTH ? [] : listItems(findValue(target, 'inherits')).filter((item): item is Scalar => item.kind === 'scalar');
  const bodies = parents.flatMap(({ text }) => {
    const parent = findValue(targets, text.value);
    return parent?.kind === 'map' ? [inherit(parent, targets, depth + 1)] : [];
  });
  const entries = new Map<string, DataEntry>();
  for (const body of [...bodies, target]) {
    for (const entry of body.entries) {
      const known = entries.get(entry.key)?.value;
      const value = known?.kind === 'map' && entry.value.kind === 'map' ? { ...entry.value, entries: [...new Map([...known.entries, ...entry.value.entries].map((each) => [each.key, each])).values()] } : entry.value;
      entries.set(entry.key, { ...entry, value });
    }
  }
  return { ...target, entries: [...entries.values()] };
}
