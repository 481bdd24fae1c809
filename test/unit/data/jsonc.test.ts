import { describe, expect, it } from 'vitest';
import { findEntry, findScalar } from '../../../src/core/data/model';
import { readJsonc } from '../../../src/core/data/jsonc';
import { toPlain } from './plain';

describe('readJsonc', () => {
  it.each([
    ['values of each kind', '{"a": [1, "b", true, null]}', { a: ['1', 'b', 'true', null] }],
    ['comments and trailing commas', '{\n  // one\n  "a": 1, /* two */\n  "b": [2,],\n}\n', { a: '1', b: ['2'] }],
    ['what can be read of a broken text', '{"a": 1, "b": ', { a: '1' }],
  ])('reads %s', (_, text, expected) => {
    expect(toPlain(readJsonc(text, 'f'))).toEqual(expected);
  });

  it('gives nothing for an empty text', () => {
    expect(readJsonc('', 'f')).toBeUndefined();
    expect(readJsonc('// nothing\n', 'f')).toBeUndefined();
  });

  it('never throws on deep nesting', () => {
    expect(() => readJsonc('['.repeat(100_000), 'f')).not.toThrow();
  });

  it('knows where keys and values are written', () => {
    const text = '{ "a": "x\\"y", "b": "1.2" }';
    const root = readJsonc(text, 'f');
    expect(findEntry(root, 'a')?.keyRange).toEqual({ start: 3, end: 4 });
    expect(findScalar(root, 'a')?.text.edit(0, 1, 'z')).toBeUndefined();
    expect(findScalar(root, 'b')?.text.edit(2, 3, '3')).toEqual({ file: 'f', range: { start: 23, end: 24 }, newText: '3' });
  });
});
