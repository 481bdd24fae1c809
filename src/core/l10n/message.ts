import { UNKNOWN } from '../text/traced';

/** A sentence that can be said in other languages: an English template with `{placeholders}`, and what stands there. */
export interface Message {
  readonly template: string;
  readonly data: Readonly<Record<string, string | Message>>;
}

/** English template -> the same in another language. */
export type Translations = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{(\w+)\}/g;

/** Tag of a template literal: msg`Pin ${name} to ${version}` is { template: 'Pin {0} to {1}', data: { 0: name, 1: version } }. */
export function msg(parts: TemplateStringsArray, ...values: readonly (string | number | Message)[]): Message {
  const template = parts.map((part, i) => (i === 0 ? part : `{${i - 1}}${part}`)).join('');
  return { template, data: Object.fromEntries(values.map((value, i) => [i, typeof value === 'number' ? String(value) : value])) };
}

/** `a and b` or `a, b and c`. */
export function listAll(items: readonly (string | Message)[]): string | Message {
  return joinLast(items, (left, right) => msg`${left} and ${right}`);
}

/** `a or b` or `a, b or c`. */
export function listAny(items: readonly (string | Message)[]): string | Message {
  return joinLast(items, (left, right) => msg`${left} or ${right}`);
}

function joinLast(items: readonly (string | Message)[], join: (left: string | Message, right: string | Message) => Message): string | Message {
  const last = items.at(-1) ?? '';
  if (items.length < 2) return last;
  return join(items.slice(0, -1).reduce((left, right) => msg`${left}, ${right}`), last);
}

/** A sentence as it stands, out of a table of facts: all of it is the template. */
export function sentence(template: string): Message {
  return { template, data: {} };
}

/**
 * The words of a message; parts that nobody knows become `?`. A template without a translation stays English, a
 * placeholder that the data lack stays as written. A mere string (a name, a text of the user's) is the same in any language.
 */
export function formatText(text: Message | string, translations?: Translations): string {
  return typeof text === 'string' ? text.replaceAll(UNKNOWN, '?') : formatMessage(translate(text.template, translations), text.data, translations);
}

/** `template` with each `{name}` replaced by its value, `?` for parts of it that nobody knows; a name that `data` lacks is left as written. */
export function formatMessage(template: string, data: Message['data'], translations?: Translations): string {
  return template.replace(PLACEHOLDER, (written, name: string) => (Object.hasOwn(data, name) ? formatText(data[name] ?? written, translations) : written));
}

/** Names of the `{placeholders}` in a message, in order, each once. */
export function listPlaceholders(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(PLACEHOLDER), (match) => match[1] ?? ''))];
}

function translate(template: string, translations: Translations | undefined): string {
  return translations !== undefined && Object.hasOwn(translations, template) ? (translations[template] ?? template) : template;
}
