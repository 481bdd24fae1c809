import type { InstructionStep, StackState, StageStack } from '../../stack/model';
import type { Card } from '../card';
import { formatContent, listContents } from '../contents';

const TEXT = {
  after: 'Stack after this line',
  changed: 'This line brings',
  unknown: 'Nothing is known of the GPU stack here.',
  opaque: 'Something before this point can bring any file: what is missing here may be there all the same.',
} as const;

/** The stack of a stage after an instruction, and what the instruction changed. */
export function describeInstruction({ instruction, before, after }: InstructionStep): Card {
  const changed = listContents(after.components.filter((item) => !before.components.includes(item)));
  const rows = describeState(after);
  if (changed.length > 0) rows.push([TEXT.changed, changed.map(formatContent).join(' · ')]);
  return { range: instruction.keywordRange, title: instruction.keyword, rows, notes: notesOf(after, rows), sources: [] };
}

/** The stack with which a stage begins. */
export function describeFrom({ stage, initial }: StageStack): Card {
  const rows = describeState(initial);
  return { range: stage.from.keywordRange, title: stage.from.keyword, rows, notes: notesOf(initial, rows), sources: [] };
}

function describeState(state: StackState): (readonly [string, string])[] {
  const contents = listContents(state.components);
  return contents.length === 0 ? [] : [[TEXT.after, contents.map(formatContent).join(' · ')]];
}

function notesOf(state: StackState, rows: readonly unknown[]): readonly string[] {
  return [...(rows.length === 0 ? [TEXT.unknown] : []), ...(state.opaque ? [TEXT.opaque] : [])];
}
