import { expect, it } from 'vitest';
import { targetOf } from '../../../src/client/build/target';

it('names the stage to builders, which know no numbers', () => {
  const stages = [{ name: null, index: 0 }, { name: 'tool', index: 1 }, { name: undefined, index: 2 }];
  expect(targetOf(stages, 'tool')).toEqual({ kind: 'named', name: 'tool' });
  expect(targetOf(stages, '2')).toEqual({ kind: 'last' });
  expect(targetOf(stages, '0')).toEqual({ kind: 'nameless' });
  // Docker says that there is none.
  expect(targetOf(stages, 'other')).toEqual({ kind: 'named', name: 'other' });
});
