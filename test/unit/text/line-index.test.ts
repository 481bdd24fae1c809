import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineIndex } from '../../../src/core/text/line-index';

test.each([
  { text: '', starts: [0] },
  { text: 'a', starts: [0] },
  { text: 'a\n', starts: [0, 2] },
  { text: 'a\r\nb', starts: [0, 3] },
  { text: 'a\rb\n\rc', starts: [0, 2, 4, 5] },
  { text: '\r\n\r\n', starts: [0, 2, 4] },
])('finds the lines of $text', ({ text, starts }) => {
  const index = new LineIndex(text);
  expect(index.lineCount).toBe(starts.length);
  expect(starts.map((_, line) => index.lineStart(line))).toEqual(starts);
});

test('counts UTF-16 units in a line', () => {
  expect(new LineIndex('é😀x\ny').positionAt(3)).toEqual({ line: 0, character: 3 });
});

test.each([
  { offset: -5, position: { line: 0, character: 0 } },
  { offset: 0, position: { line: 0, character: 0 } },
  { offset: 3, position: { line: 1, character: 0 } },
  { offset: 5, position: { line: 1, character: 2 } },
  { offset: 99, position: { line: 1, character: 2 } },
])('puts offset $offset at $position', ({ offset, position }) => {
  expect(new LineIndex('ab\ncd').positionAt(offset)).toEqual(position);
});

test.each([
  { position: { line: -1, character: 4 }, offset: 0 },
  { position: { line: 0, character: 1 }, offset: 1 },
  { position: { line: 0, character: 99 }, offset: 3 },
  { position: { line: 0, character: -2 }, offset: 0 },
  { position: { line: 1, character: 99 }, offset: 5 },
  { position: { line: 7, character: 0 }, offset: 5 },
])('puts $position at offset $offset', ({ position, offset }) => {
  expect(new LineIndex('ab\ncd').offsetAt(position)).toBe(offset);
});

test('clamps lines', () => {
  const index = new LineIndex('ab\ncd');
  expect([index.lineStart(-1), index.lineStart(9)]).toEqual([0, 3]);
});

test('goes from offset to position and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '😀') }), fc.nat(), (text, seed) => {
      const offset = seed % (text.length + 1);
      const index = new LineIndex(text);
      expect(index.offsetAt(index.positionAt(offset))).toBe(offset);
    }),
  );
});
