import { expect, it } from 'vitest';
import { formatText, msg } from '../../../src/core/l10n/message';
import { toPseudo, toPseudoTexts } from '../../../src/dev/pseudo.mjs';
import { readTexts } from '../../../src/dev/translations.mjs';

it.each([
  ['Pin {0} to {1}', '⟦Þîîñ {0} ţöö {1}⟧'],
  ['Run `docker info` again', '⟦Ŕûûñ `docker info` ààĝààîîñ⟧'],
  ['$(check) Write', '⟦$(check) Ŵŕîîţéé⟧'],
  ['see [here](https://a.b/c)', '⟦šéééé [ĥééŕéé](https://a.b/c)⟧'],
  ['one\ntwo', '⟦ööñéé\nţŵöö⟧'],
])('%j becomes %j', (text, expected) => {
  expect(toPseudo(text)).toBe(expected);
});

it('a message in a message stands in brackets of its own', () => {
  const texts = toPseudoTexts({ 'no {0}': 'no {0}', 'It has {0}': 'It has {0}' });
  expect(formatText(msg`It has ${msg`no ${'CUDA'}`}`, texts)).toBe('⟦ÎÎţ ĥààš ⟦ñöö CUDA⟧⟧');
});

it('a path, which chooses a file of a language, stays', () => {
  expect(toPseudoTexts({ page: 'media/walkthrough/stack.md', schema: './media/schemas/a.json' })).toEqual({ page: 'media/walkthrough/stack.md', schema: './media/schemas/a.json' });
});

it('texts become some 40 % longer', () => {
  const { bundle } = readTexts();
  const length = (texts: Readonly<Record<string, string>>): number => Object.values(texts).join('').length;
  expect(length(toPseudoTexts(bundle)) / length(bundle)).toBeGreaterThan(1.25);
});
