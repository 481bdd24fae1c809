import type { FileEdit } from '../text/edit';
import type { DataMap } from './model';

/** A new property behind the last one of an object, on a line of its own where the others have theirs. `property` is its JSON: `"a": 1`. */
export function appendProperty(text: string, map: DataMap, property: string): FileEdit | undefined {
  const last = map.entries.at(-1);
  if (last === undefined) return undefined;
  const before = text.slice(text.lastIndexOf('\n', last.keyRange.start) + 1, last.keyRange.start - 1);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const { end } = last.value.range;
  // Before a comma that may follow the last property: that one then stands behind the new property.
  return { file: map.file, range: { start: end, end }, newText: /^[ \t]*$/.test(before) && text.includes('\n') ? `,${lineEnd}${before}${property}` : `, ${property}` };
}
