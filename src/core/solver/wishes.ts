import { findDistributionByCodename } from '../facts/distributions';
import { packageFamily } from '../facts/tensorrt-packages';
import { joinComma, msg, type Message } from '../l10n/message';
import { firstParts, hasPrefix, majorMinorOf } from '../version/dotted';
import { parsePep440, parseSpecifier, satisfiesPep440 } from '../version/pep440';
import type { TargetGpu } from '../target/model';
import { findTargetGpu, nameGpu } from '../target/read';
import type { Family, Flavor, WishKey, WishLabel, WishProblem, Wishes } from './model';

/** A wished version: leading parts or a specifier, never both. */
export interface VersionWish {
  readonly prefix: string | undefined;
  readonly specifier: string | undefined;
  /** CUDA that the wish names besides, as torch's `2.1+cu118` does: `cu118`. */
  readonly local: string | undefined;
}

/** The driver of the host, with all GPUs that were wished for: on them hangs what an older driver may do. */
export interface TargetDriver {
  /** `535.183.06` or `535`. */
  readonly version: string;
  readonly gpus: readonly TargetGpu[];
}

/** A wish that was understood. */
export type Wish = WishLabel &
  (
    | { readonly key: VersionKey; readonly value: VersionWish }
    | { readonly key: 'driver'; readonly value: TargetDriver }
    | { readonly key: 'gpu'; readonly value: TargetGpu }
    | { readonly key: 'flavor'; readonly value: Flavor }
    | { readonly key: 'family'; readonly value: Family }
    | { readonly key: 'compile'; readonly value: true }
    | { readonly key: 'packages'; readonly value: readonly string[] }
  );

export type VersionKey = Exclude<WishKey, 'driver' | 'gpu' | 'flavor' | 'family' | 'compile' | 'packages'>;

const VERSION_KEYS: readonly VersionKey[] = ['tensorrt', 'cuda', 'cudnn', 'python', 'ubuntu', 'torch', 'tensorflow', 'onnxruntime'];

/** Any version will do. */
export const ANY: VersionWish = { prefix: '', specifier: undefined, local: undefined };

/** What the parts are called in sentences. */
export const NAMES: Readonly<Record<VersionKey, string>> = {
  tensorrt: 'TensorRT',
  cuda: 'CUDA',
  cudnn: 'cuDNN',
  python: 'Python',
  ubuntu: 'Ubuntu',
  torch: 'PyTorch',
  tensorflow: 'TensorFlow',
  onnxruntime: 'ONNX Runtime',
};

/** Takes the wishes apart; what cannot be understood becomes a problem. Blank texts are no wishes. */
export function readWishes(wishes: Wishes): { readonly wishes: readonly Wish[]; readonly problems: readonly WishProblem[] } {
  const read: Wish[] = [];
  const problems: WishProblem[] = [];
  for (const key of VERSION_KEYS) {
    const text = wishes[key]?.trim() ?? '';
    if (text === '') continue;
    const value = readVersion(key, text);
    if (value === undefined) problems.push({ key, message: msg`${text} is neither a version (8.6) nor a range (>=10,<11).` });
    else read.push({ key, label: value === ANY ? NAMES[key] : `${NAMES[key]} ${value.specifier ?? text.replace(/^ubuntu(?=\d)/i, '')}`, value });
  }
  const gpus: TargetGpu[] = [];
  for (const name of [wishes.gpu ?? []].flat().map((text) => text.trim())) {
    const gpu = name === '' ? undefined : readGpu(name);
    if (gpu !== undefined) gpus.push(gpu);
    else if (name !== '') problems.push({ key: 'gpu', message: msg`${name} is no GPU that the tables know; its compute capability (8.9) will do instead.` });
  }
  if (wishes.driver !== undefined && wishes.driver.trim() !== '') {
    const version = /^\D{0,3}(\d+(?:\.\d+)*)$/.exec(wishes.driver.trim())?.[1];
    if (version === undefined) problems.push({ key: 'driver', message: msg`${wishes.driver} is no driver version (535.183.06) or branch (535).` });
    else read.push({ key: 'driver', label: msg`driver ${version}`, value: { version, gpus } });
  }
  for (const gpu of gpus) read.push({ key: 'gpu', label: nameGpu(gpu), value: gpu });
  if (wishes.flavor !== undefined) read.push({ key: 'flavor', label: msg`flavor ${wishes.flavor}`, value: wishes.flavor });
  if (wishes.family !== undefined) read.push({ key: 'family', label: FAMILIES[wishes.family], value: wishes.family });
  if (wishes.compile === true) read.push({ key: 'compile', label: msg`compiling against PyTorch`, value: true });
  const packages = wishes.packages ?? [];
  const strange = packages.filter((name) => packageFamily(name) === undefined);
  if (strange.length > 0) problems.push({ key: 'packages', message: msg`${joinComma(strange)}: no Debian package of TensorRT.` });
  if (packages.length > 0) {
    read.push({ key: 'packages', label: packages.join(', '), value: packages });
    if (!read.some(({ key }) => key === 'tensorrt')) read.push({ key: 'tensorrt', label: NAMES.tensorrt, value: ANY });
  }
  return { wishes: read, problems };
}

