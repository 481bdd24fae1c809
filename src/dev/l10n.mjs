// Collects the strings of the client for translators into l10n/bundle.l10n.json, and says what translations lack.
//   npm run l10n [-- --check]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { globSync } from 'tinyglobby';
import { root } from './set-up.mjs';
import { listGivenTexts, listPropertyTexts } from './templates.mjs';
import { findFaults, listLanguages } from './translations.mjs';

const BUNDLE = path.join(root, 'l10n/bundle.l10n.json');

const sources = globSync('src/client/**/*.ts', { cwd: root }).sort();
const scripts = sources.map((file) => ({ extension: '.ts', contents: readFileSync(path.join(root, file), 'utf8') }));
scripts.push({ extension: '.ts', contents: `import { l10n } from 'vscode';\n${listTemplates().map((text) => `l10n.t(${JSON.stringify(text)});\n`).join('')}` });
const bundle = `${JSON.stringify(await getL10nJson(scripts), undefined, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(BUNDLE, bundle);
} else if (readFileSync(BUNDLE, 'utf8') !== bundle) {
  console.error('l10n/bundle.l10n.json is out of date. Run `npm run l10n`.');
  process.exitCode = 1;
}
const faults = listLanguages().flatMap(findFaults);
if (faults.length > 0) {
  console.error(`${faults.join('\n')}\nTranslations do not fit the English texts: see docs/translating.md.`);
  if (process.argv.includes('--check')) process.exitCode = 1;
}

/** Texts of folders that do not know VS Code: sentences of the host check and the smoke test, notes and explanations of the generators, and what is told of known errors. */
function listTemplates() {
  const said = [
    ...listGivenTexts(['src/host/**/*.ts', 'src/smoke/**/*.ts'], { say: 0 }),
    ...listGivenTexts(['src/generate/**/*.ts', 'src/client/generate/*.ts'], { note: 0 }),
    ...listPropertyTexts(['src/generate/explain.ts'], 'text'),
  ];
  const { columns, rows } = JSON.parse(readFileSync(path.join(root, 'src/core/facts/tables/errors.json'), 'utf8'));
  const errors = rows.flatMap((row) => ['cause', 'check', 'remedy'].flatMap((name) => row[columns.indexOf(name)]));
  return [...new Set([...said, ...errors])].filter((text) => text !== '');
}
