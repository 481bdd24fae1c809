import { architectureOf, supportedArchitectures } from '../facts/cuda-toolkits';
import type { Evidence } from '../facts/evidence';
import { gpusChecked, findGpu } from '../facts/gpus';
import { compareDotted, majorOf } from '../version/dotted';
import type { TargetGpu } from './model';

/** Why a CUDA version does not serve a GPU. */
export interface CudaGpuVerdict {
  /** dropped: the toolkit no longer has code for it. newer: the toolkit is older than the GPU. */
  readonly kind: 'dropped' | 'newer';
  /** Last toolkit that has code for it, or first. */
  readonly bound: string;
  readonly evidence: readonly Evidence[];
}

/**
 * Whether the libraries of a CUDA version lack code for a GPU. Machine code of an earlier compute capability of the
 * same major serves it, too. Undefined when they have some, or when that is not known.
 */
export function judgeCudaForGpu(cuda: string, gpu: TargetGpu): CudaGpuVerdict | undefined {
  const architecture = architectureOf(gpu.computeCapability.replace('.', ''));
  const known = supportedArchitectures(cuda);
  if (architecture === undefined || known === undefined || known.sm.some((sm) => runsOn(toCapability(sm), gpu.computeCapability))) return undefined;
  // Thor was 10.1 before CUDA 13.
  if (gpu.computeCapability === '11.0' && known.sm.includes(101)) return undefined;
  const { firstCuda, lastCuda } = architecture;
  const evidence = [known.evidence, ...gpuEvidence(gpu)];
  if (lastCuda !== null && compareDotted(cuda, `${lastCuda}.999`) > 0) return { kind: 'dropped', bound: lastCuda, evidence };
  return compareDotted(cuda, firstCuda) < 0 ? { kind: 'newer', bound: firstCuda, evidence } : undefined;
}

/** Whether machine code of one compute capability runs on another: on the same and on higher ones of its major. */
export function runsOn(compiled: string, computeCapability: string): boolean {
  return majorOf(compiled) === majorOf(computeCapability) && compareDotted(compiled, computeCapability) <= 0;
}

/** 86 → `8.6`, 120 → `12.0`. */
export function toCapability(sm: number): string {
  return `${String(Math.floor(sm / 10))}.${String(sm % 10)}`;
}

/** The compute capability of a product as a fact; nothing where the target names the compute capability itself. */
export function gpuEvidence({ name, computeCapability }: TargetGpu): readonly Evidence[] {
  const row = findGpu(name);
  return row === undefined ? [] : [{ fact: `${name} has compute capability ${computeCapability}`, source: row.source, checked: gpusChecked() }];
}
