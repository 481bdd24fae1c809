/**
 * A fact table as it lies in `tables/*.json`: one row a line, cells in the order of `columns`.
 * A cell of the column `source` is an index into `sources`, so that a URL is written once; one of `also` a list of them.
 * null is a gap ("not established"), never a no.
 */
export interface TableFile {
  readonly table: string;
  readonly about: string;
  /** ISO date at which the rows were last compared with their sources. */
  readonly checked: string;
  readonly sources: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface Table<Row> {
  readonly checked: string;
  readonly rows: readonly (Row & { readonly source: string })[];
}

/**
 * A table that is parsed when it is first asked for, so that starting costs nothing.
 * `text` is the JSON text of a table file, imported with `?raw`. `Row` is on the caller's word; the tests hold every
 * table against its declared columns.
 */
export function defineTable<Row>(text: string): () => Table<Row> {
  let table: Table<Row> | undefined;
  return () => (table ??= readTable<Row>(text));
}

function readTable<Row>(text: string): Table<Row> {
  const file = JSON.parse(text) as TableFile;
  const sourceOf = (index: unknown): string => file.sources[index as number] ?? '';
  const sourcesOf = (indices: unknown): readonly string[] => (Array.isArray(indices) ? indices.map(sourceOf) : []);
  const rows = file.rows.map((cells) => {
    const row: Record<string, unknown> = {};
    file.columns.forEach((column, i) => {
      row[column] = column === 'source' ? sourceOf(cells[i]) : column === 'also' ? sourcesOf(cells[i]) : cells[i];
    });
    return row as Row & { readonly source: string };
  });
  return { checked: file.checked, rows };
}
