/** A text without what terminals and JSON put between its characters, and the way back to the places of the original. */
export interface CleanText {
  readonly text: string;
  /** The offset in the original of an offset in `text`. */
  readonly toOriginal: (offset: number) => number;
}

// Control sequences and operating system commands of ECMA-48; backslashes before quotes, as JSON and Go's %q write them.
const NOISE = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b\r\n]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\^_]|\\{1,3}(?=["'])/g;

/** Takes ANSI sequences and the backslashes of quoted quotes out of a log. */
export function cleanText(original: string): CleanText {
  const starts = [0];
  const removed = [0];
  let kept = '';
  let from = 0;
  for (const match of original.matchAll(NOISE)) {
    kept += original.slice(from, match.index);
    from = match.index + match[0].length;
    starts.push(kept.length);
    removed.push(from - kept.length);
  }
  if (from === 0) return { text: original, toOriginal: (offset) => offset };
  return {
    text: kept + original.slice(from),
    toOriginal: (offset) => offset + (removed[findLast(starts, offset)] ?? 0),
  };
}

/** Index of the last of the rising `values` that is not above `value`. */
function findLast(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
