import type { Completion } from './model';

/**
 * Lets images, tags and versions take the place of what is left of the word behind `offset` too: who changes
 * `12.4.1-cud│nn-devel` wants another tag, not one before the other. A name that ends with its colon keeps the tag.
 */
export function replaceRestOfWord(completions: readonly Completion[], text: string, offset: number): readonly Completion[] {
  const after = text.slice(offset, offset + 200);
  const lengthOf = (pattern: RegExp): number => pattern.exec(after)?.[0].length ?? 0;
  const name = lengthOf(/^[\w./-]*:?/);
  const tag = lengthOf(/^[\w.-]*/);
  const version = lengthOf(/^[\w.+~:!*-]*/);
  return completions.map((completion) => {
    const { kind, newText, range } = completion;
    const rest = kind === 'version' ? version : kind !== 'image' ? 0 : newText.endsWith(':') ? name : tag;
    return rest === 0 ? completion : { ...completion, range: { start: range.start, end: range.end + rest } };
  });
}
