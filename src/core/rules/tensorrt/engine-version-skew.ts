import type { CopyInstruction } from '../../dockerfile/model';
import { ngcReleasesWithTensorRT } from '../../facts/ngc-images';
import { tensorRTPipVersions } from '../../facts/tensorrt-pip';
import { msg } from '../../l10n/message';
import type { ShellCommand } from '../../shell/model';
import type { InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { baseName, isInside, resolvePath } from '../../text/path';
import type { Location } from '../../text/range';
import { UNKNOWN } from '../../text/traced';
import { firstParts } from '../../version/dotted';
import { exactVersionOf } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { chainOf, rootUse } from '../support/absence';
import { copyOrigin, originPath } from '../support/copy-origin';
import { findPart, retag } from '../support/image-uses';
import { listPipUses } from '../support/pip-installs';
import { BOUND_TO_VERSION, differ, ENGINE_FILE, installedTensorRT, tensorRTVersion, type InstalledTensorRT } from './engines';
import { requireInstead } from './pip-packages';

export const rule = defineRule({
  id: 'tensorrt-engine-version-skew',
  family: 'tensorrt',
  severity: 'error',
  summary: 'An engine is built with one TensorRT and copied to where another loads it.',
  messages: {
    skew: '{path} is written by TensorRT {built} and loaded here by TensorRT {loaded}: `The engine plan file is not compatible with this version of TensorRT, expecting library version {loaded} got {built}, please rebuild`.',
  },
  docs: {
    what: '`COPY --from` takes an engine, or a folder of engines, from a stage that built it with another TensorRT than the one in this stage.',
    why: 'An engine loads only in the version of TensorRT that wrote it, and [the fourth part of the number counts](https://github.com/triton-inference-server/tensorrtllm_backend/issues/194). Images of different NGC releases, or of the same release for different purposes, have different versions; so has an image after `pip install tensorrt`.',
    instead: 'Build the engine with the TensorRT of the image that runs it: in that image, or when the container starts. Or build it version-compatible (`trtexec --versionCompatible`).',
    silent: 'One of the versions is not known to the part in which they could differ, the engine is built version-compatible, or it comes out of the build context.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'built in one NGC release, loaded in another',
      text: 'FROM nvcr.io/nvidia/tensorrt:22.03-py3 AS engine\nCOPY model.onnx /m/\nRUN trtexec --onnx=/m/model.onnx --saveEngine=/m/model.plan\nFROM nvcr.io/nvidia/tritonserver:24.05-py3\nCOPY --from=engine «/m/model.plan» /models/m/1/model.plan\nCMD ["tritonserver", "--model-repository=/models"]\n',
      messageId: 'skew',
    },
    {
      kind: 'bad',
      title: 'pip has put another TensorRT into the builder',
      text: 'FROM nvcr.io/nvidia/pytorch:24.01-py3 AS engine\nRUN pip install tensorrt==10.4.0\nCOPY model.onnx build.py /m/\nRUN python /m/build.py /m/model.onnx /m/model.plan\nFROM nvcr.io/nvidia/tritonserver:24.01-py3\nCOPY --from=engine «/m/model.plan» /models/m/1/model.plan\n',
      messageId: 'skew',
      fixed: 'FROM nvcr.io/nvidia/pytorch:24.01-py3 AS engine\nRUN pip install tensorrt==8.6.1\nCOPY model.onnx build.py /m/\nRUN python /m/build.py /m/model.onnx /m/model.plan\nFROM nvcr.io/nvidia/tritonserver:24.01-py3\nCOPY --from=engine /m/model.plan /models/m/1/model.plan\n',
    },
    {
      kind: 'bad',
      title: 'a folder of engines; the fourth part differs',
      text: 'FROM nvcr.io/nvidia/pytorch:23.11-py3 AS engine\nRUN pip install --extra-index-url https://pypi.nvidia.com tensorrt==9.2.0.post12.dev5\nRUN python /app/build.py --output_dir /engines\nFROM nvcr.io/nvidia/tritonserver:23.11-trtllm-python-py3\nCOPY --from=engine «/engines» /models/tensorrt_llm/1\n',
      messageId: 'skew',
    },
    {
      kind: 'bad',
      title: 'apt on both sides',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04 AS build\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libnvinfer-bin=8.6.1.6-1+cuda11.8\nRUN /usr/src/tensorrt/bin/trtexec --onnx=/m.onnx --saveEngine=/out/m.engine\nFROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.5.3-1+cuda11.8\nCOPY --from=build «/out/» /opt/engines/\n',
      messageId: 'skew',
    },
    {
      kind: 'good',
      title: 'the same image',
      text: 'FROM nvcr.io/nvidia/tritonserver:24.05-py3 AS engine\nRUN /usr/src/tensorrt/bin/trtexec --onnx=/m.onnx --saveEngine=/m.plan\nFROM nvcr.io/nvidia/tritonserver:24.05-py3\nCOPY --from=engine /m.plan /models/m/1/model.plan\n',
    },
    {
      kind: 'good',
      title: 'version-compatible',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3 AS engine\nRUN trtexec --onnx=/m.onnx --saveEngine=/m.plan --versionCompatible\nFROM nvcr.io/nvidia/tritonserver:23.08-py3\nCOPY --from=engine /m.plan /models/m/1/model.plan\n',
    },
    {
      kind: 'good',
      title: 'built at start',
      text: 'ARG TRITON=24.05\nFROM nvcr.io/nvidia/tritonserver:${TRITON}-py3\nCOPY models/ /models/\nENTRYPOINT ["/bin/bash", "-c", "/usr/src/tensorrt/bin/trtexec --onnx=/models/m.onnx --saveEngine=/models/m/1/model.plan && tritonserver --model-repository=/models"]\n',
    },
    {
      kind: 'good',
      title: 'something else out of a stage with another TensorRT',
      text: 'FROM nvcr.io/nvidia/tensorrt:22.03-py3 AS tools\nRUN make -C /src\nFROM nvcr.io/nvidia/tritonserver:24.05-py3\nCOPY --from=tools /src/bin/tool /usr/local/bin/\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const { instruction } of stage.steps) {
        if (instruction.kind !== 'copy') continue;
        for (const finding of judgeCopy(instruction, stage, stack)) report(finding);
      }
    }
  },
});

