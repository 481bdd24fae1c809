// Types of pseudo.mjs for the tests.

/** Tag of the language, `qps-ploc`. */
export const PSEUDO: string;

/** A text in that language: in brackets, accented, longer; what translations keep as it is stays. */
export function toPseudo(text: string): string;

/** All texts of a set in that language. */
export function toPseudoTexts(texts: Readonly<Record<string, string>>): Record<string, string>;

/** Adds the language to a package that lies in a folder. */
export function writePseudo(folder: string): void;
