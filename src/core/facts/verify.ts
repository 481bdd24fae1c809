import { compareDotted, firstParts } from '../version/dotted';
import { arrangeTable } from './form';
import type { TableFile } from './table';

/** What is wrong with one table; no faults: nothing is. */
export interface TableVerdict {
  readonly table: string;
  readonly rows: number;
  /** Sentences, each naming the row or source that it is about. */
  readonly faults: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/** Every value of `column` in `table`, as `read` splits it, must be a key of `of`. */
interface Reference {
  readonly table: string;
  readonly column: string;
  /** The keys that a row refers to; none where there is nothing to hold it against. */
  readonly read: (row: Row, known: ReadonlySet<string>) => readonly string[];
  readonly of: { readonly table: string; readonly read: (row: Row) => readonly string[] };
}

const textOf = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : []);
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.flatMap(textOf) : textOf(value));
const minorOf = (version: string): string => firstParts(version, 2);

/** Versions from before the first of the other table say nothing against it: it does not reach back that far. */
function within(versions: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const first = [...known].reduce((least, version) => (compareDotted(version, least) < 0 ? version : least), [...known][0] ?? '0');
  return versions.filter((version) => compareDotted(version, first) >= 0);
}

const TENSORRT_RELEASES = { table: 'tensorrt-releases', read: (row: Row) => textOf(row['version']) };
const CUDA_MINORS = { table: 'cuda-toolkits', read: (row: Row) => textOf(row['version']).map(minorOf) };
const CUDA_IMAGES = { table: 'cuda-images', read: (row: Row) => textOf(row['cuda']) };
const CAPABILITIES = { table: 'compute-capabilities', read: (row: Row) => textOf(row['computeCapability']) };

const releaseOfBuild = (row: Row): string => firstParts(textOf(row['version'])[0]?.split('-')[0] ?? '', 3);

const REFERENCES: readonly Reference[] = [
  { table: 'tensorrt-apt-builds', column: 'version', read: (row, known) => within([releaseOfBuild(row)], known), of: TENSORRT_RELEASES },
  { table: 'tensorrt-releases', column: 'cuda', read: (row) => textsOf(row['cuda']), of: CUDA_MINORS },
  { table: 'tensorrt-releases', column: 'debBuilds', read: (row) => textsOf(row['debBuilds']), of: CUDA_MINORS },
  { table: 'tensorrt-releases', column: 'tarBuilds', read: (row) => textsOf(row['tarBuilds']), of: CUDA_MINORS },
  { table: 'cuda-images', column: 'cuda', read: (row, known) => within(textOf(row['cuda']).map(minorOf), known), of: CUDA_MINORS },
  { table: 'cuda-image-contents', column: 'cuda', read: (row) => textOf(row['cuda']), of: CUDA_IMAGES },
  { table: 'cuda-requirements', column: 'cuda', read: (row) => textOf(row['cuda']), of: CUDA_MINORS },
  { table: 'torch-releases', column: 'cuda', read: (row) => textsOf(row['cuda']).map(minorOf), of: CUDA_MINORS },
  { table: 'gpus', column: 'computeCapability', read: (row) => textOf(row['computeCapability']), of: CAPABILITIES },
  { table: 'cuda-toolkits', column: 'sm', read: (row) => textsOf(row['sm']), of: CAPABILITIES },
  {
    table: 'ngc-siblings',
    column: 'release',
    read: (row) => textOf(row['release']),
    of: { table: 'ngc-images', read: (row) => textOf(row['release']) },
  },
  {
    table: 'tensorrt-dependencies',
    column: 'package',
    read: (row) => textOf(row['package']),
    of: { table: 'tensorrt-packages', read: (row) => textOf(row['name']) },
  },
];

/**
 * Holds tables against what every table promises: whole rows under distinct columns, a source for each row and none in
 * vain, a date that exists, nothing said twice, one order, and values of other tables that these have.
 * `texts` are JSON texts of table files, their white space is of no account. A reference into a table that is not among
 * them is passed over. Never throws.
 */
