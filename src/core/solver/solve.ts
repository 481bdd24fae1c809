import { combine } from './combination';
import { findConflict } from './conflict';
import type { Answer, SolveOptions, Wishes } from './model';
import { poseProblem, priceProblem } from './problem';
import { search } from './search';
import { readWishes } from './wishes';

const DEFAULT_COUNT = 3;

/**
 * The images on linux/amd64 that meet all wishes, with what to install in them and why: nvidia/cuda tags on Ubuntu that
 * are served, with packages that NVIDIA's repository is known to have and wheels that an index is known to have, and NGC
 * images as they are. Ranked by least change from `options.current`, then by how much of them is proven, then newest
 * first, then smallest image. When there is none, the wishes that rule each other out, the facts between them, and the
 * nearest wishes that can be met. Complete with respect to the tables; never throws.
 */
export function solve(wishes: Wishes, options: SolveOptions = {}): Answer {
  const { wishes: read, problems } = readWishes(wishes);
  if (problems.length > 0) return { combinations: [], conflict: undefined, problems };
  const current = options.current ?? {};
  const problem = priceProblem(poseProblem(read), current);
  const solutions = search(problem, options.count ?? DEFAULT_COUNT);
  if (solutions.length > 0) return { combinations: solutions.map((solution) => combine(problem, solution, wishes)), conflict: undefined, problems };
  return { combinations: [], conflict: findConflict(read, wishes, current), problems };
}
