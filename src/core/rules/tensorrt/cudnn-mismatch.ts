import { newestAptBuild } from '../../facts/apt-versions';
import { findTensorRTRelease, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { msg } from '../../l10n/message';
import { findComponents, knownVersion } from '../../stack/query';
import type { ActionStep, StackReport } from '../../stack/model';
import { isCudaCompatible } from '../../version/cuda';
import { isSameRelease, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { cudaOf, hasAptPreferences, isForArm, isNamed, listLibraryInstalls, locatePackage, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from '../support/library-packages';
import { cudnnPin, insertBehind, isSound, packagedCudnn, TAKES_CUDNN, takesCudnn, targetOf } from './pins';

type MessageId = 'otherMajor' | 'takesAlong';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-cudnn-mismatch',
  family: 'tensorrt',
  severity: 'warning',
  summary: 'TensorRT up to 8.6 meets another cuDNN than it was built with.',
  messages: {
    otherMajor: 'TensorRT {release} is built with cuDNN {wanted}, and this stage has cuDNN {present} alone: what needs cuDNN stops with `libcudnn.so.{major}: cannot open shared object file`.',
    takesAlong: 'TensorRT {release} takes cuDNN 8 along in whatever version: apt installs {newest}, made for CUDA {newestCuda}, while this stage has CUDA {cuda}, and programs crash when they load it.',
  },
  docs: {
    what: 'TensorRT 8.6 or older is unpacked in a stage whose cuDNN has another major version; or apt installs it in a stage without cuDNN 8, so that apt chooses the build of cuDNN.',
    why: 'These releases use cuDNN for convolutions and plugins, and their packages name it as a dependency without a version. On an image without it apt takes [the newest libcudnn8](https://github.com/NVIDIA/TensorRT/issues/3010), which is built for CUDA 12; on CUDA 11 that crashes. From TensorRT 10 on cuDNN is optional.',
    instead: 'Take a `cudnn8` flavor of the base image, or name `libcudnn8` with a version for the CUDA of the stage.',
    silent: 'TensorRT 10 and newer; the cuDNN that the release was built with, or that of the stage, is not known. An older cuDNN of the same major makes TensorRT print a warning and is not reported.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'cuDNN 9 under TensorRT 8',
      text: 'FROM nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04\nCOPY TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz /tmp/\nRUN «tar xzf /tmp/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz -C /opt»\n',
      messageId: 'otherMajor',
    },
    {
      kind: 'bad',
      title: 'no cuDNN in the image',
      text: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y «libnvinfer8=8.4.3-1+cuda11.6»\n',
      messageId: 'takesAlong',
      fixed: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.4.3-1+cuda11.6 libcudnn8=8.4.1.50-1+cuda11.6\n',
    },
    {
      kind: 'good',
      title: 'the flavor brings it',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8\n',
    },
    {
      kind: 'good',
      title: 'what apt takes along fits',
      text: 'FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\n',
    },
    {
      kind: 'good',
      title: 'TensorRT 10 does without',
      text: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10=10.9.0.34-1+cuda12.8\n',
    },
  ],
  check({ report, stack }) {
    for (const installs of listLibraryInstalls(stack)) {
      for (const install of installs.own) {
        if (install.action.manager !== 'apt' || install.action.command.conditional) continue;
        const runtime = install.packages.find((item) => item.library === 'tensorrt' && item.pinned === 'exact' && !/-headers-/.test(item.name));
        const release = runtime?.version === undefined ? undefined : findRelease(runtime.version);
        const finding = runtime === undefined || release === undefined || !takesCudnn(release) ? undefined : judgePackages(install, runtime, release, installs, stack);
        if (finding !== undefined) report(finding);
      }
    }
    for (const { steps } of stack.stages) {
      for (const step of steps) for (const finding of step.actions.flatMap(judgeArchive)) report(finding);
    }
  },
});

function findRelease(version: string): TensorRTRelease | undefined {
  const upstream = version.split('-')[0] ?? '';
  const release = findTensorRTRelease(upstream);
  return release !== undefined && isSameRelease(release.fullVersion ?? release.version, upstream) ? release : undefined;
}

/** apt takes the newest libcudnn8 along where none is installed. */
function judgePackages(install: LibraryInstall, item: LibraryPackage, release: TensorRTRelease, installs: StageInstalls, stack: StackReport): Report<MessageId> | undefined {
  const { before, stage } = install;
  const distro = networkDistro(before);
  const cuda = cudaOf(install);
  const newest = distro === undefined ? undefined : newestAptBuild('libcudnn8', distro);
  const isNamed8 = [...installs.inherited, ...installs.own.slice(0, installs.own.indexOf(install) + 1)].some(({ packages }) => packages.some((other) => isNamed(other, 'libcudnn8') || isNamed(other, 'libcudnn8-dev')));
  if (isNamed8 || packagedCudnn(before)?.major === 8 || hasAptPreferences(before) || before.opaque || isForArm(stage)) return undefined;
  const target = targetOf(item);
  if (target !== undefined && !isSound(target, install)) return undefined;
  if (cuda === undefined || newest?.cuda === undefined || isCudaCompatible(newest.cuda, cuda.version) !== false) return undefined;
  const fix = nameCudnn(install, item, release, stack);
  return {
    messageId: 'takesAlong',
    data: { release: release.version, newest: newest.version, newestCuda: newest.cuda, cuda: cuda.version },
    location: locatePackage(install, item),
    evidence: [TAKES_CUDNN, ...(newest.evidence === undefined ? [] : [newest.evidence])],
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here; cuDNN 8 does not.` }],
    fixes: fix === undefined ? [] : [fix],
  };
}

/** An archive brings no cuDNN: it needs that of the stage. */
function judgeArchive({ action, before, after }: ActionStep): readonly Report<MessageId>[] {
  if (action.kind !== 'extract' || action.command.conditional) return [];
  const added = after.components.find((item) => item.kind === 'tensorrt' && item.via === 'archive' && !before.components.includes(item));
  const release = added?.version.type === 'exact' ? findRelease(added.version.version) : undefined;
  const wanted = release?.cudnn?.replace(/ .*/, '');
  if (release === undefined || wanted === undefined || !takesCudnn(release)) return [];
  const others = findComponents(before, 'cudnn');
  const majors = others.map(({ version }) => majorOf(knownVersion(version) ?? ''));
  const last = others.at(-1);
  if (last === undefined || majors.includes(undefined) || majors.includes(majorOf(wanted))) return [];
  return [
    {
      messageId: 'otherMajor',
      data: { release: release.version, wanted, present: knownVersion(last.version) ?? '', major: String(majorOf(wanted) ?? '') },
      location: { file: action.file, range: action.range },
      evidence: [{ fact: msg`TensorRT ${release.version} is built with cuDNN ${wanted}.`, source: release.source, checked: tensorRTReleasesChecked() }],
      related: [{ location: last.where, message: msg`cuDNN ${knownVersion(last.version) ?? ''} comes from here.` }],
    },
  ];
}

/** Names libcudnn8 behind the last package of TensorRT. */
function nameCudnn(install: LibraryInstall, item: LibraryPackage, release: TensorRTRelease, stack: StackReport): Fix | undefined {
  const cuda = /[+.]cuda([\d.]+)$/.exec(item.version ?? '')?.[1];
  const pin = cuda === undefined ? undefined : cudnnPin(install, { release, cuda });
  const last = install.packages.findLast(({ library }) => library === 'tensorrt') ?? item;
  return pin === undefined ? undefined : { title: msg`Install ${pin} with it`, safe: false, edits: [insertBehind(install, last, [pin], stack)] };
}
