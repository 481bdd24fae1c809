import { expect, test } from 'vitest';
import { applyEdits } from '../../../src/core/text/edit';

const edit = (start: number, end: number, newText: string) => ({ range: { start, end }, newText });

test.each([
  { name: 'no edit', edits: [], result: 'abcdef' },
  { name: 'a replacement', edits: [edit(1, 3, 'X')], result: 'aXdef' },
  { name: 'edits in any order', edits: [edit(4, 5, 'Y'), edit(0, 1, 'X')], result: 'XbcdYf' },
  { name: 'two insertions at one place, in the order given', edits: [edit(3, 3, '1'), edit(3, 3, '2')], result: 'abc12def' },
  { name: 'an insertion before a replacement', edits: [edit(3, 4, 'X'), edit(3, 3, '+')], result: 'abc+Xef' },
  { name: 'neighbours', edits: [edit(0, 3, ''), edit(3, 6, 'Z')], result: 'Z' },
  { name: 'an insertion at the end', edits: [edit(6, 6, '!')], result: 'abcdef!' },
  { name: 'an overlap', edits: [edit(0, 3, 'X'), edit(2, 4, 'Y')], result: undefined },
  { name: 'an edit behind the end', edits: [edit(5, 7, 'X')], result: undefined },
  { name: 'an edit before the start', edits: [edit(-1, 2, 'X')], result: undefined },
  { name: 'a range turned round', edits: [edit(3, 2, 'X')], result: undefined },
])('applies $name', ({ edits, result }) => {
  expect(applyEdits('abcdef', edits)).toBe(result);
});
