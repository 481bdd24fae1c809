import { describe, expect, it } from 'vitest';
import { msg } from '../../../src/core/l10n/message';
import { defineConstraint, fits, no, note, unknown, type Constraint } from '../../../src/core/solver/constraint';
import { isSatisfiable, search, type Cost, type PricedProblem } from '../../../src/core/solver/search';
import { randomNumbers } from './wish-sets';

const TYPES = ['base', 'python', 'cudnn', 'torch'] as const;
const VERDICTS = [undefined, fits(() => msg`said`), note(() => msg`said`), unknown(() => msg`said`), no(() => msg`said`)];

/** A problem of four variables with random relations, and its solutions found by trying all. */
function makeProblem(seed: number): { readonly problem: PricedProblem; readonly costs: readonly Cost[] } {
  const random = randomNumbers(seed);
  const variables = TYPES.map((type) => {
    const values = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, value) => ({ type, value }));
    return { type, values, costs: values.map((): Cost => [Math.floor(random() * 4), Math.floor(random() * 4)]), groups: values.map((_, i) => String(i)) };
  });
  const constraints: Constraint[] = [];
  const grades = new Map<Constraint, readonly (readonly number[])[]>();
  TYPES.forEach((left, i) => {
    for (const right of TYPES.slice(i + 1)) {
      if (random() < 0.3) continue;
      const table = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => Math.floor(random() * VERDICTS.length)));
      const valueOf = (one: unknown): number => (one as { readonly value: number }).value;
      const constraint = defineConstraint(`${left}-${right}`, [left, right], (a, b) => VERDICTS[table[valueOf(a)]?.[valueOf(b)] ?? 0]);
      constraints.push(constraint);
      grades.set(constraint, table);
    }
  });
  const costs: Cost[] = [];
  const sizes = variables.map(({ values }) => values.length);
  for (let number = 0; number < sizes.reduce((product, size) => product * size, 1); number++) {
    let rest = number;
    const picks = sizes.map((size) => {
      const pick = rest % size;
      rest = Math.floor(rest / size);
      return pick;
    });
    const between = constraints.map((constraint) => {
      const [left, right] = constraint.between.map((type) => picks[TYPES.findIndex((one) => one === type)] ?? 0);
      return grades.get(constraint)?.[left ?? 0]?.[right ?? 0] ?? 0;
    });
    if (between.includes(4)) continue;
    const own = picks.map((pick, i) => variables[i]?.costs[pick] ?? [0, 0]);
    const high = own.reduce((sum, cost) => sum + cost[0], 0) + between.filter((grade) => grade === 3).length * 2 ** 36;
    const low = own.reduce((sum, cost) => sum + cost[1], 0) + between.filter((grade) => grade === 2).length * 2 ** 32;
    costs.push([high, low]);
  }
  return { problem: { variables, constraints }, costs: costs.sort((a, b) => a[0] - b[0] || a[1] - b[1]) };
}

describe('search', () => {
  it('finds the cheapest of all solutions in random problems, in order', () => {
    let solvable = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { problem, costs } = makeProblem(seed);
      expect(search(problem, Infinity).map(({ cost }) => cost), `seed ${seed}`).toEqual(costs);
      expect(search(problem, 3).map(({ cost }) => cost), `seed ${seed}`).toEqual(costs.slice(0, 3));
      expect(isSatisfiable(problem), `seed ${seed}`).toBe(costs.length > 0);
      if (costs.length > 0) solvable++;
    }
    expect(solvable).toBeGreaterThan(100);
    expect(solvable).toBeLessThan(400);
  });

  it('keeps the cheapest of each group', () => {
    const values = [1, 2, 3, 4];
    const problem: PricedProblem = { variables: [{ type: 'base', values, costs: [[3, 0], [1, 0], [2, 0], [0, 5]], groups: ['a', 'a', 'b', 'b'] }], constraints: [] };
    expect(search(problem, 9).map(({ picks }) => values[picks[0] ?? 0])).toEqual([4, 2]);
    expect(search(problem, 1).map(({ picks }) => values[picks[0] ?? 0])).toEqual([4]);
  });

  it('applies a constraint only beside what it needs', () => {
    const constraint = defineConstraint('x', ['base', 'python'], () => no(() => msg`said`), 'wish-compile');
    const variables = (['base', 'python'] as const).map((type) => ({ type, values: [{}] }));
    expect(isSatisfiable({ variables, constraints: [constraint] })).toBe(true);
    expect(isSatisfiable({ variables: [...variables, { type: 'wish-compile', values: [true] }], constraints: [constraint] })).toBe(false);
  });
});
