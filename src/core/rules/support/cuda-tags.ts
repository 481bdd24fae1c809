import { allCudaImages, type CudaImage } from '../../facts/cuda-images';
import type { DecodedImage } from '../../image/model';
import { compareDotted, majorMinorOf, majorOf } from '../../version/dotted';

/** What an nvidia/cuda tag should be; undefined members are free. */
export interface CudaTagWish {
  readonly cuda: string | undefined;
  readonly flavor: CudaImage['flavor'] | undefined;
  /** False for an image without cuDNN, true for one with any, or the major version. */
  readonly cudnn: string | boolean;
  /** `ubuntu20.04`. */
  readonly os: string | undefined;
}

export interface CudaTagChoice {
  readonly tag: string;
  readonly row: CudaImage;
  /** Differs from the wish in nothing but the patch number of CUDA. */
  readonly patchOnly: boolean;
}

/** What the tag of an nvidia/cuda image asks for, by its parts. */
export function wishOf(image: DecodedImage): CudaTagWish {
  const part = (kind: DecodedImage['parts'][number]['kind']): string | undefined => image.parts.find((one) => one.kind === kind)?.value;
  const library = part('cudnn');
  const os = image.components.find(({ kind }) => kind === 'os');
  return {
    cuda: part('cuda'),
    flavor: image.flavor,
    cudnn: library === undefined ? false : library.slice('cudnn'.length) || true,
    os: part('os') ?? (os?.name !== undefined && 'version' in os.version ? `${os.name}${os.version.version}` : undefined),
  };
}

/** True for nvidia/cuda itself, on Docker Hub or NGC, whose tags the tables list. */
export function isCudaImage(image: DecodedImage): boolean {
  return image.canonical === 'nvidia/cuda' || image.canonical === 'nvcr.io/nvidia/cuda';
}

/**
 * Tags in NVIDIA's list of supported ones that come near to a wish, best first, at most two: the nearest CUDA version,
 * and the nearest distribution where that is another. Flavor and having cuDNN are as wished.
 */
export function nearestCudaTags(wish: CudaTagWish): readonly CudaTagChoice[] {
  const rows = allCudaImages().filter((row) => row.status === 'served' && row.cuda !== null && row.os !== null && fits(row, wish));
  const byCuda = best(rows, (row) => [cudaDistance(row, wish), osDistance(row, wish), cudnnDistance(row, wish)]);
  const byOs = best(rows, (row) => [osDistance(row, wish), cudaDistance(row, wish), cudnnDistance(row, wish)]);
  const chosen = byCuda === byOs ? [byCuda] : [byCuda, byOs];
  return chosen.flatMap((row) => (row === undefined ? [] : [{ tag: row.tag, row, patchOnly: isPatchOnly(row, wish) }]));
}

function fits(row: CudaImage, { flavor, cudnn }: CudaTagWish): boolean {
  return (flavor === undefined || row.flavor === flavor) && (row.cudnn !== false) === (cudnn !== false) && !row.tag.includes('tensorrt');
}

/** The row with the least costs, compared one after another; of equal ones that with the highest patch number. */
function best(rows: readonly CudaImage[], costsOf: (row: CudaImage) => readonly number[]): CudaImage | undefined {
  let found: { readonly row: CudaImage; readonly costs: readonly number[] } | undefined;
  for (const row of rows) {
    const costs = costsOf(row);
    if (found === undefined || compareCosts(costs, found.costs) < 0 || (compareCosts(costs, found.costs) === 0 && compareDotted(row.cuda ?? '', found.row.cuda ?? '') > 0)) {
      found = { row, costs };
    }
  }
  return found?.row;
}

function compareCosts(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((cost, k) => cost !== b[k]);
  return i < 0 ? 0 : (a[i] ?? 0) - (b[i] ?? 0);
}

/** 0 for the same minor version, then newer ones of the same major, newer majors, and last what is older. */
function cudaDistance({ cuda }: CudaImage, wish: CudaTagWish): number {
  if (cuda === null || wish.cuda === undefined) return cuda === null ? Infinity : -numberOf(cuda);
  const difference = numberOf(cuda) - numberOf(wish.cuda);
  if (difference < 0) return 100_000 - difference;
  return majorOf(cuda) === majorOf(wish.cuda) ? difference : 1000 + difference;
}

/** 11.6.2 → 1106: only differences count. */
function numberOf(cuda: string): number {
  const [major = 0, minor = 0] = cuda.split('.').map(Number);
  return major * 100 + minor;
}

function osDistance({ os }: CudaImage, wish: CudaTagWish): number {
  const name = (text: string): string => text.replace(/[\d.]+$/, '');
  const version = (text: string): number => Number.parseFloat(text.slice(name(text).length));
  if (os === null) return Infinity;
  if (wish.os === undefined) return name(os) === 'ubuntu' ? -version(os) : 0;
  if (name(os) !== name(wish.os)) return 10_000;
  const difference = version(os) - version(wish.os);
  return difference >= 0 ? difference : 100 - difference;
}

function cudnnDistance({ cudnn }: CudaImage, wish: CudaTagWish): number {
  return typeof wish.cudnn !== 'string' || cudnn === wish.cudnn ? 0 : 1;
}

function isPatchOnly(row: CudaImage, wish: CudaTagWish): boolean {
  return wish.cuda !== undefined && majorMinorOf(row.cuda ?? '') === majorMinorOf(wish.cuda) && row.os === wish.os && row.flavor === wish.flavor && cudnnDistance(row, wish) === 0;
}
