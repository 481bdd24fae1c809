import { imageVariableMeaning } from '../../facts/image-env';
import { msg } from '../../l10n/message';
import type { InstructionStep } from '../../stack/model';
import type { Range } from '../../text/range';
import type { Card } from '../card';

/** An environment variable that NVIDIA's images define, with its value before the instruction that names it; undefined for others. */
export function describeVariable(name: string, range: Range, { before, variable }: InstructionStep): Card | undefined {
  const meaning = imageVariableMeaning(name);
  if (meaning === undefined) return undefined;
  const value = before.env.get(name) ?? variable(name);
  return {
    range,
    title: name,
    rows: [[msg`Meaning`, meaning.fact], ...(value?.known === true && value.value !== '' ? [[msg`Value here`, value.value] as const] : [])],
    notes: [],
    sources: [meaning],
  };
}
