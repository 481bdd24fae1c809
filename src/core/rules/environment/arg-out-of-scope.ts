import type { ArgInstruction, Instruction } from '../../dockerfile/model';
import type { Evidence } from '../../facts/evidence';
import { isImageVariable } from '../../facts/image-env';
import { parseImageReference } from '../../image/reference';
import { msg, type Text } from '../../l10n/message';
import type { Action } from '../../shell/installers/model';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import type { Traced} from '../../text/traced';
import { UNKNOWN } from '../../text/traced';
import { defineRule, type Fix, type Report } from '../model';
import { chainOf, rootStage } from '../support/absence';
import { nameOf } from '../support/image-uses';
import { listVariableUses, mayAssign, type VariableUse } from '../support/variable-uses';

type MessageId = 'beforeFrom' | 'otherStage' | 'later' | 'from' | 'image';
type Reporter = (report: Report<MessageId>) => void;

const SCOPE: Evidence = {
  fact: msg`An ARG before FROM is outside of every stage; a stage sees it only after an ARG of that name. An ARG of a stage ends with the stage`,
  source: 'https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact',
  checked: '2026-11-20',
};

/** Names that hold a version, or a part of the name of an image or package. */
const VERSION_NAME = /VER(?:SION)?S?(?:_|$)|CUDA|CUDNN|TENSORRT|TRT|NCCL|TORCH|L4T|JETPACK|RELEASE|_TAG$|UBUNTU|DISTRO/i;

