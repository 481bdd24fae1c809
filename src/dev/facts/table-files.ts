import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { printTable } from '../../core/facts/form';
import type { TableFile } from '../../core/facts/table';

/** Folder of the tables, from the root of the repository, where npm runs scripts. */
export const TABLES = 'src/core/facts/tables';

/** Paths of all table files, sorted. */
export function tableFiles(): string[] {
  return readdirSync(TABLES)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(TABLES, name));
}

/** The text of a table file in its one form. */
export function formatTable(text: string): string {
  return printTable(JSON.parse(text) as TableFile);
}
