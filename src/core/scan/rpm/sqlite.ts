// The database of RPM 4.16 and newer (RHEL 9, Fedora): a file of SQLite (https://www.sqlite.org/fileformat2.html).
import { bytesAt, join, textOf, viewOf } from './bytes';

const MAGIC = 'SQLite format 3\0';
const INTERIOR_TABLE = 0x05;
const LEAF_TABLE = 0x0d;
/** The first page has the header of the file before its own. */
const FILE_HEADER_BYTES = 100;

/** A value of a record that is wanted here: a number, or the bytes of a text or blob. */
type Value = number | Uint8Array | null;

/** Whether a file is one of SQLite, by its first bytes. */
export function isSqlite(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

/** The headers of the packages: column `blob` of table `Packages (hnum, blob)`. Throws RangeError for a broken file. */
export function* listSqliteHeaders(bytes: Uint8Array): Generator<Uint8Array> {
  const file = new SqliteFile(bytes);
  for (const [type, name, , root] of file.rows(1)) {
    if (!isText(type, 'table') || !isText(name, 'Packages') || typeof root !== 'number') continue;
    for (const [, blob] of file.rows(root)) if (blob instanceof Uint8Array) yield blob;
    return;
  }
  throw new RangeError('no table of packages');
}

function isText(value: Value | undefined, text: string): boolean {
  return value instanceof Uint8Array && value.length === text.length && textOf(value) === text;
}

class SqliteFile {
  private readonly view: DataView;
  private readonly pageBytes: number;
  /** What of a page may hold content. */
  private readonly usableBytes: number;

  constructor(private readonly bytes: Uint8Array) {
    this.view = viewOf(bytes);
    const written = this.view.getUint16(16);
    this.pageBytes = written === 1 ? 65_536 : written;
    this.usableBytes = this.pageBytes - this.view.getUint8(20);
    if (this.pageBytes < 512 || this.usableBytes < 480) throw new RangeError('no size of pages');
  }

  /** The rows of the table whose tree begins at a page, in the order of their keys. */
  *rows(root: number, seen = new Set<number>()): Generator<readonly Value[]> {
    if (seen.has(root)) throw new RangeError('a page that is its own child');
    seen.add(root);
    const page = this.offsetOf(root);
    const header = page + (root === 1 ? FILE_HEADER_BYTES : 0);
    const type = this.view.getUint8(header);
    const cells = this.view.getUint16(header + 3);
    if (type === LEAF_TABLE) {
      for (let i = 0; i < cells; i++) yield readRecord(this.payload(page + this.view.getUint16(header + 8 + 2 * i)));
    } else if (type === INTERIOR_TABLE) {
      for (let i = 0; i < cells; i++) yield* this.rows(this.view.getUint32(page + this.view.getUint16(header + 12 + 2 * i)), seen);
      yield* this.rows(this.view.getUint32(header + 8), seen);
    } else {
      throw new RangeError('no page of a table');
    }
  }

  private offsetOf(page: number): number {
    if (page < 1 || page * this.pageBytes > this.bytes.length) throw new RangeError('no such page');
    return (page - 1) * this.pageBytes;
  }

  /** The content of a cell of a leaf: as much as its page takes, the rest in a chain of other pages. */
  private payload(cell: number): Uint8Array {
    const [length, afterLength] = readVarint(this.view, cell);
    const [, start] = readVarint(this.view, afterLength);
    const most = this.usableBytes - 35;
    if (length <= most) return bytesAt(this.bytes, start, length);
    if (length > this.bytes.length) throw new RangeError('a content longer than the file');
    const least = Math.floor(((this.usableBytes - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (this.usableBytes - 4));
    const local = fitting <= most ? fitting : least;
    const parts = [bytesAt(this.bytes, start, local)];
    let next = this.view.getUint32(start + local);
    for (let left = length - local; left > 0; ) {
      const page = this.offsetOf(next);
      const part = Math.min(left, this.usableBytes - 4);
      parts.push(bytesAt(this.bytes, page + 4, part));
      left -= part;
      next = this.view.getUint32(page);
    }
    return join(parts);
  }
}

function readRecord(payload: Uint8Array): readonly Value[] {
  const view = viewOf(payload);
  const [headerBytes, start] = readVarint(view, 0);
  const values: Value[] = [];
  let content = headerBytes;
  for (let at = start; at < headerBytes; ) {
    const [type, next] = readVarint(view, at);
    at = next;
    const length = type >= 12 ? Math.floor((type - 12) / 2) : (INTEGER_BYTES[type] ?? 0);
    values.push(type >= 12 ? bytesAt(payload, content, length) : type === 8 || type === 9 ? type - 8 : readInteger(view, content, length));
    content += length;
  }
  return values;
}

/** Sizes of the serial types 1 to 7; of these the last is no integer and wanted nowhere. */
const INTEGER_BYTES: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8];

/** A number that is not negative, as page numbers are; null for none and for what is longer than they are. */
function readInteger(view: DataView, at: number, length: number): number | null {
  if (length === 0 || length > 4) return null;
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + view.getUint8(at + i);
  return value;
}

/** A number of one to nine bytes, seven bits in each, and where it ends. Longer than any file: RangeError. */
function readVarint(view: DataView, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start; at < start + 7; at++) {
    const byte = view.getUint8(at);
    value = value * 128 + (byte % 128);
    if (byte < 128) return [value, at + 1];
  }
  throw new RangeError('a number beyond every file');
}
