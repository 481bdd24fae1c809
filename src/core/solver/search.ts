import type { Constraint, VariableType } from './constraint';
import type { Grade } from './model';

/** One unknown of the problem and what it can be. */
export interface Variable {
  readonly type: VariableType;
  readonly values: readonly unknown[];
  /** What choosing each value costs, in the order of `values`. */
  readonly costs: readonly Cost[];
  /** Values of the same group are the same answer to the reader; only the cheapest solution of each combination of groups is kept. */
  readonly groups: readonly string[];
}

/** More than any variable has. */
const MOST_VALUES = 2 ** 16;

/** Two numbers, the first before the second; each holds several criteria in its digits, so that costs add up. */
export type Cost = readonly [high: number, low: number];

export const FREE: Cost = [0, 0];
/** A relation that no fact proves, or that is only half of what was wished. */
export const DOUBT: Cost = [2 ** 36, 0];
/** A relation that works, where another is closer. */
export const NOTE: Cost = [0, 2 ** 32];

export interface Problem {
  readonly variables: readonly Variable[];
  readonly constraints: readonly Constraint[];
}

/** An index into the values of each variable, in the order of the variables. */
export interface Solution {
  readonly picks: readonly number[];
  readonly cost: Cost;
}

/** Negative when `a` is cheaper. */
export function compareCosts(a: Cost, b: Cost): number {
  return a[0] - b[0] || a[1] - b[1];
}

export function addCosts(a: Cost, b: Cost): Cost {
  return [a[0] + b[0], a[1] + b[1]];
}

interface Candidate {
  readonly index: number;
  /** Its own cost and that of its relations to the values chosen so far. */
  readonly cost: Cost;
}

/** The values that a variable still can have, and the least that one of them costs. */
interface Choice {
  readonly candidates: Candidate[];
  readonly least: Cost;
}

/** The variables that are still open, by their place in the problem. */
type Open = ReadonlyMap<number, Choice>;

/**
 * The cheapest solutions, best first, at most `limit` of different groups: backtracking that takes the variable with the
 * fewest values left, strikes from the others what does not go with the choice, and gives up where the cheapest
 * completion cannot be better than what was found. Complete: it finds a solution whenever there is one.
 */
export function search({ variables, constraints }: Problem, limit: number): readonly Solution[] {
  const relations = relate(variables, constraints);
  const best: Solution[] = [];
  const bestByGroup = new Map<string, Solution>();
  const picks: number[] = variables.map(() => -1);

  const descend = (open: Open, cost: Cost): void => {
    if (isHopeless(open, cost)) return;
    const variable = choose(open);
    if (variable === undefined) {
      keep({ picks: [...picks], cost });
      return;
    }
    // The cheapest first, so that the bound is tight soon.
    for (const candidate of open.get(variable)?.candidates.sort((a, b) => compareCosts(a.cost, b.cost)) ?? []) {
      const narrowed = narrow(open, variable, candidate.index);
      if (narrowed === undefined) continue;
      picks[variable] = candidate.index;
      descend(narrowed, addCosts(cost, candidate.cost));
    }
  };

  /** What is open costs at least its cheapest candidates. */
  const isHopeless = (open: Open, [high, low]: Cost): boolean => {
    const worst = best[limit - 1]?.cost;
    if (worst === undefined) return false;
    for (const { least } of open.values()) {
      high += least[0];
      low += least[1];
    }
    return compareCosts([high, low], worst) >= 0;
  };

  /** What has one value left, then what bears on most others (the image: it decides the rest), then what has the fewest values. */
  const choose = (open: Open): number | undefined => {
    let chosen: number | undefined;
    let best = Infinity;
    for (const [variable, { candidates }] of open) {
      let degree = 0;
      for (const other of open.keys()) if (relations[variable]?.[other] !== undefined) degree++;
      const rank = candidates.length === 1 ? 0 : (variables.length - degree) * MOST_VALUES + candidates.length;
      if (rank >= best) continue;
      chosen = variable;
      best = rank;
    }
    return chosen;
  };

  /** What is open after a choice; undefined when a variable is left without a value. */
  const narrow = (open: Open, chosen: number, index: number): Open | undefined => {
    const narrowed = new Map<number, Choice>();
    for (const [variable, choice] of open) {
      if (variable === chosen) continue;
      const relation = relations[chosen]?.[variable];
      const left = relation === undefined ? choice : filter(choice, (other) => relation(index, other));
      if (left === undefined) return undefined;
      narrowed.set(variable, left);
    }
    return narrowed;
  };

  const keep = (solution: Solution): void => {
    const group = variables.map(({ groups }, i) => groups[solution.picks[i] ?? 0] ?? '').join('\n');
    const known = bestByGroup.get(group);
    if (known !== undefined) {
      if (compareCosts(solution.cost, known.cost) >= 0) return;
      best.splice(best.indexOf(known), 1);
    }
    bestByGroup.set(group, solution);
    const place = best.findIndex(({ cost }) => compareCosts(solution.cost, cost) < 0);
    best.splice(place < 0 ? best.length : place, 0, solution);
  };

  const open = new Map<number, Choice>();
  variables.forEach(({ values, costs }, variable) => {
    const choice = filter({ candidates: values.map((_, index) => ({ index, cost: costs[index] ?? FREE })), least: FREE }, () => FREE);
    if (choice !== undefined) open.set(variable, choice);
  });
  if (open.size === variables.length) descend(open, FREE);
  return best.slice(0, limit);
}

