import type { Constraint, VariableType } from './constraint';

/** One unknown of the problem and what it can be. */
export interface Variable {
  readonly type: VariableType;
  readonly values: readonly unknown[];
  /** What choosing each value costs, in the order of `values`. */
  readonly costs: readonly Cost[];
  /** Values of the same group are the same answer to the reader; only the cheapest solution of each combination of groups is kept. */
  readonly groups: readonly string[];
}

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

  const descend = (open: ReadonlyMap<number, readonly Candidate[]>, cost: Cost): void => {
    if (isHopeless(open, cost)) return;
    const next = fewest(open);
    if (next === undefined) {
      keep({ picks: [...picks], cost });
      return;
    }
    const [variable, candidates] = next;
    for (const candidate of candidates) {
      const narrowed = narrow(open, variable, candidate.index);
      if (narrowed === undefined) continue;
      picks[variable] = candidate.index;
      descend(narrowed, addCosts(cost, candidate.cost));
    }
  };

  /** Candidates are sorted by cost: the first of each variable bounds from below what the rest will cost. */
  const isHopeless = (open: ReadonlyMap<number, readonly Candidate[]>, cost: Cost): boolean => {
    const worst = best.length >= limit ? best[limit - 1]?.cost : undefined;
    if (worst === undefined) return false;
    let [high, low] = cost;
    for (const candidates of open.values()) {
      high += candidates[0]?.cost[0] ?? 0;
      low += candidates[0]?.cost[1] ?? 0;
    }
    return compareCosts([high, low], worst) >= 0;
  };

  const narrow = (open: ReadonlyMap<number, readonly Candidate[]>, chosen: number, index: number): ReadonlyMap<number, readonly Candidate[]> | undefined => {
    const narrowed = new Map<number, readonly Candidate[]>();
    for (const [variable, candidates] of open) {
      if (variable === chosen) continue;
      const relation = relations(chosen, variable);
      const left = relation === undefined ? candidates : filter(candidates, (other) => relation(index, other));
      if (left.length === 0) return undefined;
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

  descend(new Map(variables.map(({ values, costs }, i) => [i, sort(values.map((_, index) => ({ index, cost: costs[index] ?? FREE })))])), FREE);
  return best.slice(0, limit);
}

/** Whether the problem has a solution at all. */
export function isSatisfiable({ variables, constraints }: Problem): boolean {
  const free = variables.map((variable) => ({ ...variable, costs: [], groups: [] }));
  return search({ variables: free, constraints }, 1).length > 0;
}

function fewest(open: ReadonlyMap<number, readonly Candidate[]>): readonly [number, readonly Candidate[]] | undefined {
  let found: readonly [number, readonly Candidate[]] | undefined;
  for (const entry of open) if (found === undefined || entry[1].length < found[1].length) found = entry;
  return found;
}

function sort(candidates: Candidate[]): readonly Candidate[] {
  return candidates.sort((a, b) => compareCosts(a.cost, b.cost));
}

/** Those that a relation allows, with its cost added. */
function filter(candidates: readonly Candidate[], relation: (index: number) => Cost | undefined): readonly Candidate[] {
  const left: Candidate[] = [];
  let isSorted = true;
  for (const candidate of candidates) {
    const added = relation(candidate.index);
    if (added === undefined) continue;
    left.push(added === FREE ? candidate : { index: candidate.index, cost: addCosts(candidate.cost, added) });
    isSorted &&= added === FREE;
  }
  return isSorted ? left : sort(left);
}

/** Cost of two values side by side; undefined when they exclude each other. */
type Relation = (index: number, other: number) => Cost | undefined;

/** The relations between variables, and undefined for those that have nothing to do with each other. */
function relate(variables: readonly Variable[], constraints: readonly Constraint[]): (chosen: number, other: number) => Relation | undefined {
  const types = new Set(variables.map(({ type }) => type));
  const active = constraints.filter(({ needs }) => needs === undefined || types.has(needs));
  const made = variables.map((left) =>
    variables.map((right): Relation | undefined => {
      const between = active.flatMap((constraint) => {
        const [first, second] = constraint.between;
        if (first === left.type && second === right.type) return [(a: unknown, b: unknown) => constraint.check(a, b)];
        return first === right.type && second === left.type ? [(a: unknown, b: unknown) => constraint.check(b, a)] : [];
      });
      if (left === right || between.length === 0) return undefined;
      return (index, other) => {
        let cost = FREE;
        for (const check of between) {
          const grade = check(left.values[index], right.values[other])?.grade;
          if (grade === 'no') return undefined;
          if (grade === 'unknown' || grade === 'partial') cost = addCosts(cost, DOUBT);
          if (grade === 'note') cost = addCosts(cost, NOTE);
        }
        return cost;
      };
    }),
  );
  return (chosen, other) => made[chosen]?.[other];
}
