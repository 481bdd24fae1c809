import { compareDotted, firstParts, hasPrefix, majorOf } from '../version/dotted';
import { defineTable } from './table';
import text from './tables/tensorrt-releases.json?raw';

/** A release of TensorRT. null is a gap, never a no. */
export interface TensorRTRelease {
  /** Three parts: `8.6.1`. */
  readonly version: string;
  /** Four parts: `8.6.1.6`. */
  readonly fullVersion: string | null;
  /** Year and month, or the date in the name of its local repository package. */
  readonly released: string | null;
  /** CUDA minor versions of the official support matrix or notes; the whole list only where `cudaComplete`. */
  readonly cuda: readonly string[] | null;
  readonly cudaComplete: boolean | null;
  /** CUDA suffixes of its Debian packages that were seen. */
  readonly debBuilds: readonly string[] | null;
  /** CUDA versions of its tar archives. */
  readonly tarBuilds: readonly string[] | null;
  /** cuDNN it was built and tested with. */
  readonly cudnn: string | null;
  /** Python minor versions with wheels. */
  readonly pythons: readonly string[] | null;
  /** Ubuntu releases with packages: `20.04`. */
  readonly ubuntu: readonly string[] | null;
  readonly minComputeCapability: string | null;
  readonly maxComputeCapability: string | null;
  readonly notes: string | null;
  readonly source: string;
}

const table = defineTable<Omit<TensorRTRelease, 'source'>>(text);

/** All known releases, oldest first. */
export function tensorRTReleases(): readonly TensorRTRelease[] {
  return table().rows;
}

/** ISO date at which the releases were last compared with their sources. */
export function tensorRTReleasesChecked(): string {
  return table().checked;
}

/**
 * The release that a version means: `8.6.1.6` and `8.6.1` → 8.6.1; a shorter one → its newest release (`8.6` → 8.6.2).
 * A fourth part that differs from the known one is still the same release, as on Jetson. Undefined when none is known.
 */
export function findTensorRTRelease(version: string): TensorRTRelease | undefined {
  const wanted = firstParts(version, 3);
  return tensorRTReleases().findLast((release) => hasPrefix(release.version, wanted));
}

/** CUDA versions for which builds of a release are known, packages and archives together, ascending. */
export function cudaBuildsOf(release: TensorRTRelease): readonly string[] {
  return [...new Set([...(release.debBuilds ?? []), ...(release.tarBuilds ?? [])])].sort(compareDotted);
}

/** From this release on there is one build for each CUDA major version, which serves all its minor versions. */
const ONE_BUILD_PER_MAJOR = '8.2.0';

/**
 * Whether a release was never built for the CUDA version `cuda` (`11.4`): true when its build for that CUDA major is
 * known to be another, or when the complete support list has no version of that major. Undefined when that is not known.
 * Of no value for Jetson and DRIVE, which have builds of their own.
 */
export function lacksCudaBuild(release: TensorRTRelease, cuda: string): boolean | undefined {
  const builds = cudaBuildsOf(release);
  if (builds.includes(cuda)) return false;
  if (compareDotted(release.version, ONE_BUILD_PER_MAJOR) < 0) return undefined;
  const major = majorOf(cuda);
  if (builds.some((build) => majorOf(build) === major)) return true;
  const supported = release.cudaComplete === true ? release.cuda : null;
  if (supported === null) return undefined;
  return supported.some((version) => majorOf(version) === major) ? undefined : true;
}
