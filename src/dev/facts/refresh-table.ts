import { printTable } from '../../core/facts/form';
import type { TableFile } from '../../core/facts/table';
import { verifyTables } from '../../core/facts/verify';
import { closeRows, compareRows, describeKey, openRows, type Row, type RowDifference } from './rows';
import type { AnySource } from './source';
import { WebProblem, type Web } from './web';

/** A list that lacks more of what it must have than this part, or a table that would lose more, is taken for broken. */
const ACCEPTED_LOSS = 0.05;

/** What came of one table. */
export type Outcome =
  | { readonly kind: 'read'; readonly difference: RowDifference; readonly text: string; readonly rows: number }
  /** Nothing is to be written; the sentence says why. */
  | { readonly kind: 'refused' | 'failed'; readonly reason: string };

/** Reads one table again. `text` is that of its file; `acceptsLoss` lets a list pass that has become much shorter. Throws on faults of the program only. */
export async function refreshTable(source: AnySource, text: string, web: Web, today: string, acceptsLoss: boolean): Promise<Outcome> {
  const file = JSON.parse(text) as TableFile;
  const before = openRows(file);
  try {
    const reading = await source.read(web, before, today);
    const loss = acceptsLoss ? undefined : describeLoss(source, before.length, reading);
    if (loss !== undefined) return { kind: 'refused', reason: loss };
    const after = closeRows(file, reading.rows, today);
    const printed = printTable(after);
    const faults = verifyTables([printed])[0]?.faults ?? [];
    if (faults.length > 0) return { kind: 'refused', reason: `the table would not be sound: ${faults.slice(0, 3).join(' ')}` };
    return { kind: 'read', difference: compareRows(before, reading.rows, source.key), text: printed, rows: reading.rows.length };
  } catch (error) {
    if (error instanceof WebProblem) return { kind: 'failed', reason: error.message };
    throw error;
  }
}

function describeLoss(source: AnySource, before: number, { rows, listed, expected, found }: { readonly rows: readonly Row[]; readonly listed: number; readonly expected: number; readonly found: number }): string | undefined {
  if (listed < source.floor) return `the public list has ${listed} entries, at least ${source.floor} are expected`;
  if (found < expected * (1 - ACCEPTED_LOSS)) return `the public list has only ${found} of the ${expected} entries that it must have by the table`;
  if (rows.length < before * (1 - ACCEPTED_LOSS)) return `the table would shrink from ${before} to ${rows.length} rows`;
  return undefined;
}

/** The lines of a reviewable difference: `+` added, `~` changed, `-` removed. */
export function printDifference({ added, changed, removed }: RowDifference, key: readonly string[]): readonly string[] {
  return [
    ...added.map((row) => `  + ${describeKey(row, key)}: ${describeCells(row, key)} (${row.source})`),
    ...changed.map((row) => `  ~ ${row.key}: ${row.cells.join('; ')}`),
    ...removed.map((row) => `  - ${describeKey(row, key)} (${row.source})`),
  ];
}

function describeCells(row: Row, key: readonly string[]): string {
  return Object.entries(row)
    .filter(([column, value]) => !key.includes(column) && column !== 'source' && column !== 'also' && value !== null && value !== undefined)
    .map(([column, value]) => `${column} ${JSON.stringify(value)}`)
    .join(', ');
}
