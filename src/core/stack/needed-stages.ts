import { expandWord } from '../dockerfile/expand';
import type { Instruction, Word } from '../dockerfile/model';
import { overlaps, type Location } from '../text/range';
import type { InstructionStep, StackReport, StageStack } from './model';

/** What a build takes. */
export interface Needed {
  /** The stages that are built, the target among them. */
  readonly stages: ReadonlySet<StageStack>;
  /** External images by their names as they are written, without `scratch` and those whose names are not known. */
  readonly images: ReadonlySet<string>;
}

/**
 * The stages and images that the build of a target takes, as BuildKit finds them: along FROM, COPY --from and the mounts
 * of RUN. The last stage where no target is named; nothing where there is no such stage. `contexts` are the names of
 * further build contexts (`--build-context`), which go before stages and images.
 */
export function findNeeded(stack: StackReport, target?: string, contexts: Iterable<string> = []): Needed {
  const given = new Set(contexts);
  const stages = new Set<StageStack>();
  const images = new Set<string>();
  const add = (stage: StageStack): void => {
    if (stages.has(stage)) return;
    stages.add(stage);
    const { base } = stage;
    if (base.stage !== undefined) add(base.stage);
    else if (base.reference.known && base.reference.value !== 'scratch' && !given.has(base.reference.value)) images.add(base.reference.value);
    for (const step of stage.steps) {
      for (const name of listSources(step, stack)) {
        const named = given.has(name) ? null : findStage(stack.stages.slice(0, stage.stage.index), name);
        if (named === undefined) images.add(name);
        else if (named !== null) add(named);
      }
    }
  };
  const start = target === undefined ? stack.stages.at(-1) : findStage(stack.stages, target);
  if (start !== undefined) add(start);
  return { stages, images };
}

function findStage(stages: readonly StageStack[], name: string): StageStack | undefined {
  return stages.findLast(({ stage }) => stage.name === name.toLowerCase()) ?? stages.find(({ stage }) => String(stage.index) === name);
}

/** What COPY --from and RUN --mount=…,from= name, where it is known. */
function listSources({ instruction, variable }: InstructionStep, { dockerfile: { file, escape } }: StackReport): readonly string[] {
  const expand = (word: Word): string | undefined => {
    const { known, value } = expandWord(word, variable, { file, escape, unset: 'unknown' });
    return known && value !== '' ? value : undefined;
  };
  return flagsOf(instruction).flatMap(({ name, value }) => {
    const text = value === undefined ? undefined : expand(value);
    if (text === undefined) return [];
    if (name === 'from') return [text];
    return name === 'mount' ? text.split(',').flatMap((option) => /^from=(.+)$/.exec(option.trim())?.[1] ?? []) : [];
  });
}

function flagsOf(instruction: Instruction): readonly { readonly name: string; readonly value: Word | undefined }[] {
  return instruction.kind === 'copy' || instruction.kind === 'run' ? instruction.flags : [];
}

/** Whether a place lies in a stage that the build of a target does not take, or in a file that only such a stage reads. */
export function isIdle({ file, range }: Location, stack: StackReport, needed: Needed): boolean {
  const place = file === stack.dockerfile.file ? range : stack.readAt.get(file)?.range;
  if (place === undefined || needed.stages.size === 0) return false;
  return stack.stages.some((stage) => !needed.stages.has(stage) && overlaps(stage.stage.range, place));
}
