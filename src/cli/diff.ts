import { findLineChanges, splitLines, type LineChange } from '../core/text/line-changes';

const CONTEXT_LINES = 3;

/**
 * A unified diff of two texts of one file, as `patch` and `git apply` read it; empty when they are equal.
 * Fixes change few lines, so each stretch of changed lines is one hunk of removals and additions.
 */
export function renderDiff(file: string, before: string, after: string): string {
  if (before === after) return '';
  const old = splitLines(before);
  const fresh = splitLines(after);
  const hunks = joinNear(findLineChanges(old, fresh)).map((changes) => renderHunk(changes, old, fresh));
  return `--- a/${file}\n+++ b/${file}\n${hunks.join('')}`;
}

/** Changes whose context lines would touch share a hunk. */
function joinNear(changes: readonly LineChange[]): LineChange[][] {
  const groups: LineChange[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && change.oldStart - last.oldEnd <= 2 * CONTEXT_LINES) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function renderHunk(changes: readonly LineChange[], old: readonly string[], fresh: readonly string[]): string {
  const first = changes[0] as LineChange;
  const last = changes.at(-1) as LineChange;
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
