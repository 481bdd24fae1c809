import type { Target } from './model';

/** True where images run on Jetson modules alone, which get their GPU by the runtime of NVIDIA and in no other way. */
export function isJetson(targets: readonly Target[]): boolean {
  return targets.length > 0 && targets.every(({ platform }) => platform === 'jetson');
}
