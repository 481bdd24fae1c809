import { describe, expect, it } from 'vitest';
import { formatText } from '../../../src/core/l10n/message';
import type { Wishes } from '../../../src/core/solver/model';
import { poseProblem, priceProblem } from '../../../src/core/solver/problem';
import { compareCosts, search, type PricedProblem, type Solution } from '../../../src/core/solver/search';
import { solve } from '../../../src/core/solver/solve';
import { readWishes } from '../../../src/core/solver/wishes';
import { findAll, type Combination } from './brute-force';
import { randomNumbers, randomWishes } from './wish-sets';

const PARTS = ['base', 'python', 'cudnn', 'tensorrt', 'torch', 'tensorflow', 'onnxruntime'];
/** Sets with more answers than this are left to the other tests. */
const MOST_ANSWERS = 300;

/** The problem without the grouping of answers that mean the same to a reader. */
function poseUngrouped(wishes: Wishes): PricedProblem {
  const { variables, constraints } = priceProblem(poseProblem(readWishes(wishes).wishes), {});
  return { variables: variables.map((variable) => ({ ...variable, groups: variable.values.map((_, i) => String(i)) })), constraints };
}

function nameOfSolution({ variables }: PricedProblem, { picks }: Solution): string {
  return nameOf(
    PARTS.map((part) => {
      const place = variables.findIndex(({ type }) => type === part);
      return place < 0 ? undefined : variables[place]?.values[picks[place] ?? 0];
    }),
  );
}

const names = new Map<unknown, number>();

/** A short text that is the same for the same values. */
function nameOf(values: Combination | readonly unknown[]): string {
  return values
    .map((value) => {
      if (value !== undefined && !names.has(value)) names.set(value, names.size);
      return names.get(value) ?? '';
    })
    .join(' ');
}

/** Wishes of all sizes, the same in every run. */
function makeSets(seed: number, count: number): readonly Wishes[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => randomWishes(random, 0.15 + 0.35 * random()));
}

describe('the solver against trying everything', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('finds all answers and only those: sets %i', { timeout: 60_000 }, (seed) => {
    const wrong: string[] = [];
    for (const wishes of makeSets(seed, 40)) {
      const expected = findAll(wishes, MOST_ANSWERS);
      if (expected.length >= MOST_ANSWERS) continue;
      const problem = poseUngrouped(wishes);
      const actual = new Set(search(problem, Infinity).map((solution) => nameOfSolution(problem, solution)));
      const wanted = new Set(expected.map(nameOf));
      const missed = [...wanted].filter((one) => !actual.has(one)).length;
      const impossible = [...actual].filter((one) => !wanted.has(one)).length;
      if (missed + impossible > 0) wrong.push(`${JSON.stringify(wishes)}: ${missed} missed, ${impossible} impossible`);
    }
    expect(wrong).toEqual([]);
  });

  it.each([11, 12, 13])('gives the cheapest first: sets %i', { timeout: 60_000 }, (seed) => {
    for (const wishes of makeSets(seed, 30)) {
      if (findAll(wishes, MOST_ANSWERS).length >= MOST_ANSWERS) continue;
      const problem = priceProblem(poseProblem(readWishes(wishes).wishes), {});
      const groupOf = ({ picks }: Solution): string => problem.variables.map(({ groups }, i) => groups[picks[i] ?? 0]).join('|');
      const cheapest = new Map<string, Solution>();
      for (const solution of search(poseUngrouped(wishes), Infinity)) {
        const known = cheapest.get(groupOf(solution));
        if (known === undefined || compareCosts(solution.cost, known.cost) < 0) cheapest.set(groupOf(solution), solution);
      }
      const expected = [...cheapest.values()].sort((a, b) => compareCosts(a.cost, b.cost)).slice(0, 5);
      expect(search(problem, 5).map(({ cost }) => cost), JSON.stringify(wishes)).toEqual(expected.map(({ cost }) => cost));
    }
  });

  it.each([21, 22, 23, 24])('blames a smallest set of wishes, and offers wishes that can be met: sets %i', { timeout: 60_000 }, (seed) => {
    for (const wishes of makeSets(seed, 25)) {
      const { combinations, conflict } = solve(wishes, { count: 1 });
      const text = JSON.stringify(wishes);
      expect(combinations.length === 0, text).toBe(findAll(wishes, 1).length === 0);
      if (conflict === undefined) continue;
      const keys = conflict.wishes.map(({ key }) => key);
      const only = (some: readonly string[]): Wishes => Object.fromEntries(Object.entries(wishes).filter(([key]) => some.includes(key)));
      expect(findAll(only(keys), 1, wishes), text).toEqual([]);
      for (const key of keys) expect(findAll(only(keys.filter((one) => one !== key)), 1, wishes), `${text} without ${key}`).not.toEqual([]);
      expect(conflict.reasons.length, text).toBeGreaterThan(0);
      for (const relaxation of conflict.relaxations) {
        expect(findAll(relaxation.wishes, 1), `${text}: ${formatText(relaxation.text)}`).not.toEqual([]);
        expect(solve(relaxation.wishes, { count: 1 }).combinations, formatText(relaxation.text)).toHaveLength(1);
      }
    }
  });
});
