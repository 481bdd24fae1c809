import type { ElfInfo } from './model';

/** A part of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

// System V ABI, chapters 4 and 5 (https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html).
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
// e_machine: 62 is EM_X86_64, 183 EM_AARCH64 (https://www.sco.com/developers/gabi/latest/ch4.eheader.html).
const MACHINES: Readonly<Record<number, string>> = { 62: 'amd64', 183: 'arm64', 3: '386', 40: 'arm' };

/** More than any real file has; a broken header must not ask for a gigabyte. */
const MOST_SEGMENTS = 1024;
const MOST_DYNAMIC_BYTES = 64 * 1024;
const MOST_STRING_BYTES = 32 * 1024 * 1024;
const LONGEST_STRING = 1024;

/**
 * Reads what the loader reads of an ELF file. It asks for one part of the file after the other and is given it through
 * `next`; a part beyond the end of the file comes shorter. It returns null for what is no ELF file or is broken. A file
 * without a dynamic section (linked statically) needs nothing.
 */
export function* readElf(): Generator<ByteRange, ElfInfo | null, Uint8Array> {
  const head = yield { offset: 0, length: 64 };
  if (head.length < 52 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return null;
  const bits = head[4] === 2 ? 64 : head[4] === 1 ? 32 : undefined;
  if (bits === undefined || (head[5] !== 1 && head[5] !== 2) || head.length < (bits === 64 ? 64 : 52)) return null;
  const file = new Fields(bits, head[5] === 1);

  const tableOffset = file.word(head, bits === 64 ? 32 : 28);
  const entrySize = file.half(head, bits === 64 ? 54 : 42);
  const count = file.half(head, bits === 64 ? 56 : 44);
  const number = file.half(head, 18);
  const machine = MACHINES[number] ?? `machine-${number}`;
  if (entrySize < (bits === 64 ? 56 : 32) || count > MOST_SEGMENTS) return null;

  const table = yield { offset: tableOffset, length: entrySize * count };
  const loads: { readonly address: number; readonly offset: number; readonly length: number }[] = [];
  let dynamic: ByteRange | undefined;
  for (let start = 0; start + entrySize <= table.length; start += entrySize) {
    const type = file.number(table, start);
    const offset = file.word(table, start + (bits === 64 ? 8 : 4));
    const address = file.word(table, start + (bits === 64 ? 16 : 8));
    const length = file.word(table, start + (bits === 64 ? 32 : 16));
    if (type === PT_LOAD) loads.push({ address, offset, length });
    else if (type === PT_DYNAMIC) dynamic = { offset, length: Math.min(length, MOST_DYNAMIC_BYTES) };
  }
  if (dynamic === undefined) return { bits, machine, soname: null, needed: [], rpath: [], runpath: [] };

  const section = yield dynamic;
  const entries: (readonly [tag: number, value: number])[] = [];
  const step = bits / 4;
  for (let start = 0; start + step <= section.length; start += step) {
    const tag = file.word(section, start);
    if (tag === 0) break;
    entries.push([tag, file.word(section, start + step / 2)]);
  }
  const stringsAddress = entries.find(([tag]) => tag === DT_STRTAB)?.[1];
  const load = stringsAddress === undefined ? undefined : loads.find(({ address, length }) => stringsAddress >= address && stringsAddress < address + length);
  if (stringsAddress === undefined || load === undefined) return null;
  const strings = load.offset + stringsAddress - load.address;

  const wanted = entries.filter(([tag]) => tag === DT_NEEDED || tag === DT_SONAME || tag === DT_RPATH || tag === DT_RUNPATH);
  const first = Math.min(...wanted.map(([, value]) => value));
  const last = Math.max(...wanted.map(([, value]) => value));
  if (last - first > MOST_STRING_BYTES) return null;
  const bytes = wanted.length === 0 ? new Uint8Array() : yield { offset: strings + first, length: last - first + LONGEST_STRING };
  const textsOf = (tag: number): readonly string[] => wanted.filter(([other]) => other === tag).flatMap(([, value]) => readString(bytes, value - first) ?? []);
  const split = (tag: number): readonly string[] => textsOf(tag).flatMap((text) => text.split(':')).filter((folder) => folder !== '');
  return { bits, machine, soname: textsOf(DT_SONAME)[0] ?? null, needed: textsOf(DT_NEEDED), rpath: split(DT_RPATH), runpath: split(DT_RUNPATH) };
}

function readString(bytes: Uint8Array, start: number): string | undefined {
  const end = bytes.indexOf(0, start);
  return end < 0 || end - start > LONGEST_STRING ? undefined : String.fromCharCode(...bytes.subarray(start, end));
}

/** Numbers in the size and byte order of one file. Beyond the end of the bytes they are 0; offsets up to 2^53 are exact. */
class Fields {
  constructor(
    private readonly bits: 32 | 64,
    private readonly little: boolean,
  ) {}

  half(bytes: Uint8Array, at: number): number {
    return at + 2 <= bytes.length ? view(bytes).getUint16(at, this.little) : 0;
  }

  number(bytes: Uint8Array, at: number): number {
    return at + 4 <= bytes.length ? view(bytes).getUint32(at, this.little) : 0;
  }

  /** An address, an offset or a size. */
  word(bytes: Uint8Array, at: number): number {
    if (this.bits === 32) return this.number(bytes, at);
    return at + 8 <= bytes.length ? Number(view(bytes).getBigUint64(at, this.little)) : 0;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
