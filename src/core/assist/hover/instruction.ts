import { msg, type Message } from '../../l10n/message';
import type { InstructionStep, StackState, StageStack } from '../../stack/model';
import type { Card, Row } from '../card';
import { formatContent, joinTexts, listContents } from '../contents';

/** The stack of a stage after an instruction, and what the instruction changed. */
export function describeInstruction({ instruction, before, after }: InstructionStep): Card {
  const changed = listContents(after.components.filter((item) => !before.components.includes(item)));
  const rows = describeState(after);
  if (changed.length > 0) rows.push([msg`This line brings`, joinTexts(changed.map(formatContent))]);
  return { range: instruction.keywordRange, title: instruction.keyword, rows, notes: notesOf(after, rows), sources: [] };
}

/** The stack with which a stage begins. */
export function describeFrom({ stage, initial }: StageStack): Card {
  const rows = describeState(initial);
  return { range: stage.from.keywordRange, title: stage.from.keyword, rows, notes: notesOf(initial, rows), sources: [] };
}

function describeState(state: StackState): Row[] {
  const contents = listContents(state.components);
  return contents.length === 0 ? [] : [[msg`Stack after this line`, joinTexts(contents.map(formatContent))]];
}

function notesOf(state: StackState, rows: readonly unknown[]): readonly Message[] {
  return [...(rows.length === 0 ? [msg`Nothing is known of the GPU stack here.`] : []), ...(state.opaque ? [msg`Something before this point can bring any file: what is missing here may be there all the same.`] : [])];
}
