/** Anybody can put a megabyte into a label; of each value and of all together so many characters are kept. */
const LONGEST_VALUE = 2_000;
const LONGEST_NAME = 200;
const LONGEST_TOGETHER = 20_000;

/** Labels as they are kept: long ones cut, those beyond the limit left out. */
export function cutLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  let room = LONGEST_TOGETHER;
  for (const [name, value] of Object.entries(labels)) {
    const entry: [string, string] = [cutText(name, LONGEST_NAME), cutText(String(value), LONGEST_VALUE)];
    room -= entry[0].length + entry[1].length;
    if (room < 0) break;
    kept.push(entry);
  }
  return Object.fromEntries(kept);
}

/** A text of at most `length` characters. What is cut is copied: a slice would keep the whole text alive. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : `${Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le')}…`;
}