export const rule = defineRule<MessageId>({
  id: 'arg-out-of-scope',
  family: 'environment',
  severity: 'error',
  summary: 'An ARG with a version is used where it is empty.',
  messages: {
    beforeFrom: '{name} is declared before FROM and not again in this stage, so it is empty here: `{text}` becomes {value}.',
    otherStage: '{name} is declared in another stage and not in this one, so it is empty here: `{text}` becomes {value}.',
    later: '{name} is declared below its use, so it is empty here: `{text}` becomes {value}.',
    from: 'FROM sees only an ARG that stands before the first FROM, and {name} does not: `{text}` becomes {value}{error}.',
    image: '{name} is not the {other} of the ARG before FROM here but {value}, which {image} sets: the ARG is not declared in this stage.',
  },
  docs: {
    what: 'A variable with a version that an `ARG` of the file declares is used in a place that this ARG does not reach: before it, in another stage, in `FROM` though it stands below the first `FROM`, or in a stage though it stands above. Also a pin that takes the variable of the same name that the base image sets.',
    why: 'A variable that is not declared is empty, and Docker only warns: `pip install torch==` is refused, `cuda-toolkit-` names no package, `nvidia/cuda:-devel` is no image. A `--build-arg` does not reach it either. [How ARG and FROM interact](https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact).',
    instead: 'Declare it once more in the stage, without a value: `ARG CUDA_VERSION` takes the default of the one before FROM. What FROM needs stands before the first FROM.',
    silent: 'The base image may set the variable, the command gives it a value or a default (`${NAME:-…}`), or it is read from a file.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'declared before FROM, used in the stage',
      text: 'ARG TORCH_VERSION=2.4.0\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==«${TORCH_VERSION}»\n',
      messageId: 'beforeFrom',
      severity: 'error',
      fixed: 'ARG TORCH_VERSION=2.4.0\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG TORCH_VERSION\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==${TORCH_VERSION}\n',
    },
    {
      kind: 'bad',
      title: 'declared in another stage',
      text: 'FROM ubuntu:22.04 AS fetch\nARG TRT_TAG=v8.6.1\nRUN echo "$TRT_TAG"\n\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN git clone -b «$TRT_TAG» https://github.com/NVIDIA/TensorRT.git\n',
      messageId: 'otherStage',
      severity: 'warning',
      fixed: 'FROM ubuntu:22.04 AS fetch\nARG TRT_TAG=v8.6.1\nRUN echo "$TRT_TAG"\n\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG TRT_TAG=v8.6.1\nRUN git clone -b $TRT_TAG https://github.com/NVIDIA/TensorRT.git\n',
    },
    {
      kind: 'bad',
      title: 'declared below the first FROM, used in FROM',
      text: 'FROM ubuntu:22.04 AS tools\nARG CUDA_TAG=12.4.1\n\nFROM nvidia/cuda:«${CUDA_TAG}»-base-ubuntu22.04\n',
      messageId: 'from',
      severity: 'error',
      fixed: 'ARG CUDA_TAG=12.4.1\nFROM ubuntu:22.04 AS tools\nARG CUDA_TAG=12.4.1\n\nFROM nvidia/cuda:${CUDA_TAG}-base-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'a gap in an address',
      text: 'ARG TRT_VERSION=8.6.1\nFROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN wget https://github.com/NVIDIA/TensorRT/archive/refs/tags/v«${TRT_VERSION}».tar.gz\n',
      messageId: 'beforeFrom',
      severity: 'error',
      fixed: 'ARG TRT_VERSION=8.6.1\nFROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nARG TRT_VERSION\nRUN wget https://github.com/NVIDIA/TensorRT/archive/refs/tags/v${TRT_VERSION}.tar.gz\n',
    },
    {
      kind: 'bad',
      title: 'declared below its use',
      text: 'FROM ubuntu:22.04\nENV TENSORRT_HOME=/opt/TensorRT-«${TRT_VERSION}»\nARG TRT_VERSION=8.6.1.6\n',
      messageId: 'later',
      severity: 'warning',
      fixed: 'FROM ubuntu:22.04\nARG TRT_VERSION=8.6.1.6\nENV TENSORRT_HOME=/opt/TensorRT-${TRT_VERSION}\nARG TRT_VERSION=8.6.1.6\n',
    },
    {
      kind: 'bad',
      title: 'the image’s own variable of that name',
      text: 'ARG CUDA_VERSION=10.2\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu18.04\nRUN conda install -y cudatoolkit=«${CUDA_VERSION}»\n',
      messageId: 'image',
      severity: 'warning',
      fixed: 'ARG CUDA_VERSION=10.2\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu18.04\nARG CUDA_VERSION\nRUN conda install -y cudatoolkit=${CUDA_VERSION}\n',
    },
    {
      kind: 'bad',
      title: 'an image of Python',
      text: 'ARG ORT_VERSION=1.19.2\nFROM python:3.11-slim\nRUN pip install "onnxruntime-gpu==«${ORT_VERSION}»"\n',
      messageId: 'beforeFrom',
      severity: 'error',
      fixed: 'ARG ORT_VERSION=1.19.2\nFROM python:3.11-slim\nARG ORT_VERSION\nRUN pip install "onnxruntime-gpu==${ORT_VERSION}"\n',
    },
    {
      kind: 'good',
      title: 'declared again in the stage',
      text: 'ARG TORCH_VERSION=2.4.0\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG TORCH_VERSION\nRUN pip3 install torch==${TORCH_VERSION}\n',
    },
    {
      kind: 'good',
      title: 'the image sets the same value',
      text: 'ARG CUDA_VERSION=12.2.2\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04\nRUN echo "CUDA ${CUDA_VERSION}"\n',
    },
    {
      kind: 'good',
      title: 'a default, and a value of the command itself',
      text: 'ARG TORCH_VERSION=2.4.0\nFROM ubuntu:22.04\nRUN pip3 install torch==${TORCH_VERSION:-2.3.0}\nRUN TORCH_VERSION=2.2.0; pip3 install torch==$TORCH_VERSION\n',
    },
    {
      kind: 'good',
      title: 'a stage built upon the one that declares it',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS base\nARG TRT_TAG=v8.6.1\nFROM base\nRUN git clone -b $TRT_TAG https://github.com/NVIDIA/TensorRT.git\n',
    },
  ],
  check({ report, stack }) {
    const declared = listDeclarations(stack);
    for (const stage of stack.stages) checkFrom(stage, stack, declared, report);
    const names = [...declared.keys()].filter((name) => VERSION_NAME.test(name) && /^\w+$/.test(name));
    if (names.length === 0) return;
    // Most instructions use none of them; their text tells at once.
    const used = new RegExp(`\\$\\{?(?:${names.join('|')})\\b`);
    for (const stage of stack.stages) {
      const reported = new Set<string>();
      for (const step of stage.steps) {
        const { start, end } = step.instruction.range;
        if (used.test(stack.dockerfile.text.slice(start, end))) checkStep(step, { stage, stack, declared, reported, report });
      }
    }
  },
});

