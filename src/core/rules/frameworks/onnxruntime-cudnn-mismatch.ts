import { onnxruntimeRelease, torchRelease, type OnnxRuntimeBuild } from '../../facts/frameworks';
import { decodeImage } from '../../image/decode';
import { nearestServedCudaTags } from '../../image/suggest';
import { msg } from '../../l10n/message';
import type { Component, StackReport, StageStack } from '../../stack/model';
import { findComponent, findComponents, knownVersion, stageCuda } from '../../stack/query';
import type { Location } from '../../text/range';
import { compareDotted, hasPrefix, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { isBuiltUpon, isKnownCudaImage, mayHold, rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { retag } from '../support/image-uses';
import { allActions, listKeptPipUses, locateRequirement, pipSources, replaceRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';
import { onnxruntimeEvidence, onnxruntimeTaken } from './onnxruntime';

type MessageId = 'major' | 'newest' | 'preload' | 'absent';

export const rule = defineRule<MessageId>({
  id: 'onnxruntime-cudnn-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'onnxruntime-gpu is built for another major version of cuDNN than the one in the stage.',
  messages: {
    major: 'onnxruntime-gpu {version} is built for cuDNN {built}, and this stage has cuDNN {cudnn}: `libcudnn.so.{built}: cannot open shared object file`, and the session runs on the CPU.',
    newest: 'onnxruntime-gpu without a version takes a build for cuDNN {built}, and this stage has cuDNN {cudnn}: `libcudnn.so.{built}: cannot open shared object file`, and the session runs on the CPU.',
    preload: 'onnxruntime-gpu {version} is built for cuDNN {built}, and the system has cuDNN {cudnn}; that of torch {torch} is found only by a program that imports torch first: `libcudnn.so.{built}: cannot open shared object file` otherwise.',
    absent: 'onnxruntime-gpu {version} is built for cuDNN {built}, and nothing brings cuDNN into this stage: `libcudnn.so.{built}: cannot open shared object file`, and the session runs on the CPU.',
  },
  docs: {
    what: 'onnxruntime-gpu from pip is built for the CUDA of the stage, but for another major version of cuDNN than the stage has; or CUDA was installed without cuDNN.',
    why: 'The CUDA provider loads `libcudnn.so.9` (or `.8`) from the system when a session is made. [Builds for cuDNN 8 and 9 do not stand in for each other](https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html#requirements): PyPI’s are for 9 from 1.19 on, the builds for CUDA 12 from 1.18.1 on. When it is missing the provider is left out and the [model runs on the CPU](https://github.com/loeeeee/immich-in-lxc/issues/32). The libraries in the wheels of torch and of NVIDIA are not on the search path; they are found once torch was imported, or by [`onnxruntime.preload_dlls()`](https://github.com/microsoft/onnxruntime/pull/23744) from 1.21 on.',
    instead: 'Take the image with that cuDNN and the same CUDA major, or a version of onnxruntime-gpu that is built for the cuDNN that is there.',
    silent: 'The CUDA differs as well (onnxruntime-cuda-mismatch speaks then), a `nvidia-cudnn-cu12` wheel or the extra `cudnn` brings the library, torch or cuDNN came in an unknown version, or may have come unseen. An `nvidia/cuda` image without cuDNN is reported by image-lacks-cudnn.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a build for cuDNN 9 on cuDNN 8',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu==1.20.1»\n',
      messageId: 'major',
      fixed: 'FROM nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu==1.20.1\n',
    },
    {
      kind: 'bad',
      title: 'a build for cuDNN 8 on cuDNN 9',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu==1.18.0» --index-url https://aiinfra.pkgs.visualstudio.com/PublicPackages/_packaging/onnxruntime-cuda-12/pypi/simple/\n',
      messageId: 'major',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu==1.18.1 --index-url https://aiinfra.pkgs.visualstudio.com/PublicPackages/_packaging/onnxruntime-cuda-12/pypi/simple/\n',
    },
    {
      kind: 'bad',
      title: 'PyTorch’s image has the cuDNN of its PyTorch',
      text: 'FROM pytorch/pytorch:2.1.2-cuda12.1-cudnn8-runtime\nRUN pip install «onnxruntime-gpu==1.20.1»\n',
      messageId: 'major',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'no version: every build for CUDA 12 on PyPI wants cuDNN 9',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu» numpy\n',
      messageId: 'newest',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu numpy\n',
    },
    {
      kind: 'bad',
      title: 'the library of PyTorch, which has to be imported first',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.5.1 «onnxruntime-gpu==1.20.1»\n',
      messageId: 'preload',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.5.1 onnxruntime-gpu==1.20.1\n',
    },
    {
      kind: 'bad',
      title: 'CUDA by apt, cuDNN forgotten',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3-pip wget && wget https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update && apt-get install -y cuda-toolkit-12-4\nRUN pip3 install «onnxruntime-gpu==1.20.1»\n',
      messageId: 'absent',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'the cuDNN that it is built for',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu==1.20.1\n',
    },
    {
      kind: 'good',
      title: 'the wheel of cuDNN',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install "onnxruntime-gpu[cuda,cudnn]==1.22.0"\n',
    },
    {
      kind: 'good',
      title: 'both majors side by side',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip libcudnn9-cuda-12=9.5.1.17-1\nRUN pip3 install onnxruntime-gpu==1.20.1\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      if (use.requirement.name !== 'onnxruntime-gpu') continue;
      const finding = judge(use, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

/** What pip takes: a pinned build, or one of several that want the same major of cuDNN. */
interface Taken {
  readonly build: OnnxRuntimeBuild;
  /** Undefined for an open requirement. */
  readonly version: string | undefined;
}

function judge(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const { before, stage, requirement } = use;
  const taken = takenBuild(use);
  const cuda = stageCuda(before);
  const built = majorOf(taken?.build.cudnn ?? '');
  if (taken === undefined || built === undefined || cuda === undefined || !isForCuda(taken.build, cuda.version)) return undefined;
  const states = stack.stages.filter((other) => isBuiltUpon(other, stage));
  if (requirement.extras.includes('cudnn') || findComponent(stage.final, 'l4t') !== undefined || states.some(mayBringCudnn)) return undefined;
  const torch = pipTorch(states);
  if (torch === 'unknown') return undefined;
  const present = states.flatMap(({ final }) => findComponents(final, 'cudnn'));
  const majors = present.map(({ version }) => majorOf(knownVersion(version) ?? ''));
  if (majors.some((major) => major === undefined || major === built)) return undefined;
  const common = { location: locateRequirement(use), evidence: [onnxruntimeEvidence(taken.build, 'cuda')] };
  const [other] = present;
  if (other === undefined) {
    if (torch !== undefined || taken.version === undefined || !isKnownWithout(stack, stage)) return undefined;
    const related = [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }];
    return { ...common, messageId: 'absent', severity: 'warning', data: { version: taken.version, built: String(built) }, related };
  }
  const isPreloaded = torch?.cudnn === built;
  const cudnn = knownVersion(other.version) ?? '';
  // Of an image it is the patch version that may be assumed, never the major one.
  const certain = taken.version !== undefined && !isPreloaded && (other.certainty !== 'assumed' || other.via === 'base-image') && taken.build.confidence === 'high' && !stage.final.opaque;
  return {
    ...common,
    messageId: isPreloaded ? 'preload' : taken.version === undefined ? 'newest' : 'major',
    severity: severityFor(use, certain ? 'error' : 'warning'),
    data: { version: taken.version ?? '', built: String(built), cudnn: String(majors[0] ?? cudnn), torch: torch?.version ?? '' },
    related: [
      { location: other.where, message: msg`cuDNN ${cudnn} comes from here.` },
      ...(isPreloaded ? [{ location: torch.where, message: msg`torch ${torch.version} is installed here.` }] : []),
    ],
    fixes: [...sameFeed(use, taken, majors[0]), ...otherImage(use, String(built), other, stack)],
  };
}

/**
 * The build that pip takes. Without a version, on CUDA 12: Python 3.10 and 3.11 get one of 1.19 to 1.26, all for cuDNN 9;
 * what newer ones get is for CUDA 13, of which another rule speaks.
 */
function takenBuild(use: PipUse): Taken | undefined {
  const { requirement, action, stage, before } = use;
  const pinned = onnxruntimeTaken(use);
  if (pinned !== undefined) return pinned.alsoFor === undefined ? pinned : undefined;
  if (requirement.specifier !== '' || requirement.url !== undefined || action.constraintFiles.length > 0 || action.noIndex) return undefined;
  const { index, others } = pipSources(use);
  const python = pipPython(stage, before, action)?.version;
  const first = onnxruntimeRelease('1.19');
  const isOpen = [index, ...others].some((url) => url !== undefined && !/^https?:\/\/(?:pypi\.(?:org|nvidia\.com)|download\.pytorch\.org)\b/.test(url.value));
  if (first === undefined || isOpen || python === undefined || compareDotted(python, '3.10') < 0 || compareDotted(python, '3.12') >= 0) return undefined;
  return { build: first, version: undefined };
}

/** The CUDA is the right one, so that it comes to cuDNN: the same major, before 11 the same minor version. */
function isForCuda({ cuda }: OnnxRuntimeBuild, stage: string): boolean {
  const major = majorOf(cuda);
  return major !== undefined && major === majorOf(stage) && (major >= 11 || hasPrefix(stage, cuda));
}

/** Packages of pip that bring a torch in a version that they choose, or cuDNN. */
const BRINGS_TORCH = /^(?:nvidia-cudnn.*|torch(?:vision|audio|text|data|metrics)|pytorch-.*|lightning|accelerate|ultralytics|openai-whisper|whisperx|sentence-transformers|timm|kornia|easyocr|diffusers|xformers|vllm|facexlib|gfpgan|basicsr|realesrgan|open-clip-torch|peft|tensorflow|tensorflow-gpu|jax|paddlepaddle-gpu)$/;

/** cuDNN or a torch may have come unseen, or is found by a search path into a folder of Python packages. */
function mayBringCudnn(stage: StageStack): boolean {
  const { components, paths, env } = stage.final;
  if (components.some(({ kind, via }) => kind === 'conda' || via === 'conda' || (kind === 'cudnn' && via === 'pip'))) return true;
  if (paths.some(({ path }) => /cudnn/i.test(path)) || /\uFFFC|cudnn|-packages|nvidia\/c/.test(env.get('LD_LIBRARY_PATH')?.value.replaceAll('/usr/local/nvidia/', '') ?? '')) return true;
  const hasTorch = components.some(({ kind, via }) => kind === 'torch' && (via === 'pip' || via === 'base-image'));
  return allActions(stage).some((action) => {
    if (action.kind === 'conda-install' || action.kind === 'local-package-install') return action.kind === 'conda-install' || action.files.some(({ path }) => /cudnn/i.test(path.value));
    if (action.kind === 'download') return /cudnn/i.test(action.url.value);
    return action.kind === 'pip-install' && (action.requirementFiles.some(({ found }) => !found) || action.requirements.some(({ name }) => BRINGS_TORCH.test(name) && !(hasTorch && /^torch/.test(name))));
  });
}

interface PipTorch {
  readonly version: string;
  /** Major version of the cuDNN that it brings. */
  readonly cudnn: number;
  readonly where: Location;
}

/** The torch that pip installs, with its cuDNN; `unknown` when that cannot be told, undefined without one. */
function pipTorch(stages: readonly StageStack[]): PipTorch | 'unknown' | undefined {
  const found = stages.flatMap(({ final }) => findComponents(final, 'torch')).filter(({ via }) => via !== 'base-image');
  const [first] = found;
  if (first === undefined) return undefined;
  const judged = found.map(cudnnOfTorch);
  const version = knownVersion(first.version);
  const [cudnn] = judged;
  if (version === undefined || cudnn === undefined || judged.some((one) => one !== cudnn)) return 'unknown';
  return { version, cudnn, where: first.where };
}

function cudnnOfTorch({ version, cuda, via }: Component): number | undefined {
  const release = version.type === 'exact' && via === 'pip' ? torchRelease(version.version) : undefined;
  const own = release?.cudnn.get(cuda ?? release.defaultCuda ?? '');
  if (own !== undefined) return majorOf(own);
  const majors = new Set([...(release?.cudnn.values() ?? [])].map((one) => majorOf(one)));
  return majors.size === 1 ? [...majors][0] : undefined;
}

/** An image that is known in full and holds no CUDA of its own, on which everything installed is seen. */
function isKnownWithout(stack: StackReport, stage: StageStack): boolean {
  const image = rootUse(stack, stage)?.image;
  if (image === undefined || image.mirrored || !image.componentsComplete || isKnownCudaImage(image)) return false;
  return !stack.stages.some((other) => isBuiltUpon(other, stage) && mayHold(other, other.final, /cudnn|torch/i));
}

/** On the feed for CUDA 12, 1.18.1 is what 1.18.0 is, for cuDNN 9. */
function sameFeed({ requirement }: PipUse, { build, version }: Taken, cudnn: number | undefined): readonly Fix[] {
  if (version !== '1.18.0' || build.pypi || cudnn !== 9) return [];
  const edit = replaceRequirement(requirement, 'onnxruntime-gpu', '==1.18.1');
  return edit === undefined ? [] : [{ title: msg`Install onnxruntime-gpu 1.18.1, built for cuDNN 9`, safe: false, edits: [edit] }];
}

/** The nearest image of the same CUDA major, flavor and distribution with that cuDNN, not older than this one. */
function otherImage({ stage }: PipUse, cudnn: string, { via }: Component, stack: StackReport): readonly Fix[] {
  const from = rootUse(stack, stage);
  if (via !== 'base-image' || from === undefined || !isCudaImage(from.image)) return [];
  const wish = wishOf(from.image);
  const major = majorOf(wish.cuda ?? '');
  const tag = nearestServedCudaTags({ ...wish, cudnn }).find((one) => {
    const image = decodeImage(`nvidia/cuda:${one}`);
    const own = image?.components.find(({ kind }) => kind === 'cudnn');
    const cuda = image?.parts.find(({ kind }) => kind === 'cuda')?.value ?? '';
    return one.endsWith(`-${wish.os ?? ''}`) && majorOf(cuda) === major && String(majorOf(knownVersion(own?.version) ?? '')) === cudnn;
  });
  return tag === undefined ? [] : retag(from, [tag]);
}
