import type { Row } from './rows';
import type { Web } from './web';

/** Where a table is read again from. `Fact` is one entry of the public list. */
export interface Source<Fact> {
  /** Name of the table. */
  readonly table: string;
  /** Columns that tell its rows apart. */
  readonly key: readonly string[];
  /** A public list with fewer entries is taken for a broken one. */
  readonly floor: number;
  /** Reads the list. `rows` are those of today, for what need not be asked again. */
  readonly fetch: (web: Web, rows: readonly Row[]) => Promise<readonly Fact[]>;
  /** Keys of rows that a whole list has as well; most must be found again. */
  readonly expect: (rows: readonly Row[]) => readonly string[];
  /** Key of an entry, to be compared with those expected. */
  readonly keyOf: (fact: Fact) => string;
  /** The rows as they are to be. Rows of which the list does not speak stay as they are. */
  readonly merge: (rows: readonly Row[], facts: readonly Fact[], today: string) => readonly Row[];
}

/** A source whose kind of entries is nobody else's business. */
export interface AnySource {
  readonly table: string;
  readonly key: readonly string[];
  readonly floor: number;
  readonly read: (web: Web, rows: readonly Row[], today: string) => Promise<Reading>;
}

/** What a source says of the rows of today. */
export interface Reading {
  readonly rows: readonly Row[];
  /** Entries of the public list. */
  readonly listed: number;
  readonly expected: number;
  /** Those of the expected that the list has. */
  readonly found: number;
}

/** Hides the kind of entries. */
export function defineSource<Fact>(source: Source<Fact>): AnySource {
  const read = async (web: Web, rows: readonly Row[], today: string): Promise<Reading> => {
    const facts = await source.fetch(web, rows);
    const keys = new Set(facts.map(source.keyOf));
    const expected = [...new Set(source.expect(rows))];
    return { rows: source.merge(rows, facts, today), listed: facts.length, expected: expected.length, found: expected.filter((key) => keys.has(key)).length };
  };
  return { table: source.table, key: source.key, floor: source.floor, read };
}