/** An ARG with its place. */
interface Declared {
  readonly name: string;
  readonly location: Location;
  /** The default as written; undefined without one. */
  readonly raw: string | undefined;
  /** Undefined for one before the first FROM. */
  readonly stage: StageStack | undefined;
}

/** All ARGs of a file by name, those before FROM first. */
function listDeclarations({ dockerfile, stages }: StackReport): ReadonlyMap<string, readonly Declared[]> {
  const found = new Map<string, Declared[]>();
  const add = (instruction: Instruction, stage: StageStack | undefined): void => {
    if (instruction.kind !== 'arg') return;
    for (const { name, nameRange, value } of instruction.declarations) {
      const list = found.get(name) ?? [];
      list.push({ name, location: { file: dockerfile.file, range: nameRange }, raw: value?.raw, stage });
      found.set(name, list);
    }
  };
  for (const instruction of dockerfile.globals) add(instruction, undefined);
  for (const stage of stages) for (const { instruction } of stage.steps) add(instruction, stage);
  return found;
}

function checkFrom({ stage: { from }, base }: StageStack, stack: StackReport, declared: ReadonlyMap<string, readonly Declared[]>, report: Reporter): void {
  const { dockerfile } = stack;
  if (!base.reference.known) return;
  for (const use of listVariableUses({ ...from, flags: [] })) {
    const [declaration] = declared.get(use.name) ?? [];
    if (declaration?.stage === undefined || use.operator !== '') continue;
    const isReference = parseImageReference(base.reference.value) !== undefined;
    report({
      messageId: 'from',
      severity: isReference ? 'warning' : 'error',
      data: { name: use.name, text: from.image.raw, value: quote(base.reference.value), error: isReference ? '' : msg`, and the build stops with \`invalid reference format\`` },
      location: { file: dockerfile.file, range: use },
      evidence: [SCOPE],
      related: [{ location: declaration.location, message: msg`${use.name} is declared here.` }],
      fixes: declareAt(dockerfile.file, dockerfile.stages[0]?.from.range.start ?? 0, declaration, 'first'),
    });
  }
}

function quote(value: string): Text {
  return value === '' ? msg`nothing` : `\`${value}\``;
}

interface Setting {
  readonly stage: StageStack;
  readonly stack: StackReport;
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
  /** Names that were reported in this stage: one line mends them all. */
  readonly reported: Set<string>;
  readonly report: Reporter;
}

function checkStep(step: InstructionStep, setting: Setting): void {
  const { stage, declared, reported, report } = setting;
  for (const use of listVariableUses(step.instruction)) {
    const declarations = VERSION_NAME.test(use.name) ? declared.get(use.name) : undefined;
    if (declarations === undefined || use.operator !== '' || reported.has(use.name) || isAssigned(step.instruction, use.name)) continue;
    if (isDeclaredBefore(stage, step, use.name)) continue;
    const value = valueBefore(stage, step, use.name);
    const finding = value === undefined ? describeEmpty(use, step, declarations, setting) : describeImage(use, value, step, declarations, setting);
    if (finding === undefined) continue;
    reported.add(use.name);
    report(finding);
  }
}

