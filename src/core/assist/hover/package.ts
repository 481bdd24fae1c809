import { aptBuilds, evidenceOfBuild, isInNetworkRepository, libraryOfPackage } from '../../facts/apt-builds';
import { newestAptBuild } from '../../facts/apt-versions';
import { cudnnRelease } from '../../facts/cudnn';
import { dependencyEvidence, exactDependenciesOf } from '../../facts/tensorrt-pins';
import { cudaBuildsOf, findTensorRTRelease, tensorRTReleasesChecked } from '../../facts/tensorrt-releases';
import { formatMessage } from '../../engine/message';
import type { PackageSpec } from '../../shell/installers/model';
import type { StackState } from '../../stack/model';
import type { Card } from '../card';

const TEXT = {
  pinned: 'Version',
  newest: 'Version',
  newestValue: 'not pinned: apt takes the newest, {version} or newer',
  cuda: 'Built for',
  cudaValue: 'CUDA {cuda}',
  released: 'Released',
  builds: 'Packages exist for',
  cudnn: 'Built with',
  needs: 'Needs in the same version',
  seen: 'Seen in the repository of',
} as const;

/** A package of TensorRT, cuDNN or NCCL that a line installs with apt; undefined for other packages. */
export function describePackage({ name, version, range }: PackageSpec, before: StackState): Card | undefined {
  const library = libraryOfPackage(name.value);
  if (library === undefined || !name.known) return undefined;
  const rows: (readonly [string, string])[] = [];
  const distro = before.apt.repositories.findLast(({ repository, distro }) => repository === 'cuda' && distro !== undefined)?.distro;
  const newest = distro === undefined ? undefined : newestAptBuild(name.value, distro);
  const pinned = version?.known === true ? version.value : undefined;
  if (pinned !== undefined) rows.push([TEXT.pinned, pinned]);
  else if (version === undefined && newest !== undefined) rows.push([TEXT.newest, formatMessage(TEXT.newestValue, { version: newest.version })]);
  const shown = pinned ?? newest?.version;
  const cuda = /\+cuda([\d.]+)/.exec(shown ?? '')?.[1];
  if (cuda !== undefined) rows.push([TEXT.cuda, formatMessage(TEXT.cudaValue, { cuda })]);

  const sightings = pinned === undefined ? [] : aptBuilds({ package: name.value, version: pinned }).filter(isInNetworkRepository);
  const distros = [...new Set(sightings.flatMap((build) => build.distro ?? []))];
  if (distros.length > 0) rows.push([TEXT.seen, distros.join(', ')]);
  const sources = [...(pinned !== undefined || newest?.evidence === undefined ? [] : [newest.evidence]), ...sightings.slice(0, 1).map((build) => evidenceOfBuild(build, name.value))];

  if (library === 'tensorrt' && shown !== undefined) {
    const release = findTensorRTRelease(shown.split('-')[0] ?? '');
    if (release !== undefined) {
      if (release.released !== null) rows.push([TEXT.released, release.released]);
      const builds = cudaBuildsOf(release);
      if (builds.length > 0) rows.push([TEXT.builds, `CUDA ${builds.join(', ')}`]);
      if (release.cudnn !== null) rows.push([TEXT.cudnn, `cuDNN ${release.cudnn}`]);
      const needs = exactDependenciesOf(name.value, release);
      if (needs.length > 0) rows.push([TEXT.needs, needs.join(', ')]);
      const dependency = dependencyEvidence(name.value, release);
      sources.push({ fact: '', source: release.source, checked: tensorRTReleasesChecked() }, ...(dependency === undefined ? [] : [dependency]));
    }
  }
  if (library === 'cudnn' && shown !== undefined) {
    const release = cudnnRelease(shown.split('-')[0] ?? '');
    if (release !== undefined && release.cudaMajors !== null) rows.push([TEXT.builds, `CUDA ${release.cudaMajors.join(', ')}`]);
  }
  return rows.length === 0 ? undefined : { range, title: name.value, rows, notes: [], sources };
}
