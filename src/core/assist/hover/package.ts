import { aptBuilds, evidenceOfBuild, isInNetworkRepository, libraryOfPackage } from '../../facts/apt-builds';
import { newestAptBuild } from '../../facts/apt-versions';
import { cudnnRelease } from '../../facts/cudnn';
import { dependencyEvidence, exactDependenciesOf } from '../../facts/tensorrt-pins';
import { cudaBuildsOf, findTensorRTRelease, tensorRTReleasesChecked } from '../../facts/tensorrt-releases';
import { msg } from '../../l10n/message';
import type { PackageSpec } from '../../shell/installers/model';
import type { StackState } from '../../stack/model';
import type { Card, Row, Source } from '../card';

/** A package of TensorRT, cuDNN or NCCL that a line installs with apt; undefined for other packages. */
export function describePackage({ name, version, range }: PackageSpec, before: StackState): Card | undefined {
  const library = libraryOfPackage(name.value);
  if (library === undefined || !name.known) return undefined;
  const rows: Row[] = [];
  const distro = before.apt.repositories.findLast(({ repository, distro }) => repository === 'cuda' && distro !== undefined)?.distro;
  const newest = distro === undefined ? undefined : newestAptBuild(name.value, distro);
  const pinned = version?.known === true ? version.value : undefined;
  if (pinned !== undefined) rows.push([msg`Version`, pinned]);
  else if (version === undefined && newest !== undefined) rows.push([msg`Version`, msg`not pinned: apt takes the newest, ${newest.version} or newer`]);
  const shown = pinned ?? newest?.version;
  const cuda = /\+cuda([\d.]+)/.exec(shown ?? '')?.[1];
  if (cuda !== undefined) rows.push([msg`Built for`, `CUDA ${cuda}`]);

  const sightings = pinned === undefined ? [] : aptBuilds({ package: name.value, version: pinned }).filter(isInNetworkRepository);
  const distros = [...new Set(sightings.flatMap((build) => build.distro ?? []))];
  if (distros.length > 0) rows.push([msg`Seen in the repository of`, distros.join(', ')]);
  const sources: Source[] = [...(pinned !== undefined || newest?.evidence === undefined ? [] : [newest.evidence]), ...sightings.slice(0, 1).map((build) => evidenceOfBuild(build, name.value))];

  if (library === 'tensorrt' && shown !== undefined) {
    const release = findTensorRTRelease(shown.split('-')[0] ?? '');
    if (release !== undefined) {
      if (release.released !== null) rows.push([msg`Released`, release.released]);
      const builds = cudaBuildsOf(release);
      if (builds.length > 0) rows.push([msg`Packages exist for`, `CUDA ${builds.join(', ')}`]);
      if (release.cudnn !== null) rows.push([msg`Built with`, `cuDNN ${release.cudnn}`]);
      const [low, high] = [release.minComputeCapability, release.maxComputeCapability];
      if (low !== null) rows.push([msg`GPUs`, high === null ? msg`compute capability ${low} or newer` : msg`compute capability ${low} to ${high}`]);
      const needs = exactDependenciesOf(name.value, release);
      if (needs.length > 0) rows.push([msg`Needs in the same version`, needs.join(', ')]);
      const dependency = dependencyEvidence(name.value, release);
      sources.push({ source: release.source, checked: tensorRTReleasesChecked() }, ...(dependency === undefined ? [] : [dependency]));
    }
  }
  if (library === 'cudnn' && shown !== undefined) {
    const release = cudnnRelease(shown.split('-')[0] ?? '');
    if (release !== undefined && release.cudaMajors !== null) rows.push([msg`Packages exist for`, `CUDA ${release.cudaMajors.join(', ')}`]);
  }
  return rows.length === 0 ? undefined : { range, title: name.value, rows, notes: [], sources };
}
