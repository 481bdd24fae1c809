import type { Constraint, VariableType } from './constraint';
import type { Grade } from './model';

/** One unknown of the problem and what it can be. */
export interface Variable {
  readonly type: VariableType;
  readonly values: readonly unknown[];
}

export interface PricedVariable extends Variable {
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
/** Added to the first number for a relation that no fact proves, or that is only half of what was wished. */
const DOUBT = 2 ** 36;
/** Added to the second number for a relation that works, where another is closer. */
const NOTE = 2 ** 32;

export interface Problem {
  readonly variables: readonly Variable[];
  readonly constraints: readonly Constraint[];
}

export interface PricedProblem extends Problem {
  readonly variables: readonly PricedVariable[];
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

/** A value by its index, with its own cost and that of its relations to the values chosen so far. */
interface Candidate {
  readonly index: number;
  readonly high: number;
  readonly low: number;
}

/** The values that a variable still can have, and the cheapest of them. */
interface Choice {
  readonly candidates: Candidate[];
  readonly least: Candidate;
}

/** The variables that are still open, by their place in the problem. */
type Open = ReadonlyMap<number, Choice>;

/**
 * The cheapest solutions, best first, at most `limit` of different groups: backtracking that takes one variable after the
 * other, strikes from the others what does not go with the choice, and gives up where the cheapest completion cannot be
 * better than what was found. Complete: it finds a solution whenever there is one.
 */
export function search(problem: PricedProblem, limit: number): readonly Solution[] {
  return explore(problem, limit, true);
}

/** Whether the problem has a solution at all. */
export function isSatisfiable({ variables, constraints }: Problem): boolean {
  return explore({ variables: variables.map(({ type, values }) => ({ type, values, costs: [], groups: [] })), constraints }, 1, false).length > 0;
}

function explore({ variables, constraints }: PricedProblem, limit: number, isPriced: boolean): readonly Solution[] {
  const relations = relate(variables, constraints, isPriced);
  const best: Solution[] = [];
  const bestByGroup = new Map<string, Solution>();
  const picks: number[] = variables.map(() => -1);

  const descend = (open: Open, high: number, low: number): void => {
    if (isHopeless(open, high, low)) return;
    const variable = choose(open);
    if (variable === undefined) {
      keep({ picks: [...picks], cost: [high, low] });
      return;
    }
    // The cheapest first, so that the bound is tight soon.
    for (const candidate of open.get(variable)?.candidates.sort(compareCandidates) ?? []) {
      const narrowed = narrow(open, variable, candidate.index);
      if (narrowed === undefined) continue;
      picks[variable] = candidate.index;
      descend(narrowed, high + candidate.high, low + candidate.low);
    }
  };

  /** What is open costs at least its cheapest candidates. */
  const isHopeless = (open: Open, high: number, low: number): boolean => {
    const worst = best[limit - 1]?.cost;
    if (worst === undefined) return false;
    for (const { least } of open.values()) {
      high += least.high;
      low += least.low;
    }
    return high > worst[0] || (high === worst[0] && low >= worst[1]);
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
      const left = relation === undefined ? choice : filter(choice, relation, index);
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
    const candidates = values.map((_, index): Candidate => ({ index, high: costs[index]?.[0] ?? 0, low: costs[index]?.[1] ?? 0 }));
    const choice = choiceOf(candidates);
    if (choice !== undefined) open.set(variable, choice);
  });
  if (open.size === variables.length && limit > 0) descend(open, 0, 0);
  return best.slice(0, limit);
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return a.high - b.high || a.low - b.low;
}

function choiceOf(candidates: Candidate[]): Choice | undefined {
  let least = candidates[0];
  for (const candidate of candidates) if (least !== undefined && compareCandidates(candidate, least) < 0) least = candidate;
  return least && { candidates, least };
}

/** Those that a relation allows, with its cost added; undefined when there are none. */
function filter({ candidates }: Choice, relation: Relation, chosen: number): Choice | undefined {
  const left: Candidate[] = [];
  for (const candidate of candidates) {
    const remarks = relation(chosen, candidate.index);
    if (remarks === EXCLUDED) continue;
    left.push(remarks === 0 ? candidate : { index: candidate.index, high: candidate.high + (remarks >> 8) * DOUBT, low: candidate.low + (remarks & 255) * NOTE });
  }
  return choiceOf(left);
}

const EXCLUDED = -1;

/** What there is to say of two values side by side: doubts × 256 + notes, or EXCLUDED. */
type Relation = (index: number, other: number) => number;

/** The relations between variables, and undefined for those that have nothing to do with each other. */
function relate(variables: readonly Variable[], constraints: readonly Constraint[], isPriced: boolean): readonly (readonly (Relation | undefined)[])[] {
  const types = new Set(variables.map(({ type }) => type));
  const active = constraints.filter(({ needs, between: [first, second] }) => types.has(first) && types.has(second) && (needs === undefined || types.has(needs)));
  const remarks = isPriced ? REMARKS : REMARKS.map((remark) => Math.min(0, remark));
  return variables.map((left) => variables.map((right) => (left === right ? undefined : relation(left, right, active, remarks))));
}

function relation(left: Variable, right: Variable, active: readonly Constraint[], remarks: readonly number[]): Relation | undefined {
  const grades = active.flatMap((constraint) => {
    const [first, second] = constraint.between;
    if (first === left.type && second === right.type) return [gradesOf(constraint, left.values, right.values)];
    if (first !== right.type || second !== left.type) return [];
    const turned = gradesOf(constraint, right.values, left.values);
    return [(index: number, other: number) => turned(other, index)];
  });
  if (grades.length === 0) return undefined;
  return (index, other) => {
    let sum = 0;
    for (const gradeOf of grades) {
      const added = remarks[gradeOf(index, other)] ?? EXCLUDED;
      if (added === EXCLUDED) return EXCLUDED;
      sum += added;
    }
    return sum;
  };
}

const GRADES = ['fits', 'note', 'partial', 'unknown', 'no'] as const satisfies readonly Grade[];
/** By the number that stands for a grade in the tables of `gradesOf`, which is one more than its place. */
const REMARKS: readonly number[] = [EXCLUDED, 0, 1, 256, 256, EXCLUDED];

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
