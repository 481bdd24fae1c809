import type { Range } from './range';

/** Replace `range` by `newText`; an empty range inserts. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** A text edit in a named document. */
export interface FileEdit extends TextEdit {
  readonly file: string;
}

/**
 * The text after all edits, applied as one step: every range refers to the text as it was.
 * Edits may come in any order. Returns undefined when two of them overlap or one leaves the text;
 * two insertions at one place are applied in the order given.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const ordered = edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => a.edit.range.start - b.edit.range.start || a.edit.range.end - b.edit.range.end || a.order - b.order);
  let result = '';
  let position = 0;
  for (const { edit } of ordered) {
    const { start, end } = edit.range;
    if (start < position || end < start || end > text.length) return undefined;
    result += text.slice(position, start) + edit.newText;
    position = end;
  }
  return result + text.slice(position);
}
