import { msg } from '../l10n/message';
import { compareDotted, majorOf } from '../version/dotted';
import type { Evidence } from './evidence';
import { defineTable } from './table';
import { aptVersionOf, packageFamily, packageNameOf, releaseHasPackage } from './tensorrt-packages';
import type { TensorRTRelease } from './tensorrt-releases';
import text from './tables/tensorrt-dependencies.json?raw';

interface DependencyRow {
  /** `{M}` stands for the library's major version. */
  readonly package: string;
  readonly from: string;
  readonly below: string | null;
  readonly dependencies: readonly string[];
  readonly evidence: 'apt-message' | 'docs' | 'pinned-together';
}

const table = defineTable<DependencyRow>(text);

function rowOf(name: string, release: TensorRTRelease): (DependencyRow & { readonly source: string }) | undefined {
  const family = packageFamily(name)?.family;
  return table().rows.find(
    (row) =>
      row.package === family &&
      compareDotted(release.version, row.from) >= 0 &&
      (row.below === null || compareDotted(release.version, row.below) < 0),
  );
}

/**
 * The packages of the same release that a package needs in exactly its own version: (`libnvinfer-dev`, 8.6.1) →
 * `libnvinfer8`, `libnvinfer-headers-dev`. Only direct ones; empty when it needs none or that is not known.
 */
export function exactDependenciesOf(name: string, release: TensorRTRelease): readonly string[] {
  const major = majorOf(release.version) ?? 0;
  const names = rowOf(name, release)?.dependencies ?? [];
  return names.map((family) => packageNameOf(family, major)).filter((dependency) => releaseHasPackage(release, dependency) !== false);
}

/** What says that a package has exact dependencies; undefined when it has none in the tables. */
export function dependencyEvidence(name: string, release: TensorRTRelease): Evidence | undefined {
  const row = rowOf(name, release);
  if (row === undefined) return undefined;
  const fact = msg`${name} of TensorRT ${release.version} needs ${exactDependenciesOf(name, release).join(', ')} in exactly its own version.`;
  return { fact, source: row.source, checked: table().checked };
}

/** Whether apt itself or NVIDIA's documentation names the dependencies of a package, or only lists that pin them together. */
export function areDependenciesProven(name: string, release: TensorRTRelease): boolean {
  const evidence = rowOf(name, release)?.evidence;
  return evidence === 'apt-message' || evidence === 'docs';
}

/** A package with the version to pin it to. */
export interface Pin {
  readonly package: string;
  readonly version: string;
  /** True for a package that the command does not name itself but that must be pinned with it. */
  readonly added: boolean;
}

/**
 * Everything that must be named with a version so that apt can install `packages` from one build: the packages
 * themselves, then all that they need in exactly their own version, directly or not; without that apt takes the newest
 * build of each and gives up on the contradiction. Names that are no packages of TensorRT are left out.
 * Undefined when the release lacks one of the packages, or its version is not fully known.
 */
export function pinSet(packages: readonly string[], build: { readonly release: TensorRTRelease; readonly cuda: string }): readonly Pin[] | undefined {
  const { release, cuda } = build;
  const named = packages.filter((name) => packageFamily(name) !== undefined);
  if (named.some((name) => releaseHasPackage(release, name) === false)) return undefined;
  const closure = new Set(named);
  // A Set hands out what is added to it while it is being walked.
  for (const name of closure) for (const dependency of exactDependenciesOf(name, release)) closure.add(dependency);
  const pins: Pin[] = [];
  for (const name of closure) {
    const version = aptVersionOf(name, release, cuda);
    if (version === undefined) return undefined;
    pins.push({ package: name, version, added: !named.includes(name) });
  }
  return pins;
}
