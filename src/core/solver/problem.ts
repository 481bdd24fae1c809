import { compareDotted, firstParts, hasPrefix } from '../version/dotted';
import { constraints } from './constraints/index';
import type { Current, WishKey } from './model';
import { FREE, type Cost, type Problem, type Solution, type Variable } from './search';
import { domains, type Domains } from './values';
import { anchorOf, type Wish } from './wishes';

type Part = keyof Domains;

/** What the reader would say that a value is, and what the ranking looks at. */
export type Facets = Partial<Readonly<Record<Part | 'cuda' | 'ubuntu' | 'flavor' | 'family' | 'build' | 'size', string>>>;

const PARTS: readonly Part[] = ['base', 'python', 'cudnn', 'tensorrt', 'torch', 'tensorflow', 'onnxruntime'];
const SOFTWARE = ['tensorrt', 'torch', 'tensorflow', 'onnxruntime'] as const;
const USERS_OF_CUDNN: readonly WishKey[] = ['cudnn', 'tensorrt', 'tensorflow', 'onnxruntime'];

// Ranking: least change; fewest doubts; newest TensorRT, PyTorch, TensorFlow, ONNX Runtime; then fewest notes, apt before
// NGC before pip, newest CUDA, newest Ubuntu, builds for the newest CUDA, smallest image. Each criterion has digits of its
// own in one of the two numbers of a cost; those of doubts and notes are in search.ts.
const CHANGE: Cost = [2 ** 42, 0];
const CRITERIA = {
  tensorrt: [2 ** 28, 0],
  torch: [2 ** 20, 0],
  tensorflow: [2 ** 12, 0],
  onnxruntime: [2 ** 4, 0],
  family: [0, 2 ** 28],
  cuda: [0, 2 ** 20],
  ubuntu: [0, 2 ** 16],
  build: [0, 2 ** 8],
  size: [0, 2 ** 5],
  // The newest of several packages of cuDNN, all else being equal.
  cudnn: [0, 2 ** -3],
} as const satisfies Record<string, Cost>;

/** The problem that the wishes pose: the wishes, and the parts that they ask for or need, priced by the ranking. */
export function poseProblem(wishes: readonly Wish[], current: Current): Problem {
  const keys = new Set<WishKey>(wishes.map(({ key }) => key));
  const isNeeded = (part: Part): boolean => {
    if (part === 'base') return true;
    if (part === 'python') return keys.has('python') || SOFTWARE.some((key) => keys.has(key));
    return part === 'cudnn' ? USERS_OF_CUDNN.some((key) => keys.has(key)) : keys.has(part);
  };
  const ignored = SOFTWARE.filter((key) => !keys.has(key));
  const asked = wishes.map(({ key, value }): Variable => ({ type: `wish-${key}`, values: [value], costs: [FREE], groups: [''] }));
  const parts = PARTS.filter(isNeeded).map((part): Variable => {
    const facets = allFacets()[part];
    return { type: part, values: domains()[part], costs: facets.map((one) => priceOf(one, current, ignored)), groups: facets.map(groupOf) };
  });
  return { variables: [...asked, ...parts], constraints };
}

/** The versions, flavor and family in a solution, by the key of their wish. */
export function versionsIn({ variables }: Problem, { picks }: Solution): Facets {
  const facets = variables.map(({ type }, i) => (type in allFacets() ? allFacets()[type as Part][picks[i] ?? 0] : undefined));
  return Object.assign({}, ...facets) as Facets;
}

let described: Readonly<Record<Part, readonly Facets[]>> | undefined;

function allFacets(): Readonly<Record<Part, readonly Facets[]>> {
  return (described ??= describe(domains()));
}