/** Whether the problem has a solution at all. */
export function isSatisfiable({ variables, constraints }: Problem): boolean {
  const free = variables.map((variable) => ({ ...variable, costs: [], groups: [] }));
  return search({ variables: free, constraints }, 1).length > 0;
}

/** Those that a relation allows, with its cost added; undefined when there are none. */
function filter({ candidates }: Choice, relation: (index: number) => Cost | undefined): Choice | undefined {
  const left: Candidate[] = [];
  let least: Cost | undefined;
  for (const candidate of candidates) {
    const added = relation(candidate.index);
    if (added === undefined) continue;
    const kept = added === FREE ? candidate : { index: candidate.index, cost: addCosts(candidate.cost, added) };
    left.push(kept);
    if (least === undefined || compareCosts(kept.cost, least) < 0) least = kept.cost;
  }
  return least && { candidates: left, least };
}

/** Cost of two values side by side; undefined when they exclude each other. */
type Relation = (index: number, other: number) => Cost | undefined;

/** The relations between variables, and undefined for those that have nothing to do with each other. */
function relate(variables: readonly Variable[], constraints: readonly Constraint[]): readonly (readonly (Relation | undefined)[])[] {
  const types = new Set(variables.map(({ type }) => type));
  const active = constraints.filter(({ needs, between: [first, second] }) => types.has(first) && types.has(second) && (needs === undefined || types.has(needs)));
  return variables.map((left) => variables.map((right) => (left === right ? undefined : relation(left, right, active))));
}

function relation(left: Variable, right: Variable, active: readonly Constraint[]): Relation | undefined {
  const grades = active.flatMap((constraint) => {
    const [first, second] = constraint.between;
    if (first === left.type && second === right.type) return [gradesOf(constraint, left.values, right.values)];
    if (first !== right.type || second !== left.type) return [];
    const turned = gradesOf(constraint, right.values, left.values);
    return [(index: number, other: number) => turned(other, index)];
  });
  if (grades.length === 0) return undefined;
  return (index, other) => {
    let cost = FREE;
    for (const gradeOf of grades) {
      const added = COSTS[gradeOf(index, other)];
      if (added === undefined) return undefined;
      if (added !== FREE) cost = addCosts(cost, added);
    }
    return cost;
  };
}

/** By the number that stands for a grade in the tables of `gradesOf`; undefined excludes. */
const COSTS: readonly (Cost | undefined)[] = [undefined, FREE, NOTE, DOUBT, DOUBT, undefined];
const GRADES = ['fits', 'note', 'partial', 'unknown', 'no'] as const satisfies readonly Grade[];

const tables = new WeakMap<Constraint, WeakMap<readonly unknown[], WeakMap<readonly unknown[], Uint8Array>>>();

/**
 * What a constraint says of two values, by their indexes: 1 for nothing or `fits`, up to 5 for `no`. Remembered for as
 * long as the lists of values live; those of the facts live for good.
 */
function gradesOf(constraint: Constraint, left: readonly unknown[], right: readonly unknown[]): (a: number, b: number) => number {
  const byLeft = remembered(tables, constraint, () => new WeakMap<readonly unknown[], WeakMap<readonly unknown[], Uint8Array>>());
  const byRight = remembered(byLeft, left, () => new WeakMap<readonly unknown[], Uint8Array>());
  const grades = remembered(byRight, right, () => new Uint8Array(left.length * right.length));
  return (a, b) => {
    const place = a * right.length + b;
    const known = grades[place] ?? 0;
    if (known !== 0) return known;
    const grade = 1 + GRADES.indexOf(constraint.check(left[a], right[b])?.grade ?? 'fits');
    grades[place] = grade;
    return grade;
  };
}

function remembered<Key extends WeakKey, Value>(map: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
