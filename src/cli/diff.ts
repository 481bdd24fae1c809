const CONTEXT_LINES = 3;

/**
 * A unified diff of two texts of one file, as `patch` and `git apply` read it; empty when they are equal.
 * Fixes change few lines, so each stretch of changed lines is one hunk of removals and additions.
 */
export function renderDiff(file: string, before: string, after: string): string {
  if (before === after) return '';
  const old = splitLines(before);
  const fresh = splitLines(after);
  const hunks = joinNear(findChanges(old, fresh)).map((changes) => renderHunk(changes, old, fresh));
  return `--- a/${file}\n+++ b/${file}\n${hunks.join('')}`;
}

/** Lines [oldStart, oldEnd) become lines [newStart, newEnd). */
interface Change {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Lines with their line ends, so that a missing last one is seen. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Stretches that differ: after each, the nearest place where three lines agree again, or fewer at the end. */
function findChanges(old: readonly string[], fresh: readonly string[]): Change[] {
  const changes: Change[] = [];
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

/** Changes whose context lines would touch share a hunk. */
function joinNear(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && change.oldStart - last.oldEnd <= 2 * CONTEXT_LINES) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function renderHunk(changes: readonly Change[], old: readonly string[], fresh: readonly string[]): string {
  const first = changes[0] as Change;
  const last = changes.at(-1) as Change;
  const from = Math.max(0, first.oldStart - CONTEXT_LINES);
  const to = Math.min(old.length, last.oldEnd + CONTEXT_LINES);
  const newFrom = first.newStart - (first.oldStart - from);
  const lines: string[] = [];
  let position = from;
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    lines.push(...old.slice(position, oldStart).map((line) => ` ${line}`));
    lines.push(...old.slice(oldStart, oldEnd).map((line) => `-${line}`));
    lines.push(...fresh.slice(newStart, newEnd).map((line) => `+${line}`));
    position = oldEnd;
  }
  lines.push(...old.slice(position, to).map((line) => ` ${line}`));
  const newLength = to - from + changes.reduce((sum, change) => sum + change.newEnd - change.newStart - (change.oldEnd - change.oldStart), 0);
  const body = lines.map((line) => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)).join('');
  return `@@ -${describe(from, to - from)} +${describe(newFrom, newLength)} @@\n${body}`;
}

function describe(start: number, length: number): string {
  return `${length === 0 ? start : start + 1},${length}`;
}
