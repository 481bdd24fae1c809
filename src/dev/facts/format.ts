// Brings fact tables into their one form: npm run facts:format [-- FILE…]
// With --check it only names the files that differ, exit status 1.
import { readFileSync, writeFileSync } from 'node:fs';
import { formatTable, tableFiles } from './table-files';

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
for (const path of named.length > 0 ? named : tableFiles()) {
  const text = readFileSync(path, 'utf8');
  const formatted = formatTable(text);
  if (formatted === text) continue;
  if (process.argv.includes('--check')) {
    console.log(`${path}: not in its one form; run npm run facts:format`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, formatted);
  }
}
