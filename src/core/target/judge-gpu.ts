import { architectureOf, supportedArchitectures } from '../facts/cuda-toolkits';
import type { Evidence } from '../facts/evidence';
import { findGpu, gpusChecked } from '../facts/gpus';
import { findTensorRTRelease, tensorRTReleases, tensorRTReleasesChecked, type TensorRTRelease } from '../facts/tensorrt-releases';
import { msg } from '../l10n/message';
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

/** Why a TensorRT release does not serve a GPU. */
export interface TensorRTGpuVerdict {
  /** dropped: below the lowest compute capability. newer: above the highest. */
  readonly kind: 'dropped' | 'newer';
  /** The lowest or highest compute capability. */
  readonly bound: string;
  /** The release of which that is known: the same, or for `newer` a later, for `dropped` an earlier one. */
  readonly release: string;
  readonly evidence: readonly Evidence[];
}

/**
 * Whether a TensorRT version lies outside a GPU's reach. The lowest compute capability only ever went up and the highest
 * too, so that an earlier release knows no more new GPUs than a later one, and a later one no more old ones. Undefined when
 * it serves the GPU, or when that is not known.
 */
export function judgeTensorRTForGpu(version: string, gpu: TargetGpu): TensorRTGpuVerdict | undefined {
  const release = findTensorRTRelease(version);
  if (release === undefined) return undefined;
  const { computeCapability } = gpu;
  const isLow = ({ minComputeCapability: lowest }: TensorRTRelease): boolean => lowest !== null && compareDotted(computeCapability, lowest) < 0;
  const isHigh = ({ maxComputeCapability: highest }: TensorRTRelease): boolean => highest !== null && compareDotted(computeCapability, highest) > 0;
  const all = tensorRTReleases();
  const low = all.findLast((one) => compareDotted(one.version, release.version) <= 0 && isLow(one));
  const high = low === undefined ? all.find((one) => compareDotted(one.version, release.version) >= 0 && isHigh(one)) : undefined;
  const found = low ?? high;
  const bound = low?.minComputeCapability ?? high?.maxComputeCapability;
  if (found === undefined || bound === undefined || bound === null) return undefined;
  const kind = low === undefined ? 'newer' : 'dropped';
  const fact = kind === 'newer' ? msg`TensorRT ${found.version} runs on compute capability up to ${bound}` : msg`TensorRT ${found.version} runs on compute capability ${bound} and higher`;
  return { kind, bound, release: found.version, evidence: [{ fact, source: found.source, checked: tensorRTReleasesChecked() }, ...gpuEvidence(gpu)] };
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
  return row === undefined ? [] : [{ fact: msg`${name} has compute capability ${computeCapability}`, source: row.source, checked: gpusChecked() }];
}
