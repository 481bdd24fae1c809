/** Values out of a line: separated by blanks; one that has blanks itself stands in double quotes. */
export function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"(?=\s|$)|\S+/g)].map(([word, quoted]) => quoted ?? word).filter((word) => word !== '');
}

/** The line that `splitWords` takes apart. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
}
