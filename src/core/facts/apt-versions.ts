import { joinAll, msg, sentence, type Message } from '../l10n/message';
import { compareDebian, isAptPattern, matchesAptPattern, parseNvidiaPackageVersion, type NvidiaPackageVersion } from '../version/debian';
import { compareDotted, firstParts, hasPrefix, isDotted } from '../version/dotted';
import { aptBuilds, evidenceOfBuild, isInNetworkRepository, libraryOfPackage, ruledOutByIndex, type AptBuild } from './apt-builds';
import type { Evidence } from './evidence';
import { remember } from '../text/remember';
import { defineTable } from './table';
import { availabilityOf, evidenceOfTensorRTBuild, newestTensorRTBuild, tensorRTBuilds, type TensorRTBuild } from './tensorrt-builds';
import { aptVersionOf, packageFamily, releaseHasPackage } from './tensorrt-packages';
import { cudaBuildsOf, findTensorRTRelease, lacksCudaBuild, tensorRTReleases, tensorRTReleasesChecked, type TensorRTRelease } from './tensorrt-releases';
import suspectText from './tables/tensorrt-apt-suspect.json?raw';

interface Suspect {
  readonly package: string;
  readonly version: string;
  readonly distro: string | null;
  readonly grade: 'proven' | 'likely';
  readonly reason: string;
}

const suspects = defineTable<Suspect>(suspectText);

/**
 * What is known of a version string in NVIDIA's network repositories. `absent` is said only where a fact rules the
 * version out; everything else that was not seen is `unknown`.
 */
export interface AptVersionAnswer {
  readonly status: 'known' | 'absent' | 'unknown';
  /** For `known` the sighting, for `absent` what rules it out, for `unknown` a doubt worth showing, if there is one. */
  readonly evidence: Evidence | undefined;
  /**
   * Set when it was seen in NVIDIA's former machine-learning repository alone: an image whose sources name only the
   * CUDA repository, as all rebuilt since May 2022 do, cannot install it.
   */
  readonly onlyIn: 'machine-learning' | undefined;
}

const UNKNOWN_VERSION: AptVersionAnswer = { status: 'unknown', evidence: undefined, onlyIn: undefined };

function known(evidence: Evidence | undefined, sightings: readonly AptBuild[]): AptVersionAnswer {
  const isOnlyThere = sightings.length > 0 && sightings.every((build) => build.repository === 'machine-learning-network');
  return { status: 'known', evidence, onlyIn: isOnlyThere ? 'machine-learning' : undefined };
}

/**
 * Whether a package of TensorRT, cuDNN or NCCL exists in a version: (`libnvinfer8`, `8.5.2-1+cuda11.4`, `ubuntu2004`) →
 * absent. `version` is what follows apt's `=`, or the version and release of an RPM (`8.2.0-1.cuda10.2`).
 * `distro` as in the repository's address; without it, as on Jetson (`jetpack…`), nothing is called absent.
 */
export const isAptVersionKnown: (name: string, version: string, distro: string | undefined) => AptVersionAnswer = remember(judge);

function judge(name: string, version: string, distro: string | undefined): AptVersionAnswer {
  const library = libraryOfPackage(name);
  if (library === undefined) return UNKNOWN_VERSION;
  const wanted = version.replace(/^([\d.]+-\d+)\.cuda/, '$1+cuda');
  const isJetson = distro?.startsWith('jetpack') === true;
  const sightings = aptBuilds({ package: name, version: wanted }).filter((build) => distro === undefined || isJetson || isInNetworkRepository(build));
  const sighting = sightings.find((build) => build.distro === distro) ?? sightings.find((build) => build.distro === null || distro === undefined);
  if (sighting !== undefined) return known(evidenceOfBuild(sighting, name), sightings);
  if (distro === undefined || isJetson) return UNKNOWN_VERSION;
  const unlisted = ruledOutByIndex(name, wanted, distro);
  const build = unlisted === undefined ? findTensorRTBuild(name, wanted, distro) : undefined;
  if (build !== undefined) return known(evidenceOfTensorRTBuild(build, distro), build.sightings);
  if (isAptPattern(wanted)) return UNKNOWN_VERSION;
  const doubt = suspects().rows.find(
    (row) => row.package === name && matchesAptPattern(row.version, wanted) && (row.distro === null || row.distro === distro),
  );
  if (doubt !== undefined) {
    const evidence = { fact: msg`${name} ${wanted}: ${sentence(doubt.reason)}.`, source: doubt.source, checked: suspects().checked };
    return { status: doubt.grade === 'proven' ? 'absent' : 'unknown', evidence, onlyIn: undefined };
  }
  const parts = parseNvidiaPackageVersion(wanted);
  if (parts === undefined && !(isDotted(wanted) && isAptDistribution(distro))) return UNKNOWN_VERSION;
  const ruledOut =
    ruledOutByForm(name, wanted, parts) ?? unlisted ?? (library === 'tensorrt' && parts !== undefined ? ruledOutByRelease(name, wanted, parts) : undefined);
  return ruledOut === undefined ? UNKNOWN_VERSION : { status: 'absent', evidence: ruledOut, onlyIn: undefined };
}

/** The build in which the naming rule gives the package this version, or one that fits the pattern; its other packages were seen. */
function findTensorRTBuild(name: string, wanted: string, distro: string): TensorRTBuild | undefined {
  if (packageFamily(name) === undefined) return undefined;
  const isPattern = isAptPattern(wanted);
  const parts = isPattern ? undefined : parseNvidiaPackageVersion(wanted);
  if (!isPattern && parts === undefined) return undefined;
  return tensorRTBuilds().find((build) => {
    if (parts !== undefined && (build.cuda !== parts.cuda || !hasPrefix(parts.upstream, build.release.version))) return false;
    const version = aptVersionOf(name, build.release, build.cuda);
    const isIt = version !== undefined && (isPattern ? matchesAptPattern(wanted, version) : wanted === version);
    return isIt && releaseHasPackage(build.release, name) === true && availabilityOf(build, distro) !== undefined;
  });
}

