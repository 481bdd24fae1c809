// Types of translations.mjs for the tests.

/** Texts by key; in the bundle the English text is the key. */
type Texts = Readonly<Record<string, string>>;

/** Tags of the languages that have a file of strings: `zh-cn`. */
export function listLanguages(): string[];

/** The strings of a language, or the English ones; a file that is not there counts as empty. */
export function readTexts(language?: string): { readonly manifest: Texts; readonly bundle: Texts; readonly pages: Texts };

/** What a language's files lack, have too much or have changed that must stay: a sentence each. */
export function findFaults(language: string): string[];

/** The same for two sets of texts; `titles` are names of commands, `TensorRT: Title`, in English and as translated. */
export function compareTexts(english: Texts, translated: Texts, titles?: ReadonlyMap<string, string>): string[];
