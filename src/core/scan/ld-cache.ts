/** One row of the loader's cache. */
export interface CachedLibrary {
  /** The name that programs ask for: `libnvinfer.so.8`. */
  readonly name: string;
  readonly path: string;
}

// glibc sysdeps/generic/dl-cache.h and sysdeps/unix/sysv/linux/dl-cache.h: the header's magic and version; flags of rows.
const MAGIC = 'glibc-ld.so.cache1.1';
const HEADER_BYTES = 48;
const ROW_BYTES = 24;
const FLAGS: Readonly<Record<string, number>> = { amd64: 0x0303, arm64: 0x0a03 };
const LONGEST_NAME = 4096;

/**
 * Reads `/etc/ld.so.cache` in the format that glibc has written since 2.2 (alone, or behind one in the old format); of
 * a processor that we know, only rows for its 64-bit libraries. Undefined where it is no such file; what is broken in
 * it is left out.
 */
export function readLdCache(bytes: Uint8Array, architecture: string): readonly CachedLibrary[] | undefined {
  const start = findMagic(bytes);
  if (start === undefined || start + HEADER_BYTES > bytes.length) return undefined;
  // The byte order is the image's: little for all processors with NVIDIA's drivers.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(view.getUint32(start + 20, true), Math.floor((bytes.length - start - HEADER_BYTES) / ROW_BYTES));
  const wanted = FLAGS[architecture];
  const rows: CachedLibrary[] = [];
  for (let i = 0; i < count; i++) {
    const row = start + HEADER_BYTES + i * ROW_BYTES;
    if (wanted !== undefined && view.getUint32(row, true) !== wanted) continue;
    const name = readText(bytes, start + view.getUint32(row + 4, true));
    const path = readText(bytes, start + view.getUint32(row + 8, true));
    if (name !== undefined && path?.startsWith('/') === true) rows.push({ name, path });
  }
  return rows;
}

/** In the old format's file the new one begins at a multiple of 8, behind rows of 12 bytes. */
function findMagic(bytes: Uint8Array): number | undefined {
  for (let start = 0; start + MAGIC.length <= bytes.length; start += 4) {
    if (startsWith(bytes, start, MAGIC)) return start;
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

function readText(bytes: Uint8Array, start: number): string | undefined {
  if (start >= bytes.length) return undefined;
  const end = bytes.indexOf(0, start);
  if (end < 0 || end - start > LONGEST_NAME) return undefined;
  return String.fromCharCode(...bytes.subarray(start, end));
}
