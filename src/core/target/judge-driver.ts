import { admittedBranches } from '../facts/cuda-requirements';
import { driverFloor, toolkit, toolkitsOfMinor } from '../facts/cuda-toolkits';
import type { Evidence } from '../facts/evidence';
import { msg } from '../l10n/message';
import { compareDotted, firstParts, majorMinorOf, majorOf } from '../version/dotted';
import type { Target, TargetGpu } from './model';

/** What is asked of a driver. */
export interface DriverDemand {
  /** CUDA of the programs: `12.4.1`, `12.4`. */
  readonly cuda: string;
  /** Driver that the publisher of the image names, where it is not that of the CUDA. */
  readonly driverMin?: { readonly version: string; readonly evidence: Evidence } | undefined;
  /** The image has NVIDIA_REQUIRE_CUDA, which the container runtime holds the driver against. */
  readonly checked: boolean;
  /** Older driver branches that the publisher names for data-center GPUs; undefined where it names none. */
  readonly branches?: readonly number[] | undefined;
  /** cuda-compat is in the image, so that data-center GPUs may run a newer CUDA than their driver. */
  readonly compat: boolean;
}

/** How a driver falls short. */
export interface DriverVerdict {
  /**
   * tooOld: no program that uses CUDA runs. forwardOnly: only forward compatibility, for data-center GPUs, can help.
   * refused: the container runtime does not start the container. partial: runs by minor-version compatibility, without
   * PTX of the newer toolkit.
   */
  readonly kind: 'tooOld' | 'forwardOnly' | 'refused' | 'partial';
  /** The driver that would do. */
  readonly needed: string;
  /** The image's NVIDIA_REQUIRE_CUDA keeps the container from starting. */
  readonly refused: boolean;
  /** The GPU on account of which it falls short, where that matters. */
  readonly gpu: TargetGpu | undefined;
  readonly evidence: readonly Evidence[];
}

/** Forward compatibility is for data-center GPUs. */
const FORWARD_COMPATIBILITY: Evidence = {
  fact: msg`Forward compatibility (cuda-compat) is for data-center GPUs, selected server-ready RTX cards and Jetson`,
  source: 'https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html',
  checked: '2026-11-20',
};

/**
 * Whether the driver of a target falls short of a demand, and how; undefined when it does, when it is not known, or on
 * Jetson, whose driver comes with its system. A bare branch (`535`) stands for its newest driver.
 */
export function judgeDriver({ driver, gpus, platform, os }: Target, demand: DriverDemand): DriverVerdict | undefined {
  if (driver === undefined || platform === 'jetson') return undefined;
  const floors = os?.windows === true ? windowsFloors(demand.cuda) : linuxFloors(demand.cuda);
  const named = os?.windows === true ? undefined : demand.driverMin;
  const full = named?.version ?? floors?.full;
  if (floors === undefined || full === undefined || !isBelow(driver, full)) return undefined;
  const evidence = [named?.evidence ?? floors.evidence];
  const branch = majorOf(driver) ?? 0;
  const admitted = os?.windows === true ? undefined : admittedBranches(demand.cuda);

  const refusal = demand.checked && admitted !== undefined && isBelow(driver, floors.full ?? full) ? findRefused(gpus, (segment) => admitted.admits(branch, segment)) : undefined;
  const refused = refusal !== undefined;
  if (floors.minor !== undefined && !isBelow(driver, floors.minor)) {
    if (refusal === undefined || admitted === undefined) return { kind: 'partial', refused: false, needed: full, gpu: undefined, evidence };
    return { kind: 'refused', refused: true, needed: floors.full ?? full, gpu: refusal.gpu, evidence: [admitted.evidence, floors.evidence] };
  }
  const needed = floors.minor ?? full;
  const why = refused && admitted !== undefined ? [floors.evidence, admitted.evidence] : [floors.evidence];
  const excluded = gpus.find(({ segment }) => segment === 'geforce');
  if (demand.compat && excluded !== undefined) return { kind: 'tooOld', refused, needed, gpu: excluded, evidence: [...why, FORWARD_COMPATIBILITY] };
  const bridged = demand.branches?.includes(branch) ?? admitted?.admits(branch, 'datacenter') ?? true;
  if (!demand.compat || !bridged) return { kind: 'tooOld', refused, needed, gpu: undefined, evidence: why };
  const helped = gpus.length > 0 && gpus.every(({ segment }) => segment === 'datacenter');
  return helped ? undefined : { kind: 'forwardOnly', refused, needed, gpu: gpus[0], evidence: [...why, FORWARD_COMPATIBILITY] };
}

interface Floors {
  /** Driver of the first release of the CUDA minor version. */
  readonly full: string | undefined;
  /** Driver from which minor-version compatibility holds. */
  readonly minor: string | undefined;
  readonly evidence: Evidence;
}

function linuxFloors(cuda: string): Floors | undefined {
  const floor = driverFloor(majorMinorOf(cuda) ?? cuda);
  // From 13.4 on no driver comes with the toolkit; its branch is named.
  const full = floor?.full ?? /^R(\d+)$/.exec(toolkit(majorMinorOf(cuda) ?? cuda)?.driverBranch ?? '')?.[1];
  return floor && { full, minor: floor.minorCompatible, evidence: floor.evidence };
}

function windowsFloors(cuda: string): Floors | undefined {
  const first = toolkitsOfMinor(cuda).find(({ driverWindows }) => driverWindows !== null);
  const floor = driverFloor(majorMinorOf(cuda) ?? cuda);
  if (first === undefined || first.driverWindows === null || floor === undefined) return undefined;
  const evidence = { ...floor.evidence, fact: msg`CUDA ${first.version} comes with Windows driver ${first.driverWindows}` };
  return { full: first.driverWindows, minor: first.minorDriverWindows ?? undefined, evidence };
}

/** The first GPU whose segment is not let through; for a target without known segments none may be. */
function findRefused(gpus: readonly TargetGpu[], admits: (segment: 'datacenter' | 'workstation' | 'geforce' | undefined) => boolean): { readonly gpu: TargetGpu | undefined } | undefined {
  if (gpus.length === 0) return admits(undefined) ? undefined : { gpu: undefined };
  const gpu = gpus.find(({ segment }) => segment !== 'jetson' && !admits(segment));
  return gpu && { gpu };
}

/** Compares only the parts that the driver names. */
function isBelow(driver: string, floor: string): boolean {
  const parts = driver.split('.').length;
  return compareDotted(driver, firstParts(floor, parts)) < 0;
}
