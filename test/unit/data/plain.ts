import type { Data } from '../../../src/core/data/model';

/** A value as plain JavaScript: texts of scalars, without places. */
export function toPlain(data: Data | undefined): unknown {
  if (data === undefined) return undefined;
  if (data.kind === 'list') return data.items.map(toPlain);
  if (data.kind === 'map') return Object.fromEntries(data.entries.map(({ key, value }) => [key, toPlain(value)]));
  return data.type === 'null' ? null : data.text.value;
}

/** What stands in `text` at each scalar of a value, in order. */
export function listSources(data: Data | undefined, text: string): string[] {
  if (data === undefined) return [];
  if (data.kind === 'list') return data.items.flatMap((item) => listSources(item, text));
  if (data.kind === 'map') return data.entries.flatMap(({ value }) => listSources(value, text));
  return [text.slice(data.range.start, data.range.end)];
}
