import type { TableFile } from '../../core/facts/table';

/** A row by column, its sources by name. A row that rests on one source has no others. */
export interface Row {
  readonly source: string;
  readonly also: readonly string[];
  readonly [column: string]: unknown;
}

/** The rows of a table file. */
export function openRows(file: TableFile): readonly Row[] {
  const nameOf = (index: unknown): string => file.sources[index as number] ?? '';
  return file.rows.map((cells) => {
    const row = Object.fromEntries(file.columns.map((column, i) => [column, cells[i]]));
    return { ...row, source: nameOf(row['source']), also: ((row['also'] as readonly unknown[] | null | undefined) ?? []).map(nameOf) };
  });
}

/** A table file with other rows. It gets a column `also` when a row has come to rest on several sources. */
export function closeRows(file: TableFile, rows: readonly Row[], checked: string): TableFile {
  const columns = file.columns.includes('also') || rows.every((row) => row.also.length === 0) ? file.columns : [...file.columns, 'also'];
  const sources = [...new Set(rows.flatMap((row) => [row.source, ...row.also]))];
  const numbers = new Map(sources.map((name, i) => [name, i]));
  const cells = rows.map((row) =>
    columns.map((column) => {
      if (column === 'source') return numbers.get(row.source);
      if (column === 'also') return row.also.length === 0 ? null : row.also.map((name) => numbers.get(name));
      return row[column] ?? null;
    }),
  );
  return { ...file, checked, sources, columns, rows: cells };
}

/** A row with some cells changed on the word of a source; what it rested on so far stays named. */
export function amendRow(row: Row, cells: Readonly<Record<string, unknown>>, source: string): Row {
  const also = [...new Set([row.source, ...row.also])].filter((name) => name !== source);
  return { ...row, ...cells, source, also };
}

/** What tells two readings of a table apart. */
export interface RowDifference {
  readonly added: readonly Row[];
  readonly changed: readonly { readonly key: string; readonly cells: readonly string[] }[];
  readonly removed: readonly Row[];
}

/** Compares rows by the columns of `key`; rows that share a key are compared in their order. */
export function compareRows(before: readonly Row[], after: readonly Row[], key: readonly string[]): RowDifference {
  const old = new Map(numberKeys(before, key));
  const added: Row[] = [];
  const changed: { key: string; cells: readonly string[] }[] = [];
  for (const [name, row] of numberKeys(after, key)) {
    const former = old.get(name);
    old.delete(name);
    if (former === undefined) {
      added.push(row);
      continue;
    }
    const cells = Object.keys(row).flatMap((column) => {
      const [from, to] = [former[column], row[column]].map((value) => JSON.stringify(value ?? null));
      return from === to ? [] : [`${column} ${from} → ${to}`];
    });
    if (cells.length > 0) changed.push({ key: describeKey(row, key), cells });
  }
  return { added, changed, removed: [...old.values()] };
}

function numberKeys(rows: readonly Row[], key: readonly string[]): readonly (readonly [string, Row])[] {
  const counts = new Map<string, number>();
  return rows.map((row) => {
    const name = JSON.stringify(key.map((column) => row[column]));
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return [`${name} ${count}`, row] as const;
  });
}

/** The cells that name a row, for people. */
export function describeKey(row: Row, key: readonly string[]): string {
  return key.map((column) => (typeof row[column] === 'string' ? row[column] : '-')).join(' ');
}
