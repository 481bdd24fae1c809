import type { RuleSettings } from '../engine/settings';
import { checkSchema } from '../schema/check';
import { isList, isMap, type Fault, type Plain } from '../schema/model';
import { readPlainYaml } from '../schema/yaml';
import { readTargets } from '../target/read';
import type { Config, ConfigProblem } from './model';
import { configSchema } from './schema';

/** A config file as far as it can be read, and what is wrong with it, in order of position. */
export interface ConfigReading {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads the text of a `.trtc.yaml`. Entries that are wrong are left out, each with a problem at its place; the others
 * count. `file` is the name that problems carry. Never throws.
 */
export function readConfig(text: string, file: string): ConfigReading {
  const yaml = readPlainYaml(text);
  const { targets, faults } = readTargets(entryOf(yaml.value, 'targets'), ['targets']);
  const all: readonly Fault[] = [...checkSchema(yaml.value, configSchema()).filter(({ path }) => path[0] !== 'targets' || path.length === 1), ...faults];
  const problems = [...yaml.errors, ...distinct(all).map((fault) => ({ range: yaml.locate(fault), message: fault.message }))]
    .map(({ range, message }) => ({ location: { file, range }, message }))
    .sort((a, b) => a.location.range.start - b.location.range.start);
  return { config: { file, ...readEntries(yaml.value, (path) => ({ file, range: yaml.locate({ path, onKey: false }) })), targets }, problems };
}

function entryOf(value: Plain, key: string): Plain | undefined {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A fault of the list itself is told once. */
function distinct(faults: readonly Fault[]): readonly Fault[] {
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify(fault);
    return seen.has(key) ? false : seen.add(key);
  });
}

function readEntries(value: Plain, locate: (path: readonly (string | number)[]) => Config['overlays'][number]['location']): Omit<Config, 'file' | 'targets'> {
  const rules = configSchema().properties?.['rules']?.properties ?? {};
  const overlay = entryOf(value, 'overlay');
  const overlays = isList(overlay) ? overlay.map((path, i) => ({ path, at: ['overlay', i] })) : [{ path: overlay, at: ['overlay'] }];
  return {
    rules: Object.fromEntries(textEntries(entryOf(value, 'rules')).filter(([name, level]) => Object.hasOwn(rules, name) && rules[name]?.enum?.includes(level))) as RuleSettings,
    overlays: overlays.flatMap(({ path, at }) => (typeof path === 'string' ? { path, location: locate(at) } : [])),
    ignore: textItems(entryOf(value, 'ignore')),
    buildArgs: new Map(textEntries(entryOf(value, 'buildArgs'))),
  };
}

function textEntries(value: Plain | undefined): readonly (readonly [string, string])[] {
  return isMap(value) ? Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : [];
}

function textItems(value: Plain | undefined): readonly string[] {
  return isList(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
