import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { msg } from '../core/l10n/message';
import { explainSystemError, Failure } from './failure';

/** Of a longer log its end is read: what made a build or container fail stands there. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The text of a log, in whatever bytes; those that are no UTF-8 become replacement characters. Throws Failure for a file that cannot be read. */
export function readLog(file: string): string {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const length = Math.min(size, MAX_BYTES);
      const bytes = Buffer.alloc(length);
      const read = readSync(descriptor, bytes, 0, length, size - length);
      return toText(bytes.subarray(0, read));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new Failure(msg`${file}: ${explainSystemError(error)}`);
  }
}

/** Standard input to its end, likewise. */
export async function readStandardLog(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    while (length - (chunks[0]?.length ?? 0) > MAX_BYTES) length -= chunks.shift()?.length ?? 0;
  }
  return toText(Buffer.concat(chunks));
}

function toText(bytes: Uint8Array): string {
  // Windows PowerShell redirects in UTF-16.
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
}
