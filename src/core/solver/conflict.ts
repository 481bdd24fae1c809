import { architectures, toolkits } from '../facts/cuda-toolkits';
import { formatText, joinAll, joinComma, msg, type Message, type Text } from '../l10n/message';
import { compareDotted } from '../version/dotted';
import { combine, withoutRepetition } from './combination';
import { EXCLUDED, reasonOf, type Constraint } from './constraint';
import { factual } from './constraints/index';
import type { Combination, Conflict, Current, Reason, Relaxation, WishKey, WishLabel, Wishes } from './model';
import { poseProblem, priceProblem, versionsIn, type Facets, type Problem } from './problem';
import { isSatisfiable, search } from './search';
import { ANY, FAMILIES, isVersionWish, NAMES, readWishes, type TargetDriver, type Wish } from './wishes';

/** Why no answer meets all the wishes; undefined when one does. */
export function findConflict(wishes: readonly Wish[], given: Wishes, current: Current): Conflict | undefined {
  const canMeet = askOnce(wishes);
  if (canMeet(wishes)) return undefined;
  const core = smallestCore(wishes, canMeet);
  return { wishes: core.map(labelOf), reasons: explain(core, wishes), relaxations: relax(wishes, given, current, canMeet) };
}

type CanMeet = (wishes: readonly Wish[]) => boolean;

/**
 * Whether wishes can be met, some of them left out or loosened. More wishes are never easier to meet, so that many
 * questions are answered by an earlier one.
 */
function askOnce(scope: readonly Wish[]): CanMeet {
  const met: bigint[] = [];
  const unmet: bigint[] = [];
  return (wishes) => {
    // Two bits a wish: it is there, and it is as strict as it was given.
    const asked = scope.reduce((mask, wish, i) => mask | (BigInt(wishes.includes(wish) ? 3 : wishes.includes(looseOf(wish)) ? 1 : 0) << BigInt(2 * i)), 0n);
    if (met.some((mask) => (asked & mask) === asked)) return true;
    if (unmet.some((mask) => (asked & mask) === mask)) return false;
    const answer = isSatisfiable(poseProblem(wishes, scope));
    (answer ? met : unmet).push(asked);
    return answer;
  };
}

const MOST_WISHES = 20;

/** A set of wishes that rule each other out: none of them can be left out. */
function smallestCore(wishes: readonly Wish[], canMeet: CanMeet): readonly Wish[] {
  const core = shrink(wishes, (some) => !canMeet(some));
  if (core.length < 3 || wishes.length > MOST_WISHES) return core;
  // Another core may have one or two wishes, which says more than three do. Of very many (GPUs) not all pairs are asked.
  const pairs = wishes.flatMap((a, i) => wishes.slice(0, i + 1).map((b) => (a === b ? [a] : [b, a])));
  return pairs.find((some) => !canMeet(some)) ?? core;
}

/** A part of the items of which none can be left out for the property to hold; what comes first is left out first. */
function shrink<Item>(items: readonly Item[], holds: (items: readonly Item[]) => boolean): readonly Item[] {
  return items.reduce<readonly Item[]>((kept, item) => {
    const rest = kept.filter((one) => one !== item);
    return holds(rest) ? rest : kept;
  }, items);
}

function labelOf({ key, label }: Wish): WishLabel {
  return { key, label };
}

/** The facts without which the wishes could be met, each with the values that it keeps apart. */
function explain(core: readonly Wish[], scope: readonly Wish[]): readonly Reason[] {
  const problem = poseProblem(core, scope);
  const types = new Set(problem.variables.map(({ type }) => type));
  const present = problem.constraints.filter(({ between }) => between.every((type) => types.has(type)));
  const needed = shrink(present, (constraints) => !isSatisfiable({ ...problem, constraints }));
  const reasons = needed.filter((constraint) => factual.includes(constraint)).flatMap((constraint) => exampleOf(constraint, problem) ?? []);
  return reasons.length > 0 ? withoutRepetition(reasons) : core.map((wish) => offerInstead(wish, core, scope));
}

/** What a constraint says of the best values that the wishes leave and that it does not let stand together. */
function exampleOf(constraint: Constraint, problem: Problem): Reason | undefined {
  const [left, right] = constraint.between.map((type) => wishedValues(problem, type));
  for (const a of left ?? []) {
    for (const b of right ?? []) {
      const verdict = constraint.check(a, b);
      if (verdict?.grade === 'no' && verdict !== EXCLUDED) return reasonOf(verdict);
    }
  }
  return undefined;
}

/** The values of a variable that go with the wishes of their own, best first. */
function wishedValues({ variables, constraints }: Problem, type: Constraint['between'][number]): readonly unknown[] {
  const own = variables.find((variable) => variable.type === type);
  if (own === undefined) return [];
  const alone: Problem = {
    variables: variables.filter((variable) => variable === own || variable.type.startsWith('wish-')),
    constraints: constraints.filter((constraint) => !factual.includes(constraint)),
  };
  const place = alone.variables.indexOf(own);
  return search(priceProblem(alone, {}), own.values.length).map(({ picks }) => own.values[picks[place] ?? 0]);
}

