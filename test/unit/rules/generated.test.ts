import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';
import { registry } from '../../../src/core/engine/analyse';
import { listPageTexts, renderRulePage } from '../../../src/core/engine/page';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';

const LANGUAGES = listLanguages();

function readPage(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : file;
}

// What `npm run generate` writes is committed; these fail when somebody forgot to run it.

it('has the page of every rule, as it is now, and no other', () => {
  for (const rule of registry.rules) expect(readPage(`media/rules/${rule.id}.md`)).toBe(renderRulePage(rule));
  expect(readdirSync('media/rules').sort()).toEqual([...registry.rules.map(({ id }) => `${id}.md`), ...LANGUAGES].sort());
});

it.each(LANGUAGES)('has the page of every rule in %s, and no other', (language) => {
  const { bundle, pages } = readTexts(language);
  for (const rule of registry.rules) expect(readPage(`media/rules/${language}/${rule.id}.md`)).toBe(renderRulePage(rule, { ...bundle, ...pages }));
  expect(readdirSync(`media/rules/${language}`).sort()).toEqual(registry.rules.map(({ id }) => `${id}.md`).sort());
});

it('has all that pages say for translators', () => {
  const { bundle, pages } = readTexts();
  expect(Object.keys({ ...bundle, ...pages })).toEqual(expect.arrayContaining([...listPageTexts(registry.rules)]));
  expect(listPageTexts(registry.rules)).toEqual(expect.arrayContaining(Object.keys(pages)));
});

it('lists every file of a rule', () => {
  const index = readFileSync('src/core/rules/index.ts', 'utf8');
  const files = globSync('*/*.ts', { cwd: 'src/core/rules' }).filter((file) => readFileSync(path.join('src/core/rules', file), 'utf8').includes('export const rule = '));
  expect(files.filter((file) => !index.includes(`'./${file.replace(/\.ts$/, '')}'`))).toEqual([]);
});

it('finds each rule in the file that its id names', () => {
  const files = new Set(globSync('*/*.ts', { cwd: 'src/core/rules' }));
  const missing = registry.rules.filter(({ id, family }) => family !== 'suppression' && !files.has(`${family}/${id.replace(`${family}-`, '')}.ts`));
  expect(missing.map(({ id }) => id)).toEqual([]);
});

it('lists every rule in the setting', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    contributes: { configuration: { properties: Record<string, { properties?: object }> } };
  };
  const setting = contributes.configuration.properties['tensorrt.rules'];
  const names = registry.rules.flatMap(({ id, family }) => [id, family]);
  expect(Object.keys(setting?.properties ?? {}).sort()).toEqual([...new Set(names)].sort());
  // By this the list of rules in the editor knows them from families.
  expect(registry.rules.filter(({ id, family }) => !id.includes('-') || family.includes('-'))).toEqual([]);
});
