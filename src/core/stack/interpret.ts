import { LayeredMap } from '../dockerfile/layered-map';
import { createGlobalScope, stageScope } from '../dockerfile/scope';
import type { BuildArguments, Scope } from '../dockerfile/scope';
import type { Dockerfile, Stage } from '../dockerfile/model';
import { decodeImage } from '../image/decode';
import { parseImageReference } from '../image/reference';
import type { Overlay } from '../overlay/model';
import type { ContextReader, KnownArtifact } from '../shell/installers/model';
import { runToEnd, type Steps } from '../steps';
import type { Location } from '../text/range';
import { Traced } from '../text/traced';
import { ImageFiles } from './image-files';
import { emptyState, initialState } from './initial';
import { flagValue, walkInstruction, type Answer, type Moment, type WalkedInstruction } from './instruction';
import type { StackReport, StageBase, StageStack } from './model';

export interface InterpretOptions {
  /** Values of `--build-arg`. */
  readonly buildArgs?: BuildArguments | undefined;
  /** The stage that is built, by name or number (`--target`); the last one where none is given or none has that name. */
  readonly target?: string | undefined;
  /** `--build-context` values by name, lower case: images that take the place of that stage or image, UNKNOWN for what is no image. */
  readonly namedContexts?: ReadonlyMap<string, Traced> | undefined;
  /** The build context, where there is one at hand: requirements files and scripts are read from it. */
  readonly context?: ContextReader | undefined;
  /** An organisation's own images. */
  readonly overlay?: Overlay | undefined;
  /** What the interpretation of an earlier text of the same file has left: only what follows the first change is done again. */
  readonly memory?: WalkMemory | undefined;
  /** What is told; all where nothing is said. */
  readonly part?: Part | undefined;
}

/** A part of a Dockerfile, from its beginning. */
export interface Part {
  /** Instructions that begin behind this place are left out. */
  readonly until: number;
  /** Whether stages that begin behind it are told with their bases, but without instructions; they are left out otherwise. */
  readonly withBases: boolean;
}

const WHOLE: Part = { until: Infinity, withBases: true };

/** What an interpretation leaves for that of the next text of the same file. */
export class WalkMemory {
  last: Walk | undefined;
}

/**
 * What every stage of a Dockerfile contains, at every instruction and at every action inside a RUN.
 * Walks the file as BuildKit would: global ARGs, FROM, then each instruction in its scope. Never throws.
 */
export function interpret(dockerfile: Dockerfile, options: InterpretOptions = {}): StackReport {
  return runToEnd(interpretInSteps(dockerfile, options));
}

/** As `interpret`, but pauses behind each instruction, for callers that have other things to do meanwhile or lose interest. */
export function interpretInSteps(dockerfile: Dockerfile, options: InterpretOptions = {}): Steps<StackReport> {
  const { memory, part = WHOLE } = options;
  const last = memory?.last;
  const walk = last?.serves(dockerfile, options) === true ? last : new Walk(dockerfile, options, last);
  if (memory !== undefined) memory.last = walk;
  return walk.run(part);
}

/** A stage as far as it was walked. */
interface WalkedStage {
  readonly base: StageBase;
  readonly initial: Moment;
  /** Grows while the stage is walked. */
  readonly instructions: WalkedInstruction[];
  /** Once all of them were walked. */
  whole: StageStack | undefined;
}

/**
 * The walk through one text with one set of options. What was walked is kept, so that several runs, also such as pause
 * and take turns, walk each instruction once; and the next text's walk takes over what lies before the first change:
 * instructions that are the same objects (`readDockerfile`), in the same surroundings, for which the build context has
 * the same answers as before.
 */
class Walk {
  readonly #dockerfile: Dockerfile;
  readonly #options: InterpretOptions;
  readonly #context: Pick<ContextReader, 'readText' | 'fileName'> | undefined;
  readonly #global: Scope;
  readonly #references: readonly Traced[];
  /** The earlier stage that a stage is built upon. */
  readonly #parents: readonly (number | undefined)[];
  readonly #shipped = new Set<number>();
  readonly #stages: WalkedStage[] = [];
  readonly #files = new Map<string, string>();
  readonly #readAt = new Map<string, Location>();

