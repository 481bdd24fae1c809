import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyEdits } from '../../../src/core/text/edit';
import { listLineEdits } from '../../../src/core/text/line-changes';

const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c c\n', '\n', 'dd\n', 'e'), { maxLength: 12 }).map((lines) => lines.join(''));

it('makes one text of the other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applyEdits(before, listLineEdits(before, after))).toBe(after);
    }),
  );
});

it('touches only what differs', () => {
  expect(listLineEdits('FROM a:1\nRUN x\nFROM a:1\n', 'FROM a:2\nRUN x\nFROM a:2\n')).toEqual([
    { range: { start: 7, end: 8 }, newText: '2' },
    { range: { start: 22, end: 23 }, newText: '2' },
  ]);
  expect(listLineEdits('same\n', 'same\n')).toEqual([]);
});
