import { msg, type Message } from '../../l10n/message';
import { baseName, isInside } from '../../text/path';
import type { Made } from './effects';
import type { Needs } from './needs';
import { isCuda, isPassing, isShared, isSystem, isToolchain } from './places';

/** A tree of sources or data, and what the build does with it. */
export interface Tree {
  readonly path: string;
  /** Something is compiled in it. */
  readonly compiled: boolean;
  /** A command of the build goes into it or names it. */
  readonly used: boolean;
  /** It holds nothing but what the build reads: lists of packages, wheels, archives. */
  readonly isInput: boolean;
}

/** What is known of a stage when it is to be decided what is copied. */
export interface CopyQuestion {
  readonly made: readonly Made[];
  readonly trees: readonly Tree[];
  readonly needs: Needs;
  /** Paths that commands of the second stage name. */
  readonly setupPaths: readonly string[];
  /** Where COPY and ADD put files. */
  readonly brought: readonly string[];
}

/** What is copied from the build stage. */
export interface Copies {
  /** Absolute paths, none inside another. */
  readonly paths: readonly string[];
  readonly done: readonly Message[];
  readonly check: readonly Message[];
}

/**
 * Which of the files that the build leaves the container needs: products always, trees where something that starts in
 * the container, its environment or its folder names them, or where the build itself has no use for them.
 */
export function chooseCopies({ made, trees, needs, setupPaths, brought }: CopyQuestion): Copies {
  const done: Message[] = [];
  const check: Message[] = [];
  const chosen = new Set<string>();
  const wanted = [...needs.paths, ...setupPaths].filter((path) => !isCuda(path));
  for (const { path, role } of made) {
    if (role !== 'product' || isPassing(path) || isShared(path)) continue;
    if (isCuda(path)) {
      check.push(msg`${path} stays in the build stage: it lies in the CUDA of the devel image.`);
      continue;
    }
    if (isToolchain(path) && !wanted.some((need) => isInside(path, need))) done.push(msg`${path} stays in the build stage: it serves to compile.`);
    else chosen.add(path);
  }
  for (const { path } of made.filter(({ role }) => role === 'below')) {
    const named = wanted.filter((need) => need !== path && isInside(path, need)).map((need) => firstBelow(path, need));
    for (const one of named) if (!isToolchain(one) && !isShared(one) && !isSystem(one)) chosen.add(one);
    if (named.length === 0 && !isToolchain(path)) check.push(msg`What is unpacked in ${path} stays in the build stage: nothing that starts in the container names it.`);
  }
  const products = [...chosen];
  const needsFolder = needs.interactive !== 'no' || !isServedBy(needs, products);
  for (const tree of trees) {
    if (isShared(tree.path) || isPassing(tree.path) || tree.isInput) continue;
    const inFolder = needs.workdir !== '/' && (isInside(tree.path, needs.workdir) || isInside(needs.workdir, tree.path));
    const isNamed = wanted.some((need) => isInside(tree.path, need) || isInside(need, tree.path) && need !== '/' && !isShared(need));
    // A folder below another tree goes with that one.
    const inner = trees.some((other) => other.path !== tree.path && isInside(tree.path, other.path) && wanted.some((need) => isInside(other.path, need)));
    if (isToolchain(tree.path) && !needs.paths.some((need) => isInside(tree.path, need))) continue;
    if ((isNamed && !inner) || (inFolder && (needsFolder || !tree.compiled)) || !tree.used) chosen.add(tree.path);
    else if (tree.compiled) done.push(msg`${tree.path} stays in the build stage: what is compiled there is installed elsewhere.`);
    else check.push(msg`${tree.path} stays in the build stage: nothing that starts in the container names it.`);
  }
  for (const program of needs.programs) {
    if (!program.startsWith('/') || isSystem(program) || isCuda(program) || isInside('/opt/nvidia', program)) continue;
    if ([...chosen, ...brought].some((path) => isInside(path, program))) continue;
    chosen.add(program);
    check.push(msg`${program} is copied because the container starts it: what it needs beside itself is not known.`);
  }
  const paths = [...chosen].filter((path) => ![...chosen].some((other) => other !== path && isInside(other, path))).sort();
  return { paths, done, check };
}

/** True where all that starts is among the products, and none of it is given a file of the folder. */
function isServedBy({ programs, paths, workdir }: Needs, products: readonly string[]): boolean {
  const inFolder = paths.filter((path) => isInside(workdir, path) && baseName(path).includes('.'));
  return inFolder.length === 0 && programs.length > 0 && products.length > 0 && !programs.some((program) => program.startsWith('.') || /^python/.test(program));
}

/** The folder right below another on the way to a path. */
function firstBelow(folder: string, path: string): string {
  const rest = path.slice(folder === '/' ? 1 : folder.length + 1);
  return `${folder === '/' ? '' : folder}/${rest.split('/')[0] ?? ''}`;
}
