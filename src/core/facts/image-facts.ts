import { sentence } from '../l10n/message';
import type { Evidence } from './evidence';
import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/image-facts.json?raw';

const table = defineTable<{ readonly id: string; readonly fact: string }>(text);
const byId = lookupBy(table, (row) => row.id);

/** A single fact on container images by its id in the table; undefined for an id that is not there. */
export function imageFact(id: string): Evidence | undefined {
  const row = byId(id);
  return row && { fact: sentence(row.fact), source: row.source, checked: table().checked };
}