const MOST_OFFERED = 6;

/** What there is in place of a wish that, with the others, comes to nothing. */
function offerInstead(wish: Wish, core: readonly Wish[], scope: readonly Wish[]): Reason {
  const key = wish.key as keyof Facets;
  const problem = priceProblem(poseProblem(loosen(core, [wish]), scope), {});
  const grouped = { ...problem, variables: problem.variables.map((variable) => ({ ...variable, groups: variable.facets.map((facets) => facets[key] ?? '') })) };
  const solutions = search(grouped, MOST_OFFERED + 1);
  const offered = [...new Set(solutions.flatMap((solution) => versionsIn(problem, solution)[key] ?? []))].sort((a, b) => compareDotted(b, a));
  const others = core.filter((one) => one !== wish).map(({ label }) => label);
  const name = isVersionWish(wish) ? NAMES[wish.key] : wish.key;
  const versions = joinComma(offered.slice(0, MOST_OFFERED));
  const list = offered.length > MOST_OFFERED ? msg`${name} ${versions} and others` : msg`${name} ${versions}`;
  const alone = offered.length === 0 ? msg`The tables know of nothing for ${wish.label}.` : msg`The tables have ${list}; ${wish.label} is not in them.`;
  const beside = offered.length === 0 ? msg`${wish.label} does not go with ${joinAll(others)}.` : msg`With ${joinAll(others)} there is ${list}, not ${wish.label}.`;
  const [best] = solutions;
  return { grade: 'no', text: others.length === 0 ? alone : beside, evidence: best && combine(problem, best, {}).reasons[0]?.evidence };
}

const loosened = new WeakMap<Wish, Wish>();

/** The wish for any version of the same; a wish of another kind as it is, for it can only be left out. */
function looseOf(wish: Wish): Wish {
  if (!isVersionWish(wish)) return wish;
  const loose = loosened.get(wish) ?? { ...wish, label: NAMES[wish.key], value: ANY };
  loosened.set(wish, loose);
  return loose;
}

/** The wishes with some given up: of a part that was wished, any version will do. */
function loosen(wishes: readonly Wish[], givenUp: readonly Wish[]): readonly Wish[] {
  return wishes.flatMap((wish) => (!givenUp.includes(wish) ? [wish] : isVersionWish(wish) ? [looseOf(wish)] : []));
}

const MOST_SETS = 24;
const MOST_RELAXATIONS = 6;

/** The fewest wishes that must be given up, in the ways that are easiest, and the nearest answer to each. */
function relax(wishes: readonly Wish[], given: Wishes, current: Current, canMeet: CanMeet): readonly Relaxation[] {
  let sets: readonly (readonly Wish[])[] = [[]];
  while (sets.length > 0) {
    const enough: (readonly Wish[])[] = [];
    const larger = new Map<string, readonly Wish[]>();
    for (const givenUp of sets) {
      const left = loosen(wishes, givenUp);
      if (canMeet(left)) {
        enough.push(givenUp);
        continue;
      }
      for (const wish of shrink(left, (some) => !canMeet(some))) {
        if (!wishes.includes(wish)) continue;
        const next = wishes.filter((one) => one === wish || givenUp.includes(one));
        larger.set(next.map((one) => wishes.indexOf(one)).join(' '), next);
      }
    }
    if (enough.length > 0) return enough.sort(byEase).slice(0, MOST_RELAXATIONS).flatMap((givenUp) => nearest(wishes, givenUp, given, current));
    sets = [...larger.values()].sort(byEase).slice(0, MOST_SETS);
  }
  return [];
}

/** What people change most easily first. */
const EASE: readonly WishKey[] = ['flavor', 'family', 'cuda', 'cudnn', 'ubuntu', 'python', 'tensorrt', 'torch', 'onnxruntime', 'tensorflow', 'packages', 'compile', 'driver', 'gpu'];

function byEase(a: readonly Wish[], b: readonly Wish[]): number {
  const effort = (wishes: readonly Wish[]): number => wishes.reduce((sum, { key }) => sum + EASE.indexOf(key), 0);
  return effort(a) - effort(b);
}

