import { describe, expect, it } from 'vitest';
import { findScalar, findValue } from '../../../src/core/data/model';
import { readHcl } from '../../../src/core/data/hcl';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';
import { toPlain } from './plain';

describe('readHcl', () => {
  it.each([
    ['attributes', 'a = 1\nb = "x"\nc = true\nd = null\n', { a: '1', b: 'x', c: 'true', d: null }],
    ['blocks by their labels', 'target "app" {\n  tags = ["a", "b",]\n}\ntarget "lib" { context = "." }\n', { target: { app: { tags: ['a', 'b'] }, lib: { context: '.' } } }],
    ['objects', 'args = {\n  A = "1"\n  "B" = 2, C: 3\n}\n', { args: { A: '1', B: '2', C: '3' } }],
    ['comments of each kind', '# one\n// two\n/* three */ a = 1 # four\n', { a: '1' }],
    ['escapes', 'a = "x\\"\\n$${y} %%{z}"\n', { a: 'x"\n${y} %{z}' }],
    ['an unknown variable', 'a = B\nb = "v${B}"\n', { a: UNKNOWN, b: `v${UNKNOWN}` }],
    ['a computed value', 'a = notequal("", B) ? "x}" : [1]\nb = 2\nc = [1 + 2, "y"]\n', { a: UNKNOWN, b: '2', c: [UNKNOWN, 'y'] }],
    ['a function of strings', 'a = "${lower("X")}-1"\nb = 2\n', { b: '2' }],
    ['what can be read of a broken text', 'a = 1\n= 2\nb = 3\n', { a: '1' }],
    ['a text that ends early', 'target "a" {\n  args = {\n    X = "1"', { target: { a: {} } }],
  ])('reads %s', (_, text, expected) => {
    expect(toPlain(readHcl(text, 'f'))).toMatchObject(expected);
  });

  it('puts variables in and remembers where they come from', () => {
    const text = 'a = "v${ B }"\nc = B\n';
    const given = Traced.literal('1', 'g', { start: 0, end: 1 });
    const root = readHcl(text, 'f', (name) => (name === 'B' ? given : undefined));
    expect(findScalar(root, 'a')?.text.value).toBe('v1');
    expect(findScalar(root, 'a')?.text.locate(1)).toEqual({ file: 'f', range: { start: 6, end: 12 } });
    expect(findScalar(root, 'c')?.text.edit(0, 1, '2')).toEqual({ file: 'g', range: { start: 0, end: 1 }, newText: '2' });
  });

  it('knows where values are written', () => {
    const root = readHcl('target "a" {\n  context = "dir"\n}\n', 'f');
    expect(findValue(root, 'target', 'a', 'context')?.range).toEqual({ start: 25, end: 30 });
  });

  it.each(['['.repeat(50_000), '{'.repeat(50_000), `a = ${'['.repeat(50_000)}`, `a = ${'{x='.repeat(20_000)}`, 'a {\n'.repeat(20_000)])('never throws on deep nesting', (text) => {
    expect(() => readHcl(text, 'f')).not.toThrow();
  });
});
