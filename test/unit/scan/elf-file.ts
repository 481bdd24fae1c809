/** Writes small shared libraries that the loader's tools can read. */
export interface ElfSpec {
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly rpath?: string;
  readonly runpath?: string;
  readonly bits?: 32 | 64;
  readonly bigEndian?: boolean;
  /** e_machine; 62 is x86-64. */
  readonly machine?: number;
  /** Zeros between the strings and the dynamic section, as code and data of a real library. */
  readonly padding?: number;
  /** Zeros before the strings. */
  readonly lead?: number;
  /** patchelf writes strings that have grown to the end of the file. */
  readonly stringsAtEnd?: boolean;
  readonly static?: boolean;
}

/** An ELF file with one or two loaded segments, its strings and its dynamic section. */
export function writeElf(spec: ElfSpec = {}): Buffer {
  const { bits = 64, bigEndian = false, machine = 62, padding = 0, lead = 0, stringsAtEnd = false, needed = [] } = spec;
  const wide = bits === 64;
  const word = wide ? 8 : 4;
  const strings = [''];
  const add = (text: string): number => {
    const offset = strings.reduce((sum, one) => sum + one.length + 1, 0);
    strings.push(text);
    return offset;
  };
  const tags: (readonly [number, number])[] = [
    ...needed.map((name): readonly [number, number] => [1, add(name)]),
    ...(spec.soname === undefined ? [] : [[14, add(spec.soname)] as const]),
    ...(spec.rpath === undefined ? [] : [[15, add(spec.rpath)] as const]),
    ...(spec.runpath === undefined ? [] : [[29, add(spec.runpath)] as const]),
  ];
  const table = Buffer.from(`${strings.join('\0')}\0`, 'latin1');
  const headerBytes = wide ? 64 : 52;
  const segmentBytes = wide ? 56 : 32;
  const tableAt = headerBytes + segmentBytes * 3 + lead;
  const dynamicBytes = (tags.length + 3) * word * 2;
  const stringsAt = stringsAtEnd ? tableAt + padding + dynamicBytes : tableAt;
  const dynamicAt = stringsAtEnd ? tableAt + padding : tableAt + table.length + padding;
  const total = stringsAtEnd ? stringsAt + table.length : dynamicAt + dynamicBytes;
  // Addresses differ from offsets, as in a real file.
  const base = 0x10000;
  const file = Buffer.alloc(total);

  const put = (at: number, value: number, bytes: number): void => {
    if (bytes === 8) {
      if (bigEndian) file.writeBigUInt64BE(BigInt(value), at);
      else file.writeBigUInt64LE(BigInt(value), at);
    } else if (bigEndian) file.writeUIntBE(value, at, bytes);
    else file.writeUIntLE(value, at, bytes);
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, bigEndian ? 2 : 1, 1]);
  put(16, 3, 2);
  put(18, machine, 2);
  put(20, 1, 4);
  put(wide ? 32 : 28, headerBytes, word);
  put(wide ? 52 : 40, headerBytes, 2);
  put(wide ? 54 : 42, segmentBytes, 2);
  put(wide ? 56 : 44, 3, 2);
  const segment = (index: number, type: number, offset: number, length: number): void => {
    const at = headerBytes + index * segmentBytes;
    put(at, type, 4);
    put(at + (wide ? 8 : 4), offset, word);
    put(at + (wide ? 16 : 8), offset + base, word);
    put(at + (wide ? 24 : 12), offset + base, word);
    put(at + (wide ? 32 : 16), length, word);
    put(at + (wide ? 40 : 20), length, word);
  };
  segment(0, 1, 0, stringsAtEnd ? stringsAt : total);
  segment(1, stringsAtEnd ? 1 : 4, stringsAtEnd ? stringsAt : 0, stringsAtEnd ? table.length : 0);
  segment(2, spec.static === true ? 4 : 2, dynamicAt, dynamicBytes);
  const entries = [...tags, [5, stringsAt + base], [10, table.length], [0, 0]] as const;
  entries.forEach(([tag, value], index) => {
    put(dynamicAt + index * word * 2, tag, word);
    put(dynamicAt + index * word * 2 + word, value, word);
  });
  table.copy(file, stringsAt);
  return file;
}
