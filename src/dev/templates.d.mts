// Types of templates.mjs for the tests; what each does is told where it is defined.

export function listGivenTexts(files: readonly string[], takers: Readonly<Record<string, number>>): string[];
export function listPropertyTexts(files: readonly string[], name: string): string[];
export function listMapTexts(files: readonly string[], name: string): string[];
export function listTaggedTexts(files: readonly string[], name?: string): string[];
