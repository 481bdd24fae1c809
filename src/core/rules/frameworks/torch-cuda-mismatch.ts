import type { Evidence } from '../../facts/evidence';
import { torchRelease } from '../../facts/frameworks';
import { nvccPackages } from '../../facts/source-packages';
import { msg, type Text } from '../../l10n/message';
import type { PipInstall } from '../../shell/installers/model';
import type { ShellCommand } from '../../shell/model';
import type { Component, InstructionStep, StackReport, StackState } from '../../stack/model';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import type { Location } from '../../text/range';
import { pipTagOfCuda } from '../../version/cuda';
import { compareDotted, majorMinorOf, majorOf } from '../../version/dotted';
import { exactVersionOf, parsePep440 } from '../../version/pep440';
import { defineRule, type Fix, type Report, type Severity } from '../model';
import { isBuiltUpon } from '../support/absence';
import { allActions, appendToCommand, listKeptPipUses, listPipUses, locateRequirement, pipSources, precedingActions, severityFor, type PipUse } from '../support/pip-installs';
import { torchTaken, type TakenTorch } from './torch';

type MessageId = 'compile' | 'extras' | 'systemCublas';

const REFUSES: Evidence = {
  fact: msg`PyTorch refuses to compile an extension when the major version of nvcc is not that of the CUDA it was built with.`,
  source: 'https://github.com/mistralai/mistral-inference/issues/54',
  checked: '2026-11-20',
};

const BESIDE_EXTRA: Evidence = {
  fact: msg`An extra such as cu11 brings its own CUDA libraries and leaves torch to PyPI’s build, for another CUDA.`,
  source: 'https://github.com/deepmodeling/deepmd-kit/pull/3198',
  checked: '2026-11-20',
};

