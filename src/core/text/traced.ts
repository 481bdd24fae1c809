import type { FileEdit } from './edit';
import type { Location, Range } from './range';

/**
 * Stands in a traced value for a part that nobody knows: a variable without value, a command substitution.
 * U+FFFC (object replacement character) occurs in no package name, tag or version, so every matcher fails on it.
 */
export const UNKNOWN = '\uFFFC';

/** One part of a traced value and the place where it is written. */
export interface Piece {
  /** What this part contributes to the value; `UNKNOWN` when that cannot be told. */
  readonly text: string;
  /** Where it is written: the literal itself, or the literal in the definition of the variable it came from. */
  readonly file: string;
  readonly range: Range;
  /** True when `range` holds exactly `text`, so that single characters of it can be edited. */
  readonly verbatim: boolean;
  /** For a part that came through a variable: the range of `$NAME` or `${NAME…}` in the outermost word, and its name. */
  readonly use?: { readonly file: string; readonly range: Range; readonly name: string };
}

/** A string that remembers where each part of it was written; the result of expanding variables in a word. */
export class Traced {
  readonly value: string;
  readonly pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    this.value = pieces.length === 1 ? (pieces[0] as Piece).text : pieces.map((piece) => piece.text).join('');
  }

  /** A value written out in full at `range`. `verbatim` is false when quotes or escapes were removed from it. */
  static literal(text: string, file: string, range: Range): Traced {
    return new Traced([{ text, file, range, verbatim: range.end - range.start === text.length }]);
  }

  /** A value of which nothing is known, written at `range`. */
  static unknown(file: string, range: Range): Traced {
    return new Traced([{ text: UNKNOWN, file, range, verbatim: false }]);
  }

  /** True when no part of the value is unknown. */
  get known(): boolean {
    return !this.value.includes(UNKNOWN);
  }

  /** This value as used through a variable at `use`; the pieces keep the places of their definition. */
  usedAt(file: string, range: Range, name: string): Traced {
    const use = { file, range, name };
    return new Traced(this.pieces.map((piece) => ({ text: piece.text, file: piece.file, range: piece.range, verbatim: piece.verbatim, use })));
  }

  /** The part of the value from `start` to `end` (offsets in `value`), with its pieces cut to size. */
  slice(start: number, end: number = this.value.length): Traced {
    const pieces: Piece[] = [];
    let position = 0;
    for (const piece of this.pieces) {
      const from = Math.max(start - position, 0);
      const to = Math.min(end - position, piece.text.length);
      if (from < to) {
        const range = piece.verbatim ? { start: piece.range.start + from, end: piece.range.start + to } : piece.range;
        pieces.push({ ...piece, text: piece.text.slice(from, to), range });
      }
      position += piece.text.length;
    }
    return new Traced(pieces);
  }

  /** The values one after another. */
  static concat(parts: readonly Traced[]): Traced {
    return parts.length === 1 ? (parts[0] as Traced) : new Traced(parts.flatMap((part) => part.pieces));
  }

  /**
   * Where `value[start, end)` is shown to the reader: the characters themselves where they are written out,
   * the `${NAME}` that stands for them otherwise. Undefined for an empty value.
   */
  locate(start = 0, end: number = this.value.length): Location | undefined {
    const pieces = this.slice(start, end).pieces;
    const first = pieces[0];
    if (first === undefined) return undefined;
    const shown = pieces.map((piece) => piece.use ?? piece);
    const file = (first.use ?? first).file;
    const inFile = shown.filter((place) => place.file === file);
    return {
      file,
      range: {
        start: Math.min(...inFile.map((place) => place.range.start)),
        end: Math.max(...inFile.map((place) => place.range.end)),
      },
    };
  }

  /**
   * The edit that turns `value[start, end)` into `newText` at the place where it is written, which for a part that
   * came through a variable is the variable's definition. Undefined when the part is spread over several places,
   * or stands in a place that holds other text than its value (quotes inside, `${V%.*}`).
   */
  edit(start: number, end: number, newText: string): FileEdit | undefined {
    const pieces = this.slice(start, end).pieces;
    const first = pieces[0];
    if (first === undefined || !pieces.every((piece) => piece.verbatim && piece.file === first.file)) return undefined;
    for (let i = 1; i < pieces.length; i++) {
      if (pieces[i]?.range.start !== pieces[i - 1]?.range.end) return undefined;
    }
    const last = pieces[pieces.length - 1] ?? first;
    return { file: first.file, range: { start: first.range.start, end: last.range.end }, newText };
  }
}
