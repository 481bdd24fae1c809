import { msg, type Message } from '../l10n/message';
import { compareDebian, isAptPattern, matchesAptPattern } from '../version/debian';
import type { Evidence } from './evidence';
import { defineTable } from './table';
import cudnnText from './tables/cudnn-apt-builds.json?raw';
import ncclText from './tables/nccl-apt-builds.json?raw';
import tensorrtText from './tables/tensorrt-apt-builds.json?raw';

const STRENGTHS = [
  'index',
  'apt-policy',
  'apt-madison',
  'deb-url',
  'deb-file',
  'dpkg',
  'lockfile',
  'nvidia-dockerfile',
  'pinned',
  'index-claim',
  'apt-search',
  'apt-error',
  'dockerfile-branch-unverified',
] as const;

/** How a version string became known, strongest first. */
export type AptEvidence = (typeof STRENGTHS)[number];

/** Place of a kind of evidence among all, 0 for the strongest. */
export function strengthOf(evidence: AptEvidence): number {
  return STRENGTHS.indexOf(evidence);
}

/** Packages of one version seen together in one place. */
export interface AptBuild {
  /** `8.6.1.6-1+cuda12.0`. */
  readonly version: string;
  /** As in the repository's address, `ubuntu2004`; null where the source does not say. */
  readonly distro: string | null;
  /** `x86_64`, `sbsa`, `arm64` (Jetson). */
  readonly arch: string | null;
  /** `cuda-network` is NVIDIA's repository; `local-repo` and `jetson` are none that an image can reach by network. */
  readonly repository: string | null;
  readonly evidence: AptEvidence;
  readonly packages: readonly string[];
  readonly source: string;
}

const tables = {
  tensorrt: defineTable<Omit<AptBuild, 'source'>>(tensorrtText),
  cudnn: defineTable<Omit<AptBuild, 'source'>>(cudnnText),
  nccl: defineTable<Omit<AptBuild, 'source'>>(ncclText),
};

export type AptLibrary = keyof typeof tables;

/** The library a package name belongs to, by the name alone. */
export function libraryOfPackage(name: string): AptLibrary | undefined {
  if (/^(?:lib)?cudnn\d/.test(name)) return 'cudnn';
  if (/^libnccl/.test(name)) return 'nccl';
  if (/^(?:tensorrt|libnv(?:infer|parsers|onnxparsers|caffe)|python3?-libnvinfer|uff-converter-tf$|graphsurgeon-tf$|onnx-graphsurgeon$)/.test(name)) {
    return 'tensorrt';
  }
  return undefined;
}

const byPackage: Partial<Record<AptLibrary, ReadonlyMap<string, readonly AptBuild[]>>> = {};

function buildsOfLibrary(library: AptLibrary): ReadonlyMap<string, readonly AptBuild[]> {
  return (byPackage[library] ??= groupByPackage(tables[library]().rows));
}

function groupByPackage(builds: readonly AptBuild[]): ReadonlyMap<string, readonly AptBuild[]> {
  const groups = new Map<string, AptBuild[]>();
  for (const build of builds) {
    for (const name of build.packages) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [build]);
      else group.push(build);
    }
  }
  return groups;
}

export interface AptQuery {
  readonly package?: string;
  readonly library?: AptLibrary;
  /** Builds whose source names another distribution are left out; those that name none stay. */
  readonly distro?: string;
  /** A version, or a pattern as after apt's `=`. */
  readonly version?: string;
}

/** All sightings of packages of TensorRT, cuDNN and NCCL that fit, oldest version first. Absence of a string proves nothing. */
export function aptBuilds(query: AptQuery): readonly AptBuild[] {
  const candidates = query.package === undefined ? buildsOf(query.library) : buildsOfPackage(query.package);
  const { distro, version } = query;
  const isPattern = version !== undefined && isAptPattern(version);
  return candidates.filter(
    (build) =>
      (distro === undefined || build.distro === null || build.distro === distro) &&
      (version === undefined || (isPattern ? matchesAptPattern(version, build.version) : version === build.version)),
  );
}

