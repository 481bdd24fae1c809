import { describe, expect, test } from 'vitest';
import { expandWord } from '../../../src/core/dockerfile/expand';
import type { ExpandOptions } from '../../../src/core/dockerfile/expand';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';

/** Set variables, each written at 1000 in `defs`. */
const VARIABLES: Readonly<Record<string, string>> = {
  V: '11.6.2',
  TAG: '11.6.2-cudnn8-devel',
  URL: 'https://x/y/a.tar.gz',
  EMPTY: '',
  SPACED: 'a  b',
  OTHER: 'V',
};

function lookup(name: string): Traced | undefined {
  if (name === 'DARK') return Traced.unknown('defs', { start: 5, end: 6 });
  const value = VARIABLES[name];
  return value === undefined ? undefined : Traced.literal(value, 'defs', { start: 1000, end: 1000 + value.length });
}

/** Expands `raw` as a word that stands at offset 100. */
function expand(raw: string, options: Partial<ExpandOptions> = {}): Traced {
  const word = { raw, range: { start: 100, end: 100 + raw.length } };
  return expandWord(word, lookup, { file: 'f', escape: '\\', unset: 'empty', ...options });
}

describe('as Docker expands', () => {
  test.each([
    // Quotes and escapes.
    ['plain', 'plain'],
    ['', ''],
    ['"a b"', 'a b'],
    ["'a b'", 'a b'],
    ['a"b"\'c\'d', 'abcd'],
    ['a\\ b', 'a b'],
    ['a\\"b', 'a"b'],
    ['a\\b', 'ab'],
    ['a\\\\b', 'a\\b'],
    ['a\\', 'a'],
    ['"a\\b"', 'a\\b'],
    ['"a\\"b"', 'a"b'],
    ['"a\\\\b"', 'a\\b'],
    ["'a\\b'", 'a\\b'],
    ['"it\'s"', "it's"],
    ["'say \"x\"'", 'say "x"'],
    ['""', ''],
    // Plain variables.
    ['$V', '11.6.2'],
    ['${V}', '11.6.2'],
    ['a${V}b$V.c', 'a11.6.2b11.6.2.c'],
    ['"$V"', '11.6.2'],
    ["'$V'", '$V'],
    ['\\$V', '$V'],
    ['"\\$V"', '$V'],
    ['\\\\$V', '\\11.6.2'],
    ['$NOPE', ''],
    ['a${NOPE}b', 'ab'],
    ['$EMPTY', ''],
    ['$SPACED', 'a  b'],
    ['$OTHER', 'V'],
    ['$', '$'],
    ['a$.b', 'a$.b'],
    ['$V$V', '11.6.211.6.2'],
    ['$V_x', ''],
    ['${V}_x', '11.6.2_x'],
    // Positional and special parameters are never set.
    ['$1a', 'a'],
    ['$12a', 'a'],
    ['$@$*$#$?$-$$$!', ''],
    ['${1:-x}', 'x'],
    // Defaults and alternatives.
    ['${V:-x}', '11.6.2'],
    ['${V-x}', '11.6.2'],
    ['${NOPE:-x}', 'x'],
    ['${NOPE-x}', 'x'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${NOPE:-}', ''],
    ['${V:+x}', 'x'],
    ['${V+x}', 'x'],
    ['${NOPE:+x}', ''],
    ['${NOPE+x}', ''],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${V:?}', '11.6.2'],
    ['${V?no}', '11.6.2'],
    ['${EMPTY?no}', ''],
    ['${NOPE:-$V}', '11.6.2'],
    ['${NOPE:-${ALSO:-x}}', 'x'],
    ['${NOPE:-${ALSO:-${V}-y}}z', '11.6.2-yz'],
    ['${V:+${V}:}x', '11.6.2:x'],
    ['${NOPE:-"a b"}', 'a b'],
    ["${NOPE:-'$V'}", '$V'],
    ['${NOPE:-a\\}b}', 'a}b'],
    ['${NOPE:-{x}', '{x'],
    ['${V}}', '11.6.2}'],
    ['"${NOPE:-"x"}"', 'x'],
    // Patterns.
    ['${V%.*}', '11.6'],
    ['${V%%.*}', '11'],
    ['${V#*.}', '6.2'],
    ['${V##*.}', '2'],
    ['${URL##*/}', 'a.tar.gz'],
    ['${TAG%%-*}', '11.6.2'],
    ['${V%x}', '11.6.2'],
    ['${V#??}', '.6.2'],
    ['${V%.$NOPE*}', '11.6'],
    ['${V%"."*}', '11.6'],
    ['${NOPE%.*}', ''],
    ['${V%[0-9]}', '11.6.2'],
    ['${V/./-}', '11-6.2'],
    ['${V//./-}', '11-6-2'],
    ['${V//./}', '1162'],
    ['${URL//\\//_}', 'https:__x_y_a.tar.gz'],
    ['${V/6*/7}', '11.7'],
    ['${V/x/y}', '11.6.2'],
    ['${V/$V/z}', 'z'],
    ['${V//./$OTHER}', '11V6V2'],
  ])('%s', (raw, value) => {
    expect(expand(raw).value).toBe(value);
  });
});

test.each(['"a', "'a", 'a"b', "${V:-'x}", '${}', '${', '${V', '${:x}', '${{V}', '${V:x}', '${V:=x}', '${V=x}', '${V^^}', '${V:0:2}', '${#V}', '${!V}', '${V:-x', '${V/x}', '${V/x/y', '${.}', '${NOPE?}', '${NOPE:?no}', '${EMPTY:?no}', '${V:#x}'])(
  'what Docker refuses is unknown as a whole: %s',
  (raw) => {
    expect(expand(`a${raw}`)).toMatchObject({ value: UNKNOWN, pieces: [{ file: 'f', range: { start: 100, end: 101 + raw.length } }] });
  },
);

test('a nesting without end is unknown', () => {
  expect(expand('${A:-'.repeat(100_000)).value).toBe(UNKNOWN);
});

test.each([
  ['a`"b', 'a"b'],
  ['a\\b', 'a\\b'],
  ['"`$V"', '$V'],
  ['"\\$V"', '\\11.6.2'],
  ['C:\\a\\$V', 'C:\\a\\11.6.2'],
])('with a backtick for escape: %s', (raw, value) => {
  expect(expand(raw, { escape: '`' }).value).toBe(value);
});

test.each([
  ['a\\\nb', 'ab'],
  ['a\\ \r\n  # c\r\n\r\n  b', 'a  b'],
  ['"x \\\n y"', 'x  y'],
  ['a\\\n$V', 'a11.6.2'],
  ['a\\ \\\nb\\ ', 'a b '],
])('joins lines: %j', (raw, value) => {
  expect(expand(raw).value).toBe(value);
});

describe('what is not set', () => {
  test.each<[string, string, string, string]>([
    // raw, empty, required, unknown
    ['a$NOPE', 'a', `a${UNKNOWN}`, `a${UNKNOWN}`],
    ['${NOPE:-x}', 'x', 'x', UNKNOWN],
    ['${NOPE-x}', 'x', 'x', UNKNOWN],
    ['${NOPE:+x}', '', '', UNKNOWN],
    ['${NOPE%.*}', '', UNKNOWN, UNKNOWN],
    ['${NOPE//a/b}', '', UNKNOWN, UNKNOWN],
    ['${NOPE:?x}', UNKNOWN, UNKNOWN, UNKNOWN],
    ['$V', '11.6.2', '11.6.2', '11.6.2'],
    ['$1', '', '', ''],
  ])('%s', (raw, empty, required, unknown) => {
    expect([expand(raw, { unset: 'empty' }).value, expand(raw, { unset: 'required' }).value, expand(raw, { unset: 'unknown' }).value]).toEqual([
      empty,
      required,
      unknown,
    ]);
  });

  test('may differ by name', () => {
    expect(expand('$A-$B', { unset: (name) => (name === 'A' ? 'empty' : 'unknown') }).value).toBe(`-${UNKNOWN}`);
  });
});

test.each([
  ['$DARK', UNKNOWN],
  ['${DARK:-x}', UNKNOWN],
  ['${DARK-x}', UNKNOWN],
  ['${DARK:+x}', UNKNOWN],
  ['${DARK+x}', 'x'],
  ['${DARK%.*}', UNKNOWN],
  ['${V%$DARK}', UNKNOWN],
  ['${V/./$DARK}', UNKNOWN],
  ['a${DARK}b', `a${UNKNOWN}b`],
])('a set variable with an unknown value: %s', (raw, value) => {
  expect(expand(raw).value).toBe(value);
});

describe('places', () => {
  const pieces = (raw: string) => expand(raw).pieces.map(({ text, file, range, verbatim, use }) => ({ text, at: [file, range.start, range.end], verbatim, use: use && [use.name, use.range.start, use.range.end] }));
  const literal = (text: string, start: number) => ({ text, at: ['f', start, start + text.length], verbatim: true, use: undefined });

  test('of quoted and escaped parts', () => {
    expect(pieces('a"b c"\\ d')).toEqual([literal('a', 100), literal('b c', 102), literal(' d', 107)]);
  });

  test('of a variable: its definition, and its use', () => {
    expect(pieces('x:${V}-y')).toEqual([
      literal('x:', 100),
      { text: '11.6.2', at: ['defs', 1000, 1006], verbatim: true, use: ['V', 102, 106] },
      literal('-y', 106),
    ]);
  });

  test('of a part of a variable', () => {
    expect(pieces('${V%.*}')).toEqual([{ text: '11.6', at: ['defs', 1000, 1004], verbatim: true, use: ['V', 100, 107] }]);
  });

  test('of a default: where it is written', () => {
    expect(pieces('${A:-1.2}')).toEqual([literal('1.2', 105)]);
    expect(pieces('${A:-${V}}')).toEqual([{ text: '11.6.2', at: ['defs', 1000, 1006], verbatim: true, use: ['V', 105, 109] }]);
  });

  test('of an unknown variable: its use', () => {
    expect(expand('a$X', { unset: 'unknown' }).pieces).toEqual([
      { text: 'a', file: 'f', range: { start: 100, end: 101 }, verbatim: true },
      { text: UNKNOWN, file: 'f', range: { start: 101, end: 103 }, verbatim: false, use: { file: 'f', range: { start: 101, end: 103 }, name: 'X' } },
    ]);
  });

  test('across lines', () => {
    expect(pieces('ab\\\ncd')).toEqual([literal('ab', 100), literal('cd', 104)]);
    expect(pieces('${\\\nV}')).toMatchObject([{ use: ['V', 100, 106] }]);
  });

  test('an edit reaches the definition', () => {
    expect(expand('cuda:${V}-devel').edit(5, 11, '12.0.0')).toEqual({ file: 'defs', range: { start: 1000, end: 1006 }, newText: '12.0.0' });
  });
});