/** The answer that stays nearest to the wishes that are given up. */
function nearest(wishes: readonly Wish[], givenUp: readonly Wish[], given: Wishes, current: Current): readonly Relaxation[] {
  let others = loosen(wishes, givenUp);
  const replaced = new Map<Wish, Wish>();
  for (const wish of givenUp) {
    const meets = (one: Wish): boolean => isSatisfiable(poseProblem([...others, one], wishes));
    const other = (wish.key === 'driver' ? driversAbove(wish.value) : wish.key === 'gpu' ? gpusNear(wish.value.computeCapability) : []).find(meets);
    if (other === undefined) continue;
    others = [...others, other];
    replaced.set(wish, other);
  }
  const problem = priceProblem(poseProblem(others, wishes), { ...current, ...Object.fromEntries(givenUp.flatMap(anchor)) });
  const [solution] = search(problem, 1);
  if (solution === undefined) return [];
  const versions = versionsIn(problem, solution);
  const combination = combine(problem, solution, given);
  const changes = givenUp.map((wish) => changeOf(wish, replaced.get(wish), versions, combination));
  const changed = changes.reduce((made, { change }) => change(made), given);
  // What a GPU that was given up made possible (forward compatibility) may be gone with it.
  if (!isSatisfiable(poseProblem(readWishes(changed).wishes))) return [];
  return [{ text: changes.map(({ text }) => text).reduce<Text>((all, text) => (all === '' ? text : msg`${all}, and ${text}`), ''), instead: givenUp.map(labelOf), wishes: changed, combination }];
}

/** A wish that was given up, as something to stay near to. */
function anchor(wish: Wish): (readonly [WishKey, string])[] {
  if (isVersionWish(wish)) return [[wish.key, wish.value.prefix ?? wish.value.specifier ?? '']];
  return wish.key === 'flavor' || wish.key === 'family' ? [[wish.key, wish.value]] : [];
}

interface Change {
  readonly text: Message;
  readonly change: (wishes: Wishes) => Wishes;
}

function changeOf(wish: Wish, other: Wish | undefined, versions: Facets, { flavor, family }: Combination): Change {
  if (isVersionWish(wish)) {
    const version = versions[wish.key];
    if (version === undefined) return { text: msg`any ${NAMES[wish.key]} instead of ${wish.label}`, change: (wishes) => without(wishes, wish.key) };
    return { text: msg`${NAMES[wish.key]} ${version} instead of ${wish.label}`, change: (wishes) => ({ ...wishes, [wish.key]: version }) };
  }
  switch (wish.key) {
    case 'flavor':
      return { text: flavor === undefined ? msg`an NGC image instead of ${wish.label}` : msg`flavor ${flavor} instead of ${wish.label}`, change: (wishes) => ({ ...without(wishes, 'flavor'), ...(flavor && { flavor }) }) };
    case 'family':
      return { text: msg`${FAMILIES[family]} instead of ${wish.label}`, change: (wishes) => ({ ...wishes, family }) };
    case 'compile':
      return { text: msg`without ${wish.label}`, change: (wishes) => without(wishes, 'compile') };
    case 'packages':
      return { text: msg`without ${wish.label}`, change: (wishes) => without(wishes, 'packages') };
    case 'driver': {
      const driver = other?.key === 'driver' ? other.value.version : undefined;
      return {
        text: driver === undefined ? msg`without ${wish.label}` : msg`driver ${driver} or newer instead of ${wish.label}`,
        change: (wishes) => ({ ...without(wishes, 'driver'), ...(driver !== undefined && { driver }) }),
      };
    }
    case 'gpu': {
      const gpu = other?.key === 'gpu' ? other.value.computeCapability : undefined;
      return {
        text: gpu === undefined ? msg`without ${wish.label}` : msg`a GPU of compute capability ${gpu}${nameOf(gpu)} instead of ${wish.label}`,
        change: (wishes) => ({ ...wishes, gpu: [...[wishes.gpu ?? []].flat().filter((name) => !isSameLabel(readWishes({ gpu: name }).wishes[0], wish)), ...(gpu === undefined ? [] : [gpu])] }),
      };
    }
  }
}

/** Whether both are called the same. */
function isSameLabel(a: Wish | undefined, b: Wish): boolean {
  return a !== undefined && formatText(a.label) === formatText(b.label);
}

function without(wishes: Wishes, key: WishKey): Wishes {
  return Object.fromEntries(Object.entries(wishes).filter(([name]) => name !== key));
}

function nameOf(computeCapability: string): Text {
  const architecture = architectures().find((one) => one.computeCapability === computeCapability)?.architecture;
  return typeof architecture !== 'string' ? '' : msg` (${architecture})`;
}

/** The drivers above one with which another CUDA release came, ascending. */
function driversAbove({ version, gpus }: TargetDriver): readonly Wish[] {
  const floors = toolkits().flatMap(({ driverLinux, minorDriverLinux }) => [driverLinux ?? [], minorDriverLinux ?? []].flat());
  return [...new Set(floors)].filter((floor) => compareDotted(floor, version) > 0).sort(compareDotted).map((driver) => ({ key: 'driver', label: msg`driver ${driver}`, value: { version: driver, gpus } }));
}

/** The other compute capabilities, the nearest first. */
function gpusNear(computeCapability: string): readonly Wish[] {
  const distance = (one: string): number => Math.abs(Number(one) - Number(computeCapability));
  return architectures()
    .map((one) => one.computeCapability)
    .filter((one) => one !== computeCapability)
    .sort((a, b) => distance(a) - distance(b))
    .flatMap((gpu) => readWishes({ gpu }).wishes);
}
