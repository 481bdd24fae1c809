import { findEntry, findScalar, findValue, listEntries, listItems, type Data, type Scalar } from '../data/model';
import { readToml } from '../data/toml';
import type { PipRequirement } from '../shell/installers/model';
import type { Traced } from '../text/traced';
import { normaliseName, parseRequirement } from './requirement';

/** An index that `[[tool.uv.index]]` names. */
export interface UvIndex {
  readonly name: string | undefined;
  readonly url: Traced;
  /** Takes the place of PyPI. */
  readonly isDefault: boolean;
  /** Serves only the packages that name it in `tool.uv.sources`. */
  readonly explicit: boolean;
}

/** What a `pyproject.toml` asks of an installer. Ranges are offsets in its text. */
export interface Pyproject {
  readonly dependencies: readonly PipRequirement[];
  /** `[project.optional-dependencies]`, by normalised name. */
  readonly extras: ReadonlyMap<string, readonly PipRequirement[]>;
  /** `[dependency-groups]` without the groups that they include, and the older `tool.uv.dev-dependencies` as `dev`. */
  readonly groups: ReadonlyMap<string, readonly PipRequirement[]>;
  readonly uv: {
    readonly indexes: readonly UvIndex[];
    /** By normalised name of a package: the index that it comes from; undefined for one that comes from elsewhere, or that depends on a marker. */
    readonly sources: ReadonlyMap<string, string | undefined>;
    readonly findLinks: readonly Traced[];
  };
}

/**
 * Reads a `pyproject.toml`: `[project]` (https://packaging.python.org/en/latest/specifications/pyproject-toml/),
 * dependency groups, and what uv reads of it (https://docs.astral.sh/uv/reference/settings/). What other tools keep under
 * names of their own (Poetry, PDM) is left out. Never throws.
 */
export function readPyproject(file: string, text: string): Pyproject {
  const data = readToml(text, file);
  const read = (list: Data | undefined): readonly PipRequirement[] => readRequirementList(list, file);
  const groups = new Map(listEntries(findValue(data, 'dependency-groups')).map(({ key, value }) => [normaliseName(key), read(value)]));
  const dev = read(findValue(data, 'tool', 'uv', 'dev-dependencies'));
  if (dev.length > 0) groups.set('dev', [...(groups.get('dev') ?? []), ...dev]);
  const uv = findValue(data, 'tool', 'uv');
  return {
    dependencies: read(findValue(data, 'project', 'dependencies')),
    extras: new Map(listEntries(findValue(data, 'project', 'optional-dependencies')).map(({ key, value }) => [normaliseName(key), read(value)])),
    groups,
    uv: {
      indexes: readIndexes(uv),
      sources: new Map(listEntries(findValue(uv, 'sources')).map(({ key, value }) => [normaliseName(key), indexOf(value)])),
      findLinks: listItems(findValue(uv, 'find-links')).flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])),
    },
  };
}

function readRequirementList(list: Data | undefined, file: string): readonly PipRequirement[] {
  return listItems(list).flatMap((item) => {
    if (item.kind !== 'scalar' || item.type !== 'string') return [];
    const [piece] = item.text.pieces;
    const requirement = parseRequirement(item.text, { file, range: piece?.verbatim === true ? piece.range : item.range, origin: 'project', editable: false });
    return requirement === undefined ? [] : [requirement];
  });
}

/** `[[tool.uv.index]]` and the older `index-url` and `extra-index-url`. */
function readIndexes(uv: Data | undefined): readonly UvIndex[] {
  const tables = listItems(findValue(uv, 'index')).flatMap((item) => {
    const url = findScalar(item, 'url');
    return url === undefined ? [] : [{ name: findScalar(item, 'name')?.raw, url: url.text, isDefault: isTrue(findScalar(item, 'default')), explicit: isTrue(findScalar(item, 'explicit')) }];
  });
  const older = findScalar(uv, 'index-url');
  const extra = findValue(uv, 'extra-index-url');
  const extras = extra?.kind === 'scalar' ? [extra] : listItems(extra).filter((item) => item.kind === 'scalar');
  const plain = (url: Scalar, isDefault: boolean): UvIndex => ({ name: undefined, url: url.text, isDefault, explicit: false });
  return [...tables, ...(older === undefined ? [] : [plain(older, true)]), ...extras.map((url) => plain(url, false))];
}

function isTrue(value: Scalar | undefined): boolean {
  return value?.raw === 'true';
}

/** The index in a package's source, when it is the same wherever the package is installed. */
function indexOf(source: Data): string | undefined {
  const one = source.kind === 'list' ? (source.items.length === 1 ? source.items[0] : undefined) : source;
  return one === undefined || findEntry(one, 'marker') !== undefined || findEntry(one, 'extra') !== undefined ? undefined : findScalar(one, 'index')?.raw;
}
