import { listEntries, listItems, type Data, type Scalar } from './model';
import type { Range } from '../text/range';
import { ITEM } from './yaml-place';

/** What stands at an offset of data. */
export interface DataPlace {
  /** Keys from the root on, `ITEM` for each list; the last one is that of the value, or the key that the offset is in. */
  readonly path: readonly string[];
  /** The key or the scalar that the offset is in. */
  readonly range: Range;
  /** The scalar at the path; undefined for a map and a list. */
  readonly value: Scalar | undefined;
}

/** The key or scalar at `offset` (UTF-16 code units). Undefined between them. Values that an alias brings are passed over. */
export function findPlace(data: Data, offset: number, path: readonly string[] = []): DataPlace | undefined {
  const holds = ({ start, end }: Range): boolean => start <= offset && offset <= end;
  if (data.kind === 'scalar') return holds(data.range) ? { path, range: data.range, value: data } : undefined;
  for (const { key, keyRange, value } of listEntries(data)) {
    const inner = [...path, key];
    if (holds(keyRange)) return { path: inner, range: keyRange, value: value.kind === 'scalar' ? value : undefined };
    const found = value.range.start >= keyRange.end && holds(value.range) ? findPlace(value, offset, inner) : undefined;
    if (found !== undefined) return found;
  }
  for (const item of listItems(data)) {
    const found = holds(item.range) ? findPlace(item, offset, [...path, ITEM]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
