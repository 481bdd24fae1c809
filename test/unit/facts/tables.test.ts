import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { verifyTables } from '../../../src/core/facts/verify';
import { formatTable, tableFiles } from '../../../src/dev/facts/table-files';

const MAXIMUM_TOTAL_BYTES = 1_200_000;

const texts = tableFiles().map((path) => ({ name: basename(path, '.json'), text: readFileSync(path, 'utf8') }));
const verdicts = verifyTables(texts.map(({ text }) => text));

it.each(texts.map((file, i) => ({ ...file, verdict: verdicts[i] })))('table $name keeps what every table promises', ({ name, text, verdict }) => {
  expect(verdict).toEqual({ table: name, rows: verdict?.rows, faults: [] });
  // A plain comparison: the difference of two long texts takes seconds to print.
  expect(formatTable(text) === text, 'run: npm run facts:format').toBe(true);
});

it('keeps all tables small enough to ship', () => {
  const bytes = texts.map(({ text }) => Buffer.byteLength(JSON.stringify(JSON.parse(text))));
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAXIMUM_TOTAL_BYTES);
});
