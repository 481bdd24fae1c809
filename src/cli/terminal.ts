type Color = 'red' | 'yellow' | 'blue' | 'dim' | 'bold';

/** Wraps text in the codes of a style; without colour the text itself. */
export type Paint = Readonly<Record<Color, (text: string) => string>>;

// Select Graphic Rendition, ECMA-48 8.3.117.
const CODES: readonly (readonly [Color, number, number])[] = [
  ['red', 31, 39],
  ['yellow', 33, 39],
  ['blue', 34, 39],
  ['dim', 2, 22],
  ['bold', 1, 22],
];

export function createPaint(color: boolean): Paint {
  return Object.fromEntries(
    CODES.map(([name, on, off]) => [name, (text: string) => (color ? `\u001b[${on}m${text}\u001b[${off}m` : text)]),
  ) as Paint;
}

/** Whether to colour: NO_COLOR forbids it (https://no-color.org), FORCE_COLOR asks for it, else only a terminal gets it. */
export function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR: forbidden, FORCE_COLOR: forced, TERM: terminal } = process.env;
  if (forbidden !== undefined && forbidden !== '') return false;
  if (forced !== undefined && forced !== '') return forced !== '0';
  return stream.isTTY === true && terminal !== 'dumb';
}

/** Columns that a text takes in a terminal: those of Chinese and Japanese are twice as wide. */
export function widthOf(text: string): number {
  return Array.from(text).reduce((width, character) => width + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character) ? 2 : 1), 0);
}

/** A text with blanks behind it, as wide as so many columns. */
export function pad(text: string, columns: number): string {
  return `${text}${' '.repeat(Math.max(0, columns - widthOf(text)))}`;
}