function* judgeCopy(instruction: CopyInstruction, stage: StageStack, stack: StackReport): Generator<Report<'skew'>> {
  const origin = copyOrigin(stack, stage, instruction);
  if (origin?.stage === undefined) return;
  const loaded = installedTensorRT(stage.final);
  if (loaded.length === 0) return;
  for (const { raw, range } of instruction.sources) {
    if (raw.includes('$')) continue;
    const path = originPath(raw);
    const producer = findProducer(path, origin.stage);
    if (producer === undefined) continue;
    const built = builderOf(producer, installedTensorRT(producer.state));
    const other = built === undefined ? undefined : findDifferent(built, loaded);
    if (built === undefined || other === undefined) continue;
    // What is only assumed of an image is right in the main, not to the last part.
    const isSure = isCertain(built) && isCertain(other);
    const isFar = firstParts(built.version, 2) !== firstParts(other.version, 2);
    yield {
      messageId: 'skew',
      severity: isSure || isFar ? 'error' : 'warning',
      data: { path: raw, built: built.version, loaded: other.version },
      location: { file: stack.dockerfile.file, range },
      evidence: [BOUND_TO_VERSION, ...[built, other].flatMap(({ component }) => component.evidence ?? [])],
      related: [
        { location: producer.location, message: msg`The engine is built here, with TensorRT ${built.version}.` },
        { location: other.component.where, message: msg`TensorRT ${other.version} comes from here.` },
      ],
      fixes: alignBuilder(built, other, origin.stage, stack),
    };
  }
}

function isCertain({ component }: InstalledTensorRT): boolean {
  return component.certainty !== 'assumed';
}

/** The one that loads, when every TensorRT of the stage differs from the builder's. */
function findDifferent(built: InstalledTensorRT, loaded: readonly InstalledTensorRT[]): InstalledTensorRT | undefined {
  return loaded.every(({ version }) => differ(built.version, version) === true) ? loaded[0] : undefined;
}

/** The command that writes an engine, and the stage just before it. */
interface Producer {
  readonly command: ShellCommand;
  readonly state: StackState;
  readonly location: Location;
}

const BUILDERS = /^(?:trtexec|trtllm-build|polygraphy|tao-converter|tlt-converter|onnx2trt|torch2trt|yolo)$/;
const OUTPUT = /^(?:-{1,2}[\w-]+[=:])?(.+)$/;
const COMPATIBLE = /^--?(?:versionCompatible|vc|version[-_]compatible)\b/;

