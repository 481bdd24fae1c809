import type { AnalysisOptions } from '../engine/analyse';
import { listStacks } from '../engine/stacks';
import { knownVersion } from '../stack/query';
import type { StageStack } from '../stack/model';
import type { Location } from '../text/range';
import { compareDotted, hasPrefix } from '../version/dotted';
import { changeCuda, listCudaVersions, type CudaChange } from './change-cuda';

/** A change in which stages keep their CUDA. */
export interface PartialChange extends CudaChange {
  /** Names of these stages, their images where they have none. */
  readonly left: readonly string[];
}

/**
 * CUDA versions that are to be tried instead of one that a file with another (`present`) was to get: those that lie on the
 * same side of what it has, the nearest to the wished one first.
 */
export function listNearestCuda(cuda: string, present: string): readonly string[] {
  const versions = listCudaVersions();
  const wished = versions.findIndex((version) => hasPrefix(cuda, version));
  const direction = Math.sign(compareDotted(cuda, present));
  const distance = (version: string): number => Math.abs(versions.indexOf(version) - wished);
  return versions.filter((version, i) => i !== wished && !hasPrefix(present, version) && Math.sign(compareDotted(version, present)) === direction).sort((a, b) => distance(a) - distance(b));
}

/** Whether a file can get a CUDA version with nothing new to be found in it. A file that has it, or no image with it, cannot. */
export function fitsCuda(text: string, file: string, cuda: string, options: AnalysisOptions = {}): boolean {
  const change = changeCuda(text, file, cuda, options);
  return change !== undefined && change.remaining.length === 0 && change.kept.length === 0;
}

/**
 * A change with conflicts once more, in which the stages stay as they are that have them, with those that these are built
 * upon or that are built upon them. Undefined where nothing would change then, or something would still not fit.
 */
export function leaveStages(text: string, file: string, cuda: string, { remaining, changed }: CudaChange, options: AnalysisOptions = {}): PartialChange | undefined {
  const stacks = listStacks(text, file, options);
  const after = listStacks(changed.get(file) ?? text, file, options);
  const places = remaining.flatMap(({ location, related }) => [location, ...related.map((other) => other.location)]);
  const left = stacks.map(({ stages }, i) => {
    const now = after[i];
    const roots = new Set((now?.stages ?? []).flatMap((stage) => (places.some((place) => place.file === now?.dockerfile.file && isIn(stage, place)) ? [rootOf(stage).stage.index] : [])));
    return stages.filter((stage) => roots.has(rootOf(stage).stage.index));
  });
  if (left.every((stages) => stages.length === 0)) return undefined;
  const change = changeCuda(text, file, cuda, { ...options, keeps: (stack, index) => left[stack]?.some(({ stage }) => stage.index === index) ?? false });
  if (change === undefined || change.remaining.length > 0) return undefined;
  // An ARG that both use takes the others along.
  const now = listStacks(change.changed.get(file) ?? text, file, options);
  const isMoved = left.some((stages, i) => stages.some(({ stage, base }) => now[i]?.stages[stage.index]?.base.reference.value !== base.reference.value));
  const names = left.flat().flatMap((stage) => (knownVersion(stage.base.image?.components.find(({ kind }) => kind === 'cuda')?.version) === undefined ? [] : [stage.stage.name ?? stage.base.reference.value]));
  return isMoved ? undefined : { ...change, left: [...new Set(names)] };
}

/** The stage at the bottom of those that a stage is built upon. */
function rootOf(stage: StageStack): StageStack {
  return stage.base.stage === undefined ? stage : rootOf(stage.base.stage);
}

function isIn({ stage: { from, instructions } }: StageStack, { range }: Location): boolean {
  const end = instructions.at(-1)?.range.end ?? from.range.end;
  return from.range.start <= range.start && range.end <= end;
}
