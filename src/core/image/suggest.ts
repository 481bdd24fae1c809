import { allCudaImages, cudaImagesOf, type CudaImage } from '../facts/cuda-images';
import { compareDotted, firstParts, hasPrefix, majorOf } from '../version/dotted';

/** What an nvidia/cuda image should be. */
export interface CudaImageWish {
  /** Full or leading parts: `11.6.2`, `11.6`; undefined takes any. */
  readonly cuda: string | undefined;
  readonly flavor: 'base' | 'runtime' | 'devel';
  /** Major version of cuDNN, '' for any, undefined for an image without. */
  readonly cudnn: string | undefined;
  /** `ubuntu20.04`. */
  readonly os: string;
}

const MAXIMUM_SUGGESTIONS = 10;

/**
 * Served nvidia/cuda tags that come nearest to a wish, the nearest first, at most ten: the same CUDA minor version
 * before the same major before others, then the same distribution, then the same cuDNN, then the newest patch.
 * Flavor and kind of distribution are always kept; an image without cuDNN is never offered for one with it.
 */
export function nearestServedCudaTags(wish: CudaImageWish): readonly string[] {
  const scored: { readonly tag: string; readonly score: readonly number[] }[] = [];
  for (const image of allCudaImages()) {
    const score = scoreOf(image, wish);
    if (score !== undefined) scored.push({ tag: image.tag, score });
  }
  return scored
    .sort((a, b) => compareScores(a.score, b.score))
    .slice(0, MAXIMUM_SUGGESTIONS)
    .map(({ tag }) => tag);
}

/** The served tag that is exactly the wish; with two parts of CUDA the newest patch release. Undefined when there is none. */
export function cudaTagFor(wish: CudaImageWish & { readonly cuda: string }): string | undefined {
  const images = wish.cuda.split('.').length >= 3 ? cudaImagesOf(wish.cuda) : allCudaImages().filter(({ cuda }) => cuda !== null && hasPrefix(cuda, wish.cuda));
  const fitting = images.filter((image) => isOffered(image, wish) && image.os === wish.os && sameCudnn(image, wish));
  return fitting.sort((a, b) => compareDotted(b.cuda ?? '', a.cuda ?? ''))[0]?.tag;
}

function isOffered(image: CudaImage, { flavor, cudnn }: CudaImageWish): boolean {
  const plain = image.tag.endsWith(image.os ?? '') && !image.tag.includes('tensorrt');
  return image.status === 'served' && plain && image.flavor === flavor && (image.cudnn === false) === (cudnn === undefined);
}

function sameCudnn(image: CudaImage, { cudnn }: CudaImageWish): boolean {
  return cudnn === undefined || cudnn === '' || image.cudnn === cudnn;
}

/** Smaller is nearer, compared from the left; undefined for an image that is out of the question. */
function scoreOf(image: CudaImage, wish: CudaImageWish): readonly number[] | undefined {
  if (image.cuda === null || image.os === null || !isOffered(image, wish)) return undefined;
  const [family, version] = splitOs(wish.os);
  const [otherFamily, otherVersion] = splitOs(image.os);
  if (family !== otherFamily) return undefined;
  const numbers = image.cuda.split('.').map(Number);
  const release = (numbers[0] ?? 0) * 100 + (numbers[1] ?? 0);
  const patch = numbers[2] ?? 0;
  const sameOs = image.os === wish.os ? 0 : Math.abs(Number(otherVersion) - Number(version)) + (Number(otherVersion) < Number(version) ? 0.5 : 0);
  const cudnn = sameCudnn(image, wish) ? 0 : 1;
  if (wish.cuda === undefined) return [sameOs, cudnn, -release, -patch];
  const wished = wish.cuda.split('.').map(Number);
  const distance = Math.abs((wished[0] ?? 0) * 100 + (wished[1] ?? 0) - release);
  const closeness = firstParts(image.cuda, 2) === firstParts(wish.cuda, 2) ? 0 : majorOf(image.cuda) === majorOf(wish.cuda) ? 1 : 2;
  return [closeness, sameOs, cudnn, distance, -release, -patch];
}

function splitOs(os: string): readonly [family: string, version: string] {
  const digits = os.search(/\d/);
  return digits < 0 ? [os, '0'] : [os.slice(0, digits), os.slice(digits)];
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
