import { isAptVersionKnown } from '../../facts/apt-versions';
import { findTensorRTRelease, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { listAll, msg, type Text } from '../../l10n/message';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { compareDotted, isSameRelease } from '../../version/dotted';
import { defineRule } from '../model';
import { listLibraryInstalls, networkDistro } from '../support/library-packages';
import { locateVersion } from '../support/edit-version';
import { useSolvedImage } from '../support/solved-image';
import { groupByVersion } from '../support/version-groups';

export const rule = defineRule<'unsupported'>({
  id: 'tensorrt-distro-unsupported',
  family: 'tensorrt',
  severity: 'warning',
  summary: 'A release of TensorRT has no packages for the stage’s Ubuntu.',
  messages: {
    unsupported: 'TensorRT {release} has packages for Ubuntu {supported}, not for {distro}: the build stops with `E: Version \'{version}\' for \'{package}\' was not found`.',
  },
  docs: {
    what: 'apt installs a release of TensorRT on an Ubuntu that came later, or was dropped before.',
    why: 'NVIDIA builds the packages of a release for two or three Ubuntu releases; the repositories of the others never get them. Ubuntu 22.04 came with 8.6, 24.04 with 10.4; 18.04 went with 9.0, 20.04 with 10.13.2.',
    instead: 'Take a base image with an Ubuntu that the release supports, or a release that supports this one.',
    silent: 'The release’s list of Ubuntu releases is not known, the version was seen in that repository after all, or the distribution is no Ubuntu.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'TensorRT 8.4 on Ubuntu 22.04',
      text: 'FROM nvidia/cuda:11.7.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=«8.4.3-1+cuda11.6» libnvinfer-plugin8=8.4.3-1+cuda11.6\n',
      messageId: 'unsupported',
    },
    {
      kind: 'bad',
      title: 'TensorRT 10.14 on Ubuntu 20.04',
      text: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer10=«10.14.1.48-1+cuda12.9»\n',
      messageId: 'unsupported',
      fixed: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.14.1.48-1+cuda12.9\n',
    },
    {
      kind: 'good',
      title: 'a supported Ubuntu',
      text: 'FROM nvidia/cuda:11.7.1-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.4.3-1+cuda11.6\n',
    },
  ],
  check({ report, stack }) {
    for (const { own } of listLibraryInstalls(stack)) {
      for (const install of own) {
        const distro = networkDistro(install.before);
        const ubuntu = /^ubuntu(\d\d)(\d\d)$/.exec(distro ?? '');
        if (distro === undefined || ubuntu === null || install.action.command.conditional) continue;
        const number = `${ubuntu[1] ?? ''}.${ubuntu[2] ?? ''}`;
        for (const { version, packages } of groupByVersion(install, 'tensorrt', 'exact')) {
          const release = releaseOf(version);
          const [first] = packages;
          // Where the version is known there, or ruled out by another rule, nothing is left to say.
          if (release === undefined || release.ubuntu === null || release.ubuntu.includes(number) || isAptVersionKnown(first.name, version, distro).status !== 'unknown') continue;
          report({
            messageId: 'unsupported',
            data: { release: release.version, supported: listUbuntu(release.ubuntu), distro, version, package: first.spec.name.value },
            location: locateVersion(install, first),
            evidence: [{ fact: msg`TensorRT ${release.version} has packages for Ubuntu ${listUbuntu(release.ubuntu)}.`, source: release.source, checked: tensorRTReleasesChecked() }],
            fixes: useSolvedImage(install.stage, stack, { tensorrt: release.fullVersion ?? release.version }),
          });
        }
      }
    }
  },
});

function releaseOf(version: string): TensorRTRelease | undefined {
  const upstream = parseNvidiaPackageVersion(version)?.upstream;
  const release = upstream === undefined ? undefined : findTensorRTRelease(upstream);
  return release !== undefined && isSameRelease(release.fullVersion ?? release.version, upstream ?? '') ? release : undefined;
}

function listUbuntu(releases: readonly string[]): Text {
  return listAll([...releases].sort(compareDotted));
}
