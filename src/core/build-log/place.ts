import type { Instruction, Stage } from '../dockerfile/model';
import type { InstructionStep, StackReport, StageStack } from '../stack/model';
import { LineIndex } from '../text/line-index';
import type { BuildStep, ReportedLines, StepPosition } from './model';

/** An instruction of a Dockerfile, with the stage that holds it and what is known of the moment. */
export interface PlacedInstruction {
  readonly instruction: Instruction;
  /** Undefined for an instruction before the first FROM. */
  readonly stage: StageStack | undefined;
  /** Undefined for FROM and for what stands before it. */
  readonly step: InstructionStep | undefined;
}

/** The instructions of a Dockerfile by what builders say of them. */
export class Places {
  readonly #stack: StackReport;
  readonly #all: readonly PlacedInstruction[];
  readonly #lines: LineIndex;

  constructor(stack: StackReport) {
    this.#stack = stack;
    this.#lines = new LineIndex(stack.dockerfile.text);
    this.#all = [
      ...stack.dockerfile.globals.map((instruction) => ({ instruction, stage: undefined, step: undefined })),
      ...stack.stages.flatMap((stage) => [
        { instruction: stage.stage.from, stage, step: undefined },
        ...stage.steps.map((step) => ({ instruction: step.instruction, stage, step })),
      ]),
    ];
  }

  /** The instruction that a step carries out; undefined for the builder's own steps, and where the file does not have it. */
  find(step: BuildStep): PlacedInstruction | undefined {
    if (step.position === undefined) return this.#findImage(step.text) ?? (/^[A-Z]+ /.test(step.text) ? this.#findText(step.text) : undefined);
    const counted = step.position.counted === 'file' ? this.#all[step.position.index - 1] : this.#countInStage(step.position, step.text);
    if (counted !== undefined && isKeyword(counted.instruction, step.text)) return counted;
    return this.#findText(step.text);
  }

  /** The instruction on the lines that a builder names, from 1. */
  findLines({ first, last }: ReportedLines): PlacedInstruction | undefined {
    const start = this.#lines.lineStart(first - 1);
    const end = this.#lines.lineStart(last);
    return this.#all.find(({ instruction: { range } }) => range.start < Math.max(end, start + 1) && start <= range.end);
  }

  /** The FROM that takes an image; builders name it in full. */
  findFrom(reference: string): PlacedInstruction | undefined {
    const wanted = normaliseReference(reference);
    return this.#all.find(({ instruction, stage }) => instruction.kind === 'from' && stage !== undefined && stage.base.stage === undefined && normaliseReference(stage.base.reference.value) === wanted);
  }

  /** The last instruction that a condition holds for. */
  findLast(holds: (placed: PlacedInstruction) => boolean): PlacedInstruction | undefined {
    return this.#all.findLast(holds);
  }

  /** BuildKit counts what makes a layer, and FROM where it is no earlier stage and not `scratch`. */
  #countInStage(position: StepPosition, text: string): PlacedInstruction | undefined {
    for (const stage of this.#candidates(position.labels)) {
      const counted = this.#all.filter((placed) => placed.stage === stage && makesLayer(placed.instruction));
      const all = position.total === counted.length ? counted : this.#all.filter((placed) => placed.stage === stage && (placed.instruction.kind === 'from' || makesLayer(placed.instruction)));
      const found = all[position.index - 1];
      if (found !== undefined && isKeyword(found.instruction, text)) return found;
    }
    return undefined;
  }

  #candidates(labels: readonly string[]): readonly StageStack[] {
    const { stages } = this.#stack;
    for (const label of [...labels].reverse()) {
      const named = stages.filter(({ stage }) => isNamed(stage, label));
      if (named.length > 0) return named;
    }
    return stages.length === 1 ? stages : stages.filter(({ shipped }) => shipped);
  }

  #findText(text: string): PlacedInstruction | undefined {
    const wanted = squeeze(text).replace(/\.\.\.$/, '');
    const source = this.#stack.dockerfile.text;
    return this.#all.find(({ instruction: { range } }) => squeeze(source.slice(range.start, range.end)).startsWith(wanted));
  }

  /** `load metadata for docker.io/nvidia/cuda:…`: BuildKit asks for images before it begins. */
  #findImage(text: string): PlacedInstruction | undefined {
    const [, reference] = /^load metadata for (\S+)$/.exec(text) ?? [];
    return reference === undefined ? undefined : this.findFrom(reference);
  }
}

function makesLayer({ kind }: Instruction): boolean {
  return kind === 'run' || kind === 'copy' || kind === 'add' || kind === 'workdir';
}

function isNamed(stage: Stage, label: string): boolean {
  return stage.name === label.toLowerCase() || (stage.name === undefined && label === `stage-${stage.index}`);
}

/** True when a builder's words for a step can be those of this instruction: variables may be replaced in them, the keyword is not. */
function isKeyword({ keyword }: Instruction, text: string): boolean {
  return (/^\w+/.exec(text)?.[0] ?? '').toUpperCase() === keyword.toUpperCase();
}

/** Text as builders write it: continuations and comment lines gone, runs of white space one blank. */
function squeeze(text: string): string {
  return text
    .replace(/^[ \t]*#.*\n?/gm, '')
    .replace(/[\\`][ \t]*\r?\n/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `docker.io/library/debian:12@sha256:…` and `debian:12` as one. */
function normaliseReference(reference: string): string {
  const short = reference.replace(/@sha256:[\da-f]+$/, '').replace(/^(?:docker\.io|index\.docker\.io)\//, '').replace(/^library\//, '');
  return /:[^/]*$/.test(short) ? short : `${short}:latest`;
}
