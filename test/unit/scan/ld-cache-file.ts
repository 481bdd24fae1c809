/** Writes a loader's cache in glibc's format; with `old`, behind a part in the format before it. */
export function writeLdCache(rows: readonly { readonly name: string; readonly path: string; readonly flags?: number }[], { old = false }: { readonly old?: boolean } = {}): Buffer {
  const prefix = old ? writeOldPart(rows.length) : Buffer.alloc(0);
  const header = Buffer.alloc(48);
  header.write('glibc-ld.so.cache1.1', 'latin1');
  header.writeUInt32LE(rows.length, 20);
  const table = Buffer.alloc(rows.length * 24);
  const strings: Buffer[] = [];
  let offset = header.length + table.length;
  rows.forEach(({ name, path, flags = 0x0303 }, index) => {
    table.writeUInt32LE(flags, index * 24);
    for (const [text, at] of [[name, 4], [path, 8]] as const) {
      table.writeUInt32LE(offset, index * 24 + at);
      const bytes = Buffer.from(`${text}\0`, 'latin1');
      strings.push(bytes);
      offset += bytes.length;
    }
  });
  const stringBytes = Buffer.concat(strings);
  header.writeUInt32LE(stringBytes.length, 24);
  return Buffer.concat([prefix, header, table, stringBytes]);
}

function writeOldPart(count: number): Buffer {
  const bytes = Buffer.alloc(16 + count * 12);
  bytes.write('ld.so-1.7.0\0', 'latin1');
  bytes.writeUInt32LE(count, 12);
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}
