import { expect, it } from 'vitest';
import type { TableFile } from '../../../src/core/facts/table';
import { verifyTables } from '../../../src/core/facts/verify';

const SOUND: TableFile = {
  table: 'things',
  about: 'Things that a test is about, by name.',
  checked: '2026-11-20',
  sources: ['https://a.example', 'https://b.example'],
  columns: ['name', 'value', 'source', 'also'],
  rows: [
    ['1.2', null, 0, null],
    ['1.10', 'x', 1, [0]],
  ],
};

function faultsOf(...changes: readonly Partial<TableFile>[]): readonly string[] {
  return verifyTables(changes.map((change) => JSON.stringify({ ...SOUND, ...change }))).flatMap(({ faults }) => faults);
}

it('finds nothing in a sound table, whatever its white space', () => {
  expect(verifyTables([JSON.stringify(SOUND, undefined, 3)])).toEqual([{ table: 'things', rows: 2, faults: [] }]);
});

it.each<readonly [string, Partial<TableFile>, string]>([
  ['no description', { about: 'Things.' }, 'It does not say what it is about.'],
  ['a day that is none', { checked: '2025-02-29' }, '"2025-02-29" is no date.'],
  ['a time', { checked: '2025-02-20T10:00' }, '"2025-02-20T10:00" is no date.'],
  ['no rows', { rows: [], sources: [] }, 'It has no rows.'],
  ['a short row', { rows: [['1', null, 0]], sources: ['https://a.example'] }, '["1",null,0] has 3 cells for 4 columns.'],
  ['a column twice', { columns: ['name', 'name', 'source', 'also'] }, 'A column is there twice.'],
  ['no column for the source', { columns: ['name', 'value', 'origin', 'also'] }, 'It has no column "source".'],
  ['a source that is not listed', { rows: [['1', null, 0, null], ['2', null, 2, [1]]] }, '["2",null,2,[1]] names no source.'],
  ['an empty source', { sources: ['https://a.example', ' '] }, '["1.10","x",1,[0]] names no source.'],
  ['a source in vain', { sources: ['https://a.example', 'https://b.example', 'https://c.example'] }, 'The source https://c.example is named in vain.'],
  ['a source twice', { sources: ['https://a.example', 'https://a.example'] }, 'The source https://a.example is there twice.'],
  ['a row twice, from two sources', { rows: [['1', null, 0, null], ['1', null, 1, null]] }, '["1",null,1,null] is there twice.'],
  ['rows out of order', { rows: [['1.10', 'x', 0, null], ['1.2', null, 1, null]] }, 'Rows or sources are not in order; npm run facts:format arranges them.'],
])('finds %s', (_, change, fault) => {
  expect(faultsOf(change)).toContain(fault);
});

it.each(['', '{', 'null', '[]', '{"table": "x"}', JSON.stringify({ ...SOUND, rows: [1] }), JSON.stringify({ ...SOUND, sources: [1] })])('says of %j that it is no table', (text) => {
  expect(verifyTables([text])).toEqual([{ table: 'table 1', rows: 0, faults: ['This is no JSON text of a table.'] }]);
});

it('finds a build whose release is missing, but none that is older than all releases', () => {
  const releases = { table: 'tensorrt-releases', columns: ['version', 'source'], rows: [['8.6.1', 0], ['10.0.1', 1]] };
  const builds = { table: 'tensorrt-apt-builds', columns: ['version', 'source'], rows: [['4.1.2-1+cuda9.0', 0], ['8.6.1.6-1+cuda11.8', 1], ['10.13.0.35-1+cuda12.9', 1]] };
  expect(faultsOf(releases, builds)).toEqual(['version 10.13.0 is not in tensorrt-releases.']);
  expect(faultsOf(builds)).toEqual([]);
});
