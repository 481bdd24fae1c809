import { aptBuilds, isInNetworkRepository, type AptLibrary } from '../facts/apt-builds';
import { findTensorRTRelease } from '../facts/tensorrt-releases';
import { editVersions, mergeEdits } from '../rules/support/edit-version';
import { listLibraryInstalls, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from '../rules/support/library-packages';
import { groupByVersion, type VersionGroup } from '../rules/support/version-groups';
import { repin, textOf } from '../rules/tensorrt/pins';
import type { StackReport } from '../stack/model';
import type { FileEdit } from '../text/edit';
import { isCudaCompatible } from '../version/cuda';
import { parseNvidiaPackageVersion } from '../version/debian';
import { compareDotted, majorOf } from '../version/dotted';

const LIBRARIES: readonly AptLibrary[] = ['tensorrt', 'cudnn', 'nccl'];
/** Of the builds that would do only so many are tried, the nearest first. */
const MAX_CANDIDATES = 4;

/**
 * Ways to give the pinned packages of TensorRT, cuDNN and NCCL builds for another CUDA: for each version that a command
 * pins the builds under the same package names that were seen in the repository of its distribution, the same release
 * first, then the next newer ones, then older ones; and cuDNN 9 in the place of cuDNN 8. Other packages whose names change
 * with the release are left alone.
 */
export function bringLibraries(stack: StackReport, cuda: string): readonly (readonly FileEdit[])[] {
  return listLibraryInstalls(stack).flatMap((installs) => [
    ...installs.own.flatMap((install) => LIBRARIES.flatMap((library) => groupByVersion(install, library, 'exact').flatMap((group) => exchange(stack, installs, install, group, cuda)))),
    ...installs.own.flatMap((install) => renameCudnn(stack, installs, install, cuda)),
  ]);
}

/**
 * cuDNN 8, which has no packages for CUDA 13, in the packages of cuDNN 9, whose names tell the CUDA major: those of a
 * command in the newest version that was seen of all of them, and where later commands hold them.
 */
function renameCudnn(stack: StackReport, { stage }: StageInstalls, install: LibraryInstall, cuda: string): readonly (readonly FileEdit[])[] {
  const distro = networkDistro(install.before);
  const old = install.packages.filter(({ name }) => /^libcudnn8(?:-dev)?$/.test(name));
  if (distro === undefined || old.length === 0) return [];
  const rename = (name: string): string => name.replace(/^libcudnn8(-dev)?$/, `libcudnn9$1-cuda-${majorOf(cuda) ?? ''}`);
  const versions = old.map(({ name }) => new Set(aptBuilds({ package: rename(name), distro }).filter(isInNetworkRepository).map(({ version }) => version)));
  const [newest] = [...(versions[0] ?? [])].filter((version) => versions.every((seen) => seen.has(version))).sort((a, b) => compareDotted(b, a));
  if (newest === undefined) return [];
  const held = stage.steps.flatMap(({ actions }) => actions.flatMap(({ action }) => (action.kind === 'package-hold' ? action.packages.filter(({ name }) => rename(name.value) !== name.value) : [])));
  const edits = [
    ...old.flatMap((item) => exchangeWord(item, install, rename(item.name), newest, stack)),
    ...held.map(({ name }) => name.edit(0, name.value.length, rename(name.value))),
  ];
  const merged = edits.every((edit) => edit !== undefined) ? mergeEdits(edits) : undefined;
  return merged === undefined ? [] : [merged];
}

/** The edits that give a package another name and version; a version out of a variable changes where that is set. */
function exchangeWord({ spec: { range, version }, pinned }: LibraryPackage, { action: { file } }: LibraryInstall, name: string, wanted: string, stack: StackReport): readonly (FileEdit | undefined)[] {
  const [, quote = '', written = ''] = /^(["']?)[^=\s"']+(?:=([^\s"']*))?\1$/.exec(textOf(file, stack).slice(range.start, range.end)) ?? [];
  const replaceBy = (word: string): FileEdit => ({ file, range, newText: `${quote}${word}${quote}` });
  if (pinned === 'no' || version === undefined) return [replaceBy(name)];
  if (!written.includes('$')) return [replaceBy(`${name}=${wanted}`)];
  // `$CUDNN_VERSION-1+cuda11.6`
  const [upstream = ''] = wanted.split('-');
  return [replaceBy(`${name}=${written.replace(/\+cuda.*$/, '')}`), version.edit(0, version.value.indexOf('-'), upstream)];
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