const SYSTEM_CUBLAS: Evidence = {
  fact: msg`PyTorch 1.13 from PyPI fails at import where the system has cuBLAS of CUDA 11.3 or older.`,
  source: 'https://github.com/pytorch/pytorch/issues/103832',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'torch-cuda-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'An extension of PyTorch is compiled with an nvcc of another CUDA than PyTorch’s.',
  messages: {
    compile: '{requirement} is built for CUDA {torch}, and {what} is compiled with nvcc {nvcc}: `The detected CUDA version ({nvcc}) mismatches the version that was used to compile PyTorch ({torch})`.',
    extras: '{requirement} brings the libraries of CUDA {extra} by its extra, and PyTorch from PyPI, built for CUDA {torch}: two CUDAs in one process.',
    systemCublas: '{requirement} takes cuBLAS from a wheel and, with it, the libcublasLt.so.11 of the image’s CUDA {cuda}, which is older: `undefined symbol: cublasLtGetStatusString, version libcublasLt.so.11`.',
  },
  docs: {
    what: 'pip installs a PyTorch that is built for one CUDA major version, and a later command compiles an extension for it with the nvcc of another; or PyTorch 1.13 from PyPI in an image with the cuBLAS of CUDA 11.0 to 11.3.',
    why: '`torch.utils.cpp_extension` compares the two and [stops when the major versions differ](https://github.com/mistralai/mistral-inference/issues/54). What PyPI serves under a plain version changes: CUDA 12 from 2.1 on, CUDA 13 from 2.11 on. For running alone the image’s CUDA does not matter, because the wheel brings its own; only [1.13 from PyPI](https://github.com/pytorch/pytorch/issues/103832) finds half of cuBLAS in the image.',
    instead: 'Take PyTorch from the index for the CUDA of the image (`--index-url https://download.pytorch.org/whl/cu118`), or a `devel` image of PyTorch’s CUDA.',
    silent: 'Nothing is compiled after it, the index is another than PyPI’s or PyTorch’s, or nvcc’s version is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Apex is compiled with the nvcc of the image',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install «torch==2.1.0»\nRUN git clone https://github.com/NVIDIA/apex && cd apex && python3 setup.py install --cpp_ext --cuda_ext\n',
      messageId: 'compile',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install torch==2.1.0+cu118 --extra-index-url https://download.pytorch.org/whl/cu118\nRUN git clone https://github.com/NVIDIA/apex && cd apex && python3 setup.py install --cpp_ext --cuda_ext\n',
    },
    {
      kind: 'bad',
      title: 'no version: the newest',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS builder\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install «torch» torchvision torchaudio\nWORKDIR /build\nRUN python3 setup_cuda.py bdist_wheel -d .\n',
      messageId: 'compile',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS builder\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install torch torchvision torchaudio --index-url https://download.pytorch.org/whl/cu118\nWORKDIR /build\nRUN python3 setup_cuda.py bdist_wheel -d .\n',
    },
    {
      kind: 'bad',
      title: 'a source package without build isolation',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install «torch==2.1.0»\nRUN CMAKE_ARGS="-DLLAMA_CUBLAS=on" pip install auto-gptq --no-build-isolation\n',
      messageId: 'compile',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install torch==2.1.0+cu118 --extra-index-url https://download.pytorch.org/whl/cu118\nRUN CMAKE_ARGS="-DLLAMA_CUBLAS=on" pip install auto-gptq --no-build-isolation\n',
    },
    {
      kind: 'bad',
      title: 'the sources of an extension, GPUs named',
      text: 'FROM nvidia/cuda:11.3.1-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3 python3-pip git ninja-build\nRUN pip3 install «torch==2.1.2»\nENV TORCH_CUDA_ARCH_LIST="8.6"\nRUN git clone https://github.com/open-mmlab/mmdetection3d && cd mmdetection3d && pip3 install -v -e .\n',
      messageId: 'compile',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.3.1-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3 python3-pip git ninja-build\nRUN pip3 install torch==2.1.2+cu118 --extra-index-url https://download.pytorch.org/whl/cu118\nENV TORCH_CUDA_ARCH_LIST="8.6"\nRUN git clone https://github.com/open-mmlab/mmdetection3d && cd mmdetection3d && pip3 install -v -e .\n',
    },
    {
      kind: 'bad',
      title: 'an extra for one CUDA, PyTorch for another',
      text: 'FROM python:3.10\nRUN pip install «"deepmd-kit[gpu,cu11,lmp,ipi,torch]"»\n',
      messageId: 'extras',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'PyTorch for the nvcc of the image',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install torch==2.0.1+cu118 --index-url https://download.pytorch.org/whl/cu118\nRUN git clone https://github.com/NVIDIA/apex && cd apex && TORCH_CUDA_ARCH_LIST="8.0;8.6" python3 setup.py install --cpp_ext --cuda_ext\n',
    },
    {
      kind: 'good',
      title: 'another minor version',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install torch==2.1.0 && pip3 install git+https://github.com/NVIDIA/apex --no-build-isolation\n',
    },
    {
      kind: 'good',
      title: 'nothing is compiled',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.3.1 transformers\n',
    },
    {
      kind: 'bad',
      title: 'an older cuBLAS in the image',
      text: 'FROM nvidia/cuda:11.3.1-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «torch==1.13.1»\n',
      messageId: 'systemCublas',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'the cuBLAS of the wheel is taken away',
      text: 'FROM nvidia/cuda:11.3.1-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==1.13.1 && pip3 uninstall -y nvidia-cublas-cu11\n',
    },
    {
      kind: 'good',
      title: 'no cuBLAS in the image',
      text: 'FROM nvidia/cuda:11.3.1-base-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==1.13.1\n',
    },
    {
      kind: 'good',
      title: 'the extra index has the same version with a tag, which counts as newer',
      text: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip git\nRUN pip3 install torch==2.1.0 --extra-index-url https://download.pytorch.org/whl/cu118\nRUN git clone https://github.com/NVIDIA/apex && cd apex && python3 setup.py install --cpp_ext --cuda_ext\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const finding = use.requirement.name === 'torch' ? judgeCompile(use, stack) : judgeExtras(use);
      if (finding !== undefined) report(finding);
    }
    for (const use of listKeptPipUses(stack)) {
      const finding = judgeSystemCublas(use);
      if (finding !== undefined) report(finding);
    }
  },
});

