import { expect, test } from 'vitest';
import { contains, overlaps } from '../../../src/core/text/range';

const range = (start: number, end: number) => ({ start, end });

test.each([
  { a: range(0, 4), b: range(1, 3), inside: true, shared: true },
  { a: range(0, 4), b: range(0, 4), inside: true, shared: true },
  { a: range(0, 4), b: range(3, 5), inside: false, shared: true },
  { a: range(0, 4), b: range(4, 5), inside: false, shared: false },
  { a: range(0, 4), b: range(4, 4), inside: true, shared: false },
  { a: range(2, 4), b: range(0, 2), inside: false, shared: false },
])('compares $a with $b', ({ a, b, inside, shared }) => {
  expect({ inside: contains(a, b), shared: overlaps(a, b) }).toEqual({ inside, shared });
});
