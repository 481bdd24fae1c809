import { msg } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { applyFix, fixAll } from '../../../src/core/engine/fix';
import type { Fix, Rule } from '../../../src/core/rules/model';
import { createRule } from './rules';

/** A rule that wants each `from` of the Dockerfile written as `to`. */
function createReplaceRule(id: string, from: string, to: string, safe = true): Rule {
  return createRule(id, {
    check({ report, stack: { dockerfile } }) {
      const { text, file } = dockerfile;
      for (let start = text.indexOf(from); start >= 0; start = text.indexOf(from, start + 1)) {
        const range = { start, end: start + from.length };
        report({ messageId: 'found', data: { word: from }, location: { file, range }, fixes: [{ title: msg`Write ${to}`, safe, edits: [{ file, range, newText: to }] }] });
      }
    },
  });
}

function fix(text: string, rules: readonly Rule[]): { readonly text: string | undefined; readonly fixed: number; readonly left: number } {
  const { changed, fixed, analysis } = fixAll(text, 'Dockerfile', { rules });
  return { text: changed.get('Dockerfile'), fixed: fixed.length, left: analysis.findings.length };
}

describe('fixAll', () => {
  it.each<[string, readonly Rule[], string, ReturnType<typeof fix>]>([
    ['nothing to do', [createReplaceRule('image-a', 'x', 'y')], 'FROM a\n', { text: undefined, fixed: 0, left: 0 }],
    ['all places', [createReplaceRule('image-a', 'x', 'y')], 'FROM a\nRUN x; x\n', { text: 'FROM a\nRUN y; y\n', fixed: 2, left: 0 }],
    ['only what is safe', [createReplaceRule('image-a', 'x', 'y', false)], 'FROM a\nRUN x\n', { text: undefined, fixed: 0, left: 1 }],
    ['one after another', [createReplaceRule('image-a', 'x', 'y'), createReplaceRule('image-b', 'y', 'z')], 'FROM a\nRUN x\n', { text: 'FROM a\nRUN z\n', fixed: 2, left: 0 }],
    ['overlapping: the first now, the other if it is still there', [createReplaceRule('image-a', 'xx', 'y'), createReplaceRule('image-b', 'x', 'z')], 'FROM a\nRUN xx\n', { text: 'FROM a\nRUN zz\n', fixed: 2, left: 0 }],
    ['touching: one after another', [createReplaceRule('image-a', 'x', 'y')], 'FROM a\nRUN xx\n', { text: 'FROM a\nRUN yy\n', fixed: 2, left: 0 }],
    ['a fix that changes nothing is none', [createReplaceRule('image-a', 'x', 'x')], 'FROM a\nRUN x\n', { text: undefined, fixed: 0, left: 1 }],
  ])('%s', (_, rules, text, expected) => {
    expect(fix(text, rules)).toEqual(expected);
  });

  it('ends when two fixes undo each other', () => {
    const { fixed } = fix('FROM a\nRUN x\n', [createReplaceRule('image-a', 'x', 'y'), createReplaceRule('image-b', 'y', 'x')]);
    expect(fixed).toBe(8);
  });

  it('changes files of the build context too, and sees them changed', () => {
    const texts = new Map([['requirements.txt', 'x==1\n']]);
    const context = { readText: (path: string) => texts.get(path), exists: (path: string) => texts.has(path), fileName: (path: string) => `app/${path}` };
    const rule = createRule('image-a', {
      check({ report, stack: { files } }) {
        for (const [file, text] of files) {
          const range = { start: text.indexOf('1'), end: text.indexOf('1') + 1 };
          if (range.start >= 0) report({ messageId: 'found', data: { word: '1' }, location: { file, range }, fixes: [{ title: msg`Write 2`, safe: true, edits: [{ file, range, newText: '2' }] }] });
        }
      },
    });
    const text = 'FROM python:3.11\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n';
    const { changed, fixed, analysis } = fixAll(text, 'Dockerfile', { rules: [rule], context });
    expect([...changed]).toEqual([['app/requirements.txt', 'x==2\n']]);
    expect(fixed).toHaveLength(1);
    expect(analysis.findings).toEqual([]);
  });
});

describe('applyFix', () => {
  const edit = (start: number, end: number, newText: string, file = 'a'): Fix['edits'][number] => ({ file, range: { start, end }, newText });
  it.each<[string, readonly Fix['edits'][number][], Record<string, string> | undefined]>([
    ['several edits', [edit(4, 5, 'E'), edit(0, 1, 'A')], { a: 'AbcdE' }],
    ['several files', [edit(0, 1, 'A'), edit(0, 0, '-', 'b')], { a: 'Abcde', b: '-12345' }],
    ['overlap', [edit(0, 3, ''), edit(2, 4, '')], undefined],
    ['outside', [edit(3, 9, '')], undefined],
    ['unknown file', [edit(0, 1, '', 'c')], undefined],
  ])('%s', (_, edits, expected) => {
    const changed = applyFix(new Map([['a', 'abcde'], ['b', '12345']]), { title: msg`T`, safe: true, edits });
    expect(changed && Object.fromEntries(changed)).toEqual(expected);
  });
});
