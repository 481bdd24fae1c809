import type { DistributionPackage } from '../model';
import { textOf, viewOf } from './bytes';

// Tags and types of a header (https://rpm-software-management.github.io/rpm/manual/tags.html, …/format_header.html).
const NAME = 1000;
const VERSION = 1001;
const RELEASE = 1002;
const EPOCH = 1003;
const ARCHITECTURE = 1022;
const INT32 = 4;
const STRING = 6;
/** RPM itself writes no header with more. */
const MOST_TAGS = 65_535;
const LONGEST_TEXT = 1024;

/**
 * Name, version and architecture in the header of an installed package, as a database of RPM keeps it: the number of tags
 * and the size of their data, an index of 16 bytes a tag, the data; numbers have their high byte first. The version is
 * written `epoch:version-release`, without an epoch of 0. Undefined where name or version is missing. Throws RangeError
 * for a header that is cut off.
 */
export function readRpmHeader(header: Uint8Array, file: string): DistributionPackage | undefined {
  const view = viewOf(header);
  const tags = view.getUint32(0);
  const start = 8 + 16 * tags;
  if (tags > MOST_TAGS || start + view.getUint32(4) > header.length) throw new RangeError('a header that is cut off');
  const texts = new Map<number, string>();
  let epoch = 0;
  for (let at = 8; at < start; at += 16) {
    const tag = view.getUint32(at);
    const type = view.getUint32(at + 4);
    const offset = start + view.getInt32(at + 8);
    if (tag === EPOCH && type === INT32) epoch = view.getUint32(offset);
    else if (type === STRING && [NAME, VERSION, RELEASE, ARCHITECTURE].includes(tag)) texts.set(tag, readText(header.subarray(offset, offset + LONGEST_TEXT)));
  }
  const name = texts.get(NAME);
  const version = texts.get(VERSION);
  if (name === undefined || version === undefined) return undefined;
  const release = texts.get(RELEASE);
  return {
    name,
    version: `${epoch === 0 ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`,
    architecture: texts.get(ARCHITECTURE) ?? '',
    held: false,
    manager: 'yum',
    file,
  };
}

function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  if (end < 0) throw new RangeError('a text without an end');
  return textOf(bytes.subarray(0, end));
}
