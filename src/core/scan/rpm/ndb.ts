// The database of RPM on SUSE: slots that point at the headers, numbers with their low byte first
// (https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c).
import { bytesAt, textOf, viewOf } from './bytes';

const FILE_MAGIC = 'RpmP';
const SLOT_MAGIC = 'Slot';
const BLOB_MAGIC = 'BlbS';
const PAGE_BYTES = 4096;
const SLOT_BYTES = 16;
/** Places are counted in blocks of so many bytes. */
const BLOCK_BYTES = 16;
const FILE_HEADER_BYTES = 32;
const BLOB_HEADER_BYTES = 16;

/** Whether a file is a database of SUSE, by its first bytes. */
export function isNdb(bytes: Uint8Array): boolean {
  return bytes.length >= PAGE_BYTES && magicAt(bytes, 0) === FILE_MAGIC;
}

/** The headers of the packages, in the order of their slots. Throws RangeError for a broken file. */
export function* listNdbHeaders(bytes: Uint8Array): Generator<Uint8Array> {
  const view = viewOf(bytes);
  if (view.getUint32(4, true) !== 0) throw new RangeError('a newer version');
  const end = view.getUint32(12, true) * PAGE_BYTES;
  for (let slot = FILE_HEADER_BYTES; slot < end; slot += SLOT_BYTES) {
    if (magicAt(bytes, slot) !== SLOT_MAGIC) throw new RangeError('no slot');
    const number = view.getUint32(slot + 4, true);
    const blob = view.getUint32(slot + 8, true) * BLOCK_BYTES;
    // A free slot points nowhere.
    if (blob === 0) continue;
    if (magicAt(bytes, blob) !== BLOB_MAGIC || view.getUint32(blob + 4, true) !== number) throw new RangeError('no header at its place');
    yield bytesAt(bytes, blob + BLOB_HEADER_BYTES, view.getUint32(blob + 12, true));
  }
}

function magicAt(bytes: Uint8Array, offset: number): string {
  return textOf(bytesAt(bytes, offset, 4));
}
