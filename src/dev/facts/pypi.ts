import { comparePep440, parsePep440, parseSpecifier } from '../../core/version/pep440';
import type { Web } from './web';

// JSON API: https://docs.pypi.org/api/json/ ; simple index: https://packaging.python.org/en/latest/specifications/simple-repository-api/

/** A release with at least one file that has not been withdrawn. */
export interface PypiRelease {
  readonly version: string;
  /** Python minor versions of its CPython wheels, ascending: `3.10`. */
  readonly pythons: readonly string[];
}

interface ProjectPage {
  readonly releases?: Readonly<Record<string, readonly { readonly filename?: string; readonly yanked?: boolean }[]>>;
}

interface ReleasePage {
  readonly info?: { readonly requires_dist?: readonly string[] | null; readonly requires_python?: string | null };
}

/** The final releases of a project on PyPI, oldest first. */
export async function listReleases(web: Web, project: string): Promise<readonly PypiRelease[]> {
  const page = (await web.readJson(`${web.addressOf('FACTS_PYPI')}/pypi/${project}/json`)) as ProjectPage;
  return Object.entries(page.releases ?? {})
    .flatMap(([version, files]) => {
      const kept = files.filter((file) => file.yanked !== true);
      const isFinal = parsePep440(version)?.isPrerelease === false;
      return kept.length === 0 || !isFinal ? [] : [{ version, pythons: pythonsOf(kept.map((file) => file.filename ?? '')) }];
    })
    .sort((a, b) => comparePep440(a.version, b.version) ?? 0);
}

/** Releases that are newer than all of `known`. */
export function newerThan(releases: readonly PypiRelease[], known: readonly string[]): readonly PypiRelease[] {
  return releases.filter(({ version }) => known.every((other) => (comparePep440(version, other) ?? 0) > 0));
}

/** Minor versions of CPython in the tags of wheels, `torch-2.9.0-cp310-cp310-….whl`. */
function pythonsOf(files: readonly string[]): readonly string[] {
  const minors = files.flatMap((file) => /-cp3(\d+)-cp3\1m?-[^-]+\.whl$/.exec(file)?.[1] ?? []);
  return [...new Set(minors.map(Number))].sort((a, b) => a - b).map((minor) => `3.${minor}`);
}

export interface Requirement {
  /** Normal form. */
  readonly name: string;
  /** `>=12.5,<13`; empty for any version. */
  readonly specifier: string;
}

/** What a release says of itself. */
export interface PypiMetadata {
  readonly requirements: readonly Requirement[];
  readonly requiresPython: string | null;
}

/** The metadata of one release; requirements of extras are among them. */
export async function readMetadata(web: Web, project: string, version: string): Promise<PypiMetadata> {
  const { info } = (await web.readJson(`${web.addressOf('FACTS_PYPI')}/pypi/${project}/${version}/json`)) as ReleasePage;
  const requirements = (info?.requires_dist ?? []).flatMap((text) => {
    const [, name, specifier] = /^([A-Za-z\d][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)/.exec(text) ?? [];
    return name === undefined ? [] : [{ name: name.toLowerCase().replace(/[-_.]+/g, '-'), specifier: (specifier ?? '').replace(/\s/g, '') }];
  });
  return { requirements, requiresPython: info?.requires_python ?? null };
}

/** The version that a requirement names as its own or its lowest: `>=12.5.82,<13` → `12.5.82`. */
export function lowestOf({ specifier }: Requirement): string | undefined {
  return parseSpecifier(specifier)?.find(({ operator }) => operator === '==' || operator === '>=' || operator === '~=')?.version;
}

/** Versions of a project in a simple index, by the names of its files. */
export async function listSimpleVersions(web: Web, project: string): Promise<readonly string[]> {
  const html = await web.readText(`${web.addressOf('FACTS_NVIDIA_PYPI')}/${project}/`);
  const files = [...html.matchAll(/>\s*([^<>\s]+\.(?:whl|tar\.gz))\s*</g)].map(([, file]) => file ?? '');
  const versions = files.flatMap((file) => {
    const [, name, version] = /^([A-Za-z\d][\w.-]*?)-(\d[^-]*?)(?:-.*\.whl|\.tar\.gz)$/.exec(file) ?? [];
    return name?.toLowerCase().replace(/[-_.]+/g, '-') === project && version !== undefined && parsePep440(version)?.isPrerelease === false ? [version] : [];
  });
  return [...new Set(versions)];
}

/** Where a reader finds what the JSON API said. */
export function projectPage(project: string, version: string): string {
  return `https://pypi.org/project/${project}/${version}/`;
}
