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
