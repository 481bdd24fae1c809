import { allCudaImages, type CudaImage } from '../facts/cuda-images';
import { compareDotted, hasPrefix } from '../version/dotted';

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

/** A distribution without images whose packages another one builds as well: both are made of Red Hat's, and take NVIDIA's repository rhel8. */
const HEIRS: Readonly<Record<string, string>> = { centos8: 'rockylinux8' };

/** A tag that may be offered, with its parts as numbers. */
interface OfferedTag {
  readonly tag: string;
  readonly cuda: string;
  readonly major: number;
  /** 11.6.2 → 1106. */
  readonly release: number;
  readonly patch: number;
  readonly cudnn: string | null;
  readonly os: string;
  readonly family: string;
  readonly osVersion: number;
}

let offered: ReadonlyMap<string, readonly OfferedTag[]> | undefined;

/** Served tags of a flavor with or without cuDNN, read once. */
function offeredTags({ flavor, cudnn }: CudaImageWish): readonly OfferedTag[] {
  if (offered === undefined) {
    const groups = new Map<string, OfferedTag[]>();
    for (const image of allCudaImages()) {
      const { tag, cuda, os } = image;
      if (cuda === null || os === null || image.flavor === null || !isOffered(image)) continue;
      const [major = 0, minor = 0, patch = 0] = cuda.split('.').map(Number);
      const [family, version] = splitOs(os);
      const entry = { tag, cuda, major, release: major * 100 + minor, patch, cudnn: image.cudnn || null, os, family, osVersion: Number(version) };
      const key = groupOf(image.flavor, image.cudnn !== false);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [entry]);
      else group.push(entry);
    }
    offered = groups;
  }
  return offered.get(groupOf(flavor, cudnn !== undefined)) ?? [];
}

function groupOf(flavor: CudaImageWish['flavor'], hasCudnn: boolean): string {
  return `${flavor} ${String(hasCudnn)}`;
}

/**
 * Served nvidia/cuda tags that come nearest to a wish, the nearest first, at most ten: the same CUDA minor version
 * before the same major before others, then the same distribution, then the same cuDNN, then the newest patch.
 * Flavor and kind of distribution are always kept; an image without cuDNN is never offered for one with it.
 */
export function nearestServedCudaTags(wish: CudaImageWish): readonly string[] {
  const os = HEIRS[wish.os] ?? wish.os;
  const [family, version] = splitOs(os);
  const [major = 0, minor = 0] = wish.cuda?.split('.').map(Number) ?? [];
  const wished: WishNumbers = { ...wish, os, major, release: major * 100 + minor, osVersion: Number(version) };
  return offeredTags(wish)
    .filter((entry) => entry.family === family)
    .map((entry) => ({ tag: entry.tag, score: scoreOf(entry, wished) }))
    .sort((a, b) => compareScores(a.score, b.score))
    .slice(0, MAXIMUM_SUGGESTIONS)
    .map(({ tag }) => tag);
}

/** The served tag that is exactly the wish; with two parts of CUDA the newest patch release. Undefined when there is none. */
export function cudaTagFor(wish: CudaImageWish & { readonly cuda: string }): string | undefined {
  const fitting = offeredTags(wish).filter((entry) => hasPrefix(entry.cuda, wish.cuda) && entry.os === wish.os && sameCudnn(entry, wish));
  return [...fitting].sort((a, b) => compareDotted(b.cuda, a.cuda))[0]?.tag;
}

function isOffered(image: CudaImage): boolean {
  return image.status === 'served' && image.tag.endsWith(image.os ?? '') && !image.tag.includes('tensorrt');
}

function sameCudnn(entry: OfferedTag, { cudnn }: CudaImageWish): boolean {
  return cudnn === undefined || cudnn === '' || entry.cudnn === cudnn;
}

interface WishNumbers extends CudaImageWish {
  readonly major: number;
  readonly release: number;
  readonly osVersion: number;
}

/** Smaller is nearer, compared from the left. */
function scoreOf(entry: OfferedTag, wish: WishNumbers): readonly number[] {
  const sameOs = entry.os === wish.os ? 0 : Math.abs(entry.osVersion - wish.osVersion) + (entry.osVersion < wish.osVersion ? 0.5 : 0);
  const cudnn = sameCudnn(entry, wish) ? 0 : 1;
  if (wish.cuda === undefined) return [sameOs, cudnn, -entry.release, -entry.patch];
  const closeness = entry.release === wish.release ? 0 : entry.major === wish.major ? 1 : 2;
  return [closeness, sameOs, cudnn, Math.abs(wish.release - entry.release), -entry.release, -entry.patch];
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