function judgeCompile(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const wheel = torchTaken(use);
  const major = wheel === undefined ? undefined : majorOf(wheel.cuda);
  if (wheel === undefined || major === undefined || use.action.command.conditional) return undefined;
  for (const build of listBuilds(use, stack)) {
    const nvcc = onlyNvcc(build.state);
    if (nvcc === undefined || majorOf(nvcc.version) === major || replacesTorch(use, build, stack)) continue;
    return {
      messageId: 'compile',
      severity: severityFor(use, wheel.version === undefined && mayBeThere(use) ? 'warning' : build.severity),
      data: { requirement: use.requirement.text.value.trim(), torch: wheel.cuda, nvcc: nvcc.version, what: build.what },
      location: locateRequirement(use),
      evidence: [...(wheel.evidence === undefined ? [] : [wheel.evidence]), REFUSES],
      related: [
        { location: build.location, message: msg`The extension is compiled here.` },
        { location: nvcc.component.where, message: msg`nvcc ${nvcc.version} comes from here.` },
      ],
      fixes: takeFrom(use, wheel, nvcc.version),
    };
  }
  return undefined;
}

/** The wheels of 1.13 on PyPI are the first without cuBLAS, and look for one half of it in the folders of the system. */
function judgeSystemCublas(use: PipUse): Report<MessageId> | undefined {
  const { requirement, stage, before, action } = use;
  const version = requirement.name === 'torch' && requirement.wheel === undefined ? exactVersionOf(requirement.specifier) : undefined;
  const { index, others } = pipSources(use);
  const cuda = stageCuda(before);
  if (version === undefined || !/^1\.13(?:\.\d+)?$/.test(version) || index !== undefined || others.length > 0 || cuda === undefined || cuda.component.certainty === 'assumed') return undefined;
  if (majorOf(cuda.version) !== 11 || compareDotted(cuda.version, '11.4') >= 0 || !before.components.some(({ kind, via }) => kind === 'cublas' && via === 'base-image')) return undefined;
  const isMended = allActions(stage).some((one) => one.kind === 'pip-uninstall' && one.names.includes('nvidia-cublas-cu11')) || stage.final.env.get('LD_LIBRARY_PATH')?.value.includes('nvidia/cublas') === true;
  if (isMended || action.requirementFiles.some(({ found }) => !found)) return undefined;
  return {
    messageId: 'systemCublas',
    severity: 'warning',
    data: { requirement: requirement.text.value.trim(), cuda: cuda.version },
    location: locateRequirement(use),
    evidence: [SYSTEM_CUBLAS],
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
  };
}

/** A file of requirements that nobody read may have installed some PyTorch, which pip then leaves as it is. */
function mayBeThere({ stage, action }: PipUse): boolean {
  return precedingActions(stage, action.command).some((one) => one.kind === 'pip-install' && one.requirementFiles.some(({ found }) => !found));
}

interface Build {
  readonly what: Text;
  readonly severity: Severity;
  readonly state: StackState;
  readonly location: Location;
  readonly command: ShellCommand;
}

/** The commands after a requirement, in its stage and those built upon it, that compile an extension of PyTorch. */
function* listBuilds(use: PipUse, { stages }: StackReport): Generator<Build> {
  for (const stage of stages) {
    if (!isBuiltUpon(stage, use.stage)) continue;
    let isAfter = stage !== use.stage;
    for (const step of stage.steps) {
      for (const command of step.commands) {
        if (isAfter && !command.conditional && !command.failureIgnored && step.instruction.kind === 'run') {
          const build = readBuild(command, step);
          if (build !== undefined) yield build;
        }
        isAfter ||= command === use.action.command;
      }
    }
  }
}

