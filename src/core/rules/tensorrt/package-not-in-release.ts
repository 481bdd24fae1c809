import { pinSet } from '../../facts/tensorrt-pins';
import { packageFamily, packageNameOf, releaseHasPackage, successorOf, type PackageFamily } from '../../facts/tensorrt-packages';
import { findTensorRTRelease, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import type { Evidence } from '../../facts/evidence';
import { msg, sentence, type Message } from '../../l10n/message';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { compareDotted, isSameRelease, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { dropPackage } from '../support/edit-packages';
import { isNamed, listLibraryInstalls, networkDistro, type LibraryInstall, type LibraryPackage } from '../support/library-packages';
import type { StackReport } from '../../stack/model';
import { isSound } from './pins';

type MessageId = 'otherMajor' | 'removed' | 'notYet' | 'neverExisted';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-package-not-in-release',
  family: 'tensorrt',
  severity: 'error',
  summary: 'A package of TensorRT does not exist in the release that is asked for.',
  messages: {
    otherMajor: '{package} belongs to TensorRT {named}, and {version} is TensorRT {major}: apt stops with `E: Version \'{version}\' for \'{package}\' was not found`.',
    removed: 'TensorRT {release} has no {package}: it was dropped with {since}. The build stops with `E: Version \'{version}\' for \'{package}\' was not found`.',
    notYet: 'TensorRT {release} has no {package}: it came with {since}. The build stops with `E: Version \'{version}\' for \'{package}\' was not found`.',
    neverExisted: '{package} never existed: what it would hold was dropped with TensorRT {since}. The build stops with `E: Unable to locate package {package}`.',
  },
  docs: {
    what: 'A package name and a version do not belong together: `libnvinfer8` with a 10.x version, `libnvparsers-dev` or `uff-converter-tf` with TensorRT 10, `libnvinfer-headers-dev` with 8.5. Also names that no release ever had, as `libnvparsers10`.',
    why: 'The major version is part of the names of the libraries. The Caffe and UFF parsers [were dropped in 10.0](https://docs.nvidia.com/deeplearning/sdk/tensorrt-support-matrix/), onnx-graphsurgeon as a package in 10.1; headers, lean and dispatch runtimes came with 8.6.',
    instead: 'Take the name that the release has, or drop the package: models in Caffe and UFF form have to be converted to ONNX.',
    silent: 'The release is newer than the tables, or the version is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the name of another major',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnvinfer8»=10.0.1.6-1+cuda12.4\n',
      messageId: 'otherMajor',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.0.1.6-1+cuda12.4\n',
    },
    {
      kind: 'bad',
      title: 'the parsers of TensorRT 8',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG V=10.0.1.6-1+cuda12.4\nRUN apt-get update && apt-get install -y libnvinfer10=$V «libnvparsers-dev»=$V\n',
      messageId: 'removed',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG V=10.0.1.6-1+cuda12.4\nRUN apt-get update && apt-get install -y libnvinfer10=$V\n',
    },
    {
      kind: 'bad',
      title: 'a package that came later',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8 «libnvinfer-lean8»=8.5.3-1+cuda11.8\n',
      messageId: 'notYet',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8\n',
    },
    {
      kind: 'bad',
      title: 'a name made up by analogy',
      text: 'ARG MAJOR=10\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nARG MAJOR\nRUN apt-get update && apt-get install -y libnvinfer$MAJOR=10.0.1.6-1+cuda12.4 «libnvparsers$MAJOR»\n',
      messageId: 'neverExisted',
      fixed: 'ARG MAJOR=10\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nARG MAJOR\nRUN apt-get update && apt-get install -y libnvinfer$MAJOR=10.0.1.6-1+cuda12.4\n',
    },
    {
      kind: 'good',
      title: 'names of TensorRT 8',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8 libnvparsers8=8.5.3-1+cuda11.8\n',
    },
    {
      kind: 'good',
      title: 'a release that the tables do not have',
      text: 'FROM nvidia/cuda:13.2.0-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y libnvinfer12=12.0.0.1-1+cuda13.4\n',
    },
  ],
  check({ report, stack }) {
    for (const { own } of listLibraryInstalls(stack)) {
      for (const install of own) {
        if (install.action.command.conditional || networkDistro(install.before) === undefined) continue;
        for (const item of install.packages) {
          const finding = judge(item, install, stack);
          if (finding !== undefined) report(finding);
        }
      }
    }
  },
});

