import { imageVariableMeaning } from '../../facts/image-env';
import { msg } from '../../l10n/message';
import type { InstructionStep } from '../../stack/model';
import type { Range } from '../../text/range';
import type { Card } from '../card';
import { variableFacts } from './run-argument';

/** An environment variable that NVIDIA's images define or their runtime reads, with its value before the instruction that names it; undefined for others. */
export function describeVariable(name: string, range: Range, { before, variable }: InstructionStep): Card | undefined {
  const meaning = imageVariableMeaning(name);
  const facts = variableFacts(name);
  if (meaning === undefined && facts.length === 0) return undefined;
  const value = before.env.get(name) ?? variable(name);
  return {
    range,
    title: name,
    rows: [...(meaning === undefined ? [] : [[msg`Meaning`, meaning.fact] as const]), ...(value?.known === true && value.value !== '' ? [[msg`Value here`, value.value] as const] : [])],
    notes: facts.map(({ fact }) => fact),
    sources: [...facts, ...(meaning === undefined ? [] : [meaning])],
  };
}