function readBuild(command: ShellCommand, { actions, before }: InstructionStep): Build | undefined {
  const own = actions.filter(({ action }) => action.command === command);
  const state = own[0]?.before ?? before;
  const at = { state, location: { file: command.file, range: command.range }, command };
  const script = /^python/.test(command.name) ? command.words.slice(1).find(({ text }) => /\.py$/.test(text.value))?.text.value : undefined;
  const compiles = own.some(({ action }) => action.kind === 'compile' && action.usesNvcc && action.tool !== 'nvcc' && action.tool !== 'cmake' && action.tool !== 'make' && action.tool !== 'ninja');
  const installs = command.words.some(({ text }) => /^(?:build|build_ext|install|develop|bdist_wheel)$/.test(text.value));
  if (compiles) return { ...at, what: script ?? msg`the extension`, severity: 'error' };
  if (script !== undefined && installs && /(?:^|\/)setup\w*\.py$/.test(script)) {
    if (/cuda|gpu/.test(script)) return { ...at, what: script, severity: 'error' };
    return setsArchitectures(command, state) ? { ...at, what: script, severity: 'warning' } : undefined;
  }
  const install = own.find((step): step is typeof step & { readonly action: PipInstall } => step.action.kind === 'pip-install')?.action;
  return install === undefined ? undefined : readPipBuild(install, state, at);
}

/** `TORCH_CUDA_ARCH_LIST` or `FORCE_CUDA`: only builds of extensions read them. */
function setsArchitectures({ assignments }: ShellCommand, { env }: StackState): boolean {
  return assignments.some(({ name }) => name === 'TORCH_CUDA_ARCH_LIST' || name === 'FORCE_CUDA') || env.has('TORCH_CUDA_ARCH_LIST') || env.has('FORCE_CUDA');
}

/** Source packages that are known to use PyTorch's builder when they are not isolated from it. */
const EXTENSIONS = /^(?:auto-gptq|apex|pytorch3d|detectron2|exllamav2|mmcv-full|nvdiffrast|tinycudann|transformer-engine|fused-ssim|diff-gaussian-rasterization|simple-knn|gptqmodel|torch-scatter|torch-sparse|torch-cluster|spconv)$/;
const REPOSITORIES = /github\.com[/:](?:NVIDIA\/(?:apex|TransformerEngine)|facebookresearch\/(?:pytorch3d|detectron2)|NVlabs\/(?:tiny-cuda-nn|nvdiffrast))\b/i;

function readPipBuild({ requirements, noBuildIsolation }: PipInstall, state: StackState, at: Pick<Build, 'state' | 'location' | 'command'>): Build | undefined {
  for (const { name, url, wheel, editable } of requirements) {
    if (wheel !== undefined) continue;
    // The sources at hand, where something has named the GPUs that they are to be compiled for.
    const isLocal = url !== undefined && !/^[a-z+]+:\/\//i.test(url) && (editable || /^\.{0,2}(?:\/|$)/.test(url));
    if (isLocal && setsArchitectures(at.command, state)) return { ...at, what: url, severity: 'warning' };
    const what = name === '' ? (url ?? '') : name;
    if (url !== undefined && REPOSITORIES.test(url)) return { ...at, what, severity: 'error' };
    if (EXTENSIONS.test(name) && noBuildIsolation) return { ...at, what, severity: 'warning' };
    const row = nvccPackages(name, url).find((one) => one.when === 'build' && (one.condition === null || setsArchitectures(at.command, state)));
    // These take a ready wheel where one fits: for an old CUDA or a new release there is none.
    if (row !== undefined && (url !== undefined || row.condition === null)) return { ...at, what, severity: 'warning' };
  }
  return undefined;
}