function describe({ base, python, cudnn, tensorrt, torch, tensorflow, onnxruntime }: Domains): Readonly<Record<Part, readonly Facets[]>> {
  return {
    base: base.map((one) => ({
      base: one.family === 'ngc' ? one.image.replace(/:.*/, '') : '',
      cuda: one.cuda.value,
      ...(one.ubuntu && { ubuntu: one.ubuntu.value }),
      ...(one.flavor && { flavor: one.flavor, size: `${['base', 'runtime', 'devel'].indexOf(one.flavor)}.${one.cudnn === undefined ? 0 : 1}` }),
      ...(one.family === 'ngc' && { family: one.family }),
      ...(one.tensorrt && { tensorrt: firstParts(one.tensorrt.value, 3) }),
      ...(one.torch && { torch: one.torch.value }),
      ...(one.tensorflow && { tensorflow: one.tensorflow.value }),
    })),
    python: python.map(({ version }) => ({ python: version })),
    cudnn: cudnn.map(({ via, version }) => (version === undefined ? {} : { cudnn: version, ...(via === 'apt' && { size: '0.1' }) })),
    tensorrt: tensorrt.map((one) => (one.via === 'image' ? {} : { tensorrt: one.release.version, family: one.via, build: one.cuda ?? '0' })),
    torch: torch.map((one) => (one.via === 'image' ? {} : { torch: one.version, build: one.cuda })),
    tensorflow: tensorflow.map((one) => (one.via === 'image' ? {} : { tensorflow: one.version })),
    onnxruntime: onnxruntime.map((one) => (one.via === 'image' ? {} : { onnxruntime: one.version })),
  };
}

/** Two answers that differ in flavor or in where cuDNN comes from alone are one answer. */
function groupOf({ base = '', cuda = '', ubuntu = '', tensorrt = '', torch = '', tensorflow = '', onnxruntime = '', family = '', build = '' }: Facets): string {
  return [base, cuda, ubuntu, tensorrt, torch, tensorflow, onnxruntime, family, build].join(' ');
}

function priceOf(facets: Facets, current: Current, ignored: readonly string[]): Cost {
  let [high, low] = FREE;
  for (const [name, value] of Object.entries(facets) as [keyof Facets, string][]) {
    const was = current[name as keyof Current];
    if (was !== undefined) high += CHANGE[0] * distanceOf(was, value);
    const criterion: Cost | undefined = name in CRITERIA && !ignored.includes(name) ? CRITERIA[name as keyof typeof CRITERIA] : undefined;
    if (criterion === undefined) continue;
    const place = rankOf(name, value);
    high += criterion[0] * place;
    low += criterion[1] * place;
  }
  return [high, low];
}

const FAMILIES = ['apt', 'ngc', 'pip'];
let ranks: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined;

/** Place of a value among all of its kind: the newest version 0, the smallest image 0. */
function rankOf(name: keyof Facets, value: string): number {
  if (name === 'family') return FAMILIES.indexOf(value);
  ranks ??= rankAll(Object.values(allFacets()).flat());
  return ranks.get(name)?.get(value) ?? 0;
}

function rankAll(facets: readonly Facets[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const names = Object.keys(CRITERIA) as (keyof typeof CRITERIA)[];
  return new Map(
    names.map((name) => {
      const values = [...new Set(facets.map((one) => one[name]))].filter((value) => value !== undefined).sort((a, b) => compareDotted(b, a));
      if (name === 'size') values.reverse();
      return [name, new Map(values.map((value, i) => [value, i]))];
    }),
  );
}

/**
 * How far two versions are apart: 0 for the same or for one that has more parts, 1 for another patch release, then by
 * minor and, from 16 on, by major version. Words are apart or not.
 */
function distanceOf(was: string, is: string): number {
  const anchor = anchorOf(was);
  if (anchor === undefined) return was === is ? 0 : 1;
  if (hasPrefix(is, anchor) || hasPrefix(anchor, is)) return 0;
  const [major = 0, minor = 0] = anchor.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = is.split('.').map(Number);
  if (major !== otherMajor) return 16 + Math.min(15, Math.abs(major - otherMajor));
  return minor === otherMinor ? 1 : 1 + Math.min(14, Math.abs(minor - otherMinor));
}
