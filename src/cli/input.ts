import { readFileSync, statSync } from 'node:fs';
import { msg, type Text } from '../core/l10n/message';
import { Failure, explainSystemError } from './failure';

/** No Dockerfile is near this size; a file above it is something else. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A text as read; `mark` tells whether the file begins with a byte order mark, which `text` lacks. */
export interface TextInput {
  readonly text: string;
  readonly mark: boolean;
}

/** Reads a text file. Throws Failure for one that is absent, unreadable, no regular file, too large, or not UTF-8. */
export function readTextFile(file: string): TextInput {
  let bytes: Uint8Array;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new Failure(msg`${file}: not a regular file`);
    if (stat.size > MAX_BYTES) throw new Failure(msg`${file}: ${(stat.size / 1024 / 1024).toFixed(0)} MB; files above 8 MB are not read`);
    bytes = readFileSync(file);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(msg`${file}: ${explainSystemError(error)}`);
  }
  return decode(bytes, file);
}

/** Reads standard input to its end. Throws Failure as `readTextFile` does. */
export async function readStandardInput(): Promise<TextInput> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_BYTES) throw new Failure(msg`standard input: more than 8 MB`);
  }
  return decode(Buffer.concat(chunks), msg`standard input`);
}

/** The bytes to write for `text`, with the byte order mark that its file had. */
export function encode(text: string, mark: boolean): string {
  return mark ? `\uFEFF${text}` : text;
}

function decode(bytes: Uint8Array, name: Text): TextInput {
  if (bytes.includes(0)) throw new Failure(msg`${name}: a binary file`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith('\uFEFF') ? { text: text.slice(1), mark: true } : { text, mark: false };
  } catch {
    throw new Failure(msg`${name}: not UTF-8 text`);
  }
}