  constructor(dockerfile: Dockerfile, options: InterpretOptions, earlier: Walk | undefined) {
    this.#dockerfile = dockerfile;
    this.#options = options;
    this.#context = options.context && new SteadyContext(options.context);
    const usable = earlier !== undefined && earlier.#suits(dockerfile, options) ? earlier : undefined;
    this.#global = usable === undefined ? createGlobalScope(dockerfile, options.buildArgs) : usable.#global;
    this.#references = dockerfile.stages.map((stage) => {
      const reference = this.#global.expand(stage.from.image);
      return options.namedContexts?.get(reference.value.toLowerCase()) ?? reference;
    });
    this.#parents = this.#references.map((reference, i) => findStage(dockerfile.stages, reference.value, i));
    for (let i: number | undefined = findTarget(dockerfile.stages, options.target); i !== undefined && i >= 0; i = this.#parents[i]) this.#shipped.add(i);
    if (usable !== undefined) this.#takeOver(usable);
  }

  /** True for the very text and options of this walk. */
  serves(dockerfile: Dockerfile, options: InterpretOptions): boolean {
    return dockerfile === this.#dockerfile && options.context === this.#options.context && this.#suits(dockerfile, options);
  }

  /** True where what lies before the first instruction is the same, and whatever decides of instructions besides what comes before them. */
  #suits({ file, escape, globals }: Dockerfile, { buildArgs, target, namedContexts, context, overlay }: InterpretOptions): boolean {
    const [own, given] = [this.#dockerfile, this.#options];
    return (
      file === own.file &&
      escape === own.escape &&
      globals.length === own.globals.length &&
      globals.every((instruction, i) => instruction === own.globals[i]) &&
      hasSameEntries(buildArgs, given.buildArgs) &&
      target === given.target &&
      namedContexts === given.namedContexts &&
      overlay === given.overlay &&
      (context === undefined) === (given.context === undefined)
    );
  }

  /** Takes whole stages up to the first one that has changed, and of that the instructions before the change. */
  #takeOver(earlier: Walk): void {
    for (const [i, stage] of this.#dockerfile.stages.entries()) {
      const before = earlier.#stages[i];
      if (before === undefined || earlier.#dockerfile.stages[i]?.from !== stage.from) return;
      let count = 0;
      for (const one of before.instructions) {
        if (one.step.instruction !== stage.instructions[count] || !one.answers.every((answer) => this.#isStill(answer))) break;
        this.#note(one);
        count++;
      }
      if (before.whole?.stage === stage && count === stage.instructions.length && before.whole.shipped === this.#shipped.has(i)) this.#stages.push(before);
      else {
        this.#stages.push({ base: before.base, initial: before.initial, instructions: before.instructions.slice(0, count), whole: undefined });
        return;
      }
    }
  }

  #isStill({ path, text, found }: Answer): boolean {
    return this.#context?.readText(path) === text && (found === undefined || this.#context?.fileName(path) === found.file);
  }

  /** Notes the files that an instruction has read. */
  #note({ answers }: WalkedInstruction): void {
    for (const { text, found } of answers) {
      if (text === undefined || found === undefined) continue;
      this.#files.set(found.file, text);
      if (!this.#readAt.has(found.file)) this.#readAt.set(found.file, found.place);
    }
  }

  /** Walks on through a part, and tells what it is. Pauses behind each instruction. */
  *run({ until, withBases }: Part): Steps<StackReport> {
    const { context, overlay } = this.#options;
    const stages: StageStack[] = [];
    const ends: Moment[] = [];
    let isWhole = true;
    for (const [i, stage] of this.#dockerfile.stages.entries()) {
      if (stage.range.start > until && !withBases) break;
      // Behind a stage that was cut short nothing is as it will be: it is not kept.
      const walked: WalkedStage = isWhole ? (this.#stages[i] ??= this.#begin(i, stage, stages, ends)) : this.#begin(i, stage, stages, ends);
      const isKnown = walked.whole !== undefined;
      let count = isKnown ? stage.instructions.length : 0;
      for (const instruction of isWhole && !isKnown ? stage.instructions : []) {
        if (instruction.range.start > until) break;
        if (walked.instructions[count] === undefined) {
          const moment = walked.instructions[count - 1]?.after ?? walked.initial;
          const one = walkInstruction(instruction, moment, { dockerfile: this.#dockerfile, stages, context: this.#context, overlay, readAt: this.#readAt });
          walked.instructions.push(one);
          this.#note(one);
          yield;
        }
        count++;
      }
      isWhole &&= count === stage.instructions.length;
      const stack = walked.whole ?? this.#describe(i, stage, walked, count);
      if (isWhole) walked.whole = stack;
      stages.push(stack);
      ends.push(walked.instructions[count - 1]?.after ?? walked.initial);
    }
    const globals = new Map<string, Traced>();
    for (const [name, binding] of this.#global.bindings()) if (binding.value !== undefined) globals.set(name, binding.value);
    return { dockerfile: this.#dockerfile, stages, globals, files: new Map(this.#files), readAt: new Map(this.#readAt), context, overlay };
  }

  /** A stage before its first instruction; `stages` and `ends` are those before it, and what holds behind each. */
  #begin(i: number, stage: Stage, stages: readonly StageStack[], ends: readonly Moment[]): WalkedStage {
    const { file } = this.#dockerfile;
    const reference = this.#references[i] ?? Traced.unknown(file, stage.from.range);
    const parent = this.#parents[i];
    const [below, end] = parent === undefined ? [] : [stages[parent], ends[parent]];
    const external = below === undefined && reference.value !== 'scratch';
    const platformFlag = flagValue(stage.from.flags, 'platform');
    const base: StageBase = {
      reference,
      parsed: external ? parseImageReference(reference.value) : undefined,
      stage: below,
      image: external ? decodeImage(reference.value, this.#options.overlay) : undefined,
      platform: platformFlag === undefined ? undefined : this.#global.expand(platformFlag),
    };
    return { base, initial: this.#start(base, end, { file, range: stage.from.image.range }), instructions: [], whole: undefined };
  }

  #start({ reference, image }: StageBase, end: Moment | undefined, where: Location): Moment {
    if (end !== undefined) return { ...end, scope: stageScope(this.#global, end.scope), shell: undefined };
    const state = reference.value === 'scratch' ? emptyState : initialState(image, where);
    const scope = stageScope(this.#global, { env: state.env, complete: state.envComplete });
    return { scope, state, files: new ImageFiles(), downloads: new LayeredMap<KnownArtifact>(new Map()), shell: undefined };
  }

  /** A stage with its first instructions, `count` in number. */
  #describe(i: number, stage: Stage, { base, initial, instructions }: WalkedStage, count: number): StageStack {
    return {
      stage,
      base,
      rootImage: base.stage === undefined ? base.image : base.stage.rootImage,
      initial: initial.state,
      steps: instructions.slice(0, count).map(({ step }) => step),
      final: instructions[count - 1]?.after.state ?? initial.state,
      shipped: this.#shipped.has(i),
    };
  }
}

/** A build context that gives one answer for each file, however often it is asked. */
class SteadyContext {
  readonly #context: ContextReader;
  readonly #texts = new Map<string, string | undefined>();
  readonly #names = new Map<string, string>();

  constructor(context: ContextReader) {
    this.#context = context;
  }

  readText(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.#context.readText(path));
    return this.#texts.get(path);
  }

  fileName(path: string): string {
    const name = this.#names.get(path) ?? this.#context.fileName(path);
    this.#names.set(path, name);
    return name;
  }
}

function hasSameEntries(a: BuildArguments | undefined, b: BuildArguments | undefined): boolean {
  return a === b || (a?.size === b?.size && [...(a ?? [])].every(([name, value]) => b?.get(name) === value));
}

/** The newest earlier stage of that name, as FROM finds it; names compare without case. */
function findStage(stages: readonly Stage[], name: string, before: number): number | undefined {
  const wanted = name.toLowerCase();
  for (let i = before - 1; i >= 0; i--) if (stages[i]?.name === wanted) return i;
  return undefined;
}

/** The stage that a build makes. */
function findTarget(stages: readonly Stage[], target: string | undefined): number {
  const last = stages.length - 1;
  if (target === undefined) return last;
  return findStage(stages, target, stages.length) ?? (/^\d+$/.test(target) ? Math.min(Number(target), last) : last);
}
