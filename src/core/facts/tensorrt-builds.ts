import { isCudaCompatible } from '../version/cuda';
import { parseNvidiaPackageVersion } from '../version/debian';
import { compareDotted, hasPrefix, majorMinorOf, majorOf } from '../version/dotted';
import { aptBuilds, evidenceElsewhere, evidenceOfBuild, isInNetworkRepository, strengthOf, type AptBuild } from './apt-builds';
import type { Evidence } from './evidence';
import { aptVersionOf, packageFamily, releaseHasPackage } from './tensorrt-packages';
import { findTensorRTRelease, tensorRTReleases, type TensorRTRelease } from './tensorrt-releases';

/** All packages of a TensorRT release made for one CUDA version; they are published together. */
export interface TensorRTBuild {
  readonly release: TensorRTRelease;
  /** `11.6`. */
  readonly cuda: string;
  /** The sightings in network repositories, one at least. */
  readonly sightings: readonly AptBuild[];
}

let allBuilds: readonly TensorRTBuild[] | undefined;

/** Every build that was seen in a network repository: oldest release first, within a release by CUDA version. */
export function tensorRTBuilds(): readonly TensorRTBuild[] {
  return (allBuilds ??= collectBuilds());
}

function collectBuilds(): readonly TensorRTBuild[] {
  const groups = new Map<string, { release: TensorRTRelease; cuda: string; sightings: AptBuild[] }>();
  for (const sighting of aptBuilds({ library: 'tensorrt' })) {
    const parts = parseNvidiaPackageVersion(sighting.version);
    if (parts?.cuda === undefined || !isInNetworkRepository(sighting)) continue;
    const release = findTensorRTRelease(parts.upstream);
    if (release === undefined) continue;
    const key = `${release.version} ${parts.cuda}`;
    const group = groups.get(key) ?? { release, cuda: parts.cuda, sightings: [] };
    group.sightings.push(sighting);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => compareDotted(a.release.version, b.release.version) || compareDotted(a.cuda, b.cuda));
}

/**
 * How sure it is that a distribution's repository has a build: `seen` there; `listed`: seen elsewhere, and the release
 * has packages for this Ubuntu. Undefined when neither holds.
 */
export function availabilityOf(build: TensorRTBuild, distro: string): 'seen' | 'listed' | undefined {
  if (build.sightings.some((sighting) => sighting.distro === distro)) return 'seen';
  const ubuntu = /^ubuntu(\d\d)(\d\d)$/.exec(distro);
  const isListed = ubuntu !== null && build.release.ubuntu?.includes(`${ubuntu[1]}.${ubuntu[2]}`) === true;
  return isListed ? 'listed' : undefined;
}

/**
 * The distributions whose NVIDIA repository has packages of a release, `ubuntu2004`, ascending: those named by the
 * release and those where packages were seen. Empty when that is not known.
 */
export function distributionsOf(release: TensorRTRelease): readonly string[] {
  const seen = tensorRTBuilds()
    .filter((build) => build.release === release)
    .flatMap((build) => build.sightings.map((sighting) => sighting.distro))
    .filter((distro) => distro !== null);
  const named = (release.ubuntu ?? []).map((version) => `ubuntu${version.replace('.', '')}`);
  return [...new Set([...seen, ...named])].sort();
}

/** The sighting that proves most for a distribution, as evidence. */
export function evidenceOfTensorRTBuild(build: TensorRTBuild, distro: string): Evidence | undefined {
  const [best] = [...build.sightings].sort(
    (a, b) => Number(b.distro === distro) - Number(a.distro === distro) || strengthOf(a.evidence) - strengthOf(b.evidence),
  );
  if (best === undefined) return undefined;
  const name = best.packages[0] ?? 'tensorrt';
  return best.distro === distro ? evidenceOfBuild(best, name) : evidenceElsewhere(best, name, build.release.version, distro);
}

/** What a build must suit. */
export interface BuildWish {
  /** A package that must be in it: `libnvinfer8`, `python3-libnvinfer`, `tensorrt`. */
  readonly package?: string;
  /** Further packages that must all be in it. */
  readonly packages?: readonly string[];
  /** Leading parts of the TensorRT version: `8`, `8.6`, `8.6.1`. */
  readonly version?: string;
  /** CUDA of the stage: `11.6.2` or `11.6`. */
  readonly cuda: string;
  /** cuDNN of the stage, if it has one: releases up to 8.6 need that major version. */
  readonly cudnn?: string;
  /** `ubuntu2004`. */
  readonly distro: string;
}

/** A build that suits, with the reason for its place in the ranking. */
export interface BuildCandidate extends TensorRTBuild {
  /** Version string of the wished package. */
  readonly aptVersion: string;
  readonly availability: 'seen' | 'listed';
  /** A sentence for the reader. */
  readonly reason: string;
  readonly evidence: Evidence | undefined;
}

