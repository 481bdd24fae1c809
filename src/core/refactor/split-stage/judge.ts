import type { Analysis } from '../../engine/analyse';
import { msg, type Message } from '../../l10n/message';
import type { ComponentKind, StackState } from '../../stack/model';
import { nameComponent } from '../../stack/component-names';
import { findComponent, knownVersion } from '../../stack/query';

/** What programs that were compiled before load when they run. */
const LIBRARIES: readonly ComponentKind[] = ['cudart', 'cublas', 'cudnn', 'nccl', 'tensorrt'];

/**
 * Why the split file is no good: what the second stage lacks of the libraries, or what is found in it that was not
 * before. Undefined where nothing speaks against it. `index` is that of the stage before it was split.
 */
export function findLoss(before: Analysis, after: Analysis, index: number): Message | undefined {
  const old = before.stack?.stages[index]?.final;
  const fresh = after.stack?.stages[index + 1]?.final;
  if (old === undefined || fresh === undefined) return msg`The file could not be read after the change.`;
  const hadPython = old.components.some(({ kind, via }) => kind === 'python' && (via === 'apt' || via === 'yum'));
  const lost = LIBRARIES.find((kind) => !isThere(kind, old, fresh)) ?? (hadPython && findComponent(fresh, 'python') === undefined ? 'python' : undefined);
  if (lost !== undefined) return msg`The runtime stage would lack ${nameComponent(lost)}: it is not known where the build leaves it.`;
  if (fresh.components.some(({ kind }) => kind === 'nvcc')) return msg`The runtime stage would hold nvcc all the same: ${fresh.components.find(({ kind }) => kind === 'nvcc')?.name ?? ''} brings it.`;
  const known = new Set(before.findings.map(({ rule }) => rule));
  const found = after.findings.find(({ rule, severity }) => (severity === 'error' || severity === 'warning') && !known.has(rule));
  return found === undefined ? undefined : found.text;
}

/** Whether a library is there as it was, in the same version where both are known. */
function isThere(kind: ComponentKind, old: StackState, fresh: StackState): boolean {
  const had = findComponent(old, kind);
  if (had === undefined) return true;
  const has = findComponent(fresh, kind);
  const versions = [knownVersion(had.version), knownVersion(has?.version)];
  return has !== undefined && (versions[0] === undefined || versions[1] === undefined || versions[0].startsWith(versions[1]) || versions[1].startsWith(versions[0]));
}
