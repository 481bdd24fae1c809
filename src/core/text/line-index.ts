/** A position counted from zero, `character` in UTF-16 code units, as in the Language Server Protocol. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Offset to position and back for one text; line ends are `\n`, `\r\n` and `\r`, as in VS Code. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === 13 && text.charCodeAt(i + 1) === 10) continue;
      if (unit === 10 || unit === 13) this.#starts.push(i + 1);
    }
  }

  /** Number of lines; an empty text has one. */
  get lineCount(): number {
    return this.#starts.length;
  }

  /** Offset of the first unit of a line; lines outside the text are clamped. */
  lineStart(line: number): number {
    const clamped = Math.max(0, Math.min(line, this.#starts.length - 1));
    return this.#starts[clamped] ?? 0;
  }

  /** Position of an offset; offsets outside the text are clamped to its ends. */
  positionAt(offset: number): Position {
    const wanted = Math.max(0, Math.min(offset, this.#length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: wanted - (this.#starts[low] ?? 0) };
  }

  /** Offset of a position; a character past the end of its line is clamped to the next line's start. */
  offsetAt(position: Position): number {
    if (position.line < 0) return 0;
    if (position.line >= this.#starts.length) return this.#length;
    const next = this.#starts[position.line + 1] ?? this.#length;
    return Math.min(this.lineStart(position.line) + Math.max(0, position.character), next);
  }
}
