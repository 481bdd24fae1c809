// Every language says all that the English texts say; the Chinese is Chinese, and written as Chinese is.
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { compareTexts, findFaults, listLanguages, readTexts } from '../../../src/dev/translations.mjs';

/** Words that are the same in every language: a text without Chinese has no others. */
const NAMES = new Set(['CDI', 'CPU', 'CUDA', 'Container', 'Containers', 'Debian', 'GPU', 'GiB', 'ID', 'Jetson', 'Linux', 'NCCL', 'NVENC', 'NVIDIA', 'Python', 'SELinux', 'TensorRT', 'Toolkit', 'WSL', 'cuBLAS']);

/** Texts that are all names, paths or keys. */
const SAME = new Set(['all', 'gpus', 'Docker in Docker', './models:/models', 'third_party/, *.template.Dockerfile, !important.Dockerfile']);

/** What stands for these begins with punctuation of its own. */
const SUFFIXES = /\{(?:error|instead|newest|pip)\}/g;

/** Code, links and placeholders, which are no words of any language. */
const NO_WORDS = /`[^`]*`|\{\{?[.\w]+\}?\}|\$\([\w-]+\)|\]\([^)\s]*\)|\*\*/g;

const COMPARE = { 'a.b': 'Run `docker ps` on {0}, then [look](command:tensorrt.x).\nSee **TensorRT: Build…** or **Other**.' };
const TITLES = new Map([['TensorRT: Build…', 'TensorRT: 构建…']]);
const GOOD = '在 {0} 上运行 `docker ps`，然后[查看](command:tensorrt.x)。\n见 **TensorRT: 构建…** 或 **Other**。';

describe('comparing a translation with its English text', () => {
  test('takes one that has the same parts, in any order', () => {
    expect(compareTexts(COMPARE, { 'a.b': GOOD }, TITLES)).toEqual([]);
    expect(compareTexts({ x: '{0} of {1}' }, { x: '{1} 中的 {0}' })).toEqual([]);
  });

  test.each([
    ['a missing one', undefined, ['missing: a.b']],
    ['an empty one', ' ', ['empty: a.b']],
    ['a lost placeholder', GOOD.replace('{0}', ''), ['lacks "{0}": a.b']],
    ['another placeholder', GOOD.replace('{0}', '{1}'), ['lacks "{0}": a.b', 'has "{1}" of its own: a.b']],
    ['a placeholder twice', `${GOOD}{0}`, ['has "{0}" of its own: a.b']],
    ['other code', GOOD.replace('docker ps', 'docker'), ['lacks "`docker ps`": a.b', 'has "`docker`" of its own: a.b']],
    ['another target of a link', GOOD.replace('tensorrt.x', 'tensorrt.y'), ['lacks "](command:tensorrt.x)": a.b', 'has "](command:tensorrt.y)" of its own: a.b']],
    ['a line less', GOOD.replace('\n', ''), ['lacks "\\n": a.b']],
    ['the English title of a command', GOOD.replace('构建…', 'Build…'), ['lacks "**TensorRT: 构建…**": a.b', 'has "**TensorRT: Build…**" of its own: a.b']],
  ])('refuses %s', (_, translated, faults) => {
    expect(compareTexts(COMPARE, translated === undefined ? {} : { 'a.b': translated }, TITLES)).toEqual(faults);
  });

  test('lets a language leave out words of English grammar', () => {
    expect(compareTexts({ x: '{packages} {have} no version' }, { x: '{packages} 未写明版本' })).toEqual([]);
    expect(compareTexts({ x: '{packages} {have} no version' }, { x: '{have} 未写明版本' })).toEqual(['lacks "{packages}": x']);
  });

  test('refuses one of a text that is no more', () => {
    expect(compareTexts({}, { gone: '已删除' })).toEqual(['superfluous: gone']);
  });
});

test('there is Simplified Chinese', () => {
  expect(listLanguages()).toContain('zh-cn');
});

test.each(listLanguages())('%s says all that the English texts say', (language) => {
  expect(findFaults(language)).toEqual([]);
});

describe('zh-cn', () => {
  const chinese = readTexts('zh-cn');
  const pages = globSync('media/walkthrough/zh-cn/*.md').map((file) => readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, ''));
  const texts = [...Object.values(chinese.manifest), ...Object.values(chinese.bundle), ...Object.values(chinese.pages), ...pages];

  test('has no text left in English', () => {
    const left = texts.filter((text) => !/\p{Script=Han}/u.test(text) && !isTag(text) && !SAME.has(text) && listWords(text).some((word) => !NAMES.has(word)));
    expect(left).toEqual([]);
  });

  test('has a blank between Chinese and Latin words, numbers, placeholders and code', () => {
    expect(texts.map((text) => text.replace(SUFFIXES, '')).filter((text) => /\p{Script=Han}[\w`{]|[\w`}%]\p{Script=Han}/u.test(text))).toEqual([]);
  });

  test('has full-width punctuation after and before Chinese, without blanks', () => {
    const halfWidth = /\p{Script=Han} ?[,;:!?(]|[,;:!?)] ?\p{Script=Han}|\p{Script=Han}\.(?:\s|$)/u;
    const blank = /[，。；：！？、）] | [，。；：！？、（]/;
    expect(texts.map(toProse).filter((text) => halfWidth.test(text) || blank.test(text))).toEqual([]);
  });

  test('calls things what the list of terms calls them', () => {
    const avoided = /显卡|映像|注册表|注册中心|烟雾测试|软体|程式|堆栈|仓储|构造|容器工具包|驱动程序|守护程序|算力|凭证|缺省|登陆|你/;
    expect(texts.filter((text) => avoided.test(text))).toEqual([]);
  });
});

function listWords(text: string): string[] {
  return text.replace(NO_WORDS, '').match(/[A-Za-z]+/g) ?? [];
}

/** The path of pages, and the tag of the language that HTML is given. */
function isTag(text: string): boolean {
  return text === 'zh-CN' || /^(?:\.\/)?media\/(?:walkthrough\/zh-cn\/\w+\.md|rules\/zh-cn|schemas\/zh-cn\/\w+\.schema\.json)$/.test(text);
}

/** The text without what has punctuation of its own: targets of links, icons, the colon between a command and its category. */
function toProse(text: string): string {
  return text.replace(/\]\([^)\s]*\)|\$\([\w-]+\)/g, '').replaceAll('TensorRT: ', '');
}
