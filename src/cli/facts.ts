import { tableTexts } from '../core/facts/index';
import { listTables } from '../core/facts/summary';
import { verifyTables, type TableVerdict } from '../core/facts/verify';
import { formatText } from '../core/l10n/message';
import { readOverlay } from '../core/overlay/read';
import { LineIndex } from '../core/text/line-index';
import { Failure } from './failure';
import { readTextFile } from './input';
import { formatPath } from './paths';

export interface FactsArguments {
  readonly json?: boolean;
  readonly verify?: boolean;
}

/** `trtc facts`: the tables with their number of rows and sources and the date of their last check; or, with `--verify`, whether they and `overlays` are sound. */
export function printFacts(overlays: readonly string[], { json, verify }: FactsArguments): void {
  if (verify === true) {
    printVerdicts([...verifyTables(tableTexts), ...overlays.map(verifyOverlay)], json === true);
    return;
  }
  if (overlays.length > 0) throw new Failure('files are for --verify only');
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

/** One line a table; exit status 1 where one has faults. */
function printVerdicts(tables: readonly TableVerdict[], json: boolean): void {
  const faults = tables.reduce((sum, table) => sum + table.faults.length, 0);
  if (faults > 0) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, tables, faults }, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(...tables.map(({ table }) => table.length));
  for (const { table, rows, faults: found } of tables) {
    const verdict = found.length === 0 ? 'sound' : countFaults(found.length);
    process.stdout.write(`${table.padEnd(width)}  ${String(rows).padStart(6)} rows  ${verdict}\n${found.map((fault) => `  ${fault}\n`).join('')}`);
  }
  process.stdout.write(`${tables.length} tables, ${countFaults(faults)}\n`);
}

/** An organisation's overlay file as a table: its entries, and what keeps some from being read. */
function verifyOverlay(file: string): TableVerdict {
  const { text } = readTextFile(file);
  const { overlay, problems } = readOverlay(text, formatPath(file));
  const lines = new LineIndex(text);
  const faults = problems.map(({ location, message }) => {
    const { line, character } = lines.positionAt(location.range.start);
    return `${location.file}:${line + 1}:${character + 1}: ${formatText(formatText(message))}`;
  });
  return { table: formatPath(file), rows: overlay.images.length + overlay.mirrors.length + overlay.tags.length, faults };
}

function countFaults(count: number): string {
  return `${count} ${count === 1 ? 'fault' : 'faults'}`;
}
