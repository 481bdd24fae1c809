import { compareDotted, firstParts, hasPrefix } from '../version/dotted';
import { constraints } from './constraints/index';
import type { Current, WishKey } from './model';
import { FREE, type Cost, type PricedVariable, type Problem as SearchProblem, type Solution, type Variable as SearchVariable } from './search';
import { domains, type Base, type Domains } from './values';
import { anchorOf, type Wish } from './wishes';

type Part = keyof Domains;

/** What the reader would say that a value is, and what the ranking looks at. */
export type Facets = Partial<Readonly<Record<Part | 'cuda' | 'ubuntu' | 'flavor' | 'family' | 'build' | 'size' | 'install', string>>>;

/** A variable with what the reader would say that its values are. */
interface Variable extends SearchVariable {
  readonly facets: readonly Facets[];
}

export interface Problem extends SearchProblem {
  readonly variables: readonly Variable[];
}

export interface PricedProblem extends Problem {
  readonly variables: readonly (Variable & PricedVariable)[];
}

const PARTS: readonly Part[] = ['base', 'python', 'cudnn', 'tensorrt', 'torch', 'tensorflow', 'onnxruntime'];
const SOFTWARE = ['tensorrt', 'torch', 'tensorflow', 'onnxruntime'] as const;
const USERS_OF_CUDNN: readonly WishKey[] = ['cudnn', 'tensorrt', 'tensorflow', 'onnxruntime'];

// Ranking: least change; fewest doubts; newest TensorRT, PyTorch, TensorFlow, ONNX Runtime; then fewest notes, apt before
// NGC before pip, cuDNN of the image before one to install and PyPI before other indexes, smallest image, newest CUDA,
// newest Ubuntu, builds for the newest CUDA, newest cuDNN. Size is before CUDA because only devel images are known of the
// newest CUDA releases. Each criterion has digits of its own in one of the two numbers of a cost; those of doubts and
// notes are in search.ts.
const CHANGE: Cost = [2 ** 42, 0];
const CRITERIA = {
  tensorrt: [2 ** 28, 0],
  torch: [2 ** 20, 0],
  tensorflow: [2 ** 12, 0],
  onnxruntime: [2 ** 4, 0],
  family: [0, 2 ** 29],
  install: [0, 2 ** 28],
  size: [0, 2 ** 25],
  cuda: [0, 2 ** 17],
  ubuntu: [0, 2 ** 13],
  build: [0, 2 ** 8],
  cudnn: [0, 1],
} as const satisfies Record<string, Cost>;

/**
 * The problem that the wishes pose: the wishes, and the parts that they ask for or need. `scope` is what was wished in the
 * first place, when some of it is left out to find a conflict: it says which NGC images come into question.
 */
export function poseProblem(wishes: readonly Wish[], scope: readonly Wish[] = wishes): Problem {
  const keys = new Set<WishKey>(wishes.map(({ key }) => key));
  const isNeeded = (part: Part): boolean => {
    if (part === 'base') return true;
    if (part === 'python') return keys.has('python') || SOFTWARE.some((key) => keys.has(key));
    return part === 'cudnn' ? USERS_OF_CUDNN.some((key) => keys.has(key)) : keys.has(part);
  };
  const asked = wishes.map((wish): Variable => ({ type: `wish-${wish.key}`, values: listOf(wish), facets: NO_FACETS }));
  const parts = PARTS.filter(isNeeded).map((part): Variable => ({ type: part, ...(part === 'base' ? basesFor(scope) : { values: domains()[part], facets: allFacets()[part] }) }));
  return { variables: [...asked, ...parts], constraints };
}

/** The problem with what each value costs in the ranking, and the groups of values that are one answer to a reader. */
export function priceProblem({ variables, constraints: all }: Problem, current: Current): PricedProblem {
  const ignored = SOFTWARE.filter((part) => !variables.some(({ type }) => type === part));
  return { variables: variables.map((variable) => ({ ...variable, costs: variable.facets.map((facets) => priceOf(facets, current, ignored)), groups: variable.facets.map(groupOf) })), constraints: all };
}

const NO_FACETS: readonly Facets[] = [{}];
const lists = new WeakMap<Wish, readonly unknown[]>();

/** The value of a wish as a list of its own, always the same one: what was found out about it is remembered by the list. */
function listOf(wish: Wish): readonly unknown[] {
  const list = lists.get(wish) ?? [wish.value];
  lists.set(wish, list);
  return list;
}

const bases = new Map<string, { readonly values: readonly Base[]; readonly facets: readonly Facets[] }>();

/** nvidia/cuda, and the NGC images of what is wished; all of NGC for who wishes for NGC and names no software. */
function basesFor(scope: readonly Wish[]): { readonly values: readonly Base[]; readonly facets: readonly Facets[] } {
  const named = SOFTWARE.filter((key) => scope.some((wish) => wish.key === key));
  const isWide = named.length === 0 && scope.some(({ key }) => key === 'family');
  const key = `${named.join(' ')} ${isWide}`;
  const known = bases.get(key);
  if (known !== undefined) return known;
  const all = allFacets().base;
  const kept = domains().base.flatMap((value, i) => (value.subject === undefined || isWide || named.includes(value.subject) ? [{ value, facets: all[i] ?? {} }] : []));
  const made = { values: kept.map(({ value }) => value), facets: kept.map(({ facets }) => facets) };
  bases.set(key, made);
  return made;
}

/** The versions, flavor and family in a solution, by the key of their wish. */
export function versionsIn({ variables }: Problem, { picks }: Solution): Facets {
  return Object.assign({}, ...variables.map(({ facets }, i) => facets[picks[i] ?? 0])) as Facets;
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
    cudnn: cudnn.map(({ via, version }) => (version === undefined ? {} : { cudnn: version, ...(via === 'apt' && { install: 'cudnn' }) })),
    tensorrt: tensorrt.map((one) => (one.via === 'image' ? {} : { tensorrt: one.release.version, family: one.via, build: one.cuda ?? '0' })),
    torch: torch.map((one) => (one.via === 'image' ? {} : { torch: one.version, build: one.cuda, ...(one.index && { install: 'index' }) })),
    tensorflow: tensorflow.map((one) => (one.via === 'image' ? {} : { tensorflow: one.version })),
    onnxruntime: onnxruntime.map(({ version }) => ({ onnxruntime: version })),
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
  if (name === 'install') return 1;
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