export function verifyTables(texts: readonly string[]): readonly TableVerdict[] {
  const read = texts.map((text, i) => ({ name: `table ${i + 1}`, file: readTableFile(text) }));
  const files = new Map(read.flatMap(({ file }) => (file === undefined ? [] : [[file.table, file] as const])));
  return read.map(({ name, file }) =>
    file === undefined
      ? { table: name, rows: 0, faults: ['This is no JSON text of a table.'] }
      : { table: file.table, rows: file.rows.length, faults: [...formFaults(file), ...referenceFaults(file, files)] },
  );
}

/** The table of a JSON text; undefined where a member is missing or of another kind. */
function readTableFile(text: string): TableFile | undefined {
  try {
    const file = JSON.parse(text) as Partial<TableFile> | null;
    const isTable =
      typeof file?.table === 'string' &&
      typeof file.about === 'string' &&
      typeof file.checked === 'string' &&
      [file.sources, file.columns].every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string')) &&
      Array.isArray(file.rows) &&
      file.rows.every((row) => Array.isArray(row));
    return isTable ? (file as TableFile) : undefined;
  } catch {
    return undefined;
  }
}

const MINIMUM_ABOUT_LENGTH = 20;

function formFaults(file: TableFile): readonly string[] {
  const faults: string[] = [];
  if (file.about.length <= MINIMUM_ABOUT_LENGTH) faults.push('It does not say what it is about.');
  if (!isDate(file.checked)) faults.push(`"${file.checked}" is no date.`);
  if (new Set(file.columns).size !== file.columns.length) faults.push('A column is there twice.');
  if (file.rows.length === 0) faults.push('It has no rows.');
  faults.push(...file.rows.filter((row) => row.length !== file.columns.length).map((row) => `${show(row)} has ${row.length} cells for ${file.columns.length} columns.`));
  faults.push(...sourceFaults(file), ...doubles(file));
  if (faults.length === 0 && JSON.stringify(arrangeTable(file)) !== JSON.stringify(file)) faults.push('Rows or sources are not in order; npm run facts:format arranges them.');
  return faults;
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(20\d\d)-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysIn(Number(year), Number(month));
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function sourceFaults({ columns, rows, sources }: TableFile): readonly string[] {
  const source = columns.indexOf('source');
  const also = columns.indexOf('also');
  if (source < 0) return ['It has no column "source".'];
  const used = new Set<unknown>();
  const faults: string[] = [];
  for (const row of rows) {
    const others = also < 0 ? null : row[also];
    const all = [row[source], ...(Array.isArray(others) ? (others as unknown[]) : [])];
    if (all.some((index) => typeof index !== 'number' || (sources[index] ?? '').trim() === '')) faults.push(`${show(row)} names no source.`);
    for (const index of all) used.add(index);
  }
  faults.push(...sources.filter((_, index) => !used.has(index)).map((name) => `The source ${name} is named in vain.`));
  faults.push(...sources.filter((name, index) => sources.indexOf(name) !== index).map((name) => `The source ${name} is there twice.`));
  return faults;
}

function doubles({ columns, rows }: TableFile): readonly string[] {
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const key = JSON.stringify(row.filter((_, i) => columns[i] !== 'source' && columns[i] !== 'also'));
    const isDouble = seen.has(key);
    seen.add(key);
    return isDouble ? [`${show(row)} is there twice.`] : [];
  });
}

function referenceFaults(file: TableFile, files: ReadonlyMap<string, TableFile>): readonly string[] {
  return REFERENCES.filter(({ table }) => table === file.table).flatMap(({ column, read, of }) => {
    const other = files.get(of.table);
    if (other === undefined) return [];
    const known = new Set(rowsOf(other).flatMap(of.read));
    const missing = new Set(rowsOf(file).flatMap((row) => read(row, known).filter((key) => !known.has(key))));
    return [...missing].map((key) => `${column} ${key} is not in ${of.table}.`);
  });
}

function rowsOf({ columns, rows }: TableFile): readonly Row[] {
  return rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
}

const SHOWN_LENGTH = 100;

function show(row: readonly unknown[]): string {
  const text = JSON.stringify(row);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
