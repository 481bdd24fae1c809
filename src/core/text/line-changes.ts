import type { TextEdit } from './edit';

/** Lines [oldStart, oldEnd) become lines [newStart, newEnd). */
export interface LineChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Lines with their line ends, so that a missing last one is seen. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Stretches that differ: after each, the nearest place where three lines agree again, or fewer at the end. */
export function findLineChanges(old: readonly string[], fresh: readonly string[]): LineChange[] {
  const changes: LineChange[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && old[i] === fresh[j]) {
      i++;
      j++;
      continue;
    }
    const [oldEnd, newEnd] = findAgreement(old, fresh, i, j);
    changes.push({ oldStart: i, oldEnd, newStart: j, newEnd });
    i = oldEnd;
    j = newEnd;
  }
  return changes;
}

function findAgreement(old: readonly string[], fresh: readonly string[], i: number, j: number): readonly [number, number] {
  const limit = old.length - i + (fresh.length - j);
  for (let distance = 1; distance < limit; distance++) {
    for (let removed = Math.max(0, distance - (fresh.length - j)); removed <= Math.min(distance, old.length - i); removed++) {
      const [oldEnd, newEnd] = [i + removed, j + distance - removed];
      if (agree(old, fresh, oldEnd, newEnd)) return [oldEnd, newEnd];
    }
  }
  return [old.length, fresh.length];
}

function agree(old: readonly string[], fresh: readonly string[], i: number, j: number): boolean {
  if (i >= old.length || j >= fresh.length) return i >= old.length && j >= fresh.length;
  for (let k = 0; k < 3; k++) {
    if (old[i + k] !== fresh[j + k]) return false;
  }
  return true;
}

/**
 * The edits that make one text of another, one for each stretch of lines that differ, cut to what differs in it: what
 * lies between keeps its cursors, and a preview shows each by itself.
 */
export function listLineEdits(before: string, after: string): readonly TextEdit[] {
  const old = splitLines(before);
  const fresh = splitLines(after);
  const starts = [0];
  for (const line of old) starts.push((starts.at(-1) ?? 0) + line.length);
  return findLineChanges(old, fresh).flatMap(({ oldStart, oldEnd, newStart, newEnd }) => {
    const [from, to] = [old.slice(oldStart, oldEnd), fresh.slice(newStart, newEnd)];
    const start = starts[oldStart] ?? before.length;
    // As many lines as before: each is cut by itself.
    if (from.length !== to.length) return [cut(from.join(''), to.join(''), start)];
    let position = start;
    return from.flatMap((line, i) => {
      const edit = cut(line, to[i] ?? '', position);
      position += line.length;
      return line === to[i] ? [] : [edit];
    });
  });
}

/** One edit without what both texts begin and end with. `start` is where the first one begins. */
function cut(before: string, after: string, start: number): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { range: { start: start + head, end: start + before.length - tail }, newText: after.slice(head, after.length - tail) };
}
