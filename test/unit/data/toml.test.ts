import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Data } from '../../../src/core/data/model';
import { readToml } from '../../../src/core/data/toml';
import { toPlain } from './plain';

/** Every scalar of a document. */
function scalars(data: Data): readonly Extract<Data, { kind: 'scalar' }>[] {
  if (data.kind === 'scalar') return [data];
  return data.kind === 'list' ? data.items.flatMap(scalars) : data.entries.flatMap(({ value }) => scalars(value));
}

describe('readToml', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '', {}],
    ['comments and blank lines', '# a\n\n  # b\n', {}],
    ['strings', `a = "x # y" # c\nb = 'x\\y'\nc = "q\\"\\u00e9\\n"\n`, { a: 'x # y', b: 'x\\y', c: 'q"é\n' }],
    ['long strings', 'a = """\nx\n"y" \\\n   z"""\nb = \'\'\'p\\q\'\'\'\n', { a: 'x\n"y" z', b: 'p\\q' }],
    ['other scalars', 'a = 1\nb = true\nc = -1.5e3\nd = 2024-01-02\ne = 2024-01-02 10:00:00', { a: '1', b: 'true', c: '-1.5e3', d: '2024-01-02', e: '2024-01-02 10:00:00' }],
    ['arrays', 'a = [\n  "x", # one\n  "y",\n]\nb = []\nc = [[1], [2]]', { a: ['x', 'y'], b: [], c: [['1'], ['2']] }],
    ['inline tables', 'a = { x = 1, "y" = { z = "w" } }\n', { a: { x: '1', y: { z: 'w' } } }],
    ['tables and dotted keys', '[a.b]\nc = 1\n[a]\nd.e = 2\n[a."b.c"]\nf = 3', { a: { b: { c: '1' }, d: { e: '2' }, 'b.c': { f: '3' } } }],
    ['arrays of tables', '[[t.i]]\nn = 1\n[[t.i]]\nn = 2\n[t.i.s]\nm = 3', { t: { i: [{ n: '1' }, { n: '2', s: { m: '3' } }] } }],
    ['carriage returns', '[a]\r\nb = "c"\r\nd = [\r\n"e"\r\n]\r\n', { a: { b: 'c', d: ['e'] } }],
    ['lines that cannot be read', 'a = \n= 1\n!\nb = "open\nc = 1\n[d\ne = 2\n[f]\ng = 3', { c: '1', f: { g: '3' } }],
  ])('%s', (_, text, expected) => {
    expect(toPlain(readToml(text, 'f'))).toEqual(expected);
  });

  it('knows where values are written', () => {
    const text = '[project]\ndependencies = [\n  "torch>=2", # x\n  \'numpy\',\n]\n';
    expect(scalars(readToml(text, 'f')).map(({ text: value, range }) => [text.slice(range.start, range.end), value.pieces.map(({ verbatim, range: at }) => [verbatim, text.slice(at.start, at.end)])])).toEqual([
      ['"torch>=2"', [[true, 'torch>=2']]],
      ["'numpy'", [[true, 'numpy']]],
    ]);
  });

  it('reads any text without a throw, with places that lie in it', () => {
    const part = fc.constantFrom('[a]', '[[a]]', 'a.b', '=', '"', "'", '"""', '{', '}', '[', ']', ',', '\\', '\n', ' ', '#', '1', 'true', '\u00e9', '.');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        for (const { text: value, range } of scalars(readToml(text, 'f'))) {
          expect(0 <= range.start && range.start <= range.end && range.end <= text.length).toBe(true);
          for (const piece of value.pieces) if (piece.verbatim) expect(text.slice(piece.range.start, piece.range.end)).toBe(piece.text);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
