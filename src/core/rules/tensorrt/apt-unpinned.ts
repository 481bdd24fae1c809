import { availabilityOf, evidenceOfTensorRTBuild, tensorRTBuilds } from '../../facts/tensorrt-builds';
import { newestAptBuild, type NewestAptVersion } from '../../facts/apt-versions';
import type { Evidence } from '../../facts/evidence';
import { aptVersionOf, releaseHasPackage } from '../../facts/tensorrt-packages';
import { findTensorRTRelease } from '../../facts/tensorrt-releases';
import { msg } from '../../l10n/message';
import type { KnownArtifact } from '../../shell/installers/model';
import type { StackReport, StageStack } from '../../stack/model';
import { isCudaCompatible } from '../../version/cuda';
import { defineRule, type Fix, type Report, type Severity } from '../model';
import { cudaOf, findLocalRepository, hasAptPreferences, listLibraryInstalls, listNames, locatePackage, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from '../support/library-packages';
import { findBuild, floatingPackages, repin, type Target } from './pins';

type MessageId = 'otherCuda' | 'floats' | 'localRepository';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-apt-unpinned',
  family: 'tensorrt',
  severity: 'error',
  summary: 'apt installs TensorRT without a version: the newest build, for the newest CUDA.',
  messages: {
    otherCuda: '{packages} {have} no version: apt takes the newest build, {newest}, made for CUDA {newestCuda}. This stage has CUDA {cuda}: the build passes, and what runs needs a driver and libraries of CUDA {newestMajor} (`CUDA driver version is insufficient for CUDA runtime version`).',
    floats: '{packages} {have} no version: apt takes the newest build on the day, today {newest}; another day brings another TensorRT or one for another CUDA, and engines built before no longer load.',
    localRepository: '{packages} {have} no version: the local repository has {local}, but NVIDIA’s network repository, which this stage asks too, has {newest}, and apt takes that: `tensorrt : Depends: {example} (= {local}) but {newest} is to be installed`.',
  },
  docs: {
    what: 'apt installs packages of TensorRT (`libnvinfer8`, `python3-libnvinfer`, `tensorrt` …) from NVIDIA’s repository without `=version`.',
    why: 'The repository holds every release of TensorRT, each in builds for several CUDA versions (`8.6.1.6-1+cuda11.8`, `8.6.1.6-1+cuda12.0`), and apt does not look at the CUDA of the image: it takes the highest version string. That is the newest release for the newest CUDA, and [it moves](https://github.com/NVIDIA/TensorRT/issues/3774) with every release. A build for another CUDA major brings that CUDA’s libraries along and asks for its driver; engines that another version has written are refused.',
    instead: 'Name the version of a build for the CUDA of the stage, for every package of TensorRT and for what they need in that same version, and hold them with `apt-mark hold`.',
    silent: 'The packages are on hold, the base image brings TensorRT itself, a file in `/etc/apt/preferences.d` may choose the version, the repository is Jetson’s, or no build is known for the distribution.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the newest build is for another CUDA',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y «libnvinfer8» libnvinfer-plugin8\n',
      messageId: 'otherCuda',
      fixed: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.4.3-1+cuda11.6 libnvinfer-plugin8=8.4.3-1+cuda11.6 && apt-mark hold libnvinfer8 libnvinfer-plugin8\n',
    },
    {
      kind: 'bad',
      title: 'two commands, one package to a line; cuDNN comes along',
      text: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y \\\n    «libnvinfer8» \\\n    libnvonnxparsers8\nRUN apt-get install -y «python3-libnvinfer»\n',
      messageId: 'otherCuda',
      fixed: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y \\\n    libnvinfer8=8.4.3-1+cuda11.6 \\\n    libnvonnxparsers8=8.4.3-1+cuda11.6 \\\n    libnvinfer-plugin8=8.4.3-1+cuda11.6 \\\n    libcudnn8=8.4.1.50-1+cuda11.6 && apt-mark hold libnvinfer8 libnvonnxparsers8 libnvinfer-plugin8 libcudnn8\nRUN apt-get install -y python3-libnvinfer=8.4.3-1+cuda11.6 libnvparsers8=8.4.3-1+cuda11.6 && apt-mark hold python3-libnvinfer libnvparsers8\n',
    },
    {
      kind: 'bad',
      title: 'the newest build fits today',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnvinfer8»\n',
      messageId: 'floats',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0 && apt-mark hold libnvinfer8\n',
    },
    {
      kind: 'bad',
      title: 'a local repository beside the network repository of the image',
      text: 'FROM nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04\nCOPY nv-tensorrt-repo-ubuntu2004-cuda11.3-trt8.0.3.4-ga-20210831_1-1_amd64.deb /tmp/\nRUN dpkg -i /tmp/nv-tensorrt-repo-ubuntu2004-cuda11.3-trt8.0.3.4-ga-20210831_1-1_amd64.deb && apt-get update\nRUN apt-get install -y «libnvinfer8»\n',
      messageId: 'localRepository',
      fixed: 'FROM nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04\nCOPY nv-tensorrt-repo-ubuntu2004-cuda11.3-trt8.0.3.4-ga-20210831_1-1_amd64.deb /tmp/\nRUN dpkg -i /tmp/nv-tensorrt-repo-ubuntu2004-cuda11.3-trt8.0.3.4-ga-20210831_1-1_amd64.deb && apt-get update\nRUN apt-get install -y libnvinfer8=8.0.3-1+cuda11.3 && apt-mark hold libnvinfer8\n',
    },
    {
      kind: 'good',
      title: 'every package has a version',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nENV V=8.4.3-1+cuda11.6\nRUN apt-get update && apt-get install -y libnvinfer8=$V libnvinfer-plugin8=$V\n',
    },
    {
      kind: 'good',
      title: 'a pattern is a pin',
      text: 'FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.9.0.*\n',
    },
    {
      kind: 'good',
      title: 'preferences choose the version',
      text: "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN printf 'Package: libnvinfer*\\nPin: version 10.9.0.34-1+cuda12.8\\nPin-Priority: 1001\\n' > /etc/apt/preferences.d/tensorrt\nRUN apt-get update && apt-get install -y libnvinfer10\n",
    },
    {
      kind: 'good',
      title: 'Jetson',
      text: 'FROM nvcr.io/nvidia/l4t-base:r32.7.1\nRUN apt-get update && apt-get install -y python3-libnvinfer\n',
    },
    {
      kind: 'good',
      title: 'an image of which nothing is known',
      text: 'FROM registry.example.com/team/base:1\nRUN apt-get update && apt-get install -y libnvinfer8\n',
    },
  ],
  check({ report, stack }) {
    for (const installs of listLibraryInstalls(stack)) {
      for (const install of installs.own) {
        const finding = judge(install, installs, stack);
        if (finding !== undefined) report(finding);
      }
    }
  },
});

