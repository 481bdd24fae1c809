import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';
import { registry } from '../../../src/core/engine/analyse';
import { renderRulePage } from '../../../src/core/engine/page';

// What `npm run generate` writes is committed; these fail when somebody forgot to run it.

it('has the page of every rule, as it is now, and no other', () => {
  for (const rule of registry.rules) {
    const page = `media/rules/${rule.id}.md`;
    expect(existsSync(page) ? readFileSync(page, 'utf8') : '', page).toBe(renderRulePage(rule));
  }
  expect(readdirSync('media/rules').sort()).toEqual(registry.rules.map(({ id }) => `${id}.md`).sort());
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
});
