import type { EnvInstruction } from '../../dockerfile/model';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import type { FileEdit } from '../../text/edit';
import type { Location } from '../../text/range';
import { chainOf } from './absence';

/** An ENV that gives a variable its value. */
export interface Assignment {
  readonly stage: StageStack;
  readonly step: InstructionStep;
  readonly instruction: EnvInstruction;
  /** The value after expansion. */
  readonly value: string;
  /** The value as written, or the name where the value is empty. */
  readonly location: Location;
  /** The value as written, quotes included. */
  readonly valueRange: Location['range'];
}

/** The stage that a build makes: the last, or that of `--target`. */
export function targetStage({ stages }: StackReport): StageStack | undefined {
  return stages.findLast(({ shipped }) => shipped);
}

/** The ENV of a stage, or of one below it, whose value for a variable is in force at its end; undefined where no ENV of the file sets it. */
export function findAssignment(stack: StackReport, stage: StageStack, name: string): Assignment | undefined {
  for (const one of [...chainOf(stage)].reverse()) {
    for (const step of [...one.steps].reverse()) {
      const { instruction } = step;
      if (instruction.kind !== 'env') continue;
      const assignment = instruction.assignments.findLast((each) => each.name === name);
      if (assignment === undefined) continue;
      const { value, nameRange } = assignment;
      const isEmpty = value.range.start === value.range.end;
      return {
        stage: one,
        step,
        instruction,
        value: step.after.env.get(name)?.value ?? '',
        location: { file: stack.dockerfile.file, range: isEmpty ? nameRange : value.range },
        valueRange: value.range,
      };
    }
  }
  return undefined;
}

/** The edit that adds a line to a stage, right behind its FROM. */
export function insertAfterFrom({ dockerfile }: StackReport, { stage: { from } }: StageStack, line: string): FileEdit {
  return { file: dockerfile.file, range: { start: from.range.end, end: from.range.end }, newText: `\n${line}` };
}

/** The edit that gives an assignment another value. */
export function editAssignment({ location: { file }, valueRange }: Assignment, newText: string): FileEdit {
  return { file, range: valueRange, newText };
}