function buildsOf(library: AptLibrary | undefined): readonly AptBuild[] {
  if (library !== undefined) return tables[library]().rows;
  return [...tables.tensorrt().rows, ...tables.cudnn().rows, ...tables.nccl().rows];
}

function buildsOfPackage(name: string): readonly AptBuild[] {
  const library = libraryOfPackage(name);
  return library === undefined ? [] : (buildsOfLibrary(library).get(name) ?? []);
}

/** True for a sighting in a repository that an x86-64 or SBSA image reaches by network. */
export function isInNetworkRepository(build: AptBuild): boolean {
  return (
    build.arch !== 'arm64' &&
    build.repository !== 'jetson' &&
    build.repository !== 'local-repo' &&
    build.repository !== 'nvinfer-runtime-trt-repo' &&
    build.evidence !== 'dockerfile-branch-unverified' &&
    build.evidence !== 'apt-error'
  );
}

/** The sighting as evidence to be shown. */
export function evidenceOfBuild(build: AptBuild, name: string): Evidence {
  const how = describeEvidence(build.evidence);
  const fact = build.distro === null ? msg`${name} ${build.version} is known (${how}).` : msg`${name} ${build.version} is known for ${build.distro} (${how}).`;
  return citeBuild(build, name, fact);
}

/** The sighting as evidence that its release has packages for another distribution. */
export function evidenceElsewhere(build: AptBuild, name: string, release: string, distro: string): Evidence {
  const how = describeEvidence(build.evidence);
  const fact =
    build.distro === null
      ? msg`${name} ${build.version} is known (${how}); TensorRT ${release} has packages for ${distro}.`
      : msg`${name} ${build.version} is known for ${build.distro} (${how}); TensorRT ${release} has packages for ${distro}.`;
  return citeBuild(build, name, fact);
}

function citeBuild({ source }: AptBuild, name: string, fact: Message): Evidence {
  return { fact, source, checked: tables[libraryOfPackage(name) ?? 'tensorrt']().checked };
}

function describeEvidence(evidence: AptEvidence): Message {
  switch (evidence) {
    case 'index':
      return msg`NVIDIA's repository index`;
    case 'apt-policy':
    case 'apt-madison':
    case 'apt-search':
      return msg`apt's own listing`;
    case 'deb-url':
    case 'deb-file':
      return msg`address of the package file`;
    case 'dpkg':
    case 'lockfile':
      return msg`installed there`;
    case 'nvidia-dockerfile':
      return msg`a Dockerfile of NVIDIA`;
    case 'pinned':
    case 'index-claim':
    case 'dockerfile-branch-unverified':
      return msg`pinned in a public file`;
    case 'apt-error':
      return msg`named in an error of apt`;
  }
}

/** The distribution of which a whole index was saved, and when. */
const INDEXED = { distro: 'ubuntu2004', date: '2022-07-25' } as const;

/**
 * Whether the saved index of NVIDIA's network repository (ubuntu2004, x86-64 and SBSA, 2022-07-25) rules out a version:
 * it lists the package, lists newer versions of it than this one, and does not list this one.
 * Undefined where the index says nothing.
 */
export function ruledOutByIndex(name: string, version: string, distro: string | undefined): Evidence | undefined {
  if (distro !== INDEXED.distro) return undefined;
  const builds = buildsOfPackage(name);
  const listed = builds.filter((build) => build.evidence === 'index' && build.distro === distro);
  const isOlder = listed.some((build) => compareDebian(version, build.version) < 0);
  const isSeen = builds.some((build) => build.version === version && (build.distro === null || build.distro === distro) && isInNetworkRepository(build));
  const first = listed[0];
  if (first === undefined || !isOlder || isSeen) return undefined;
  return {
    fact: msg`The index of NVIDIA's ${distro} repository of ${INDEXED.date} lists ${name} in ${new Set(listed.map((build) => build.version)).size} versions, newer ones among them, but not ${version}.`,
    source: first.source,
    checked: tables[libraryOfPackage(name) ?? 'tensorrt']().checked,
  };
}
