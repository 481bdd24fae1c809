import { onnxruntimeBuilds, onnxruntimeRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import type { KnownArtifact } from '../../shell/installers/model';
import { recogniseArtifact } from '../../shell/installers/known-artifacts';
import type { Component, InstructionStep, StackReport, StageStack } from '../../stack/model';
import { knownVersion, stageCuda } from '../../stack/query';
import { baseName } from '../../text/path';
import type { Location } from '../../text/range';
import { compareDotted, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { rootUse } from '../support/absence';
import { listKeptPipUses, locateRequirement, pipSources, replaceRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';
import { onnxruntimeEvidence, onnxruntimeTaken } from './onnxruntime';

type MessageId = 'wheel' | 'newest' | 'either' | 'archive';

export const rule = defineRule<MessageId>({
  id: 'onnxruntime-cuda-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'onnxruntime-gpu is built for another CUDA than the one in the stage.',
  messages: {
    wheel: 'onnxruntime-gpu {version} is built for CUDA {built}, and this stage has CUDA {cuda}: `libcublasLt.so.{built}: cannot open shared object file`, and the session runs on the CPU.',
    newest: 'onnxruntime-gpu without a version takes the newest, built for CUDA {built} or later; this stage has CUDA {cuda}: `libcublasLt.so.{built}: cannot open shared object file`, and the session runs on the CPU.',
    either: 'onnxruntime-gpu {version} is on PyPI for CUDA {built} and on the extra index for CUDA {other}; pip may take either. This stage has CUDA {cuda}: `libcublasLt.so.{built}: cannot open shared object file`.',
    archive: 'The archive of ONNX Runtime {version} is built for CUDA {built}, and this stage has CUDA {cuda}: `libcublasLt.so.{built}: cannot open shared object file`, and the session runs on the CPU.',
  },
  docs: {
    what: 'onnxruntime-gpu from pip, or ONNX Runtime’s GPU archive, is built for another CUDA major version than the stage has.',
    why: 'The CUDA provider loads cuBLAS and cuDNN from the system, by the major version that it was linked with. [PyPI’s build](https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html) is for CUDA 11 up to 1.18, for CUDA 12 from 1.19 on. Without its libraries the provider is left out with a line in the log, and the model [runs on the CPU](https://github.com/microsoft/onnxruntime/issues/21264).',
    instead: 'Take a version that is built for the image’s CUDA. For CUDA 12 before 1.19: the index onnxruntime-cuda-12, as `--index-url` and not as `--extra-index-url`.',
    silent: 'Other wheels bring the CUDA libraries, a later command takes the package away or installs another version, the index may serve any build, or the stage’s CUDA is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the package for CPUs stands beside it',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime==1.15.0\nRUN pip3 install «onnxruntime-gpu==1.15.0»\n',
      messageId: 'wheel',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime==1.15.0\nRUN pip3 install "onnxruntime-gpu==1.19.*"\n',
    },
    {
      kind: 'bad',
      title: 'PyPI’s build for CUDA 11 on CUDA 12',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu==1.18.1»\n',
      messageId: 'wheel',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install "onnxruntime-gpu==1.19.*"\n',
    },
    {
      kind: 'bad',
      title: 'PyPI’s build for CUDA 12 on CUDA 11',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu==1.20.1»\n',
      messageId: 'wheel',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install "onnxruntime-gpu==1.18.*"\n',
    },
    {
      kind: 'bad',
      title: 'the newest on CUDA 11',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu» numpy\n',
      messageId: 'newest',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install "onnxruntime-gpu==1.18.*" numpy\n',
    },
    {
      kind: 'bad',
      title: 'the feed for CUDA 12 beside PyPI',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «onnxruntime-gpu==1.17.1» --extra-index-url https://aiinfra.pkgs.visualstudio.com/PublicPackages/_packaging/onnxruntime-cuda-12/pypi/simple/\n',
      messageId: 'either',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'an archive that exists for CUDA 11 alone',
      text: 'FROM «nvcr.io/nvidia/tensorrt:23.08-py3»\nRUN wget -qO- https://github.com/microsoft/onnxruntime/releases/download/v1.16.3/onnxruntime-linux-x64-gpu-1.16.3.tgz | tar xz -C /opt\nENV ORT_DYLIB_PATH=/opt/onnxruntime-linux-x64-gpu-1.16.3/lib/libonnxruntime.so\n',
      messageId: 'archive',
    },
    {
      kind: 'bad',
      title: 'an archive that exists for both',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y curl\nRUN curl -fsSL «https://github.com/microsoft/onnxruntime/releases/download/v1.18.0/onnxruntime-linux-x64-gpu-1.18.0.tgz» | tar xz -C /opt\n',
      messageId: 'archive',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y curl\nRUN curl -fsSL https://github.com/microsoft/onnxruntime/releases/download/v1.18.0/onnxruntime-linux-x64-gpu-cuda12-1.18.0.tgz | tar xz -C /opt\n',
    },
    {
      kind: 'good',
      title: 'another version takes its place',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu==1.17.1\nRUN pip3 install onnxruntime-gpu==1.20.1\n',
    },
    {
      kind: 'good',
      title: 'the build for this CUDA',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu==1.22.0\n',
    },
    {
      kind: 'good',
      title: 'the feed for CUDA 12 in place of PyPI',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnxruntime-gpu==1.17.1 --index-url https://aiinfra.pkgs.visualstudio.com/PublicPackages/_packaging/onnxruntime-cuda-12/pypi/simple/\n',
    },
    {
      kind: 'good',
      title: 'PyTorch brings the libraries',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.5.1 onnxruntime-gpu==1.20.1\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      const finding = judgeWheel(use) ?? judgeNewest(use);
      if (finding !== undefined) report(finding);
    }
    for (const stage of stack.stages) {
      for (const step of stage.steps) {
        const finding = judgeArchive(step, stage, stack);
        if (finding !== undefined) report(finding);
      }
    }
  },
});

function judgeWheel(use: PipUse): Report<MessageId> | undefined {
  const taken = onnxruntimeTaken(use);
  const cuda = stageCuda(use.before);
  if (taken === undefined || cuda === undefined || isJetson(use.stage)) return undefined;
  const built = taken.build.cuda.split('.')[0] ?? '';
  const stage = String(majorOf(cuda.version) ?? '');
  // CUDA 10 and older need the very minor version, which the tables do not tell of every build.
  if (built === stage || Number(built) < 11 || Number(stage) < 11 || bringsLibraries(use.stage, built)) return undefined;
  const isEither = taken.alsoFor !== undefined;
  if (isEither && taken.alsoFor !== stage) return undefined;
  return {
    messageId: isEither ? 'either' : 'wheel',
    severity: severityFor(use, isEither || hasCpuBuild(use.stage) || cuda.component.certainty === 'assumed' || taken.build.confidence === 'medium' ? 'warning' : 'error'),
    data: { version: taken.version, built, cuda: cuda.version, other: taken.alsoFor ?? '' },
    location: locateRequirement(use),
    evidence: [onnxruntimeEvidence(taken.build, 'cuda')],
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
    fixes: isEither ? [] : otherVersion(use, stage),
  };
}

/** The package for CPUs stands beside the one for GPUs: that a session runs on the CPU may be meant. */
function hasCpuBuild({ final }: StageStack): boolean {
  return final.components.some(({ kind, name }) => kind === 'onnxruntime' && name === 'onnxruntime');
}

/**
 * Since 1.19 no build on PyPI is for CUDA 11, and every Python of today gets one of these; since 1.27 none is for CUDA 12,
 * which is known at second hand alone.
 */
function judgeNewest(use: PipUse): Report<MessageId> | undefined {
  const { requirement, before, stage, action } = use;
  if (requirement.name !== 'onnxruntime-gpu' || requirement.specifier !== '' || requirement.url !== undefined || action.constraintFiles.length > 0) return undefined;
  const { index, others } = pipSources(use);
  const cuda = stageCuda(before);
  const python = pipPython(stage, before, action)?.version;
  const stageMajor = majorOf(cuda?.version ?? '');
  const first = onnxruntimeRelease(stageMajor === 12 ? '1.27' : '1.19');
  const oldestPython = stageMajor === 12 ? '3.12' : '3.10';
  const isOpen = [index, ...others].some((url) => url !== undefined && !/^https?:\/\/(?:pypi\.(?:org|nvidia\.com)|download\.pytorch\.org)\b/.test(url.value));
  if (cuda === undefined || (stageMajor !== 11 && stageMajor !== 12) || python === undefined || compareDotted(python, oldestPython) < 0) return undefined;
  if (first === undefined || isOpen || isJetson(stage) || bringsLibraries(stage, first.cuda.split('.')[0] ?? '')) return undefined;
  return {
    messageId: 'newest',
    severity: first.confidence === 'high' ? 'warning' : 'information',
    data: { built: first.cuda.split('.')[0] ?? '', cuda: cuda.version },
    location: locateRequirement(use),
    evidence: [onnxruntimeEvidence(first, 'cuda')],
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
    fixes: otherVersion(use, String(stageMajor)),
  };
}

function isJetson({ final }: StageStack): boolean {
  return final.components.some(({ kind }) => kind === 'l4t');
}

/** cuBLAS of that CUDA comes with wheels: NVIDIA's, or PyTorch's. */
function bringsLibraries({ final }: StageStack, major: string): boolean {
  return final.components.some((item) => {
    if (item.via !== 'pip' && item.via !== 'conda' && item.via !== 'copy') return false;
    if (item.kind === 'cublas' || item.kind === 'cudart') return item.cuda === undefined || item.cuda.split('.')[0] === major;
    return item.kind === 'torch' && torchMajor(item) === major;
  });
}

/** PyTorch from PyPI brings CUDA 11 up to 2.0 and CUDA 12 up to 2.10. */
function torchMajor({ cuda, version }: Component): string | undefined {
  if (cuda !== undefined) return cuda.split('.')[0];
  const known = knownVersion(version);
  if (known === undefined) return undefined;
  if (compareDotted(known, '2.1') < 0) return '11';
  return compareDotted(known, '2.11') < 0 ? '12' : '13';
}

/** The nearest series whose build on PyPI is for the stage's CUDA. */
function otherVersion({ requirement }: PipUse, major: string): readonly Fix[] {
  const minors = major === '11' ? [18] : major === '12' ? [19] : [];
  return minors.flatMap((minor) => {
    if (onnxruntimeRelease(`1.${minor}`)?.cuda.split('.')[0] !== major) return [];
    const edit = replaceRequirement(requirement, 'onnxruntime-gpu', `==1.${minor}.*`);
    return edit === undefined ? [] : [{ title: msg`Install onnxruntime-gpu 1.${minor}, built for CUDA ${major}`, safe: false, edits: [edit] }];
  });
}

/** From this version on there are archives for CUDA 12, with the CUDA in their names. */
const CUDA_12_ARCHIVES = '1.17';
/** The last version whose archive without CUDA in its name is for CUDA 11. */
const CUDA_11_BELOW = '1.19';

function judgeArchive(step: InstructionStep, stage: StageStack, stack: StackReport): Report<MessageId> | undefined {
  const found = findArchive(step);
  const cuda = stageCuda(step.before);
  const version = found?.artifact.version;
  if (found === undefined || version === undefined || cuda === undefined || isJetson(stage)) return undefined;
  if (found.artifact.cuda === undefined && compareDotted(version, CUDA_11_BELOW) >= 0) return undefined;
  const build = onnxruntimeBuilds(version).find(({ cuda: built, pypi }) => (found.artifact.cuda === undefined ? pypi : built.split('.')[0] === found.artifact.cuda));
  const built = build?.cuda.split('.')[0];
  const major = majorOf(cuda.version);
  if (build === undefined || built === undefined || major === undefined || Number(built) < 11 || major < 11 || String(major) === built || bringsLibraries(stage, built)) return undefined;
  // What can be mended by the archive is told there; otherwise the image is the one to change.
  const hasOther = built === '11' && major === 12 && compareDotted(version, CUDA_12_ARCHIVES) >= 0;
  const from = rootUse(stack, stage)?.reference.locate();
  const location = hasOther || from === undefined ? found.location : from;
  return {
    messageId: 'archive',
    severity: found.conditional ? 'warning' : 'error',
    data: { version, built, cuda: cuda.version },
    location,
    evidence: [onnxruntimeEvidence(build, 'cuda')],
    related: location === found.location ? [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }] : [{ location: found.location, message: msg`ONNX Runtime ${version} comes from here.` }],
    fixes: hasOther ? found.fixes : [],
  };
}

interface FoundArchive {
  readonly artifact: KnownArtifact;
  readonly location: Location;
  readonly conditional: boolean;
  /** The archive for CUDA 12 in its place. */
  readonly fixes: readonly Fix[];
}

function findArchive({ actions }: InstructionStep): FoundArchive | undefined {
  for (const { action } of actions) {
    const text = action.kind === 'download' ? action.url : action.kind === 'extract' ? action.archive : undefined;
    const name = text === undefined ? '' : baseName(text.value.replace(/[?#].*$/, ''));
    const artifact = name.startsWith('onnxruntime-') ? recogniseArtifact(name) : undefined;
    const location = text?.locate();
    if (artifact?.kind !== 'onnxruntime-tar' || artifact.arch !== 'x64' || text === undefined || location === undefined) continue;
    const at = text.value.lastIndexOf('-gpu-');
    const edit = at < 0 || action.kind !== 'download' ? undefined : text.edit(at, at + 5, '-gpu-cuda12-');
    return { artifact, location, conditional: action.command.conditional, fixes: edit === undefined ? [] : [{ title: msg`Take the archive for CUDA 12`, safe: false, edits: [edit] }] };
  }
  return undefined;
}
