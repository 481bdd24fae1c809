/**
 * Brings fact tables into their one form: rows sorted, sources in the order of their first use and unused ones dropped,
 * one row a line. `node src/dev/facts/format.ts [FILE…]` rewrites; with `--check` it only names the files that differ.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TableText {
  table: string;
  about: string;
  checked: string;
  sources: string[];
  columns: string[];
  rows: unknown[][];
}

export const TABLES = fileURLToPath(new URL('../../core/facts/tables/', import.meta.url));

/** Names of all table files, sorted. */
export function tableFiles(): string[] {
  return readdirSync(TABLES)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(TABLES, name));
}

/** The text of a table file in its one form. A column `source` holds an index into `sources`, a column `also` a list of them. */
export function formatTable(text: string): string {
  const file = JSON.parse(text) as TableText;
  const source = file.columns.indexOf('source');
  const also = file.columns.indexOf('also');
  const rows = [...file.rows].sort((a, b) => compareRows(a, b, [source, also]));
  const sources: string[] = [];
  const numberOf = (index: unknown): unknown => {
    const name = file.sources[index as number];
    if (name === undefined) return index;
    const known = sources.indexOf(name);
    return known >= 0 ? known : sources.push(name) - 1;
  };
  for (const row of rows) {
    if (source >= 0) row[source] = numberOf(row[source]);
    if (also >= 0 && Array.isArray(row[also])) row[also] = row[also].map(numberOf);
  }
  const lines = (items: readonly unknown[]): string => (items.length === 0 ? '[]' : `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`);
  return [
    `{\n"table": ${JSON.stringify(file.table)}`,
    `"about": ${JSON.stringify(file.about)}`,
    `"checked": ${JSON.stringify(file.checked)}`,
    `"sources": ${lines(sources)}`,
    `"columns": ${JSON.stringify(file.columns)}`,
    `"rows": ${lines(rows)}\n}\n`,
  ].join(',\n');
}

/** Cell by cell from the left, numbers inside text by value, null first; the source does not count. */
function compareRows(a: readonly unknown[], b: readonly unknown[], skipped: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (skipped.includes(i)) continue;
    const difference = compareCells(a[i], b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareCells(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareNatural(typeof a === 'string' ? a : JSON.stringify(a), typeof b === 'string' ? b : JSON.stringify(b));
}

function compareNatural(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  for (const path of named.length > 0 ? named : tableFiles()) {
    const text = readFileSync(path, 'utf8');
    const formatted = formatTable(text);
    if (formatted === text) continue;
    if (process.argv.includes('--check')) {
      console.log(`${path}: not in its one form; run node src/dev/facts/format.ts`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, formatted);
    }
  }
}
