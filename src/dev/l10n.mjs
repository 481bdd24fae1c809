// Collects what is said at run time into l10n/bundle.l10n.json for translators, and says what translations lack.
//   npm run l10n [-- --check]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { globSync } from 'tinyglobby';
import { root } from './set-up.mjs';
import { listGivenTexts, listMapTexts, listPropertyTexts, listTaggedTexts } from './templates.mjs';
import { findFaults, listLanguages } from './translations.mjs';

const BUNDLE = path.join(root, 'l10n/bundle.l10n.json');

/** Columns of tables that hold sentences. */
const TABLE_TEXTS = [
  ['container-facts', 'fact'],
  ['image-facts', 'fact'],
  ['image-env', 'meaning'],
  ['tensorrt-apt-suspect', 'reason'],
  ['tensorrt-packages', 'note'],
  ['tensorrt-pip-facts', 'fact'],
];

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

/** Texts of folders that do not know VS Code: messages of rules and all that is said by msg`…`, sentences of the host check, the smoke test and the generators, descriptions of our own files, and sentences of tables. */
function listTemplates() {
  const said = [
    ...listMapTexts(['src/core/{rules,engine}/**/*.ts'], 'messages'),
    ...listPropertyTexts(['src/core/{rules,engine}/**/*.ts'], 'summary'),
    ...listTaggedTexts(['src/**/*.ts']),
    ...listTaggedTexts(['src/cli/main.ts'], 'help'),
    ...listPropertyTexts(['src/core/build-log/**/*.ts'], 'template'),
    ...listPropertyTexts(['src/core/**/schema.ts'], 'description'),
    ...listPropertyTexts(['src/core/**/schema.ts'], 'patternErrorMessage'),
    ...TABLE_TEXTS.flatMap(([table, column]) => listColumn(table, column)),
    ...listGivenTexts(['src/host/**/*.ts', 'src/smoke/**/*.ts'], { say: 0 }),
    ...listGivenTexts(['src/generate/**/*.ts', 'src/client/generate/*.ts'], { note: 0 }),
    ...listPropertyTexts(['src/generate/explain.ts'], 'text'),
  ];
  const errors = ['cause', 'check', 'remedy'].flatMap((column) => listColumn('errors', column));
  return [...new Set([...said, ...errors])].filter((text) => text.replace(/\{\d\}/g, '').trim() !== '');
}

/** The texts in a column of a table of facts, those of lists one by one. */
function listColumn(table, column) {
  const { columns, rows } = JSON.parse(readFileSync(path.join(root, `src/core/facts/tables/${table}.json`), 'utf8'));
  return rows.flatMap((row) => row[columns.indexOf(column)] ?? []);
}
