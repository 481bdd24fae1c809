import { aptBuilds, isInNetworkRepository, type AptLibrary } from '../facts/apt-builds';
import { findTensorRTRelease } from '../facts/tensorrt-releases';
import { editVersions } from '../rules/support/edit-version';
import { listLibraryInstalls, networkDistro, type LibraryInstall, type StageInstalls } from '../rules/support/library-packages';
import { groupByVersion, type VersionGroup } from '../rules/support/version-groups';
import { repin } from '../rules/tensorrt/pins';
import type { StackReport } from '../stack/model';
import type { FileEdit } from '../text/edit';
import { isCudaCompatible } from '../version/cuda';
import { parseNvidiaPackageVersion } from '../version/debian';
import { compareDotted } from '../version/dotted';

const LIBRARIES: readonly AptLibrary[] = ['tensorrt', 'cudnn', 'nccl'];
/** Of the builds that would do only so many are tried, the nearest first. */
const MAX_CANDIDATES = 4;

/**
 * Ways to give the pinned packages of TensorRT, cuDNN and NCCL builds for another CUDA: for each version that a command
 * pins the builds under the same package names that were seen in the repository of its distribution, the same release
 * first, then the next newer ones, then older ones. Packages whose names change with the release are left alone.
 */
export function bringLibraries(stack: StackReport, cuda: string): readonly (readonly FileEdit[])[] {
  return listLibraryInstalls(stack).flatMap((installs) =>
    installs.own.flatMap((install) => LIBRARIES.flatMap((library) => groupByVersion(install, library, 'exact').flatMap((group) => exchange(stack, installs, install, group, cuda)))),
  );
}

function exchange(stack: StackReport, installs: StageInstalls, install: LibraryInstall, { version, packages }: VersionGroup, cuda: string): readonly (readonly FileEdit[])[] {
  const old = parseNvidiaPackageVersion(version)?.upstream;
  const distro = networkDistro(install.before);
  if (old === undefined || distro === undefined) return [];
  const seen = new Set(packages.flatMap(({ name }) => aptBuilds({ package: name, distro }).filter(isInNetworkRepository).map((build) => build.version)));
  seen.delete(version);
  const fitting = [...seen].flatMap((candidate) => {
    const parts = parseNvidiaPackageVersion(candidate);
    return parts?.cuda !== undefined && isCudaCompatible(parts.cuda, cuda) === true ? [{ version: candidate, upstream: parts.upstream, cuda: parts.cuda }] : [];
  });
  const rank = (upstream: string): number => (upstream === old ? 0 : compareDotted(upstream, old) > 0 ? 1 : 2);
  fitting.sort((a, b) => rank(a.upstream) - rank(b.upstream) || (rank(a.upstream) === 1 ? 1 : -1) * compareDotted(a.upstream, b.upstream) || compareDotted(b.cuda, a.cuda));
  return fitting.slice(0, MAX_CANDIDATES).flatMap((candidate) => {
    const release = packages[0].library === 'tensorrt' && install.action.manager === 'apt' ? findTensorRTRelease(candidate.upstream) : undefined;
    // Packages of TensorRT move together, and take along what they need.
    const edits = release !== undefined ? repin(installs, { release, cuda: candidate.cuda }, stack, (item) => item.version === version) : editVersions(install, packages, new Map(packages.map(({ name }) => [name, candidate.version])));
    return edits === undefined ? [] : [edits];
  });
}
