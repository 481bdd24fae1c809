import { tableTexts } from '../core/facts/index';
import { listTables } from '../core/facts/summary';
import { verifyTables, type TableVerdict } from '../core/facts/verify';
import { formatText, msg, type Text } from '../core/l10n/message';
import { readOverlay } from '../core/overlay/read';
import { LineIndex } from '../core/text/line-index';
import { formatTable } from './engine';
import { Failure } from './failure';
import { readTextFile } from './input';
import { say } from './language';
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
  if (overlays.length > 0) throw new Failure(msg`files are for --verify only`);
  const tables = listTables();
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ version: 1, tables, rows }, undefined, 2)}\n`);
    return;
  }
  const lines = tables.map((table) => [table.name, say(msg`${String(table.rows).padStart(6)} rows`), say(msg`${String(table.sources).padStart(4)} sources`), say(msg`checked ${table.checked}`)]);
  process.stdout.write(`${formatTable(lines, '')}${say(msg`${rows} rows in ${tables.length} tables`)}\n`);
}

/** What is wrong with a table or an overlay. */
interface Verdict extends Omit<TableVerdict, 'faults'> {
  readonly faults: readonly Text[];
}

/** One line a table; exit status 1 where one has faults. */
function printVerdicts(tables: readonly Verdict[], json: boolean): void {
  const faults = tables.reduce((sum, table) => sum + table.faults.length, 0);
  if (faults > 0) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, tables: tables.map((table) => ({ ...table, faults: table.faults.map((fault) => formatText(fault)) })), faults }, undefined, 2)}\n`);
    return;
  }
  const lines = formatTable(tables.map(({ table, rows, faults: found }) => [table, say(msg`${String(rows).padStart(6)} rows`), say(found.length === 0 ? msg`sound` : countFaults(found.length))]), '').split('\n');
  for (const [i, { faults: found }] of tables.entries()) process.stdout.write(`${lines[i] ?? ''}\n${found.map((fault) => `  ${say(fault)}\n`).join('')}`);
  process.stdout.write(`${say(msg`${tables.length} tables, ${countFaults(faults)}`)}\n`);
}

/** An organisation's overlay file as a table: its entries, and what keeps some from being read. */
function verifyOverlay(file: string): Verdict {
  const { text } = readTextFile(file);
  const { overlay, problems } = readOverlay(text, formatPath(file));
  const lines = new LineIndex(text);
  const faults = problems.map(({ location, message }) => {
    const { line, character } = lines.positionAt(location.range.start);
    return msg`${location.file}:${line + 1}:${character + 1}: ${message}`;
  });
  return { table: formatPath(file), rows: overlay.images.length + overlay.mirrors.length + overlay.tags.length, faults };
}

function countFaults(count: number): Text {
  return count === 1 ? msg`1 fault` : msg`${count} faults`;
}
