import { msg, type Message } from '../l10n/message';
import { checkSchema } from '../schema/check';
import { isList, isMap, type Fault, type Path, type Plain, type PlainMap } from '../schema/model';
import { readPlainYaml, type PlainDocument } from '../schema/yaml';
import type { ExpectedVersion, OwnCheck, SmokeFile, SmokeFileProblem, SmokeMount, SmokeSubject, Surroundings } from './model';
import { smokeFileSchema } from './schema';

/** A smoke file as far as it can be read, and what is wrong with it, in order of position. */
export interface SmokeFileReading {
  readonly smoke: SmokeFile;
  readonly problems: readonly SmokeFileProblem[];
}

/**
 * Reads the text of a smoke file. `file` is the name that problems carry. Never throws.
 */
export function readSmokeFile(text: string, file: string): SmokeFileReading {
  const yaml = readPlainYaml(text);
  const root = isMap(yaml.value) ? yaml.value : {};
  const reader = new SmokeFileReader(yaml);
  const smoke = reader.read(root, file);
  const faults = [...checkSchema(yaml.value, smokeFileSchema), ...reader.faults];
  const problems = [...yaml.errors, ...faults.map((fault) => ({ range: yaml.locate(fault), message: fault.message }))]
    .map(({ range, message }) => ({ location: { file, range }, message }))
    .sort((a, b) => a.location.range.start - b.location.range.start);
  return { smoke, problems };
}

class SmokeFileReader {
  readonly faults: Fault[] = [];

  constructor(private readonly yaml: PlainDocument) {}

  read(root: PlainMap, file: string): SmokeFile {
    const profiles = isList(root['profiles']) ? textsOf(root['profiles']).filter(isProfile) : null;
    const checks = listOf(root['checks']).flatMap((item, i) => this.#readCheck(item, ['checks', i]) ?? []);
    const names = new Set<string>();
    for (const [i, { name }] of checks.entries()) {
      if (names.has(name)) this.#fault(['checks', i], msg`Another check is called ${name}.`);
      names.add(name);
    }
    const subject = this.#readSubject(root);
    return {
      file,
      subject,
      subjectRange: this.yaml.locate({ path: subject === null ? [] : [subject.kind], onKey: false }),
      profiles: profiles !== null && profiles.length > 0 ? profiles : null,
      skip: textsOf(root['skip']),
      versions: this.#readVersions(root['versions']),
      models: textsOf(root['models']).map((path, i) => ({ path, range: this.yaml.locate({ path: ['models', i], onKey: false }) })),
      surroundings: readSurroundings(root),
      checks,
    };
  }

  #readSubject(root: PlainMap): SmokeSubject | null {
    const image = textOf(root['image']);
    const dockerfile = textOf(root['dockerfile']);
    if (image !== undefined && dockerfile !== undefined) {
      this.#fault(['dockerfile'], msg`Either \`image\` or \`dockerfile\` says what is tested, not both.`, true);
      return null;
    }
    const stray = ['target', 'context', 'buildArgs'].find((key) => root[key] !== undefined);
    if (image !== undefined) {
      if (stray !== undefined) this.#fault([stray], msg`\`${stray}\` belongs to \`dockerfile\`; \`image\` is not built.`, true);
      return { kind: 'image', image };
    }
    if (dockerfile === undefined) {
      this.#fault([], msg`\`image\` or \`dockerfile\` must say what is tested.`);
      return null;
    }
    return { kind: 'dockerfile', dockerfile, target: textOf(root['target']) ?? null, context: textOf(root['context']) ?? null, buildArgs: mapOf(root['buildArgs']) };
  }

  #readVersions(value: Plain | undefined): readonly ExpectedVersion[] {
    const known = smokeFileSchema.properties?.['versions']?.properties ?? {};
    return Object.entries(mapOf(value))
      .filter(([part, version]) => new RegExp(known[part]?.pattern ?? '$^').test(version))
      .map(([part, version]) => ({ part, version, range: this.yaml.locate({ path: ['versions', part], onKey: false }) }));
  }

  #readCheck(item: Plain, path: Path): OwnCheck | undefined {
    if (!isMap(item)) return undefined;
    const run = isList(item['run']) ? textsOf(item['run']) : textOf(item['run']);
    if (run === undefined || run.length === 0) return undefined;
    const matches = textOf(item['matches']);
    if (matches !== undefined && !isPattern(matches)) this.#fault([...path, 'matches'], msg`This is no regular expression.`);
    const exit = textOf(item['exit']) ?? '0';
    const key = ['name', 'run'].find((name) => item[name] !== undefined) ?? 'run';
    return {
      name: textOf(item['name']) ?? (typeof run === 'string' ? run : run.join(' ')),
      range: this.yaml.locate({ path: [...path, key], onKey: false }),
      profile: item['profile'] === 'gpu' ? 'gpu' : 'cpu',
      run,
      output: isList(item['output']) ? textsOf(item['output']) : [textOf(item['output'])].flatMap((text) => text ?? []),
      matches: matches !== undefined && isPattern(matches) ? matches : null,
      exit: /^\d{1,3}$/.test(exit) ? Number(exit) : 0,
      surroundings: readSurroundings(item),
    };
  }

  #fault(path: Path, message: Message, onKey = false): void {
    this.faults.push({ path, onKey, message });
  }
}

function readSurroundings(item: PlainMap): Surroundings {
  const network = textOf(item['network']);
  return {
    gpus: readGpus(item['gpus']),
    env: mapOf(item['env']),
    mounts: textsOf(item['mounts']).flatMap((text) => readMount(text) ?? []),
    network: network === undefined ? null : network === 'true',
    memoryBytes: readSize(textOf(item['memory'])),
    timeMs: readTime(textOf(item['time'])),
    user: textOf(item['user']) ?? null,
    workdir: textOf(item['workdir']) ?? null,
  };
}

function readGpus(value: Plain | undefined): Surroundings['gpus'] {
  if (isList(value)) return textsOf(value);
  const text = textOf(value);
  if (text === undefined) return null;
  if (text === 'all' || text === 'none') return text;
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((word) => word.trim());
}

function readMount(text: string): SmokeMount | undefined {
  const [, source, target, mode] = /^((?:[A-Za-z]:[\\/])?[^:]+):(\/[^:]*)(?::(ro|rw))?$/.exec(text) ?? [];
  return source === undefined || target === undefined ? undefined : { source, target, writable: mode === 'rw' };
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `512m`, `16 GiB`, `1.5g` in bytes, with the units of `docker run --memory`; a bare number counts bytes. */
function readSize(text: string | undefined): number | null {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?) *([kmgb])?(?:i?b)?$/i.exec(text ?? '') ?? [];
  return number === undefined ? null : Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}

const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `500ms`, `30s`, `5m`, `1h`; a bare number counts seconds. */
function readTime(text: string | undefined): number | null {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?) *(ms|s|min|m|h)?$/.exec(text ?? '') ?? [];
  return number === undefined ? null : Math.round(Number(number) * (TIMES[unit] ?? 1000));
}

function isProfile(text: string): text is 'static' | 'cpu' | 'gpu' {
  return text === 'static' || text === 'cpu' || text === 'gpu';
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function listOf(value: Plain | undefined): readonly Plain[] {
  return isList(value) ? value : [];
}

function textsOf(value: Plain | undefined): readonly string[] {
  return listOf(value).filter((item): item is string => typeof item === 'string');
}

function textOf(value: Plain | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function mapOf(value: Plain | undefined): Readonly<Record<string, string>> {
  return isMap(value) ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {};
}
