import { tableTexts } from './index';
import type { TableFile } from './table';

/** A fact table in numbers. */
export interface TableSummary {
  readonly name: string;
  readonly about: string;
  readonly rows: number;
  /** Pages and files that the rows were read from. */
  readonly sources: number;
  /** ISO date of the last comparison with them. */
  readonly checked: string;
}

/** Every table by name. Parses them all: for people who ask, not for the engine. */
export function listTables(): readonly TableSummary[] {
  return tableTexts.map((text) => {
    const { table, about, rows, sources, checked } = JSON.parse(text) as TableFile;
    return { name: table, about, rows: rows.length, sources: sources.length, checked };
  });
}
