import { allCudaImages, type CudaImage } from '../../facts/cuda-images';
import { ngcReleases, ngcValue, type NgcImage } from '../../facts/ngc-images';
import { decodeImage } from '../../image/decode';
import type { Message } from '../../l10n/message';
import type { Target } from '../../target/model';
import { compareDotted, firstParts, hasPrefix, majorMinorOf, majorOf } from '../../version/dotted';
import { describeDriver, driverOf, formatContent, joinTexts, listContents } from '../contents';
import type { Card } from '../card';
import { describeImage } from '../hover/image';
import type { Completion } from './model';
import type { StageWishes } from './stage-wishes';

/** A list longer than this is cut; what is typed next narrows it down. */
const MAX_TAGS = 100;

/** So many of them say at once what they hold: those that are in sight. */
const DESCRIBED = 12;

/** Images of which tags can be offered, with the suffix that most people want. */
const NGC_IMAGES: ReadonlyMap<string, string> = new Map([
  ['nvcr.io/nvidia/tensorrt', 'py3'],
  ['nvcr.io/nvidia/pytorch', 'py3'],
  ['nvcr.io/nvidia/tritonserver', 'py3'],
  ['nvcr.io/nvidia/tensorflow', 'tf2-py3'],
]);

/** What can stand where an image is named: names of NVIDIA's images, then tags that are served. `typed` ends at `offset`. */
export function completeImage(typed: string, offset: number, wishes: StageWishes | undefined, targets: readonly Target[]): readonly Completion[] {
  const colon = typed.indexOf(':');
  if (colon < 0) return completeName(typed, offset);
  const name = typed.slice(0, colon);
  const tag = typed.slice(colon + 1);
  const range = { start: offset - tag.length, end: offset };
  return listTags(name, tag, '', wishes, targets).map((found, i) => ({
    label: found,
    detail: i < DESCRIBED ? (describeReference(`${name}:${found}`) ?? '') : undefined,
    newText: found,
    range,
    kind: 'image',
    reference: `${name}:${found}`,
  }));
}

/** A part of an image's tag that is written apart from the rest: `nvidia/cuda:`, the part, `-devel-ubuntu22.04`. */
export interface TagGap {
  readonly before: string;
  readonly after: string;
  readonly wishes: StageWishes | undefined;
}

/** Values for a part of the tags of one or several images, of which each gives a tag that is served. `typed` ends at `offset`. */
export function completeTagPart(typed: string, offset: number, gaps: readonly TagGap[], targets: readonly Target[]): readonly Completion[] {
  const lists = gaps.map(({ before, after, wishes }) => {
    const colon = before.indexOf(':');
    const start = before.slice(colon + 1);
    const tags = listTags(before.slice(0, colon), start + typed, after, wishes, targets);
    return [...new Set(tags.map((tag) => tag.slice(start.length, tag.length - after.length)))].filter((value) => value.length >= typed.length);
  });
  const [first] = gaps;
  const [values = [], ...others] = lists;
  if (first === undefined) return [];
  return values
    .filter((value) => others.every((list) => list.includes(value)))
    .slice(0, MAX_TAGS)
    .map((value, i) => {
      const reference = first.before + value + first.after;
      return { label: value, detail: i < DESCRIBED ? (describeReference(reference) ?? '') : undefined, newText: value, range: { start: offset - typed.length, end: offset }, kind: 'image', reference };
    });
}

/** Tags of an image that begin and end so, the best first. */
function listTags(name: string, start: string, end: string, wishes: StageWishes | undefined, targets: readonly Target[]): readonly string[] {
  const isCuda = /^(?:docker\.io\/)?nvidia\/cuda$|^nvcr\.io\/nvidia\/cuda$/.test(name);
  const fits = (tag: string): boolean => tag.startsWith(start) && tag.endsWith(end) && tag.length >= start.length + end.length;
  return isCuda ? listCudaTags(fits, wishes) : listNgcTags(name, fits, targets, wishes);
}

function completeName(typed: string, offset: number): readonly Completion[] {
  const names = ['nvidia/cuda', ...NGC_IMAGES.keys()].filter((name) => name.startsWith(typed));
  return names.map((name) => ({ label: name, detail: '', newText: `${name}:`, range: { start: offset - typed.length, end: offset }, kind: 'image' }));
}

/** What an image holds beyond what its tag says, in a line short enough to stand behind it; undefined where that is not known. */
export function describeReference(reference: string): Message | undefined {
  const image = decodeImage(reference);
  if (image === undefined) return undefined;
  const driver = driverOf(image);
  const contents = listContents(image.components).filter(({ kind, version }) => kind !== 'nccl' && !image.reference.text.includes(version));
  const texts = [...contents.map(formatContent), ...(driver === undefined ? [] : [describeDriver(firstParts(driver, 2))])];
  return texts.length === 0 ? undefined : joinTexts(texts);
}

