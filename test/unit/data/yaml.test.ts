import { describe, expect, it } from 'vitest';
import { findEntry, findScalar, findValue } from '../../../src/core/data/model';
import { readYaml } from '../../../src/core/data/yaml';
import { listSources, toPlain } from './plain';

describe('readYaml', () => {
  it.each([
    ['maps and lists', 'a:\n  - 1\n  - two\nb: {c: [x, "y"]}\n', { a: ['1', 'two'], b: { c: ['x', 'y'] } }],
    ['numbers as they are written', 'a: 3.10\nb: 020\nc: 1e3\n', { a: '3.10', b: '020', c: '1e3' }],
    ['nothing', 'a:\nb: ~\nc: null\n', { a: null, b: null, c: null }],
    ['anchors', 'a: &x {k: 1}\nb: *x\n', { a: { k: '1' }, b: { k: '1' } }],
    ['an anchor that is defined again', 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n', { a: '1', b: '1', c: '2', d: '2' }],
    ['merge keys', 'a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\n', { a: { k: '1', l: '2' }, b: { l: '3', k: '1' } }],
    ['several merged maps, of which the first wins', 'a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc:\n  <<: [*x, *y]\n', { a: { k: '1' }, b: { k: '2', m: '3' }, c: { k: '1', m: '3' } }],
    ['a block of lines', 'a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
    ['a key twice', 'a: 1\na: 2\n', { a: '2' }],
    ['windows line ends', 'a:\r\n  b: 1\r\n', { a: { b: '1' } }],
    ['the first of several documents', 'a: 1\n---\na: 2\n', { a: '1' }],
    ['what can be read of a broken text', 'a: 1\nb: [1, 2\nc: 3\n', { a: '1' }],
    ['an alias without anchor', 'a: *x\nb: 1\n', { b: '1' }],
    ['an alias of what holds it', 'a: &x\n  b: *x\n  c: 1\n', { a: { c: '1' } }],
  ])('reads %s', (_, text, expected) => {
    expect(toPlain(readYaml(text, 'f'))).toMatchObject(expected);
  });

  it.each(['', '# nothing\n'])('gives nothing for what has no value', (text) => {
    expect(readYaml(text, 'f')).toBeUndefined();
  });

  it('never throws on deep nesting', () => {
    expect(() => readYaml('['.repeat(20_000), 'f')).not.toThrow();
  });

  it('knows where each value is written', () => {
    const text = 'a: one # first\nb: "two"\nc:\n  - three\nd: |\n  four\n';
    expect(listSources(readYaml(text, 'f'), text)).toEqual(['one', '"two"', 'three', '|\n  four\n']);
  });

  it('traces the text inside quotes', () => {
    const value = findScalar(readYaml('a: "x-1.2"\n', 'f'), 'a');
    expect(value?.text.edit(2, 5, '3')).toEqual({ file: 'f', range: { start: 6, end: 9 }, newText: '3' });
    expect(findScalar(readYaml('a: "x\\t"\n', 'f'), 'a')?.text.edit(0, 1, 'y')).toBeUndefined();
  });

  it('ends a block with its last part', () => {
    const text = 'a:\n  b: 1\n\n# about c\nc: 2\n';
    expect(findValue(readYaml(text, 'f'), 'a')?.range).toEqual({ start: 5, end: 9 });
  });

  it('keeps the place of what is merged', () => {
    const text = 'x: &x\n  k: 1\nb:\n  <<: *x\n';
    expect(findEntry(findValue(readYaml(text, 'f'), 'b'), 'k')?.keyRange).toEqual({ start: 8, end: 9 });
  });

  it('names tags of Compose', () => {
    const root = readYaml('a: !override [1]\nb: !reset null\nc: !!str 1\n', 'f');
    expect(['a', 'b', 'c'].map((key) => findValue(root, key)?.tag)).toEqual(['override', 'reset', undefined]);
  });

  it('shares what aliases repeat', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`);
    const root = readYaml(`l0: &l0 x\n${levels.join('\n')}\n`, 'f');
    expect(findValue(root, 'l30')?.kind).toBe('list');
  });
});
