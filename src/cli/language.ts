import { readFileSync } from 'node:fs';
import path from 'node:path';
import { languageOf } from '../core/l10n/language';
import { formatText, type Text, type Translations } from '../core/l10n/message';

// What people read at a terminal is in the language of the environment. What programs read (JSON, SARIF, JUnit, annotations
// of GitHub) and what is recorded stays in English.

/** A language that the package speaks besides English. */
export interface Language {
  /** `zh-cn`. */
  readonly tag: string;
  readonly translations: Translations;
}

/** The package: this file is bundled into its folder `dist`. */
const PACKAGE = path.join(__dirname, '..');

let chosen: Language | null | undefined;

/** The language of this process; undefined for English. */
export function language(): Language | undefined {
  chosen ??= chooseLanguage(PACKAGE, process.env) ?? null;
  return chosen ?? undefined;
}

/** Words for people. */
export function say(text: Text): string {
  return formatText(text, language()?.translations);
}

/**
 * The language that the environment asks for, as far as the package in a folder has it: LANGUAGE, else LC_ALL, LC_MESSAGES,
 * LANG, as gettext has it (https://www.gnu.org/software/gettext/manual/html_node/Locale-Environment-Variables.html).
 */
export function chooseLanguage(folder: string, env: NodeJS.ProcessEnv): Language | undefined {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '') ?? 'C';
  // In the locale C nothing is translated, whatever LANGUAGE says.
  if (/^(?:C|POSIX)(?:\.|$)/.test(locale)) return undefined;
  const wanted = env['LANGUAGE'] === undefined || env['LANGUAGE'] === '' ? [locale] : env['LANGUAGE'].split(':');
  for (const name of wanted) {
    const tag = languageOf(name);
    if (tag === undefined) return undefined;
    const translations = readTranslations(path.join(folder, 'l10n', `bundle.l10n.${tag}.json`));
    if (translations !== undefined) return { tag, translations };
  }
  return undefined;
}

/** The page of a rule in the language of this process; undefined where there is none, and in English. */
export function readPage(rule: string): string | undefined {
  const tag = language()?.tag;
  if (tag === undefined) return undefined;
  try {
    return readFileSync(path.join(PACKAGE, 'media/rules', tag, `${rule}.md`), 'utf8');
  } catch {
    return undefined;
  }
}

function readTranslations(file: string): Translations | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Translations;
  } catch {
    return undefined;
  }
}