function isAssigned(instruction: Instruction, name: string): boolean {
  return instruction.kind === 'run' && instruction.script !== undefined && mayAssign(instruction.script, name);
}

/** The value of a variable where an instruction begins: its own ARG or ENV does not count. */
function valueBefore(stage: StageStack, step: InstructionStep, name: string): Traced | undefined {
  if (step.instruction.kind !== 'arg' && step.instruction.kind !== 'env') return step.variable(name);
  const at = stage.steps.indexOf(step);
  const previous = at > 0 ? stage.steps[at - 1] : stage.base.stage?.steps.at(-1);
  return previous === undefined ? step.before.env.get(name) : previous.variable(name);
}

function describeEmpty(use: VariableUse, step: InstructionStep, declarations: readonly Declared[], { stage, stack }: Setting): Report<MessageId> | undefined {
  if (!isSurelyUnset(stage, step, use.name)) return undefined;
  const { file } = stack.dockerfile;
  // `ARG VERSION="$VERSION"` means one that the build is given.
  if (step.instruction.kind === 'arg' && declares(step.instruction, use.name)) return undefined;
  const below = declarations.find((one) => one.stage === stage);
  const declaration = below ?? declarations[0];
  const shown = showUse(use, step, stack);
  if (declaration === undefined || shown === undefined) return undefined;
  return {
    messageId: below !== undefined ? 'later' : declaration.stage === undefined ? 'beforeFrom' : 'otherStage',
    severity: shown.breaks ? 'error' : isOnlyShown(use, step) ? 'information' : 'warning',
    data: { name: use.name, text: shown.text, value: quote(shown.value) },
    location: { file, range: use },
    evidence: [SCOPE],
    related: [{ location: declaration.location, message: msg`${use.name} is declared here.` }],
    fixes: declareAt(file, stage.stage.from.range.end, declaration, 'stage'),
  };
}

/** A label, or a line in the log of the build: nothing depends on it. */
function isOnlyShown({ start, end }: VariableUse, { instruction, commands }: InstructionStep): boolean {
  if (instruction.kind === 'label') return true;
  const command = commands.find(({ range }) => range.start <= start && end <= range.end);
  return (command?.name === 'echo' || command?.name === 'printf') && command.redirects.length === 0;
}

/** Whether an ARG of the stage, or of one below it, stands before the use: without a value it is one that the build must be given. */
function isDeclaredBefore(stage: StageStack, step: InstructionStep, name: string): boolean {
  for (const { steps } of chainOf(stage)) {
    for (const one of steps) {
      if (one === step) return false;
      if (one.instruction.kind === 'arg' && declares(one.instruction, name)) return true;
    }
  }
  return false;
}

function declares({ declarations }: ArgInstruction, name: string): boolean {
  return declarations.some((one) => one.name === name);
}

/** A distribution's image sets nothing else; of NVIDIA's CUDA images and of Python's the names are known. */
function isSurelyUnset(stage: StageStack, { before }: InstructionStep, name: string): boolean {
  if (before.envComplete) return true;
  const image = rootStage(stage).base.image;
  if (image === undefined || image.mirrored) return false;
  return image.family === 'nvidia-cuda' ? !isImageVariable('nvidia-cuda', name) : image.family === 'python' && !/^(?:PYTHON|GPG_KEY|LANG|PATH|PIP_)/.test(name);
}

interface Shown {
  /** The word with the variable as written, and what becomes of it. */
  readonly text: string;
  readonly value: string;
  /** The command certainly fails. */
  readonly breaks: boolean;
}

