import type { Range } from '../text/range';
import { Traced, type Piece } from '../text/traced';

/**
 * The text of a script together with the place of each of its characters: a stretch of the document, or the value of a
 * word (`bash -c "…"`) whose pieces lie in several places. Offsets handed in are offsets in `text`.
 */
export class SourceText {
  readonly text: string;
  readonly file: string;
  readonly #value: Traced;
  /** Start of each piece in `text`, for the binary search; undefined when there is one piece only. */
  readonly #starts: readonly number[] | undefined;
  readonly #fallback: Range;
  /** Place of the first character when the text stands in the document as it is: the common case, and the quick one. */
  readonly #offset: number | undefined;

  /** `fallback` is the place shown for what has no character of its own, such as an empty word. */
  constructor(value: Traced, file: string, fallback: Range) {
    this.#value = value;
    this.text = value.value;
    this.file = file;
    this.#fallback = fallback;
    const [only] = value.pieces;
    this.#offset = value.pieces.length === 1 && only?.verbatim === true && only.use === undefined && only.file === file ? only.range.start : undefined;
    if (value.pieces.length > 1) {
      const starts: number[] = [];
      let position = 0;
      for (const piece of value.pieces) {
        starts.push(position);
        position += piece.text.length;
      }
      this.#starts = starts;
    }
  }

  /** The characters from `start` to `end` with their places. */
  slice(start: number, end: number): Traced {
    if (this.#offset !== undefined) {
      const text = this.text.slice(start, end);
      return new Traced([{ text, file: this.file, range: { start: this.#offset + start, end: this.#offset + end }, verbatim: true }]);
    }
    const pieces: Piece[] = [];
    for (let i = this.#pieceAt(start); i < this.#value.pieces.length; i++) {
      const piece = this.#value.pieces[i] as Piece;
      const position = this.#starts?.[i] ?? 0;
      if (position >= end) break;
      const from = Math.max(start - position, 0);
      const to = Math.min(end - position, piece.text.length);
      if (from >= to) continue;
      const range = piece.verbatim ? { start: piece.range.start + from, end: piece.range.start + to } : piece.range;
      pieces.push({ ...piece, text: piece.text.slice(from, to), range });
    }
    return new Traced(pieces);
  }

  /** The stretch of `file` that shows the characters from `start` to `end`. */
  range(start: number, end: number): Range {
    // The parser lets what is open at the end of a script end behind it: <<`a\
    if (this.#offset !== undefined) return { start: this.#offset + start, end: this.#offset + Math.min(end, this.text.length) };
    let low = Infinity;
    let high = -Infinity;
    for (let i = this.#pieceAt(start); i < this.#value.pieces.length; i++) {
      const piece = this.#value.pieces[i] as Piece;
      const position = this.#starts?.[i] ?? 0;
      if (position >= end && !(start === end && position === start)) break;
      const place = piece.use ?? piece;
      if (place.file !== this.file) continue;
      const exact = piece.verbatim && piece.use === undefined;
      const from = Math.max(start - position, 0);
      const to = Math.min(end - position, piece.text.length);
      if (from > to) continue;
      low = Math.min(low, exact ? place.range.start + from : place.range.start);
      high = Math.max(high, exact ? place.range.start + to : place.range.end);
    }
    return low > high ? this.#fallback : { start: low, end: high };
  }

  /** Index of the piece that holds the character at `offset`. */
  #pieceAt(offset: number): number {
    if (this.#starts === undefined) return 0;
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