/** What the families are called in sentences. */
export const FAMILIES: Readonly<Record<Family, Message>> = { apt: msg`an nvidia/cuda image with apt`, pip: msg`an nvidia/cuda image with pip`, ngc: msg`an NGC image` };

function readVersion(key: VersionKey, text: string): VersionWish | undefined {
  const plain = key === 'ubuntu' ? (findDistributionByCodename(text.toLowerCase())?.os.replace(/^ubuntu/, '') ?? text.replace(/^ubuntu/i, '')) : text;
  if (plain === 'any' || plain === '*') return ANY;
  const [, prefix, local] = /^v?(\d+(?:\.\d+)*)(?:\.[*x])?(?:\+(\w+))?$/.exec(plain) ?? [];
  // No table knows patch releases of Python.
  if (prefix !== undefined) return { prefix: key === 'python' ? firstParts(prefix, 2) : prefix, specifier: undefined, local };
  const clauses = parseSpecifier(plain);
  return clauses === undefined || clauses.length === 0 ? undefined : { prefix: undefined, specifier: plain, local: undefined };
}

/** Whether the wish is one of a version. */
export function isVersionWish(wish: Wish): wish is Extract<Wish, { readonly key: VersionKey }> {
  return wish.key in NAMES;
}

/** A product by the name that was wished. */
function readGpu(name: string): TargetGpu | undefined {
  const gpu = findTargetGpu(name);
  return gpu && { ...gpu, name: gpu.segment === undefined ? gpu.name : name };
}

/** Whether a version is the wished one; `unknown` when only leading parts of it are known and they do not decide. */
export function matchVersion(wish: VersionWish, version: string): 'yes' | 'no' | 'unknown' {
  if (version === '') return wish.prefix === '' ? 'yes' : 'unknown';
  if (wish.prefix !== undefined) {
    if (matchesExactly(wish, version)) return 'yes';
    return hasPrefix(wish.prefix, version) ? 'unknown' : 'no';
  }
  const low = matchesExactly(wish, version);
  if (version.split('.').length >= 3) return low ? 'yes' : 'no';
  // `12.6` stands for 12.6.0 and for every update that may come: both ends must agree.
  const high = matchesExactly(wish, `${version}.9999`);
  return low === high ? (low ? 'yes' : 'no') : 'unknown';
}

const satisfied = new WeakMap<VersionWish, Map<string, boolean>>();

/** Like `matchVersion` for a version that is known to all its parts. */
export function matchesExactly(wish: VersionWish, version: string): boolean {
  if (wish.prefix !== undefined) return wish.prefix === '' || hasPrefix(version, wish.prefix);
  // Specifiers are slow to read, and many images have the same versions.
  const known = satisfied.get(wish) ?? new Map<string, boolean>();
  satisfied.set(wish, known);
  const answer = known.get(version) ?? satisfiesPep440(version, wish.specifier ?? '') === true;
  known.set(version, answer);
  return answer;
}

/** How many parts the longest version in the wish has: 4 for `>=8.6.1.6`. */
export function partsOf(wish: VersionWish): number {
  const versions = wish.prefix === undefined ? (parseSpecifier(wish.specifier ?? '') ?? []).map(({ version }) => version) : [wish.prefix];
  return Math.max(0, ...versions.map((version) => version.split('.').length));
}

/** The first version that a wish names, to measure distances from: `10` of `>=10,<11`; undefined for any. */
export function anchorOf(text: string): string | undefined {
  return /\d+(?:\.\d+)*/.exec(text)?.[0];
}

/** Whether both are of one minor version. */
export function isSameMinor(a: string, b: string): boolean {
  const minor = majorMinorOf(a);
  return minor !== undefined && minor === majorMinorOf(b);
}

/** The release of a Python version in dotted form without pre-release and local parts: `2.1.0a0+32f93b1` → `2.1.0`. */
export function releaseOf(version: string): string | undefined {
  return parsePep440(version)?.release.join('.');
}
