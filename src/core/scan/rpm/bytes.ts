/** The numbers of a file. Its methods throw RangeError beyond its end. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** These bytes of a file; throws RangeError where it is shorter. */
export function bytesAt(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset + length > bytes.length) throw new RangeError('a file that is cut off');
  return bytes.subarray(offset, offset + length);
}

/** One after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes of ASCII as text. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
