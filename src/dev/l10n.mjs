// Collects the strings of the client for translators into l10n/bundle.l10n.json.   npm run l10n [-- --check]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { globSync } from 'tinyglobby';
import { root } from './set-up.mjs';

const BUNDLE = path.join(root, 'l10n/bundle.l10n.json');

const sources = globSync('src/client/**/*.ts', { cwd: root }).sort();
const scripts = sources.map((file) => ({ extension: '.ts', contents: readFileSync(path.join(root, file), 'utf8') }));
const bundle = `${JSON.stringify(await getL10nJson(scripts), undefined, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(BUNDLE, bundle);
} else if (readFileSync(BUNDLE, 'utf8') !== bundle) {
  console.error('l10n/bundle.l10n.json is out of date. Run `npm run l10n`.');
  process.exitCode = 1;
}
