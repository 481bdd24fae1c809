import type { TableFile } from './table';

/**
 * A table in its one form: rows sorted, sources in the order of their first use, unused ones dropped.
 * A column `source` holds an index into `sources`, a column `also` a list of them. Pure; the argument stays as it is.
 */
export function arrangeTable(file: TableFile): TableFile {
  const source = file.columns.indexOf('source');
  const also = file.columns.indexOf('also');
  const rows = [...file.rows].sort((a, b) => compareRows(a, b, [source, also])).map((row) => [...row]);
  const sources: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (index: unknown): unknown => {
    const name = file.sources[index as number];
    if (name === undefined) return index;
    const known = numbers.get(name) ?? sources.push(name) - 1;
    numbers.set(name, known);
    return known;
  };
  for (const row of rows) {
    if (source >= 0) row[source] = numberOf(row[source]);
    const others = row[also];
    if (also >= 0 && Array.isArray(others)) row[also] = others.map(numberOf);
  }
  return { ...file, sources, rows };
}

/** The text of a table in its one form: one source and one row a line, so that a change shows as the lines that it touches. */
export function printTable(file: TableFile): string {
  const { table, about, checked, sources, columns, rows } = arrangeTable(file);
  return [
    `{\n"table": ${JSON.stringify(table)}`,
    `"about": ${JSON.stringify(about)}`,
    `"checked": ${JSON.stringify(checked)}`,
    `"sources": ${printLines(sources)}`,
    `"columns": ${JSON.stringify(columns)}`,
    `"rows": ${printLines(rows)}\n}\n`,
  ].join(',\n');
}

function printLines(items: readonly unknown[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
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