function judge(install: LibraryInstall, installs: StageInstalls, stack: StackReport): Report<MessageId> | undefined {
  const { action, before, stage } = install;
  const floating = floatingPackages(install);
  const [first] = floating;
  const distro = networkDistro(before);
  if (first === undefined || action.manager !== 'apt' || distro === undefined || isChosenElsewhere(install, installs)) return undefined;
  const names = floating.map(({ name }) => name);
  const text = { packages: listNames(names), have: names.length === 1 ? msg`has` : msg`have` };
  const local = findLocalRepository(stage, before);
  if (local !== undefined) return judgeLocal(install, installs, local, floating, distro, stack);

  const cuda = cudaOf(install);
  const newest = floating.map((item) => ({ item, newest: newestAptBuild(item.name, distro) }));
  const wrong = newest.find(({ newest: build }) => cuda !== undefined && build?.cuda !== undefined && isCudaCompatible(build.cuda, cuda.version) === false);
  const shown = wrong ?? newest.find(({ newest: build }) => build !== undefined);
  if (shown?.newest === undefined) return undefined;
  const build = findBuild(namesOfStage(installs), install, distro) ?? findBuild(names, install, distro);
  const fix = build && pinFloating(installs, build, stack);
  const common = {
    location: locatePackage(install, shown.item),
    evidence: evidenceOf(shown.newest, build && evidenceOfTensorRTBuild(build, distro)),
    fixes: fix === undefined ? [] : [fix],
  };
  if (wrong === undefined || cuda === undefined || shown.newest.cuda === undefined) {
    return { ...common, messageId: 'floats', severity: 'warning', data: { ...text, newest: shown.newest.version } };
  }
  // What was merely listed may not be there; then apt takes the newest that was seen there.
  const seen = shown.newest.seenThere ? shown.newest.cuda : newestSeenCuda(shown.item.name, distro);
  const isCertain = seen !== undefined && isCudaCompatible(seen, cuda.version) === false && !action.command.conditional && !action.command.failureIgnored;
  return {
    ...common,
    messageId: 'otherCuda',
    severity: (isCertain ? 'error' : 'warning') satisfies Severity,
    data: { ...text, newest: shown.newest.version, newestCuda: shown.newest.cuda, newestMajor: shown.newest.cuda.split('.')[0] ?? '', cuda: cuda.version },
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
  };
}

