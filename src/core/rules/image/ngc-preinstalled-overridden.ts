import type { Evidence } from '../../facts/evidence';
import type { DecodedImage } from '../../image/model';
import { msg } from '../../l10n/message';
import type { PipRequirement } from '../../shell/installers/model';
import type { Component, ComponentKind, StackReport } from '../../stack/model';
import { findComponent, knownVersion } from '../../stack/query';
import { compareDotted, hasPrefix, majorMinorOf } from '../../version/dotted';
import { cudaOfPipTag } from '../../version/cuda';
import { exactVersionOf, parsePep440, satisfiesPep440 } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { nameOf } from '../support/image-uses';
import { listPipUses, locateRequirement, pipSources, precedingActions, type PipUse } from '../support/pip-installs';
import { removeWord } from '../support/remove-word';

type MessageId = 'replaced' | 'upgraded' | 'unconstrained' | 'foreign';

const FRAMEWORKS: Readonly<Record<string, ComponentKind>> = { torch: 'torch', tensorflow: 'tensorflow', 'tensorflow-gpu': 'tensorflow' };

/** Packages that require torch, so that the newest of them may want a newer one. */
const NEED_TORCH = new Set(['torchvision', 'torchaudio', 'torchtext', 'accelerate', 'xformers', 'vllm', 'deepspeed', 'fairseq', 'peft', 'timm', 'lightning', 'pytorch-lightning', 'sentence-transformers', 'ultralytics', 'open-clip-torch', 'bitsandbytes', 'torchmetrics', 'flash-attn', 'easyocr', 'openai-whisper']);

const REINSTALLED: Evidence = {
  fact: msg`pip replaces the PyTorch of a pytorch image by the build of PyPI when something in the same command wants another version.`,
  source: 'https://github.com/bananaml/serverless-template/pull/13',
  checked: '2026-11-20',
};

