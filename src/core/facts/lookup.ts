import type { Table } from './table';

/**
 * A lookup over a table by a key of its rows, indexed when it is first used. The first row of a key wins.
 * The result is undefined for a key that no row has.
 */
export function lookupBy<Row>(table: () => Table<Row>, keyOf: (row: Row) => string): (key: string) => (Row & { readonly source: string }) | undefined {
  const groups = groupsBy(table, keyOf);
  return (key) => groups(key)[0];
}

/** The rows of a table that share a key, in table order, indexed when it is first used; empty for a key that no row has. */
export function groupsBy<Row>(table: () => Table<Row>, keyOf: (row: Row) => string): (key: string) => readonly (Row & { readonly source: string })[] {
  let groups: Map<string, (Row & { readonly source: string })[]> | undefined;
  return (key) => {
    if (groups === undefined) {
      groups = new Map();
      for (const row of table().rows) {
        const rowKey = keyOf(row);
        const group = groups.get(rowKey);
        if (group === undefined) groups.set(rowKey, [row]);
        else group.push(row);
      }
    }
    return groups.get(key) ?? [];
  };
}
