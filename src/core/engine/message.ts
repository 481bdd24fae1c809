import { UNKNOWN } from '../text/traced';

const PLACEHOLDER = /\{(\w+)\}/g;

/** `template` with each `{name}` replaced by its value, `?` for parts of it that nobody knows; a name that `data` lacks is left as written. */
export function formatMessage(template: string, data: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (written, name: string) => (Object.hasOwn(data, name) ? (data[name] ?? written).replaceAll(UNKNOWN, '?') : written));
}

/** Names of the `{placeholders}` in a message, in order, each once. */
export function listPlaceholders(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(PLACEHOLDER), (match) => match[1] ?? ''))];
}