/** What the release says against a version string: built for other CUDA versions only, or written with another number of parts. */
function ruledOutByRelease(name: string, version: string, parts: NvidiaPackageVersion): Evidence | undefined {
  const release = findTensorRTRelease(parts.upstream);
  const family = packageFamily(name);
  if (release === undefined || family === undefined || parts.cuda === undefined || parts.revision !== '1') return undefined;
  if (firstParts(parts.upstream, 3) !== release.version) return undefined;
  if (lacksCudaBuild(release, parts.cuda) === true) return evidenceOfRelease(release, msg`TensorRT ${release.version} is built for CUDA ${joinAll(cudaBuildsOf(release))} only.`);
  // The number of parts is a rule without exception from 8.0 on; older metapackages and libraries were mixed.
  const proper = aptVersionOf(name, release, parts.cuda);
  const isMisspelt = proper !== undefined && proper !== version && compareDotted(release.version, '8.0') >= 0 && parts.upstream.split('.').length !== proper.split('-')[0]?.split('.').length;
  return isMisspelt ? evidenceOfRelease(release, msg`${name} of TensorRT ${release.version} is versioned ${proper}.`) : undefined;
}

/** apt compares the whole string with what follows `=`; yum is content with its beginning. */
function isAptDistribution(distro: string): boolean {
  return /^(?:ubuntu|debian)/.test(distro);
}

/**
 * No version is without its revision; cuDNN 9 carries the CUDA major in its name and no suffix; everything else names
 * a CUDA minor version. `parts` is undefined for a `bare` version such as `8.6.1.6`.
 */
function ruledOutByForm(name: string, bare: string, parts: NvidiaPackageVersion | undefined): Evidence | undefined {
  const builds = aptBuilds({ package: name }).filter(isInNetworkRepository);
  const example = builds.find((build) => build.version.startsWith(`${parts?.upstream ?? bare}-`)) ?? builds.at(-1);
  const hasSuffix = parts?.cuda !== undefined;
  const isWrong = parts === undefined || (/^libcudnn9/.test(name) ? hasSuffix : hasSuffix && !parts.cuda.includes('.'));
  if (example === undefined || !isWrong) return undefined;
  return { ...evidenceOfBuild(example, name), fact: msg`Versions of ${name} have the form ${example.version}.` };
}

function evidenceOfRelease(release: TensorRTRelease, fact: Message): Evidence {
  return { fact, source: release.source, checked: tensorRTReleasesChecked() };
}

/** A version that apt may take for an unpinned package. */
export interface NewestAptVersion {
  readonly version: string;
  /** CUDA it was made for: `12.0`; undefined where the version names none. */
  readonly cuda: string | undefined;
  /** False when it was seen without its distribution, or on another one. */
  readonly seenThere: boolean;
  readonly evidence: Evidence | undefined;
}

/**
 * The newest version known of a package of TensorRT, cuDNN or NCCL in NVIDIA's repository of a distribution: what apt
 * takes when nothing is pinned. Undefined when none is known.
 */
export const newestAptBuild: (name: string, distro: string) => NewestAptVersion | undefined = remember(findNewest);

function findNewest(name: string, distro: string): NewestAptVersion | undefined {
  if (libraryOfPackage(name) === 'tensorrt') {
    const newest = newestTensorRTBuild(name, distro);
    return newest && { version: newest.aptVersion, cuda: newest.cuda, seenThere: newest.availability === 'seen', evidence: newest.evidence };
  }
  let newest: AptBuild | undefined;
  for (const build of aptBuilds({ package: name, distro })) {
    if (isInNetworkRepository(build) && (newest === undefined || compareDebian(build.version, newest.version) > 0)) newest = build;
  }
  if (newest === undefined) return undefined;
  return {
    version: newest.version,
    cuda: parseNvidiaPackageVersion(newest.version)?.cuda,
    seenThere: newest.distro === distro,
    evidence: evidenceOfBuild(newest, name),
  };
}

/**
 * Versions of a package that exist and come nearest to one that does not, best first: the same release in other builds,
 * then the other releases of the same minor version, newest first.
 */
export function nearestAptVersions(name: string, version: string, distro: string): readonly string[] {
  const wanted = parseNvidiaPackageVersion(version.replace(/^([\d.]+-\d+)\.cuda/, '$1+cuda'));
  if (wanted === undefined) return [];
  const known =
    libraryOfPackage(name) === 'tensorrt'
      ? tensorRTBuilds()
          .filter((build) => releaseHasPackage(build.release, name) === true)
          .map((build) => aptVersionOf(name, build.release, build.cuda))
      : aptBuilds({ package: name, distro }).filter(isInNetworkRepository).map((build) => build.version);
  const depth = (candidate: string): number => {
    const parts = parseNvidiaPackageVersion(candidate)?.upstream.split('.') ?? [];
    const target = wanted.upstream.split('.');
    const difference = target.findIndex((part, i) => parts[i] !== part);
    return difference < 0 ? target.length : difference;
  };
  return [...new Set(known)]
    .filter((candidate) => candidate !== undefined)
    .filter((candidate) => depth(candidate) >= 2)
    .sort((a, b) => depth(b) - depth(a) || compareDebian(b, a));
}

/** The newest TensorRT release in the tables; what is newer is unknown to them. */
export function newestKnownTensorRT(): string {
  return tensorRTReleases().at(-1)?.version ?? '';
}
