import { findCudaImage } from '../../facts/cuda-images';
import { toolkits } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { ngcReleases, ngcValue } from '../../facts/ngc-images';
import type { DecodedImage } from '../../image/model';
import { cudaTagFor, nearestServedCudaTags } from '../../image/suggest';
import { formatText, joinComma, msg, type Text } from '../../l10n/message';
import type { Component, StackReport, StageStack } from '../../stack/model';
import { stageCuda } from '../../stack/query';
import type { Target, TargetGpu } from '../../target/model';
import { nameGpu, nameTarget } from '../../target/read';
import type { Location } from '../../text/range';
import { compareDotted, hasPrefix, majorMinorOf } from '../../version/dotted';
import type { Fix } from '../model';
import { rootUse } from './absence';
import { isCudaImage, wishOf } from './cuda-tags';
import { findPart, locatePart, locateTag, retag, type ImageUse } from './image-uses';

/** The stage that makes the image: the last one, or the one that the build asks for. */
export function finalStage(stack: StackReport): StageStack | undefined {
  return stack.stages.findLast(({ shipped }) => shipped);
}

/** The CUDA that programs of the final image meet, and where it was chosen. */
export interface ShippedCuda {
  readonly version: string;
  readonly component: Component;
  /** The base image, when it brings this CUDA. */
  readonly use: ImageUse | undefined;
  readonly location: Location;
}

/** The CUDA of the final image; undefined when there is none, or its version is not known. */
export function shippedCuda(stack: StackReport): ShippedCuda | undefined {
  const stage = finalStage(stack);
  const found = stage && stageCuda(stage.final);
  if (stage === undefined || found === undefined || majorMinorOf(found.version) === undefined) return undefined;
  const use = found.component.via === 'base-image' ? rootUse(stack, stage) : undefined;
  return { ...found, use, location: (use && locateCuda(use)) ?? found.component.where };
}

/** Where a component of the final image was chosen: for one of the base image, the tag. */
export function locateComponent(stack: StackReport, stage: StageStack, component: Component): Location {
  const use = component.via === 'base-image' ? rootUse(stack, stage) : undefined;
  return (use && locateTag(use)) ?? component.where;
}

function locateCuda(use: ImageUse): Location | undefined {
  const part = findPart(use.image, 'cuda') ?? findPart(use.image, 'release');
  return part === undefined ? locateTag(use) : locatePart(use, part);
}

/** A GPU of a target. */
export interface TargetPair {
  readonly target: Target;
  readonly gpu: TargetGpu;
}

/** Every GPU of every target that is no Jetson module: those have images and libraries of their own. */
export function listTargetGpus(targets: readonly Target[]): readonly TargetPair[] {
  return targets.flatMap((target) => (target.platform === 'jetson' ? [] : target.gpus.filter(({ segment }) => segment !== 'jetson').map((gpu) => ({ target, gpu }))));
}

/** `production (A100), laptop (GeForce RTX 5090)`. */
export function namePairs(pairs: readonly TargetPair[]): Text {
  const byTarget = new Map<Target, Map<string, TargetGpu>>();
  for (const { target, gpu } of pairs) byTarget.set(target, (byTarget.get(target) ?? new Map<string, TargetGpu>()).set(gpu.name, gpu));
  return joinComma([...byTarget].map(([target, gpus]) => msg`${nameTarget(target)} (${joinComma([...gpus.values()].map(nameGpu))})`));
}

/** Each fact once. */
export function distinctEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(evidence.map((one) => [formatText(one.fact), one])).values()];
}

/**
 * The fix to the tag of the same image with the highest (or lowest) CUDA minor version that is `accepted`: on the same
 * distribution, else on another. None for images without listed tags.
 */
export function retagToCuda(use: ImageUse | undefined, accepted: (cuda: string) => boolean, wanted: 'highest' | 'lowest' = 'highest'): readonly Fix[] {
  if (use === undefined) return [];
  const tag = isCudaImage(use.image) ? findCudaTag(use.image, accepted, wanted) : findNgcTag(use.image, accepted, wanted);
  return tag === undefined ? [] : retag(use, [tag]);
}

function findCudaTag(image: DecodedImage, accepted: (cuda: string) => boolean, wanted: 'highest' | 'lowest'): string | undefined {
  const wish = wishOf(image);
  const minors = [...new Set(toolkits().flatMap(({ version }) => majorMinorOf(version) ?? []))].filter(accepted).sort(compareDotted);
  if (wanted === 'highest') minors.reverse();
  const sameOs = firstDefined(minors, (cuda) => cudaTagFor({ ...wish, cuda }));
  return sameOs ?? firstDefined(minors, (cuda) => nearestServedCudaTags({ ...wish, cuda }).find((tag) => hasPrefix(findCudaImage(tag)?.cuda ?? '', cuda)));
}

function findNgcTag({ canonical, parts }: DecodedImage, accepted: (cuda: string) => boolean, wanted: 'highest' | 'lowest'): string | undefined {
  const suffix = parts.find(({ kind }) => kind === 'suffix')?.value;
  const rows = ngcReleases(canonical).filter((one) => {
    const cuda = suffix !== undefined && one.tags.includes(suffix) ? ngcValue(one, 'cuda')?.value : undefined;
    return cuda !== undefined && accepted(cuda);
  });
  const row = wanted === 'highest' ? rows.at(-1) : rows[0];
  return row === undefined || suffix === undefined ? undefined : `${row.release}-${suffix}`;
}

function firstDefined<Item, Value>(items: readonly Item[], find: (item: Item) => Value | undefined): Value | undefined {
  for (const item of items) {
    const value = find(item);
    if (value !== undefined) return value;
  }
  return undefined;
}
