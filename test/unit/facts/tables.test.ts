import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TableFile } from '../../../src/core/facts/table';
import { formatTable, tableFiles } from '../../../src/dev/facts/format';

const MAXIMUM_TOTAL_BYTES = 1_200_000;

const texts = tableFiles().map((path) => ({ name: basename(path, '.json'), text: readFileSync(path, 'utf8') }));

describe.each(texts)('table $name', ({ name, text }) => {
  const file = JSON.parse(text) as TableFile;
  const source = file.columns.indexOf('source');
  const also = file.columns.indexOf('also');

  it('says what it is', () => {
    expect(file.table).toBe(name);
    expect(file.about.length).toBeGreaterThan(20);
    expect(file.checked).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
    expect(new Date(file.checked).toISOString().slice(0, 10)).toBe(file.checked);
  });

  it('has whole rows under distinct columns', () => {
    expect(new Set(file.columns).size).toBe(file.columns.length);
    expect(file.rows.length).toBeGreaterThan(0);
    expect(file.rows.filter((row) => row.length !== file.columns.length)).toEqual([]);
  });

  it('names a source for every row, and no source in vain', () => {
    expect(source).toBeGreaterThanOrEqual(0);
    const used = new Set<unknown>();
    for (const row of file.rows) {
      used.add(row[source]);
      if (also >= 0) for (const index of (row[also] as number[] | null) ?? []) used.add(index);
    }
    expect([...used].filter((index) => !file.sources[index as number]?.trim())).toEqual([]);
    expect(file.sources.filter((_, index) => !used.has(index))).toEqual([]);
    expect(new Set(file.sources).size).toBe(file.sources.length);
  });

  it('says nothing twice', () => {
    const keys = file.rows.map((row) => JSON.stringify(row.filter((_, i) => i !== source && i !== also)));
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  it('is in its one form', () => {
    // A plain comparison: the difference of two long texts takes seconds to print.
    expect(formatTable(text) === text, 'run: node src/dev/facts/format.ts').toBe(true);
  });
});

it('keeps all tables small enough to ship', () => {
  const bytes = texts.map(({ text }) => Buffer.byteLength(JSON.stringify(JSON.parse(text))));
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAXIMUM_TOTAL_BYTES);
});
