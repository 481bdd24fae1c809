/** A line cut into words as a shell cuts it; variables stay. Of an open quote the rest of the line is one word. */
export function splitCommandLine(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:"(?:\\[^]|[^"\\])*"?|'[^']*'?|\\[^]|[^\s"'\\])+/g)) {
    words.push(word.replace(/"((?:\\[^]|[^"\\])*)"?|'([^']*)'?|\\([^])/g, (_, double: string | undefined, single: string | undefined, escaped: string | undefined) => double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? ''));
  }
  return words;
}
