import { listTables } from '../core/facts/summary';

/** `trtc facts`: the tables with their number of rows and sources and the date of their last check. */
export function printFacts({ json }: { readonly json?: boolean }): void {
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
