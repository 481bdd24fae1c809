import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/distributions.json?raw';

/** A Linux distribution release. */
export interface Distribution {
  /** `ubuntu20.04`, `debian12`. */
  readonly os: string;
  readonly codename: string | null;
  /** Version of the python3 package: `3.8`. */
  readonly python: string | null;
  readonly pythonSource: string | null;
  /** ISO dates. */
  readonly standardEol: string | null;
  readonly extendedEol: string | null;
  readonly source: string;
}

const table = defineTable<Distribution>(text);
const byOs = lookupBy(table, (row) => row.os);
const byCodename = lookupBy(table, (row) => row.codename ?? '');

/** The row of a distribution release by name and version (`ubuntu20.04`). */
export function findDistribution(os: string): Distribution | undefined {
  return byOs(os);
}

/** The row of a distribution release by its code name (`focal`). */
export function findDistributionByCodename(codename: string): Distribution | undefined {
  return codename === '' ? undefined : byCodename(codename);
}

/** ISO date on which the table was last compared with its sources. */
export function distributionsChecked(): string {
  return table().checked;
}
