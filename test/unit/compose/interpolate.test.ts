import { describe, expect, it } from 'vitest';
import { interpolate, readEnvironmentFile } from '../../../src/core/compose/interpolate';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';

const ENVIRONMENT = readEnvironmentFile('A=1\nEMPTY=\n', '.env');

function expand(text: string): Traced {
  return interpolate(Traced.literal(text, 'f', { start: 100, end: 100 + text.length }), ENVIRONMENT);
}

describe('interpolate', () => {
  it.each([
    ['plain', 'plain'],
    ['$A-${A}', '1-1'],
    ['${A:-x}', '1'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${B:-x}', 'x'],
    ['${B-x}', 'x'],
    ['${B:-}', ''],
    ['${B}', UNKNOWN],
    ['$B/y', `${UNKNOWN}/y`],
    ['${B:?needed}', UNKNOWN],
    ['${A:?needed}', '1'],
    ['${A:+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${B:+x}', UNKNOWN],
    ['${B:-${A}}', '1'],
    ['${B:-v${C:-2}.0}', 'v2.0'],
    ['$$A', '$A'],
    ['$${A}', '${A}'],
    ['a$', 'a$'],
    ['$1', '$1'],
    ['${A', '${A'],
    ['${A.b}', '${A.b}'],
    ['{A:-0}', '{A:-0}'],
  ])('makes of %s: %s', (text, expected) => {
    expect(expand(text).value).toBe(expected);
  });

  it('leaves defaults and what stands around them to be edited', () => {
    const value = expand('cuda:${TAG:-11.0}-base');
    expect(value.value).toBe('cuda:11.0-base');
    expect(value.edit(5, 9, '12.4')).toEqual({ file: 'f', range: { start: 112, end: 116 }, newText: '12.4' });
    expect(value.locate(5, 9)).toEqual({ file: 'f', range: { start: 112, end: 116 } });
  });

  it('shows the variable for what an env file gives', () => {
    const value = expand('x${A}');
    expect(value.locate(1)).toEqual({ file: 'f', range: { start: 101, end: 105 } });
    expect(value.edit(1, 2, '2')).toEqual({ file: '.env', range: { start: 2, end: 3 }, newText: '2' });
  });

  it('never takes long over nested defaults', () => {
    expect(() => expand('${A:-'.repeat(5_000))).not.toThrow();
  });
});

describe('readEnvironmentFile', () => {
  it.each([
    ['A=1', '1'],
    ['export A=1', '1'],
    ['  A = 1  ', '1'],
    ['A=one two # three', 'one two'],
    ['A=one#two', 'one#two'],
    ['A="one # two" # three', 'one # two'],
    ["A='$B'", '$B'],
    ['B=2\nA=v$B', 'v2'],
    ['B=2\nA="v${B}"', 'v2'],
    ['A=1\r\nB=2\r\n', '1'],
    ['A="a\\nb"', UNKNOWN],
    ['A=1\nA=2', '2'],
    ['A=', ''],
    ['A=# nothing', ''],
    ['# A=1', undefined],
  ])('reads %j', (text, expected) => {
    expect(readEnvironmentFile(text, '.env').get('A')?.value).toBe(expected);
  });

  it('knows where values are written', () => {
    const text = 'A=1\nB="two" # x\n';
    const value = readEnvironmentFile(text, '.env').get('B');
    expect(value?.locate()).toEqual({ file: '.env', range: { start: 7, end: 10 } });
  });
});
