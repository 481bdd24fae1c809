import type { ComponentOutput, StageOutput } from '../engine/stack-output';
import type { ComponentKind } from '../stack/model';
import { hasPrefix, isDotted, isSameRelease } from '../version/dotted';
import { parsePep440, satisfiesPep440 } from '../version/pep440';
import { SCANNED_KINDS } from './components';

/** One row of a comparison: a kind of component on both sides. */
export interface StackDifference {
  readonly kind: ComponentKind;
  /** Empty where the side has none. */
  readonly left: readonly ComponentOutput[];
  readonly right: readonly ComponentOutput[];
  /**
   * same: both sides say the same, as exactly as the less exact one does (`12.4.*` and `12.4.127`). different: the
   * versions, or the CUDA they were built for, cannot be the same. left-only, right-only: one side has none.
   * unknown: a side does not say its version.
   */
  readonly outcome: 'same' | 'different' | 'left-only' | 'right-only' | 'unknown';
}

/**
 * Two stacks side by side, one row a kind that a scan of an image can find, in the order of the left one, then of the
 * right one. Works for two scans, and for a scan and what a Dockerfile promises.
 */
export function compareStacks(left: StageOutput, right: StageOutput): readonly StackDifference[] {
  const kinds = new Set([...left.components, ...right.components].map(({ kind }) => kind).filter((kind) => SCANNED_KINDS.has(kind)));
  return [...kinds].map((kind) => {
    const ours = left.components.filter((component) => component.kind === kind);
    const theirs = right.components.filter((component) => component.kind === kind);
    return { kind, left: ours, right: theirs, outcome: judge(ours, theirs) };
  });
}

function judge(left: readonly ComponentOutput[], right: readonly ComponentOutput[]): StackDifference['outcome'] {
  if (right.length === 0) return 'left-only';
  if (left.length === 0) return 'right-only';
  const [fewer, more] = left.length <= right.length ? [left, right] : [right, left];
  // The same component may be there twice, from the base image and from a wheel: each of one side wants its like.
  const outcomes = fewer.map((one) => more.map((other) => compareVersions(one, other)));
  if (outcomes.some((row) => !row.includes('same') && !row.includes('unknown'))) return 'different';
  return outcomes.some((row) => !row.includes('same')) ? 'unknown' : 'same';
}

function compareVersions(a: ComponentOutput, b: ComponentOutput): 'same' | 'different' | 'unknown' {
  if (a.cuda !== null && b.cuda !== null && !isSameRelease(a.cuda, b.cuda)) return 'different';
  const [first, second] = [a.version, b.version];
  if (first === null || second === null || first === 'newest' || second === 'newest') return 'unknown';
  if (first === second) return 'same';
  if (isExact(first) && isExact(second)) return areSameRelease(first, second) ? 'same' : 'different';
  if (isExact(first)) return fits(first, second);
  return isExact(second) ? fits(second, first) : 'unknown';
}

/** Whether an exact version is one that a claim allows: `12.4.*`, or a specifier of pip. */
function fits(version: string, claim: string): 'same' | 'different' | 'unknown' {
  const prefix = /^([\d.]+)\.\*$/.exec(claim)?.[1];
  // A version with fewer parts than the prefix may go on with anything.
  if (prefix !== undefined) return hasPrefix(version, prefix) ? 'same' : hasPrefix(prefix, version) ? 'unknown' : 'different';
  const satisfied = satisfiesPep440(version, claim, true);
  return satisfied === undefined ? 'unknown' : satisfied ? 'same' : 'different';
}

function isExact(version: string): boolean {
  return isDotted(version) || parsePep440(version) !== undefined;
}

function areSameRelease(a: string, b: string): boolean {
  return isDotted(a) && isDotted(b) ? isSameRelease(a, b) : parsePep440(a)?.public === parsePep440(b)?.public;
}
