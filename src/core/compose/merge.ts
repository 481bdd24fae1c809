import type { Data, DataEntry, DataMap, Scalar } from '../data/model';

/** Attributes of a service that a later file replaces as a whole. */
const REPLACED = new Set(['command', 'entrypoint']);
/** Lists of `NAME=value` that are merged by name. */
const NAMED = new Set(['environment', 'args', 'labels', 'additional_contexts']);
/** Attributes with a short form of one word, and the key that the word stands for. */
const SHORT_FORMS: Readonly<Record<string, string>> = { build: 'context', extends: 'service' };

/** A service with another one laid over it, by the rules of Compose (compose-go, override/merge.go). */
export function mergeService(base: DataMap, over: DataMap): DataMap {
  return mergeMaps(base, over);
}

function mergeMaps(base: DataMap, over: DataMap): DataMap {
  const entries = new Map(base.entries.map((entry) => [entry.key, entry]));
  for (const entry of over.entries) {
    const below = entries.get(entry.key);
    if (entry.value.tag === 'reset') entries.delete(entry.key);
    else entries.set(entry.key, below === undefined ? entry : { ...entry, value: mergeValues(entry.key, below, entry) });
  }
  return { ...over, entries: [...entries.values()] };
}

function mergeValues(key: string, { value: base }: DataEntry, { value: over }: DataEntry): Data {
  if (over.kind === 'scalar' && over.type === 'null') return base;
  if (over.tag === 'override' || REPLACED.has(key)) return over;
  const [left, right] = [widen(key, base), widen(key, over)];
  if (left.kind === 'map' && right.kind === 'map') return mergeMaps(left, right);
  if (left.kind === 'list' && right.kind === 'list') return { ...right, items: [...left.items, ...right.items] };
  return right;
}

/** Both forms of an attribute in one: lists of `NAME=value` and single words as maps. */
function widen(key: string, data: Data): Data {
  const short = SHORT_FORMS[key];
  if (data.kind === 'scalar' && short !== undefined) {
    return { kind: 'map', file: data.file, range: data.range, flow: true, entries: [{ key: short, file: data.file, keyRange: data.range, value: data }] };
  }
  if (data.kind !== 'list' || !NAMED.has(key)) return data;
  return { kind: 'map', file: data.file, range: data.range, flow: data.flow, entries: data.items.flatMap((item) => (item.kind === 'scalar' ? splitAssignment(item) : [])) };
}

/** `NAME=value` as an entry; a name alone has a null value. */
export function splitAssignment(item: Scalar): DataEntry {
  const { text, file, range } = item;
  const at = text.value.indexOf('=');
  const key = at < 0 ? text.value : text.value.slice(0, at);
  const value = text.slice(at < 0 ? text.value.length : at + 1);
  const keyRange = text.locate(0, key.length)?.range ?? range;
  const type = at < 0 ? 'null' : 'string';
  return { key, file, keyRange, value: { kind: 'scalar', file, range: at < 0 ? { start: range.end, end: range.end } : (value.locate()?.range ?? range), type, text: value, raw: item.raw.slice(item.raw.indexOf('=') + 1), style: item.style } };
}
