import { isCudaCompatible } from '../version/cuda';
import { compareDebian, parseNvidiaPackageVersion } from '../version/debian';
import { compareDotted, firstParts, hasPrefix, majorMinorOf, majorOf } from '../version/dotted';
import { aptBuilds, evidenceOfBuild, isInNetworkRepository, type AptBuild } from './apt-builds';
import type { Evidence } from './evidence';
import { defineTable } from './table';
import text from './tables/cudnn.json?raw';

/** A release of cuDNN. null is a gap, never a no. */
export interface CudnnRelease {
  /** Three parts, four where two builds share three: `8.9.5`. */
  readonly version: string;
  readonly fullVersion: string | null;
  /** CUDA minor versions with a build or a row in the support matrix; all there are only where `cudaComplete`. */
  readonly cuda: readonly string[] | null;
  readonly cudaComplete: boolean;
  readonly cudaMajors: readonly string[] | null;
  readonly minComputeCapability: string | null;
  /** Debian packages: `libcudnn8`, `libcudnn9-cuda-12`. */
  readonly packages: readonly string[] | null;
  readonly notes: string | null;
  readonly source: string;
}

const table = defineTable<Omit<CudnnRelease, 'source'>>(text);

/** All known releases, oldest first. */
export function cudnnReleases(): readonly CudnnRelease[] {
  return table().rows;
}

/** The release that a version means, by any number of parts; for a short one the newest. Undefined when none is known. */
export function cudnnRelease(version: string): CudnnRelease | undefined {
  return (
    cudnnReleases().findLast((release) => release.fullVersion === version || release.version === version) ??
    cudnnReleases().findLast((release) => hasPrefix(release.version, firstParts(version, 3)))
  );
}

/**
 * The name of the run-time package: (`8`, `11.8`) → `libcudnn8`, (`9`, `12.4`) → `libcudnn9-cuda-12`.
 * Undefined for a version without a number.
 */
export function cudnnPackageOf(version: string, cuda: string): string | undefined {
  const major = majorOf(version);
  if (major === undefined) return undefined;
  return major < 9 ? `libcudnn${major}` : `libcudnn${major}-cuda-${majorOf(cuda)}`;
}

/** What a package name of cuDNN says: its major, the CUDA major in the name (from cuDNN 9), and which part it is. */
export interface CudnnPackage {
  readonly major: number;
  /** `12` of `libcudnn9-cuda-12`, `12.4` of `cudnn9-cuda-12-4`; undefined up to cuDNN 8. */
  readonly cuda: string | undefined;
  readonly part: 'runtime' | 'dev' | 'samples' | 'doc' | 'static' | 'headers' | 'meta';
}

/** Reads `libcudnn8-dev`, `libcudnn9-headers-cuda-12`, `cudnn9-cuda-12-4`, `cudnn-cuda-12`; undefined for other names. */
export function parseCudnnPackage(name: string): CudnnPackage | undefined {
  const match = /^(lib)?cudnn(\d+)(?:-(dev|samples|doc|static|headers|jit|jit-dev))?(?:-cuda-(\d+)(?:-(\d+))?)?$/.exec(name);
  const part = match?.[3];
  if (match === null || (match[1] === undefined && match[4] === undefined)) return undefined;
  return {
    major: Number(match[2]),
    cuda: match[4] === undefined ? undefined : match[5] === undefined ? match[4] : `${match[4]}.${match[5]}`,
    part: match[1] === undefined ? 'meta' : part === undefined || part.startsWith('jit') ? 'runtime' : (part as CudnnPackage['part']),
  };
}

/** Sightings of cuDNN packages; see `aptBuilds`. */
export function cudnnAptBuilds(query: { readonly package: string; readonly distro?: string; readonly version?: string }): readonly AptBuild[] {
  return aptBuilds(query).filter(isInNetworkRepository);
}

export interface CudnnCandidate {
  readonly package: string;
  /** `8.4.0.27-1+cuda11.6`. */
  readonly version: string;
  /** CUDA it was made for: `11.6`, or the major alone from cuDNN 9 on. */
  readonly cuda: string;
  /** True when it was seen in this distribution's repository. */
  readonly seenThere: boolean;
  readonly evidence: Evidence;
}

/**
 * The cuDNN builds that run with a stage's CUDA, best first: for the stage's CUDA minor version or an older one of the
 * same major before those for a newer one, then the newest. `major` restricts to one cuDNN major (`8`).
 */
export function chooseCudnnBuilds(wish: { readonly cuda: string; readonly major?: number; readonly distro: string }): readonly CudnnCandidate[] {
  const majors = wish.major === undefined ? [...new Set(cudnnReleases().map((release) => majorOf(release.version) ?? 0))] : [wish.major];
  const minor = majorMinorOf(wish.cuda) ?? wish.cuda;
  const candidates = new Map<string, CudnnCandidate>();
  for (const major of majors) {
    const name = cudnnPackageOf(String(major), wish.cuda);
    if (name === undefined) continue;
    for (const build of cudnnAptBuilds({ package: name, distro: wish.distro })) {
      const cuda = parseNvidiaPackageVersion(build.version)?.cuda ?? String(majorOf(wish.cuda));
      const key = `${name}=${build.version}`;
      if (isCudaCompatible(cuda, wish.cuda) !== true || candidates.get(key)?.seenThere === true) continue;
      candidates.set(key, { package: name, version: build.version, cuda, seenThere: build.distro === wish.distro, evidence: evidenceOfBuild(build, name) });
    }
  }
  const isNewer = (candidate: CudnnCandidate): number => Number(compareDotted(candidate.cuda, minor) > 0);
  return [...candidates.values()].sort(
    (a, b) => isNewer(a) - isNewer(b) || Number(b.seenThere) - Number(a.seenThere) || compareDebian(b.version, a.version),
  );
}
