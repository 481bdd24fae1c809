import type { Plain } from './model';

/** What JSON or a client handed in, every scalar as its text; functions and symbols count as empty. */
export function toPlain(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(toPlain);
  switch (typeof value) {
    case 'object':
      return value === null ? null : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return null;
  }
}