/** CUDA of the newest build of a package that was seen in the repository of this very distribution. */
function newestSeenCuda(name: string, distro: string): string | undefined {
  return tensorRTBuilds().findLast((build) => releaseHasPackage(build.release, name) === true && availabilityOf(build, distro) === 'seen')?.cuda;
}

/** Versions come from elsewhere: a pin that fixes the release (another rule looks at those), the base image, preferences. */
function isChosenElsewhere(install: LibraryInstall, installs: StageInstalls): boolean {
  const { before } = install;
  if (hasAptPreferences(before) || hasReleaseRepository(install.stage) || before.components.some(({ kind, via }) => (kind === 'tensorrt' || kind === 'tensorrt-headers') && via === 'base-image')) return true;
  const earlier = [...installs.inherited, ...installs.own.slice(0, installs.own.indexOf(install) + 1)];
  return earlier.some(({ packages }) => packages.some(({ library, pinned }) => library === 'tensorrt' && pinned !== 'no'));
}

/** `nvinfer-runtime-trt-repo-…`: a repository of 2018 with one release of TensorRT. */
function hasReleaseRepository({ steps }: StageStack): boolean {
  return steps.some(({ actions }) => actions.some(({ action }) => action.command.words.some(({ text }) => text.value.includes('nvinfer-runtime-trt-repo'))));
}

function namesOfStage({ own }: StageInstalls): readonly string[] {
  return [...new Set(own.flatMap((install) => floatingPackages(install).map(({ name }) => name)))];
}

/** Gives all packages of the stage that float the versions of one build, and holds them. */
function pinFloating(installs: StageInstalls, target: Target, stack: StackReport): Fix | undefined {
  const edits = repin(installs, target, stack, (item, install) => install.action.manager === 'apt' && floatingPackages(install).includes(item), true);
  return edits && { title: msg`Pin TensorRT ${target.release.version} for CUDA ${target.cuda} with everything it needs, and hold it`, safe: false, edits };
}

/** A TensorRT local repository and NVIDIA's network repository side by side. */
function judgeLocal(install: LibraryInstall, installs: StageInstalls, local: KnownArtifact, floating: readonly LibraryPackage[], distro: string, stack: StackReport): Report<MessageId> | undefined {
  const release = local.version === undefined ? undefined : findTensorRTRelease(local.version);
  const [first] = floating;
  if (release === undefined || local.cuda === undefined || first === undefined) return undefined;
  const example = /^libnvinfer\d/.test(first.name) ? first.name : `libnvinfer${release.version.split('.')[0] ?? ''}`;
  const newest = newestAptBuild(example, distro);
  const localVersion = aptVersionOf(example, release, local.cuda);
  if (newest === undefined || localVersion === undefined || newest.version === localVersion) return undefined;
  const fix = pinFloating(installs, { release, cuda: local.cuda }, stack);
  const names = floating.map(({ name }) => name);
  return {
    messageId: 'localRepository',
    severity: newest.seenThere && !install.action.command.conditional ? 'error' : 'warning',
    data: { packages: listNames(names), have: names.length === 1 ? msg`has` : msg`have`, newest: newest.version, local: localVersion, example },
    location: locatePackage(install, first),
    evidence: evidenceOf(newest, undefined),
    fixes: fix === undefined ? [] : [fix],
  };
}

function evidenceOf({ evidence }: NewestAptVersion, fits: Evidence | undefined): readonly Evidence[] {
  return [evidence, fits].filter((item) => item !== undefined);
}
