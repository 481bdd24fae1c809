import { UNKNOWN } from '../text/traced';

/** A sentence that can be said in other languages: an English template with `{placeholders}`, and what stands there. */
export interface Message {
  readonly template: string;
  readonly data: Readonly<Record<string, Text>>;
}

/** Words to be shown. A mere string is a name, a number or a text of the user's: the same in any language. */
export type Text = Message | string;

/** English template -> the same in another language. */
export type Translations = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{(\w+)\}/g;

/** Stands around a message that stands in another, until its words are put together: INVISIBLE SEPARATOR. */
const EDGE = '\u2063';

/**
 * Blanks of a template that Chinese does not have: beside its punctuation, which is as wide as itself with a blank, and
 * between its words where a message that stands in another begins or ends with some.
 */
const NEEDLESS = /(?<=[，。；：！？、（）]\u2063?) | (?=\u2063?[，。；：！？、（）])|(?<=\p{Script=Han}) (?=\u2063\p{Script=Han})|(?<=\p{Script=Han}\u2063) (?=\u2063?\p{Script=Han})/gu;

/** Tag of a template literal: msg`Pin ${name} to ${version}` is { template: 'Pin {0} to {1}', data: { 0: name, 1: version } }. */
export function msg(parts: TemplateStringsArray, ...values: readonly (Text | number)[]): Message {
  const data: Record<string, Text> = {};
  let template = parts[0] ?? '';
  values.forEach((value, i) => {
    data[i] = typeof value === 'number' ? String(value) : value;
    template += `{${i}}${parts[i + 1] ?? ''}`;
  });
  return { template, data };
}

/** `a`, `a and b`, `a and b and c`. */
export function joinAll(items: readonly Text[]): Text {
  return items.length === 0 ? '' : items.reduce((left, right) => msg`${left} and ${right}`);
}

/** `a`, `a or b`, `a or b or c`. */
export function joinAny(items: readonly Text[]): Text {
  return items.length === 0 ? '' : items.reduce((left, right) => msg`${left} or ${right}`);
}

/** `a`, `a and b`, `a, b and c`. */
export function listAll(items: readonly Text[]): Text {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : msg`${joinComma(items.slice(0, -1))} and ${last}`;
}

/** `a`, `a, b`, `a, b, c`. */
export function joinComma(items: readonly Text[]): Text {
  return items.length === 0 ? '' : items.reduce((left, right) => msg`${left}, ${right}`);
}

/** A sentence as it stands, out of a table of facts: all of it is the template. */
export function sentence(template: string): Message {
  return { template, data: {} };
}

/**
 * The words of a message; parts that nobody knows become `?`. A template without a translation stays English, a
 * placeholder that the data lack stays as written.
 */
export function formatText(text: Text, translations?: Translations): string {
  if (typeof text === 'string') return text.replaceAll(UNKNOWN, '?');
  if (translations === undefined) return formatMessage(text.template, text.data);
  const words = fill(translate(text.template, translations), text.data, (value) => (typeof value === 'string' ? formatText(value) : `${EDGE}${formatText(value, translations)}${EDGE}`));
  return words.replace(NEEDLESS, '').replaceAll(EDGE, '');
}

/** `template` with each `{name}` replaced by its value, `?` for parts of it that nobody knows; a name that `data` lacks is left as written. */
export function formatMessage(template: string, data: Message['data'], translations?: Translations): string {
  return fill(template, data, (value) => formatText(value, translations));
}

function fill(template: string, data: Message['data'], show: (value: Text) => string): string {
  return template.replace(PLACEHOLDER, (written, name: string) => (Object.hasOwn(data, name) ? show(data[name] ?? written) : written));
}

/** Names of the `{placeholders}` in a message, in order, each once. */
export function listPlaceholders(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(PLACEHOLDER), (match) => match[1] ?? ''))];
}

function translate(template: string, translations: Translations): string {
  return Object.hasOwn(translations, template) ? (translations[template] ?? template) : template;
}