const WORD_START = /[^\s;&|()"'`]*$/;
const WORD_END = /^[^\s;&|()"'`]*/;

/** The word around a use; undefined where the use is part of a test, for which empty may be meant. */
function showUse({ start, end, name }: VariableUse, { instruction, actions }: InstructionStep, { dockerfile }: StackReport): Shown | undefined {
  const before = WORD_START.exec(dockerfile.text.slice(Math.max(instruction.range.start, start - 200), start))?.[0] ?? '';
  const after = WORD_END.exec(dockerfile.text.slice(end, Math.min(instruction.range.end, end + 200)))?.[0] ?? '';
  if (instruction.kind === 'run' && new RegExp(`\\[\\[?\\s[^\\]]*\\$\\{?${name}\\b|\\btest\\s[^;&|]*\\$\\{?${name}\\b`).test(instruction.script ?? '')) return undefined;
  const text = before + dockerfile.text.slice(start, end) + after;
  const value = (before + after).replace(/\$\{\w+\}|\$\w+/g, '…');
  const action = actions.find((one) => one.action.file === dockerfile.file && one.action.range.start <= start && end <= one.action.range.end)?.action;
  return { text, value, breaks: action !== undefined && isBroken(action, before, after) };
}

/** What is left certainly fails: a specifier without version, a version of apt without its first part, an address with a gap. */
function isBroken(action: Action, before: string, after: string): boolean {
  if (action.command.conditional || action.command.failureIgnored) return false;
  switch (action.kind) {
    case 'pip-install':
      return /[=<>~!]=$/.test(before);
    case 'package-install':
      return /=$/.test(before) && /^-\d/.test(after);
    case 'download':
      return /[-_/v]$/.test(before) && /^[-_/.]/.test(after) && (action.command.name === 'wget' || action.command.words.some(({ text }) => /^(?:-[a-zA-Z]*f|--fail)/.test(text.value)));
    default:
      return false;
  }
}

/** The variable has a value of the image where a pin means that of the ARG. */
function describeImage(use: VariableUse, value: Traced, step: InstructionStep, declarations: readonly Declared[], { stage, stack }: Setting): Report<MessageId> | undefined {
  const root = rootStage(stage);
  const image = root.base.image;
  const declaration = declarations.find((one) => one.stage === undefined);
  const other = stack.globals.get(use.name)?.value;
  if (image === undefined || declaration === undefined || other === undefined) return undefined;
  if (other.includes(UNKNOWN) || image.mirrored || value.value === other || value.value !== image.env.get(use.name) || value.value !== root.initial.env.get(use.name)?.value) return undefined;
  const pin = step.actions.some(({ action }) => (action.kind === 'conda-install' || action.kind === 'pip-install' || action.kind === 'package-install') && !action.command.conditional && action.file === stack.dockerfile.file && action.range.start <= use.start && use.end <= action.range.end);
  const before = stack.dockerfile.text.slice(use.start - 1, use.start);
  if (!pin || before !== '=') return undefined;
  return {
    messageId: 'image',
    severity: 'warning',
    data: { name: use.name, value: value.value, other, image: nameOf(image) },
    location: { file: stack.dockerfile.file, range: use },
    evidence: [SCOPE],
    related: [{ location: declaration.location, message: msg`${use.name} is declared here.` }],
    fixes: declareAt(stack.dockerfile.file, stage.stage.from.range.end, declaration, 'stage'),
  };
}

/** The line that declares an ARG where it is missing: without value where the one before FROM gives it. */
function declareAt(file: string, offset: number, { name, raw, stage }: Declared, where: 'first' | 'stage'): readonly Fix[] {
  const isGlobal = stage === undefined;
  if (!isGlobal && raw === undefined) return [];
  const line = isGlobal ? `ARG ${name}` : `ARG ${name}=${raw ?? ''}`;
  const newText = where === 'stage' ? `\n${line}` : `${line}\n`;
  return [{ title: where === 'stage' ? msg`Declare ${name} in this stage` : msg`Declare ${name} before the first FROM`, safe: false, edits: [{ file, range: { start: offset, end: offset }, newText }] }];
}
