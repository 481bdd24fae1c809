import { sentence } from '../l10n/message';
import type { Evidence } from './evidence';
import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/container-facts.json?raw';

const table = defineTable<{ readonly id: string; readonly fact: string }>(text);
const byId = lookupBy(table, (row) => row.id);

/** Facts on Compose, docker run and dev containers by their ids in the table, as evidence; an id that is not there gives none. */
export function containerFacts(...ids: readonly string[]): readonly Evidence[] {
  return ids.flatMap((id) => {
    const row = byId(id);
    return row === undefined ? [] : [{ fact: sentence(row.fact), source: row.source, checked: table().checked }];
  });
}
