import { formatText, type Text, type Translations } from '../../../src/core/l10n/message';

/** English as nobody writes it but in sentences: three small words in a row. */
const ENGLISH = /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b/;

/** The templates with words, of texts and of those that stand in them, that a language lacks. */
export function findUntranslated(texts: readonly Text[], bundle: Translations): readonly string[] {
  return [...new Set(texts.flatMap(templatesOf).filter((template) => !Object.hasOwn(bundle, template)))];
}

/** Texts that are left in English, put into words; `names` are what no language says in other words. */
export function findEnglish(texts: readonly Text[], bundle: Translations, names = /(?!)/g): readonly string[] {
  return [...new Set(texts.map((text) => formatText(text, bundle)).filter((text) => ENGLISH.test(text.replace(/`[^`]*`/g, '').replace(names, ''))))];
}

function templatesOf(text: Text): readonly string[] {
  if (typeof text === 'string') return [];
  return [text.template, ...Object.values(text.data).flatMap(templatesOf)].filter((template) => /\p{Letter}/u.test(template.replace(/\{\w+\}/g, '')));
}