function onlyNvcc(state: StackState): { readonly version: string; readonly component: Component } | undefined {
  const [first, ...others] = findComponents(state, 'nvcc');
  const version = majorMinorOf(knownVersion(first?.version) ?? '');
  return first === undefined || version === undefined || others.length > 0 ? undefined : { version, component: first };
}

/** Another command in between installs PyTorch again. */
function replacesTorch(use: PipUse, { command }: Build, stack: StackReport): boolean {
  const torches = listPipUses(stack).filter((other) => other !== use && other.requirement.name === 'torch');
  return torches.some(({ action }) => isBetween(use.action.command, action.command, command, stack));
}

function isBetween(first: ShellCommand, middle: ShellCommand, last: ShellCommand, { stages }: StackReport): boolean {
  const all = stages.flatMap(({ steps }) => steps.flatMap(({ commands }) => commands));
  const at = all.indexOf(middle);
  return at > all.indexOf(first) && at < all.indexOf(last);
}

const TORCH_PACKAGES = new Set(['torch', 'torchvision', 'torchaudio', 'triton', 'torchdata', 'torchtext']);

/** PyTorch's index for the CUDA of nvcc, where it has the version. */
function takeFrom(use: PipUse, { version, release }: TakenTorch, nvcc: string): readonly Fix[] {
  const { requirement, action } = use;
  if (requirement.file !== action.file || action.indexUrl !== undefined) return [];
  const known = version === undefined ? release : torchRelease(version);
  const cuda = known?.indexUrls.has(nvcc) === true || version === undefined ? nvcc : [...(known?.indexUrls.keys() ?? [])].find((one) => majorOf(one) === majorOf(nvcc));
  const tag = cuda === undefined ? undefined : pipTagOfCuda(cuda);
  if (cuda === undefined || tag === undefined) return [];
  const url = known?.indexUrls.get(cuda) ?? `https://download.pytorch.org/whl/${tag}`;
  if (version === undefined) {
    // Whether the index has anything for this CUDA is known from releases alone.
    const isServed = ['2.7.1', '2.10.0', '2.5.1'].some((one) => torchRelease(one)?.indexUrls.has(cuda) === true);
    if (!isServed || action.requirements.some(({ name }) => !TORCH_PACKAGES.has(name)) || action.requirementFiles.length > 0) return [];
    return [{ title: msg`Take PyTorch for CUDA ${cuda}`, safe: false, edits: [appendToCommand(use, `--index-url ${url}`)] }];
  }
  const at = requirement.text.value.indexOf(version);
  const written = at < 0 ? undefined : requirement.text.edit(at, at + version.length, `${version}+${tag}`);
  const others = action.requirements.some(({ name, specifier }) => name !== 'torch' && TORCH_PACKAGES.has(name) && specifier !== '');
  if (written === undefined || others) return [];
  return [{ title: msg`Take PyTorch ${version} for CUDA ${cuda}`, safe: false, edits: [written, appendToCommand(use, `--extra-index-url ${url}`)] }];
}

function judgeExtras(use: PipUse): Report<MessageId> | undefined {
  const { requirement, action } = use;
  const extra = requirement.extras.map((one) => /^cu(?:da)?[-_]?(1[0-9])/.exec(one)?.[1]).find((one) => one !== undefined);
  if (extra === undefined || !requirement.extras.includes('torch') || action.requirements.some(({ name }) => name === 'torch')) return undefined;
  const torch = torchTaken({ ...use, requirement: { ...requirement, name: 'torch', specifier: '', extras: [], url: undefined, wheel: undefined } });
  if (torch === undefined || parsePep440(torch.cuda) === undefined || String(majorOf(torch.cuda)) === extra) return undefined;
  return {
    messageId: 'extras',
    severity: 'warning',
    data: { requirement: requirement.text.value.trim(), extra, torch: torch.cuda },
    location: locateRequirement(use),
    evidence: [BESIDE_EXTRA, ...(torch.evidence === undefined ? [] : [torch.evidence])],
  };
}
