import type { ImageReference } from '../../image/model';
import type { FileEdit } from '../../text/edit';
import type { Traced } from '../../text/traced';

/** A piece of a tag between dashes: its place in the reference, and what is to stand there. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The edits that give an image reference another tag, each where the piece that changes is written, which for a tag
 * out of ARGs is the ARG. Pieces are what stands between dashes. Undefined where a piece cannot be edited, or the
 * reference has a digest, which would win over the tag.
 */
export function editTag(reference: Traced, parsed: ImageReference, tag: string): readonly FileEdit[] | undefined {
  if (parsed.digest !== undefined) return undefined;
  const changes = parsed.tagRange === undefined ? appendTag(parsed, tag) : compareTags(parsed.tag ?? '', tag, parsed.tagRange.start);
  const edits: FileEdit[] = [];
  for (const change of changes) {
    const edit = editMinimally(reference, change);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  return edits.length === 0 ? undefined : edits;
}

function appendTag({ repository, repositoryRange: { start, end } }: ImageReference, tag: string): readonly Change[] {
  return [{ start, end, text: `${repository}:${tag}` }];
}

function compareTags(before: string, after: string, offset: number): readonly Change[] {
  const old = before.split('-');
  const wanted = after.split('-');
  const starts: number[] = [];
  let position = offset;
  for (const piece of old) {
    starts.push(position);
    position += piece.length + 1;
  }
  const texts = old.length === wanted.length ? wanted.map((text): string | undefined => text) : align(old, wanted);
  return old.flatMap((piece, i) => {
    const start = starts[i] ?? offset;
    const text = texts[i];
    if (text === piece) return [];
    // A piece that goes takes a dash with it.
    if (text === undefined) return i === 0 ? [{ start, end: start + piece.length + 1, text: '' }] : [{ start: start - 1, end: start + piece.length, text: '' }];
    return [{ start, end: start + piece.length, text }];
  });
}

/** For each old piece what takes its place, new pieces joined to the one before them; undefined for one that goes. */
function align(old: readonly string[], wanted: readonly string[]): readonly (string | undefined)[] {
  const texts: (string | undefined)[] = old.map(() => undefined);
  let last = -1;
  for (const piece of wanted) {
    const found = old.findIndex((candidate, k) => k > last && kindOf(candidate) === kindOf(piece));
    if (found >= 0) {
      texts[found] = piece;
      last = found;
    } else if (last < 0) {
      last = 0;
      texts[0] = piece;
    } else {
      texts[last] = `${texts[last] ?? ''}-${piece}`;
    }
  }
  return texts;
}

function kindOf(piece: string): string {
  if (/^v?\d/.test(piece)) return 'version';
  if (/^(?:cudnn|tensorrt)/.test(piece)) return 'library';
  if (/^(?:base|runtime|devel)$/.test(piece)) return 'flavor';
  return /^[a-z]+\d[\d.]*$/.test(piece) ? 'os' : piece;
}

/** The edit of only those characters that differ, so that what stands around them may come from elsewhere. */
function editMinimally(reference: Traced, { start, end, text }: Change): FileEdit | undefined {
  const old = reference.value.slice(start, end);
  let head = 0;
  while (head < old.length && head < text.length && old[head] === text[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < text.length - head && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  // An insertion needs a written character beside it to find its place.
  if (head + tail === old.length) {
    if (head > 0) head--;
    else tail--;
  }
  return reference.edit(start + head, end - tail, text.slice(head, text.length - tail));
}
