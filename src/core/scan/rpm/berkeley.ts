// The database of RPM up to 4.15 (CentOS 7, RHEL 8): a hash of Berkeley DB 4 and 5, in the byte order of its machine.
// Pages as in its dbinc/db_page.h (https://github.com/berkeleydb/libdb/blob/master/src/dbinc/db_page.h).
import { bytesAt, join, viewOf } from './bytes';

const HASH_MAGIC = 0x061561;
const MAGIC_AT = 12;
const PAGE_HEADER_BYTES = 26;
const OVERFLOW_PAGE = 7;
const HASH_PAGES: readonly number[] = [2, 13];
/** Kinds of an item in a page of a hash: its bytes, or the first page of a chain that has them. */
const KEY_DATA = 1;
const OFF_PAGE = 3;

/** Whether a file is a hash of Berkeley DB, in either byte order. */
export function isBerkeleyHash(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const view = viewOf(bytes);
  return view.getUint32(MAGIC_AT, true) === HASH_MAGIC || view.getUint32(MAGIC_AT) === HASH_MAGIC;
}

/** The headers of the packages; the record that counts them is passed over. Throws RangeError for a broken file. */
export function* listBerkeleyHeaders(bytes: Uint8Array): Generator<Uint8Array> {
  const view = viewOf(bytes);
  const little = view.getUint32(MAGIC_AT, true) === HASH_MAGIC;
  const pageBytes = view.getUint32(20, little);
  // Encrypted pages and pages with checksums are laid out otherwise; RPM makes none.
  if (pageBytes < 512 || pageBytes > 65_536 || view.getUint8(24) !== 0 || view.getUint8(26) !== 0) throw new RangeError('no page as RPM makes them');
  const last = view.getUint32(32, little);
  for (let number = 1; number <= last; number++) {
    const page = bytesAt(bytes, number * pageBytes, pageBytes);
    if (!HASH_PAGES.includes(page[25] ?? 0)) continue;
    for (const value of listValues(page, little)) {
      const header = value[0] === OFF_PAGE ? readChain(bytes, pageBytes, viewOf(value), little) : value[0] === KEY_DATA ? value.subarray(1) : undefined;
      if (header === undefined) throw new RangeError('an item of another kind');
      if (header.length > 16) yield header;
    }
  }
}

/** The items of a page are keys and values in turn, the first at the end of the page. */
function* listValues(page: Uint8Array, little: boolean): Generator<Uint8Array> {
  const view = viewOf(page);
  const count = view.getUint16(20, little);
  const offsetOf = (index: number): number => view.getUint16(PAGE_HEADER_BYTES + 2 * index, little);
  for (let index = 1; index < count; index += 2) {
    const start = offsetOf(index);
    yield bytesAt(page, start, offsetOf(index - 1) - start);
  }
}

function readChain(bytes: Uint8Array, pageBytes: number, item: DataView, little: boolean): Uint8Array {
  const length = item.getUint32(8, little);
  if (length > bytes.length) throw new RangeError('a value longer than the file');
  const parts: Uint8Array[] = [];
  let number = item.getUint32(4, little);
  for (let left = length; left > 0; ) {
    const page = bytesAt(bytes, number * pageBytes, pageBytes);
    const view = viewOf(page);
    const part = view.getUint16(22, little);
    if (page[25] !== OVERFLOW_PAGE || part === 0 || part > left) throw new RangeError('no page of a chain');
    parts.push(bytesAt(page, PAGE_HEADER_BYTES, part));
    left -= part;
    number = view.getUint32(16, little);
  }
  return join(parts);
}