/**
 * The builds that run with a stage's CUDA, best first: made for the stage's CUDA minor version or an older one of the
 * same major; after them those for a newer minor; after them those that need another cuDNN major. Among these the
 * nearest CUDA first, then what was seen in this very distribution, then the newest release.
 * Never a build for another CUDA major (or, before CUDA 11, another minor).
 */
export function chooseBuilds(wish: BuildWish): readonly BuildCandidate[] {
  const names = [...(wish.package === undefined ? [] : [wish.package]), ...(wish.packages ?? [])];
  const candidates: { readonly candidate: BuildCandidate; readonly rank: readonly [otherCudnn: number, newerMinor: number] }[] = [];
  for (const build of tensorRTBuilds()) {
    const { release, cuda } = build;
    if (isCudaCompatible(cuda, wish.cuda) !== true) continue;
    if (wish.version !== undefined && !isNamedBy(release, wish.version)) continue;
    if (names.some((name) => releaseHasPackage(release, name) !== true)) continue;
    const availability = availabilityOf(build, wish.distro);
    const aptVersion = aptVersionOf(names[0] ?? `libnvinfer${majorOf(release.version)}`, release, cuda);
    if (availability === undefined || aptVersion === undefined) continue;
    const minor = majorMinorOf(wish.cuda) ?? wish.cuda;
    const isNewerMinor = majorMinorOf(wish.cuda) !== undefined && compareDotted(cuda, minor) > 0;
    const needsOtherCudnn = wish.cudnn !== undefined && release.cudnn !== null && compareDotted(release.version, '10') < 0 && majorOf(release.cudnn) !== majorOf(wish.cudnn);
    candidates.push({
      candidate: { ...build, aptVersion, availability, reason: explain(build, minor, isNewerMinor), evidence: evidenceOfTensorRTBuild(build, wish.distro) },
      rank: [Number(needsOtherCudnn), Number(isNewerMinor)],
    });
  }
  return candidates
    .sort(
      (a, b) =>
        a.rank[0] - b.rank[0] ||
        a.rank[1] - b.rank[1] ||
        compareDotted(a.candidate.cuda, b.candidate.cuda) * (a.rank[1] === 1 ? 1 : -1) ||
        Number(b.candidate.availability === 'seen') - Number(a.candidate.availability === 'seen') ||
        compareDotted(b.candidate.release.version, a.candidate.release.version),
    )
    .map(({ candidate }) => candidate);
}

/** Whether `version` names the release, by however many parts. */
function isNamedBy(release: TensorRTRelease, version: string): boolean {
  return hasPrefix(release.fullVersion ?? release.version, version);
}

function explain(build: TensorRTBuild, minor: string, isNewerMinor: boolean): string {
  const name = `TensorRT ${build.release.version} for CUDA ${build.cuda}`;
  if (build.cuda === minor) return `${name}: built for this CUDA version.`;
  const direction = isNewerMinor ? 'a newer' : 'an older';
  return `${name}: built for ${direction} minor version of the same CUDA major, which runs on CUDA ${minor}.`;
}

/** The newest build that a distribution's repository is known to have for a package. */
export interface NewestBuild extends TensorRTBuild {
  readonly aptVersion: string;
  readonly availability: 'seen' | 'listed';
  readonly evidence: Evidence | undefined;
}

/**
 * What apt takes for an unpinned package of TensorRT: the highest version string among the builds known for the
 * distribution, which is the newest release for the newest CUDA. The repository may have moved on since.
 * Undefined when no build is known there or the name is no package of TensorRT.
 */
export function newestTensorRTBuild(name: string, distro: string): NewestBuild | undefined {
  if (packageFamily(name) === undefined) return undefined;
  for (const build of [...tensorRTBuilds()].reverse()) {
    const availability = availabilityOf(build, distro);
    const aptVersion = aptVersionOf(name, build.release, build.cuda);
    if (availability !== undefined && aptVersion !== undefined && releaseHasPackage(build.release, name) === true) {
      return { ...build, aptVersion, availability, evidence: evidenceOfTensorRTBuild(build, distro) };
    }
  }
  return undefined;
}

/** All CUDA versions for which a TensorRT release, given by any number of version parts, has packages that were seen. */
export function tensorRTCudaSuffixes(version: string): readonly string[] {
  const releases = tensorRTReleases().filter((release) => isNamedBy(release, version));
  const suffixes = tensorRTBuilds().filter((build) => releases.includes(build.release)).map((build) => build.cuda);
  return [...new Set(suffixes)].sort(compareDotted);
}
