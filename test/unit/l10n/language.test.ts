import { expect, it } from 'vitest';
import { languageOf } from '../../../src/core/l10n/language';

it.each([
  ['en', undefined],
  ['en-GB', undefined],
  ['en_US.UTF-8', undefined],
  ['eng', 'eng'],
  ['fr', 'fr'],
  ['pt-BR', 'pt-br'],
  ['zh', 'zh-cn'],
  ['zh-CN', 'zh-cn'],
  ['zh_CN.UTF-8', 'zh-cn'],
  ['zh_CN@pinyin', 'zh-cn'],
  ['zh-Hans', 'zh-cn'],
  ['zh-Hans-HK', 'zh-cn'],
  ['zh-SG', 'zh-cn'],
  ['zh-TW', 'zh-tw'],
  ['zh-HK', 'zh-hk'],
  ['zh-Hant-CN', 'zh-hant-cn'],
  ['', undefined],
  ['../zh-cn', undefined],
])('the language of the locale %j is %s', (locale, language) => {
  expect(languageOf(locale)).toBe(language);
});
