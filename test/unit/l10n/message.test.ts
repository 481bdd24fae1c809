import { describe, expect, it } from 'vitest';
import { formatMessage, formatText, listPlaceholders, msg, type Translations } from '../../../src/core/l10n/message';
import { UNKNOWN } from '../../../src/core/text/traced';

describe('msg', () => {
  it('makes a template of what is written, and data of what stands in it', () => {
    expect(msg`Pin ${'libnvinfer8'} to ${'8.4.3'}`).toEqual({ template: 'Pin {0} to {1}', data: { 0: 'libnvinfer8', 1: '8.4.3' } });
    expect(msg`Nothing stands here`).toEqual({ template: 'Nothing stands here', data: {} });
    expect(msg`${1} of ${2}`).toEqual({ template: '{0} of {1}', data: { 0: '1', 1: '2' } });
  });

  it('keeps a message that stands in another', () => {
    const inner = msg`CUDA ${'12.4'}`;
    expect(msg`It has ${inner}`.data).toEqual({ 0: inner });
  });
});

describe('formatText', () => {
  const chinese: Translations = { 'Pin {0} to {1}': '将 {0} 固定为 {1}', 'It has {0}': '它带有 {0}', 'no CUDA': '无 CUDA', '{0} first, {1} then': '先 {0}，后 {1}（{0}）' };

  it.each([
    ['English without translations', msg`Pin ${'a'} to ${'1'}`, undefined, 'Pin a to 1'],
    ['the translation', msg`Pin ${'a'} to ${'1'}`, chinese, '将 a 固定为 1'],
    ['English where there is none', msg`Remove ${'a'}`, chinese, 'Remove a'],
    ['a message in a message, each translated', msg`It has ${msg`no CUDA`}`, chinese, '它带有无 CUDA'],
    ['a name with a blank, in Chinese, as it is', msg`It has ${'我的 项目'}`, chinese, '它带有 我的 项目'],
    ['a message in a message, one of them translated', msg`It has ${msg`no cuDNN`}`, chinese, '它带有 no cuDNN'],
    ['a placeholder that the translation has twice', msg`${'x'} first, ${'y'} then`, chinese, '先 x，后 y（x）'],
    ['a name, never taken for a template', 'no CUDA', chinese, 'no CUDA'],
    ['? for what nobody knows', msg`Pin ${`a-${UNKNOWN}`} to ${UNKNOWN}`, chinese, '将 a-? 固定为 ?'],
    ['? for what nobody knows in a name', `cuda:${UNKNOWN}`, chinese, 'cuda:?'],
    ['names of an object itself are no translations', msg`toString`, chinese, 'toString'],
    ['no blank beside full-width punctuation', msg`It has ${msg`first`} then`, { 'It has {0} then': '先 {0} 后', first: '一（1）' }, '先一（1）后'],
    ['a value that looks like a placeholder', msg`Pin ${'{1}'} to ${'{0}'}`, undefined, 'Pin {1} to {0}'],
  ])('says %s', (_, text, translations, expected) => {
    expect(formatText(text, translations)).toBe(expected);
  });
});

describe('formatMessage', () => {
  it.each([
    ['{a} and {b}', { a: '1', b: '2' }, '1 and 2'],
    ['{a}{a}', { a: 'x' }, 'xx'],
    ['{missing} stays', {}, '{missing} stays'],
    ['a value is not a template: {a}', { a: '{b}', b: 'no' }, 'a value is not a template: {b}'],
    ['{toString}', {}, '{toString}'],
    ['$& {a}', { a: '$&' }, '$& $&'],
  ])('%s', (template, data, expected) => {
    expect(formatMessage(template, data as Record<string, string>)).toBe(expected);
  });

  it('lists each placeholder once', () => {
    expect(listPlaceholders('{a} {b} {a} ${C} { d }')).toEqual(['a', 'b', 'C']);
  });
});
