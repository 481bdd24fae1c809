import { describe, expect, test } from 'vitest';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';

const range = (start: number, end: number) => ({ start, end });
const literal = (text: string, start: number) => Traced.literal(text, 'f', range(start, start + text.length));

/** `8.6.1` written at 10, used through a variable at [40, 44), between `libnvinfer8=` at 28 and `-1` at 44. */
const pin = Traced.concat([literal('libnvinfer8=', 28), literal('8.6.1', 10).usedAt('f', range(40, 44), 'V'), literal('-1', 44)]);

test('knows its value and whether all of it is known', () => {
  expect(pin.value).toBe('libnvinfer8=8.6.1-1');
  expect(pin.known).toBe(true);
  expect(Traced.unknown('f', range(3, 5))).toMatchObject({ value: UNKNOWN, known: false });
  expect(new Traced([])).toMatchObject({ value: '', known: true });
});

test('a literal whose place has another length is not verbatim', () => {
  expect(Traced.literal('a', 'f', range(0, 3)).pieces[0]?.verbatim).toBe(false);
  expect(literal('a', 0).pieces[0]?.verbatim).toBe(true);
});

describe('slice', () => {
  test('cuts pieces and their ranges', () => {
    expect(pin.slice(3, 14).pieces.map(({ text, range: { start, end } }) => [text, start, end])).toEqual([
      ['nvinfer8=', 31, 40],
      ['8.', 10, 12],
    ]);
  });

  test('keeps the whole range of a piece that is not verbatim', () => {
    const quoted = Traced.literal('ab', 'f', range(0, 4));
    expect(quoted.slice(1).pieces).toMatchObject([{ text: 'b', range: range(0, 4), verbatim: false }]);
  });

  test.each([
    [0, undefined, 'libnvinfer8=8.6.1-1'],
    [12, 17, '8.6.1'],
    [5, 5, ''],
    [-3, 3, 'lib'],
    [17, 99, '-1'],
  ])('from %i to %s', (start, end, value) => {
    expect(pin.slice(start, end).value).toBe(value);
  });
});

describe('locate', () => {
  test.each([
    { name: 'written characters', start: 0, end: 3, shown: range(28, 31) },
    { name: 'the use of a variable', start: 12, end: 17, shown: range(40, 44) },
    { name: 'both', start: 11, end: 19, shown: range(39, 46) },
  ])('shows $name', ({ start, end, shown }) => {
    expect(pin.locate(start, end)).toEqual({ file: 'f', range: shown });
  });

  test('is undefined for nothing', () => {
    expect(pin.locate(4, 4)).toBeUndefined();
  });

  test('stays in the file of the first part', () => {
    const mixed = Traced.concat([literal('a', 5), Traced.literal('b', 'other', range(90, 91))]);
    expect(mixed.locate()).toEqual({ file: 'f', range: range(5, 6) });
  });
});

describe('edit', () => {
  test('changes the definition of a variable', () => {
    expect(pin.edit(12, 17, '10.0')).toEqual({ file: 'f', range: range(10, 15), newText: '10.0' });
  });

  test('takes pieces that stand side by side for one', () => {
    const value = Traced.concat([literal('ab', 0), literal('cd', 2)]);
    expect(value.edit(1, 3, 'X')).toEqual({ file: 'f', range: range(1, 3), newText: 'X' });
  });

  test.each([
    { name: 'spread over two places', start: 11, end: 13, value: pin },
    { name: 'empty', start: 3, end: 3, value: pin },
    { name: 'behind quotes', start: 0, end: 1, value: Traced.literal('ab', 'f', range(0, 4)) },
    { name: 'unknown', start: 0, end: 1, value: Traced.unknown('f', range(0, 1)) },
    {
      name: 'in two files',
      start: 0,
      end: 2,
      value: Traced.concat([literal('a', 0), Traced.literal('b', 'other', range(1, 2))]),
    },
  ])('refuses a part that is $name', ({ start, end, value }) => {
    expect(value.edit(start, end, 'X')).toBeUndefined();
  });
});

test('a use replaces an inner use and keeps the place of definition', () => {
  const twice = literal('x', 7).usedAt('f', range(20, 22), 'A').usedAt('f', range(30, 32), 'B');
  expect(twice.pieces).toMatchObject([{ range: range(7, 8), use: { range: range(30, 32), name: 'B' } }]);
});