/** The last command of a stage that builds an engine at, or below, a path. Undefined where none is seen, or it builds version-compatible ones. */
function findProducer(path: string, stage: StageStack): Producer | undefined {
  for (const { steps } of [...chainOf(stage)].reverse()) {
    for (const step of [...steps].reverse()) {
      if (bringsEngine(step, path)) return undefined;
      const command = step.instruction.kind === 'run' ? step.commands.findLast((one) => writesEngine(one, path, step.before.workdir)) : undefined;
      if (command === undefined) continue;
      if (command.words.some(({ text }) => COMPATIBLE.test(text.value))) return undefined;
      const state = step.actions.findLast(({ action }) => action.command === command)?.before ?? step.before;
      return { command, state, location: { file: command.file, range: command.range } };
    }
  }
  return undefined;
}

/** An engine of that name comes with a COPY: it was not built here. */
function bringsEngine({ instruction, before }: InstructionStep, path: string): boolean {
  if ((instruction.kind !== 'copy' && instruction.kind !== 'add') || instruction.destination === undefined) return false;
  const target = resolvePath(before.workdir, instruction.destination.raw);
  return instruction.sources.some(({ raw }) => ENGINE_FILE.test(raw) && (isInside(path, target) || baseName(raw) === baseName(path) || target === path));
}

function writesEngine({ name, words, workingDirectory }: ShellCommand, path: string, workdir: string): boolean {
  const isBuilder = BUILDERS.test(name);
  if (!isBuilder && !/^python/.test(name)) return false;
  const folder = workingDirectory ?? workdir;
  // A program of which nothing is known builds an engine where the name says so.
  const isTold = isBuilder || ENGINE_FILE.test(path) || /engine|(?:^|[/_-])trt|plan/i.test(baseName(path));
  return words.slice(1).some(({ text }, i) => {
    const value = OUTPUT.exec(text.value)?.[1];
    if (value === undefined || value.includes(UNKNOWN) || (i === 0 && !isBuilder)) return false;
    const written = resolvePath(folder, value);
    if (written === path) return isTold;
    return ENGINE_FILE.test(value) && isInside(path, written) && path !== '/';
  });
}

/** The TensorRT that a builder uses: Python takes pip's, the others the one of the system. */
function builderOf({ command }: Producer, installed: readonly InstalledTensorRT[]): InstalledTensorRT | undefined {
  const ofPip = installed.find(({ component }) => component.via === 'pip');
  const others = installed.filter((one) => one !== ofPip);
  const usesPython = command.name !== 'trtexec' && command.name !== 'onnx2trt';
  if (usesPython && ofPip !== undefined) return ofPip;
  return others.length === 1 ? others[0] : undefined;
}

/** The builder with the version of the runtime: another version for pip, another release for NVIDIA's image. */
function alignBuilder(built: InstalledTensorRT, other: InstalledTensorRT, stage: StageStack, stack: StackReport): readonly Fix[] {
  if (built.component.via === 'pip') {
    const use = listPipUses(stack).find(({ requirement }) => requirement.range.start === built.component.where.range.start && requirement.file === built.component.where.file);
    const exact = use === undefined ? undefined : exactVersionOf(use.requirement.specifier);
    const same = use === undefined || exact === undefined ? undefined : tensorRTPipVersions(use.requirement.name).find((version) => differ(tensorRTVersion(version, 'pip') ?? '', other.version) === false);
    return use === undefined || same === undefined ? [] : requireInstead(use, use.requirement.name, `==${same}`);
  }
  const from = built.component.via === 'base-image' ? rootUse(stack, stage) : undefined;
  const part = from === undefined ? undefined : findPart(from.image, 'release');
  const tag = from?.image.reference.tag;
  if (from === undefined || part === undefined || tag === undefined || from.image.family !== 'ngc-tensorrt' || other.version.split('.').length < 4) return [];
  const releases = ngcReleasesWithTensorRT(other.version).filter(({ tensorrt }) => tensorrt.certainty === 'derived');
  return retag(from, releases.slice(0, 1).map(({ release }) => `${tag.slice(0, part.range.start)}${release}${tag.slice(part.range.end)}`));
}