const OWN_LAYOUT: Evidence = {
  fact: msg`PyTorch in NVIDIA’s images is built by NVIDIA; packages linked to the build of PyPI do not find its libraries there.`,
  source: 'https://github.com/pytorch/TensorRT/issues/624',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'image-ngc-preinstalled-overridden',
  family: 'image',
  severity: 'warning',
  summary: 'pip replaces the framework that the image was chosen for.',
  messages: {
    replaced: '{requirement} takes the place of {own} that {image} brings: the build made for the image’s CUDA goes, and what was compiled for it in the image no longer loads (`undefined symbol`).',
    upgraded: '{requirement} with --upgrade replaces the {framework} of {image} by the newest build of PyPI, for another CUDA than the image’s.',
    unconstrained: '{image} brings {own}; with {companions} in the same command pip may replace it by a newer build of PyPI, for another CUDA than the image’s.',
    foreign: '{requirement} is linked to the PyTorch of PyPI; {image} has a build of NVIDIA’s with other libraries: `ImportError: … cannot open shared object file` or `undefined symbol`.',
  },
  docs: {
    what: 'In an image that comes with PyTorch or TensorFlow (`nvcr.io/nvidia/pytorch`, `pytorch/pytorch`, `tensorflow/tensorflow`), pip installs the framework again in another version, or an extension that is compiled against another build of it.',
    why: 'The image’s framework is built for its CUDA and cuDNN, and Apex, Transformer Engine, torchvision and others in the image are compiled against it. pip takes another build from PyPI, several gigabytes of CUDA libraries included, and leaves the rest as it is. The extension built for PyPI’s PyTorch [does not load with NVIDIA’s](https://github.com/pytorch/TensorRT/issues/624).',
    instead: 'Leave the framework out of the requirements, or keep the image’s with its constraint file: `pip install -c /etc/pip/constraint.txt …`. Where another version is wanted, start from an image that has it, or from plain `nvidia/cuda`.',
    silent: 'A file of constraints is in force, pip installs into a virtual environment, or the image’s version satisfies the requirement.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'another release of PyTorch',
      text: 'FROM nvcr.io/nvidia/pytorch:24.02-py3\nRUN pip install «torch==2.1.0» transformers\n',
      messageId: 'replaced',
      fixed: 'FROM nvcr.io/nvidia/pytorch:24.02-py3\nRUN pip install transformers\n',
    },
    {
      kind: 'bad',
      title: 'the build for another CUDA',
      text: 'FROM pytorch/pytorch:2.1.0-cuda11.8-cudnn8-runtime\nRUN pip install «torch==2.1.0+cu121» --index-url https://download.pytorch.org/whl/cu121\n',
      messageId: 'replaced',
    },
    {
      kind: 'bad',
      title: 'the newest',
      text: 'FROM tensorflow/tensorflow:2.15.0-gpu\nRUN pip install -U «tensorflow» keras\n',
      messageId: 'upgraded',
      fixed: 'FROM tensorflow/tensorflow:2.15.0-gpu\nRUN pip install -U keras\n',
    },
    {
      kind: 'bad',
      title: 'beside packages that want a newer one',
      text: 'FROM pytorch/pytorch:1.11.0-cuda11.3-cudnn8-runtime\nCOPY requirements.txt .\nRUN pip3 install «torch» transformers accelerate\n',
      messageId: 'unconstrained',
      fixed: 'FROM pytorch/pytorch:1.11.0-cuda11.3-cudnn8-runtime\nCOPY requirements.txt .\nRUN pip3 install transformers accelerate\n',
    },
    {
      kind: 'bad',
      title: 'an extension for the PyTorch of PyPI',
      text: 'FROM nvcr.io/nvidia/pytorch:21.08-py3\nRUN pip install «https://github.com/NVIDIA/TRTorch/releases/download/v0.4.0/trtorch-0.4.0-cp38-cp38-linux_x86_64.whl»\n',
      messageId: 'foreign',
      severity: 'error',
    },
    {
      kind: 'good',
      title: 'the constraint file of the image',
      text: 'FROM nvcr.io/nvidia/pytorch:24.02-py3\nRUN pip install --no-cache-dir -c /etc/pip/constraint.txt transformers accelerate torch\n',
    },
    {
      kind: 'good',
      title: 'the version that the image has',
      text: 'FROM pytorch/pytorch:2.1.0-cuda11.8-cudnn8-runtime\nRUN pip install torch==2.1.0 "torch>=2.0" transformers\n',
    },
    {
      kind: 'good',
      title: 'the newest of the index for the image’s CUDA',
      text: 'FROM pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime\nRUN pip install --force-reinstall torch torchvision torchaudio --index-url https://download.pytorch.org/whl/cu128\n',
    },
    {
      kind: 'good',
      title: 'an image without CUDA',
      text: 'FROM tensorflow/tensorflow:1.6.0-py3\nRUN pip3 install --upgrade tensorflow\n',
    },
    {
      kind: 'good',
      title: 'a virtual environment of its own',
      text: 'FROM pytorch/pytorch:2.1.0-cuda11.8-cudnn8-runtime\nRUN python -m venv /opt/venv && /opt/venv/bin/pip install torch==2.3.0\n',
    },
    {
      kind: 'good',
      title: 'an image without a framework',
      text: 'FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nRUN pip install torch==2.3.0 accelerate\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const finding = judge(use, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

function judge(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const { requirement, stage, before, action } = use;
  const kind = FRAMEWORKS[requirement.name];
  const isExtension = requirement.name === 'trtorch' || requirement.name === 'torch-tensorrt';
  const image = stage.rootImage;
  if ((kind === undefined && !isExtension) || image === undefined || isForCpu(image) || hasConstraints(use) || isElsewhere(use)) return undefined;
  const own = findComponent(before, kind ?? 'torch');
  // Who uninstalls the image's own means what follows.
  const isMeant = precedingActions(stage, action.command).some((one) => one.kind === 'pip-uninstall' && one.names.includes(requirement.name));
  if (own?.via !== 'base-image' || isMeant) return undefined;
  const common = {
    location: locateRequirement(use),
    related: [{ location: own.where, message: msg`${nameOf(image)} brings ${frameworkOf(own)}.` }],
  };
  const data = { requirement: writtenName(requirement), image: nameOf(image) };
  if (isExtension) {
    if (image.family !== 'ngc-pytorch') return undefined;
    // A wheel is what it is; by name pip may still be told of another index.
    const certain = requirement.name === 'trtorch' && !action.command.conditional && !action.command.failureIgnored;
    return { ...common, messageId: 'foreign', severity: certain ? 'error' : 'warning', data, evidence: [OWN_LAYOUT] };
  }
  const version = knownVersion(own.version);
  const messageId = compare(use, own, version);
  if (messageId === undefined) return undefined;
  return {
    ...common,
    messageId,
    data: { ...data, framework: frameworkOf(own), own: version === undefined ? msg`the ${frameworkOf(own)}` : `${frameworkOf(own)} ${version}`, companions: companionsOf(use).join(', ') },
    evidence: [...(own.evidence === undefined ? [] : [own.evidence]), ...(messageId === 'unconstrained' ? [REINSTALLED] : [])],
    fixes: leaveOut(requirement, use, stack),
  };
}

/** How a requirement treats the version of the image; undefined where pip leaves it as it is, or nobody knows. */
function compare(use: PipUse, own: Component, version: string | undefined): MessageId | undefined {
  const { requirement, action, stage } = use;
  const { specifier } = requirement;
  const exact = exactVersionOf(specifier) ?? requirement.wheel?.version;
  if (exact !== undefined) {
    // NVIDIA's builds are none of PyPI's, whatever their number.
    if (version === undefined) return stage.rootImage?.family === 'ngc-pytorch' ? 'replaced' : undefined;
    const wanted = parsePep440(exact);
    const release = wanted?.release.join('.') ?? exact;
    const cuda = wanted?.local === undefined ? undefined : cudaOfPipTag(wanted.local);
    const imageCuda = majorMinorOf(knownVersion(findComponent(stage.initial, 'cuda')?.version) ?? '');
    if (cuda !== undefined && imageCuda !== undefined && cuda !== imageCuda && stage.rootImage?.family === 'pytorch') return 'replaced';
    // The pre-releases in NVIDIA's images are none of PyPI's releases.
    const plain = version.replace(/\+.*/, '');
    const isSame = own.version.type === 'exact' ? compareDotted(plain, release) === 0 : hasPrefix(release, plain);
    return parsePep440(version)?.isPrerelease === true || !isSame ? 'replaced' : undefined;
  }
  if (specifier === '') {
    // What another index has may be built for the image's CUDA.
    const { index, others } = pipSources(use);
    if (requirement.url !== undefined || index !== undefined || others.length > 0) return undefined;
    if (action.upgrade || action.options.some(({ value }) => value === '--force-reinstall')) return 'upgraded';
    return version !== undefined && own.kind === 'torch' && companionsOf(use).length > 0 ? 'unconstrained' : undefined;
  }
  const release = version === undefined ? undefined : parsePep440(version)?.release.join('.');
  return release !== undefined && knownLength(version) >= 3 && satisfiesPep440(release, specifier) === false ? 'replaced' : undefined;
}

/** tensorflow/tensorflow without `gpu` in its tag has no CUDA; where the tag is not known nobody knows. */
function isForCpu({ family, reference }: DecodedImage): boolean {
  return family === 'tensorflow' && !/(?:^|-)gpu(?:-|$)/.test(reference.tag ?? '');
}

/** A requirement as somebody would say it: of a wheel its file name, without the hash. */
function writtenName({ text }: PipRequirement): string {
  return text.value.trim().replace(/#.*$/, '').replace(/^.*\//, '').replaceAll(/%2b/gi, '+');
}

function frameworkOf({ kind }: Component): string {
  return kind === 'torch' ? 'PyTorch' : 'TensorFlow';
}

function knownLength(version: string | undefined): number {
  return version === undefined ? 0 : (parsePep440(version)?.release.length ?? 0);
}

/** Packages beside torch that may want a newer one. */
function companionsOf({ action }: PipUse): readonly string[] {
  return action.requirements.filter(({ name, specifier, url }) => NEED_TORCH.has(name) && specifier === '' && url === undefined).map(({ name }) => name);
}

function hasConstraints({ action, before }: PipUse): boolean {
  return action.constraintFiles.length > 0 || before.env.has('PIP_CONSTRAINT') || action.noDependencies || action.command.assignments.some(({ name }) => name === 'PIP_CONSTRAINT');
}

/** pip of another environment than the image's own. */
function isElsewhere({ action, before, stage }: PipUse): boolean {
  if (action.tool === 'pipx' || (action.tool === 'uv' && !action.options.some(({ value }) => value === '--system') && !before.env.has('UV_SYSTEM_PYTHON'))) return true;
  if (action.interpreter !== undefined && !/^(?:\/usr\/bin\/|\/opt\/conda\/bin\/)?(?:python3?|pip3?)$/.test(action.interpreter)) return true;
  if (action.options.some(({ value }) => /^(?:-t|--target|--prefix|--root)\b/.test(value))) return true;
  if (before.env.has('VIRTUAL_ENV') || /venv|virtualenv|\/envs\//.test(before.env.get('PATH')?.value ?? '')) return true;
  // `source activate` and the like before the command.
  const step = stage.steps.find(({ commands }) => commands.includes(action.command));
  return step?.commands.some(({ name, words }) => /^(?:source|\.|conda|activate|workon)$/.test(name) && words.some(({ text }) => text.value.includes('activate'))) === true;
}

function leaveOut(requirement: PipRequirement, { action }: PipUse, { dockerfile, files }: StackReport): readonly Fix[] {
  const text = requirement.file === dockerfile.file ? dockerfile.text : files.get(requirement.file);
  if (text === undefined || requirement.origin !== 'command' || action.requirements.length + action.requirementFiles.length < 2) return [];
  return [{ title: msg`Leave ${requirement.name} to the image`, safe: false, edits: [removeWord(text, requirement.file, requirement.range)] }];
}
