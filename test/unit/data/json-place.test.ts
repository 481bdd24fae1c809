import { describe, expect, it } from 'vitest';
import { readJsonPlace, type JsonPlace } from '../../../src/core/data/json-place';

function placeAt(marked: string): JsonPlace | undefined {
  return readJsonPlace(marked.replace('│', ''), marked.indexOf('│'));
}

describe('readJsonPlace', () => {
  it.each<[string, Partial<JsonPlace>]>([
    ['{│}', { path: [], isKey: true, allowed: true, quoted: false, typed: '', next: '}' }],
    ['{ "a│": 1 }', { path: [], isKey: true, allowed: true, quoted: true, typed: 'a', token: { start: 2, end: 5 }, next: ':' }],
    ['{ "a": │ }', { path: ['a'], isKey: false, allowed: true, typed: '' }],
    ['{ "a": tr│ue }', { path: ['a'], quoted: false, typed: 'tr', token: { start: 7, end: 11 }, next: '}' }],
    ['{ "a": "x│" }', { path: ['a'], quoted: true, typed: 'x', token: { start: 7, end: 10 } }],
    ['{ "a": "x"│ }', { path: ['a'], allowed: false }],
    ['{ "a": 1, │ }', { path: [], isKey: true, allowed: true }],
    ['{ "a": 1 "b│" }', { allowed: false }],
    ['{ "a": { "b": [1, "c│"] } }', { path: ['a', 'b', '[]'], isKey: false, allowed: true, typed: 'c' }],
    ['{ "a": [{ "b": 1 }, │] }', { path: ['a', '[]'], allowed: true }],
    ['{ "a": ["x│\n] }', { path: ['a', '[]'], typed: 'x', token: { start: 8, end: 10 }, next: ']' }],
    ['{ "a": ["x│, "y"] }', { typed: 'x', token: { start: 8, end: 10 }, next: ',' }],
    ['{ "a": ["\\"│"] }', { typed: '\\"', quoted: true, token: { start: 8, end: 12 } }],
    ['{ /* { [ */ "a": // x\n "b│" }', { path: ['a'], allowed: true, typed: 'b' }],
    ['{ "a": [] }, │', { path: [], isKey: false, allowed: false }],
    [']]}}│', { path: [], allowed: false }],
    ['│', { path: [], isKey: false, allowed: false, next: '' }],
  ])('%j', (marked, place) => {
    expect(placeAt(marked)).toMatchObject(place);
  });

  it.each(['// │', '{ // "a│"\n}', '/* │ */', '/* │', '{ /* a */ // b│'])('knows no place in the comment of %j', (marked) => {
    expect(placeAt(marked)).toBeUndefined();
  });

  it('knows the place behind a closed comment', () => {
    expect(placeAt('{ /* a */│')).toMatchObject({ isKey: true, allowed: true });
  });

  it('is quick with what is no JSON', () => {
    for (const text of ['[', '{"a":', '"\\', '/*', '//\n', '\\'].map((part) => part.repeat(20_000))) expect(() => readJsonPlace(text, text.length)).not.toThrow();
  });
});
