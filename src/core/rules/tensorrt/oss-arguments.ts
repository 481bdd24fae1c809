import { toolkitsOfMinor } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import { recogniseArtifact } from '../../shell/installers/known-artifacts';
import type { StackReport, StageStack } from '../../stack/model';
import { findComponent, knownVersion } from '../../stack/query';
import { baseName } from '../../text/path';
import type { Location, Range } from '../../text/range';
import type { Piece } from '../../text/traced';
import { compareDotted, isSameRelease } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { chainOf } from '../support/absence';
import { listLibraryInstalls } from '../support/library-packages';
import { mentions } from '../support/mentions';

type MessageId = 'cutCuda' | 'cutTensorRT' | 'archive';

const CUT: Evidence = {
  fact: msg`NVIDIA’s Dockerfiles take the CUDA suffix of a package from CUDA_VERSION without its last part, and so need three parts.`,
  source: 'https://github.com/NVIDIA/TensorRT/issues/1804',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'tensorrt-oss-arguments',
  family: 'tensorrt',
  severity: 'warning',
  summary: 'Version arguments of a TensorRT Dockerfile that do not fit the way they are used, or each other.',
  messages: {
    cutCuda: '{value} has two parts; where it is used its last part is cut off, which leaves {left}, and packages are named after CUDA {value}: `No package … {suffix} available`.',
    cutTensorRT: '{value} has {count} parts; where it is used its last part is cut off, which leaves {left}, a version that no package has.',
    archive: '{name} is {value}, and the archive that is unpacked is TensorRT {unpacked}: what is built and what is installed differ.',
  },
  docs: {
    what: 'An ARG or ENV for the version of CUDA or TensorRT, as in the Dockerfiles of the TensorRT repository, has another number of parts than its use expects, or contradicts the archive that is unpacked.',
    why: 'These Dockerfiles build package versions out of two variables: `${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}`. `%.*` cuts the last part, which is right for `11.8.0` and wrong for `11.8` or `10.2`: [the package `…cuda10` does not exist](https://github.com/NVIDIA/TensorRT/issues/1804). Newer ones write the archive’s address out, so that TRT_VERSION alone changes nothing.',
    instead: 'Give CUDA three parts and TensorRT four, and change the archive together with the variable.',
    silent: 'The value comes from outside, or one of several archives fits.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'two parts, of which one is cut off',
      text: 'ARG CUDA_VERSION=«11.4»\nFROM nvidia/cuda:11.4.3-cudnn8-devel-ubuntu20.04\nARG CUDA_VERSION\nENV TRT_VERSION=8.2.1.8\nRUN v="${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}" && apt-get update && \\\n    apt-get install -y libnvinfer8=${v} libnvinfer-plugin8=${v} libnvonnxparsers8=${v}\n',
      messageId: 'cutCuda',
      fixed: 'ARG CUDA_VERSION=11.4.3\nFROM nvidia/cuda:11.4.3-cudnn8-devel-ubuntu20.04\nARG CUDA_VERSION\nENV TRT_VERSION=8.2.1.8\nRUN v="${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}" && apt-get update && \\\n    apt-get install -y libnvinfer8=${v} libnvinfer-plugin8=${v} libnvonnxparsers8=${v}\n',
    },
    {
      kind: 'bad',
      title: 'three parts where four are expected',
      text: 'FROM nvidia/cuda:11.4.3-cudnn8-devel-ubuntu20.04\nENV TRT_VERSION=«8.2.1»\nRUN v="${TRT_VERSION%.*}-1+cuda11.4" && apt-get update && apt-get install -y libnvinfer8=${v}\n',
      messageId: 'cutTensorRT',
    },
    {
      kind: 'bad',
      title: 'the archive was changed, the variable was not',
      text: 'FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nENV TRT_VERSION=«10.12.0.36»\nRUN apt-get update && apt-get install -y wget && wget https://developer.nvidia.com/downloads/compute/machine-learning/tensorrt/10.13.0/tars/TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz && tar -xf TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz\n',
      messageId: 'archive',
    },
    {
      kind: 'good',
      title: 'three parts and four',
      text: 'ARG CUDA_VERSION=11.4.3\nFROM nvidia/cuda:${CUDA_VERSION}-cudnn8-devel-ubuntu20.04\nENV TRT_VERSION=8.2.1.8\nRUN v="${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}" && apt-get update && apt-get install -y libnvinfer8=${v} libnvinfer-plugin8=${v}\n',
    },
    {
      kind: 'good',
      title: 'one archive of several',
      text: 'FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nENV TRT_VERSION=10.13.0.35\nRUN if [ "${CUDA_MAJOR}" = 11 ]; then tar -xf TensorRT-10.9.0.34.Linux.x86_64-gnu.cuda-11.8.tar.gz; else tar -xf TensorRT-10.13.0.35.Linux.x86_64-gnu.cuda-12.9.tar.gz; fi\n',
    },
  ],
  check({ report, stack }) {
    if (!mentions(stack, /TensorRT-|nvinfer/)) return;
    for (const finding of listCuts(stack)) report(finding);
    for (const stage of stack.stages) {
      const finding = judgeArchive(stage, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

function* listCuts(stack: StackReport): Generator<Report<MessageId>> {
  for (const { own, stage } of listLibraryInstalls(stack)) {
    for (const { packages, action } of own) {
      if (action.command.conditional) continue;
      for (const { spec } of packages) {
        const version = spec.version;
        const match = version === undefined ? null : /^(\d+(?:\.\d+)*)-\d+[+.]cuda(\d+(?:\.\d+)*)$/.exec(version.value);
        if (version === undefined || match === null) continue;
        const [whole, upstream = '', cuda = ''] = match;
        const related = [{ location: { file: action.file, range: spec.range }, message: msg`The value is used here.` }];
        const cutCuda = cuda.includes('.') ? undefined : definitionOf(version.slice(whole.length - cuda.length).pieces, cuda, stack);
        if (cutCuda !== undefined) {
          yield { messageId: 'cutCuda', data: { value: cutCuda.text, left: cuda, suffix: `+cuda${cuda}` }, location: cutCuda.location, evidence: [CUT], related, fixes: addPatch(cutCuda, stage) };
        }
        const cutUpstream = upstream.split('.').length >= 3 ? undefined : definitionOf(version.slice(0, upstream.length).pieces, upstream, stack);
        if (cutUpstream !== undefined) {
          yield { messageId: 'cutTensorRT', data: { value: cutUpstream.text, count: String(cutUpstream.text.split('.').length), left: upstream }, location: cutUpstream.location, evidence: [CUT], related };
        }
      }
    }
  }
}

interface Definition {
  readonly text: string;
  readonly location: Location;
}

/** The literal that a part of a version was cut from: `11.4` behind the `11` of `${CUDA_VERSION%.*}`. */
function definitionOf(pieces: readonly Piece[], left: string, { dockerfile }: StackReport): Definition | undefined {
  const [piece, ...others] = pieces;
  if (piece === undefined || others.length > 0 || piece.use === undefined || piece.file !== dockerfile.file) return undefined;
  const { start } = piece.range;
  const text = /^\d+(?:\.\d+)+/.exec(dockerfile.text.slice(start, start + 40))?.[0] ?? '';
  // One more part than is left: that one was cut off.
  const isCut = text.startsWith(`${left}.`) && text.split('.').length === left.split('.').length + 1;
  return isCut ? { text, location: { file: piece.file, range: { start, end: start + text.length } } } : undefined;
}

/** The CUDA of the stage in three parts, or the newest update of that minor version. */
function addPatch({ text, location }: Definition, { initial }: StageStack): readonly Fix[] {
  const own = knownVersion(findComponent(initial, 'cuda')?.version);
  const newest = own?.startsWith(`${text}.`) === true ? own : toolkitsOfMinor(text).findLast(({ version, driverLinux }) => version.split('.').length === 3 && driverLinux !== null)?.version;
  if (newest === undefined || compareDotted(text, '11') < 0) return [];
  return [{ title: msg`Write ${newest}`, safe: false, edits: [{ file: location.file, range: location.range, newText: newest }] }];
}

const VARIABLE = /^(?:TRT|TENSORRT)_VERSION$/;

function judgeArchive(stage: StageStack, stack: StackReport): Report<MessageId> | undefined {
  const variable = findVariable(stage, stack);
  if (variable === undefined || stage.final.opaque) return undefined;
  const archives = listArchives(stage);
  const [first] = archives;
  if (first === undefined || archives.some(({ version }) => version === undefined || isSameRelease(version, variable.value))) return undefined;
  return {
    messageId: 'archive',
    data: { name: variable.name, value: variable.value, unpacked: first.version ?? '' },
    location: { file: stack.dockerfile.file, range: variable.range },
    related: [{ location: first.location, message: msg`The archive of TensorRT ${first.version ?? ''} comes from here.` }],
  };
}

/** A variable for TensorRT's version that the stage itself sets to a full version. */
function findVariable({ steps }: StageStack, { dockerfile }: StackReport): { readonly name: string; readonly value: string; readonly range: Range } | undefined {
  for (const { instruction } of [...steps].reverse()) {
    const given = instruction.kind === 'env' ? instruction.assignments.map(({ name, value }) => ({ name, word: value })) : instruction.kind === 'arg' ? instruction.declarations.map(({ name, value }) => ({ name, word: value })) : [];
    for (const { name, word } of given) {
      const value = word?.raw.replace(/^(["'])(.*)\1$/, '$2') ?? '';
      if (word === undefined || !VARIABLE.test(name) || !/^\d+\.\d+\.\d+(?:\.\d+)?$/.test(value)) continue;
      const start = dockerfile.text.indexOf(value, word.range.start);
      return { name, value, range: { start, end: start + value.length } };
    }
  }
  return undefined;
}

/** The archives of TensorRT that a stage fetches or unpacks; the version is undefined where the name does not tell. */
function listArchives(stage: StageStack): readonly { readonly version: string | undefined; readonly location: Location }[] {
  return chainOf(stage).flatMap(({ steps }) =>
    steps.flatMap(({ actions }) =>
      actions.flatMap(({ action }) => {
        const text = action.kind === 'download' ? action.url : action.kind === 'extract' ? action.archive : undefined;
        const artifact = text === undefined ? undefined : recogniseArtifact(baseName(text.value.replace(/[?#].*$/, '')));
        if (text === undefined || artifact?.kind !== 'tensorrt-tar') return [];
        return [{ version: artifact.version, location: text.locate() ?? { file: action.file, range: action.range } }];
      }),
    ),
  );
}