function judge(item: LibraryPackage, install: LibraryInstall, stack: StackReport): Report<MessageId> | undefined {
  const family = packageFamily(item.name);
  if (family === undefined || item.library !== 'tensorrt') return undefined;
  const base = { location: item.spec.name.locate() ?? { file: install.action.file, range: item.spec.range }, severity: install.action.command.failureIgnored || install.before.opaque ? ('warning' as const) : ('error' as const) };
  const evidence: Evidence[] = [{ fact: describeFamily(family), source: family.source, checked: family.checked }];
  const written = item.spec.version?.value ?? '';
  const release = releaseOf(item);
  const dropped = drop(item, install, stack);
  const fixes = dropped === undefined ? [] : [dropped];
  if (release === undefined) {
    const never = family.major !== undefined && family.removedIn !== undefined && family.major >= (majorOf(family.removedIn) ?? 0);
    return never ? { ...base, messageId: 'neverExisted', data: { package: family.name, since: family.removedIn ?? '' }, evidence, fixes } : undefined;
  }
  if (releaseHasPackage(release, item.name) !== false) return undefined;
  const major = majorOf(release.version) ?? 0;
  const data = { package: item.spec.name.value, version: written, release: release.version, major: String(major) };
  if (family.major !== undefined && family.major !== major) {
    const right = packageNameOf(family.family, major);
    const rename = releaseHasPackage(release, right) === true ? renamePackage(item, right, release, install) : undefined;
    const renames = rename === undefined ? [] : [rename];
    return { ...base, messageId: 'otherMajor', data: { ...data, named: String(family.major) }, evidence: [releaseEvidence(release)], fixes: successorOf(item.name, major) === undefined ? fixes : renames };
  }
  if (family.addedIn !== undefined && compareDotted(release.version, family.addedIn) < 0) return { ...base, messageId: 'notYet', data: { ...data, since: family.addedIn }, evidence, fixes };
  return { ...base, messageId: 'removed', data: { ...data, since: family.removedIn ?? '' }, evidence, fixes };
}

function describeFamily({ name, note, firstSeen, lastSeen }: PackageFamily): Message {
  if (note !== undefined) return sentence(note);
  return lastSeen === undefined ? msg`${name} was seen in TensorRT ${firstSeen} to today.` : msg`${name} was seen in TensorRT ${firstSeen} to ${lastSeen}.`;
}

function releaseOf({ pinned, version }: LibraryPackage): TensorRTRelease | undefined {
  if (version === undefined) return undefined;
  // A pattern names its release when it has the first three parts.
  const upstream = pinned === 'exact' ? parseNvidiaPackageVersion(version)?.upstream : /^\d+\.\d+\.\d+(?=[.*-])/.exec(version)?.[0];
  const release = upstream === undefined ? undefined : findTensorRTRelease(upstream);
  return release !== undefined && isSameRelease(release.fullVersion ?? release.version, upstream ?? '') ? release : undefined;
}

function releaseEvidence({ version, source }: TensorRTRelease): Evidence {
  return { fact: msg`The libraries of TensorRT ${version} carry its major version in their names.`, source, checked: tensorRTReleasesChecked() };
}

/** Only where the renamed package finds all it needs in the command: else it takes more than a name. */
function renamePackage({ spec, version }: LibraryPackage, name: string, release: TensorRTRelease, install: LibraryInstall): Fix | undefined {
  const cuda = parseNvidiaPackageVersion(version ?? '')?.cuda;
  const needed = pinSet([name], { release, cuda: cuda ?? '' }) ?? [];
  const isComplete = needed.every((pin) => !pin.added || install.packages.some((other) => isNamed(other, pin.package) && other.version === pin.version));
  const edit = cuda === undefined || !isComplete || !isSound({ release, cuda }, install) ? undefined : spec.name.edit(0, spec.name.value.length, name);
  return edit && { title: msg`Install ${name}`, safe: false, edits: [edit] };
}

/** Takes the package's word out, with the blank or the line in front of it. */
function drop({ spec, name }: LibraryPackage, { action }: LibraryInstall, stack: StackReport): Fix | undefined {
  const edit = dropPackage(action, spec, stack);
  return edit && { title: msg`Drop ${name}`, safe: false, edits: [edit] };
}
