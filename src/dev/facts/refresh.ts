// Reads fact tables again from public services and shows what would change; README.md in this folder tells how:
//   npm run facts:refresh [-- TABLE… [--write] [--allow-loss] [--tables FOLDER]]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printDifference, refreshTable } from './refresh-table';
import { SOURCES } from './sources/index';
import { TABLES } from './table-files';
import { Web } from './web';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
/** Node reads the proxy variables from this version on, when NODE_USE_ENV_PROXY is set as it starts. */
const PROXY_NODE_MAJOR = 24;

const wantsProxy = PROXY_VARIABLES.some((name) => process.env[name]) && process.env['NODE_USE_ENV_PROXY'] === undefined;
if (!wantsProxy) {
  void main();
} else if (Number(process.versions.node.split('.')[0]) < PROXY_NODE_MAJOR) {
  console.error(`A proxy is set, and Node ${process.versions.node} does not use it; take Node ${PROXY_NODE_MAJOR} or newer.`);
  process.exitCode = 2;
} else {
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit', env: { ...process.env, NODE_USE_ENV_PROXY: '1' } });
  process.exitCode = status ?? 2;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    allowPositionals: true,
    options: { write: { type: 'boolean' }, 'allow-loss': { type: 'boolean' }, tables: { type: 'string', default: TABLES } },
  });
  const unknown = positionals.filter((name) => SOURCES.every(({ table }) => table !== name));
  if (unknown.length > 0) {
    console.error(`${unknown.join(', ')}: no public service for this table. There is one for ${SOURCES.map(({ table }) => table).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const web = new Web(process.env);
  const today = new Date().toISOString().slice(0, 10);
  for (const source of SOURCES.filter(({ table }) => positionals.length === 0 || positionals.includes(table))) {
    const path = join(values.tables, `${source.table}.json`);
    const outcome = await refreshTable(source, readFileSync(path, 'utf8'), web, today, values['allow-loss'] === true);
    if (outcome.kind !== 'read') {
      console.log(`${source.table}: ${outcome.kind}, nothing changed: ${outcome.reason}`);
      process.exitCode = 1;
      continue;
    }
    const { added, changed, removed } = outcome.difference;
    console.log(`${source.table}: ${outcome.rows} rows, ${added.length} added, ${changed.length} changed, ${removed.length} removed${values.write === true ? ', written' : ''}`);
    for (const line of printDifference(outcome.difference, source.key)) console.log(line);
    if (values.write === true) writeFileSync(path, outcome.text);
  }
}
