import { tableTexts } from '../core/facts/index';
import { listTables } from '../core/facts/summary';
import { verifyTables } from '../core/facts/verify';

export interface FactsArguments {
  readonly json?: boolean;
  readonly verify?: boolean;
}

/** `trtc facts`: the tables with their number of rows and sources and the date of their last check. */
export function printFacts({ json, verify }: FactsArguments): void {
  if (verify === true) {
    printVerdicts(json === true);
    return;
  }
  const tables = listTables();
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ version: 1, tables, rows }, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(...tables.map(({ name }) => name.length));
  const lines = tables.map(
    (table) => `${table.name.padEnd(width)}  ${String(table.rows).padStart(6)} rows  ${String(table.sources).padStart(4)} sources  checked ${table.checked}\n`,
  );
  process.stdout.write(`${lines.join('')}${rows} rows in ${tables.length} tables\n`);
}

/** `trtc facts --verify`: whether the tables keep what each table promises; exit status 1 where one does not. */
function printVerdicts(json: boolean): void {
  const tables = verifyTables(tableTexts);
  const faults = tables.reduce((sum, table) => sum + table.faults.length, 0);
  if (faults > 0) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, tables, faults }, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(...tables.map(({ table }) => table.length));
  for (const { table, rows, faults: found } of tables) {
    const verdict = found.length === 0 ? 'sound' : `${found.length} ${found.length === 1 ? 'fault' : 'faults'}`;
    process.stdout.write(`${table.padEnd(width)}  ${String(rows).padStart(6)} rows  ${verdict}\n${found.map((fault) => `  ${fault}\n`).join('')}`);
  }
  process.stdout.write(`${tables.length} tables, ${faults} ${faults === 1 ? 'fault' : 'faults'}\n`);
}