/** All that is known of the image, as a hover shows it. */
export function describeReferenceCard(reference: string): Card | undefined {
  const image = decodeImage(reference);
  return image && describeImage(image, { start: 0, end: 0 });
}

/** Served tags of nvidia/cuda that fit what is written, those that fit the wishes first, among equals the newest. */
function listCudaTags(fits: (tag: string) => boolean, wishes: StageWishes | undefined): readonly string[] {
  const found = allCudaImages().filter((image) => image.status === 'served' && fits(image.tag) && image.os !== null && image.tag.endsWith(image.os) && !image.tag.includes('tensorrt'));
  return found
    .map((image) => ({ tag: image.tag, rank: rankCudaImage(image, wishes) }))
    .sort((a, b) => compareRanks(a.rank, b.rank))
    .slice(0, MAX_TAGS)
    .map(({ tag }) => tag);
}

/** Smaller is better, compared from the left. */
function rankCudaImage({ cuda, flavor, cudnn, os }: CudaImage, wishes: StageWishes | undefined): readonly number[] {
  const wished = wishes?.cuda;
  const version = cuda ?? '0';
  const cudaRank = wished === undefined || hasPrefix(version, wished) || hasPrefix(wished, version) ? 0 : majorMinorOf(version) === majorMinorOf(wished) ? 1 : majorOf(version) === majorOf(wished) ? 2 : 3;
  const osRank = wishes?.os === undefined ? (os?.startsWith('ubuntu') === true ? 0 : 1) : os === wishes.os ? 0 : os?.replace(/[\d.]+$/, '') === wishes.os.replace(/[\d.]+$/, '') ? 1 : 2;
  const flavors = wishes?.flavor === 'runtime' ? ['runtime', 'base', 'devel'] : ['devel', 'runtime', 'base'];
  const flavorRank = flavors.indexOf(flavor ?? 'base');
  const number = numberOf(version);
  // Of another minor version of the same CUDA the nearest is best, of the same one, or without a wish, the newest.
  const distance = cudaRank === 2 ? Math.abs(number - numberOf(wished ?? '0')) : 0;
  // A newer release is worth less than the libraries that are needed, and no others; a newer patch less than the flavor.
  return [cudaRank, osRank, distance, rankCudnn(cudnn, wishes?.cudnn), -Math.trunc(number / 100), wishes?.flavor === undefined ? 0 : Number(flavorRank > 0), -number, -Number(/[\d.]+$/.exec(os ?? '')?.[0] ?? 0), flavorRank];
}

function rankCudnn(held: CudaImage['cudnn'], wished: string | undefined): number {
  if (wished === undefined) return Number(held !== false);
  return held === wished || (wished === '' && held !== false) ? 0 : held === null ? 1 : held === false ? 2 : 3;
}

/** 12.4.1 → 120401. */
function numberOf(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Tags of an NGC image that were seen and fit what is written: those that run on the targets' drivers first, then those with the
 * wished CUDA, then the variant that most people want, then the newest; of what does not run the oldest, which lacks least.
 */
function listNgcTags(image: string, fits: (tag: string) => boolean, targets: readonly Target[], wishes: StageWishes | undefined): readonly string[] {
  const wanted = NGC_IMAGES.get(image);
  if (wanted === undefined) return [];
  const drivers = targets.flatMap(({ driver }) => driver ?? []);
  const releases = ngcReleases(image);
  const tooNew = releases.find((row) => !runsOnAll(row, drivers))?.release;
  // A release asks for no older driver than those before it: that of many is not known.
  const runs = ({ release }: NgcImage): boolean => tooNew === undefined || compareDotted(release, tooNew) < 0;
  return releases
    .flatMap((row) => row.tags.map((suffix) => ({ row, tag: `${row.release}-${suffix}`, isWanted: suffix === wanted })))
    .filter(({ tag }) => fits(tag))
    .map(({ row, tag, isWanted }) => ({ row, tag, rank: [Number(!runs(row)), Number(wishes?.cuda !== undefined && !hasCuda(row, wishes.cuda)), Number(!isWanted)] }))
    .sort((a, b) => compareRanks(a.rank, b.rank) || compareDotted(b.row.release, a.row.release) * (runs(a.row) ? 1 : -1))
    .slice(0, MAX_TAGS)
    .map(({ tag }) => tag);
}

function runsOnAll(row: NgcImage, drivers: readonly string[]): boolean {
  const floor = ngcValue(row, 'driverMin')?.value;
  return floor === undefined || drivers.every((driver) => compareDotted(driver.includes('.') ? driver : `${driver}.999`, floor) >= 0);
}

function hasCuda(row: NgcImage, wished: string): boolean {
  const cuda = ngcValue(row, 'cuda')?.value;
  return cuda !== undefined && (hasPrefix(cuda, wished) || majorMinorOf(cuda) === majorMinorOf(wished));
}
