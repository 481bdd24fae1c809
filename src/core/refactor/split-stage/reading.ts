import type { CommandInstruction } from '../../dockerfile/model';
import type { InstructionStep, StageStack } from '../../stack/model';
import { baseName, isInside, resolvePath } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import type { Tree } from './copies';
import { EffectReader, type Made } from './effects';
import { readNeeds, type Needs } from './needs';
import { isPassing, isShared, isSystem } from './places';
import { readRun, type ReadRun } from './run';

/** A stage as it was read, with what its build leaves and what its container needs. */
export interface Reading {
  readonly text: string;
  readonly stage: StageStack;
  readonly runs: ReadonlyMap<InstructionStep, ReadRun>;
  readonly made: readonly Made[];
  readonly trees: readonly Tree[];
  readonly needs: Needs;
  /** Where COPY and ADD put files. */
  readonly brought: readonly string[];
  /** Paths that belong to somebody other than root, with the owner as it is written. */
  readonly owners: ReadonlyMap<string, string>;
  /** Index of the last step that builds something; what comes after it belongs to the second stage alone. */
  readonly lastBuild: number;
}

type RunStep = InstructionStep & { readonly instruction: CommandInstruction };

/** True for a step that is a RUN. */
export function isRun(step: InstructionStep): step is RunStep {
  return step.instruction.kind === 'run';
}

/** Files that are only means to build: lists of packages, wheels, archives. */
export const BUILD_INPUT = /(?:requirements|constraints)[\w.-]*\.(?:txt|in)$|\.(?:whl|deb|rpm|run|tar|tgz|gz|bz2|xz|zip|patch|diff)$|(?:^|\/)(?:environment\.ya?ml|pyproject\.toml|poetry\.lock|uv\.lock|CMakeLists\.txt|Makefile)$/;

/** Reads a stage of a Dockerfile with this text and name. */
export function readStage(text: string, file: string, stage: StageStack): Reading {
  const reader = new EffectReader();
  const runs = new Map<InstructionStep, ReadRun>();
  const brought: string[] = [];
  let lastBuild = -1;
  stage.steps.forEach((step, index) => {
    const { instruction } = step;
    if (instruction.kind === 'workdir' && !isShared(step.after.workdir)) reader.addTree(step.after.workdir);
    if (instruction.kind === 'copy' || instruction.kind === 'add') {
      const target = targetOf(step);
      if (isOwn(target)) reader.addTree(target);
      brought.push(...(instruction.sources.length === 1 ? [target] : []), ...instruction.sources.map(({ raw }) => resolvePath(target, baseName(raw))));
    }
    if (!isRun(step)) return;
    const run = readRun(step, file, reader);
    runs.set(step, run);
    if (run.groups.some(({ effect }) => effect.kind === 'makes' || effect.kind === 'unknown')) lastBuild = index;
  });
  const made = [...runs.values()].flatMap(({ groups }) => groups.flatMap(({ effect }) => (effect.kind === 'makes' ? effect.made : [])));
  return { text, stage, runs, made, trees: readTrees(stage.steps.slice(0, lastBuild + 1), runs), needs: readNeeds(stage), brought, owners: readOwners(stage.steps.slice(0, lastBuild + 1), runs, text), lastBuild };
}

/** Whom the folders belong to that the build makes: who COPY, a RUN, WORKDIR or chown gives them to. */
function readOwners(steps: readonly InstructionStep[], runs: ReadonlyMap<InstructionStep, ReadRun>, text: string): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  let user: string | undefined;
  const set = (path: string, owner: string | undefined): void => {
    // Into the system's folders only root writes, whoever calls it.
    if (owner !== undefined && !isSystem(path) && !isInside('/usr/local', path)) owners.set(path, owner);
  };
  for (const step of steps) {
    const { instruction } = step;
    if (instruction.kind === 'user') user = instruction.argument?.raw;
    else if (instruction.kind === 'workdir' && !owners.has(step.after.workdir)) set(step.after.workdir, user);
    else if (instruction.kind === 'copy' || instruction.kind === 'add') set(targetOf(step), instruction.flags.find(({ name }) => name === 'chown')?.value?.raw);
    for (const { effect, commands } of runs.get(step)?.groups ?? []) {
      // Who makes a folder has it; who adds to it later does not take it over.
      for (const { path } of effect.kind === 'makes' ? effect.made : []) if (!owners.has(path)) set(path, user ?? 'root');
      for (const { name, words, workingDirectory } of commands) {
        const [owner, ...paths] = name === 'chown' ? words.slice(1).filter(({ text: word }) => !word.value.startsWith('-')) : [];
        for (const path of paths) set(resolvePath(workingDirectory ?? step.before.workdir, path.text.value), owner && text.slice(owner.range.start, owner.range.end));
      }
    }
  }
  return new Map([...owners].filter(([, owner]) => !/^["']?(?:root|0)(?::|["']?$)/.test(owner)));
}

/** Where a COPY or ADD puts its files. */
export function targetOf({ after }: InstructionStep): string {
  return after.paths.at(-1)?.path ?? '/';
}

/** A folder or file that belongs to the stage alone. */
function isOwn(path: string): boolean {
  return !path.includes(UNKNOWN) && !isShared(path) && !isSystem(path) && !isPassing(path);
}

/** Sources and data that the build has, and what it does with them. */
function readTrees(steps: readonly InstructionStep[], runs: ReadonlyMap<InstructionStep, ReadRun>): readonly Tree[] {
  const found = new Map<string, { -readonly [K in keyof Tree]: Tree[K] }>();
  const add = (path: string, tree: Omit<Tree, 'path'>): void => {
    const known = found.get(path);
    if (known === undefined) found.set(path, { path, ...tree });
    else known.isInput &&= tree.isInput;
  };
  for (const step of steps) {
    const { instruction } = step;
    if ((instruction.kind === 'copy' || instruction.kind === 'add') && isOwn(targetOf(step))) {
      const isInput = instruction.heredocs.length === 0 && instruction.sources.every(({ raw }) => BUILD_INPUT.test(raw));
      add(targetOf(step), { compiled: false, used: false, isInput });
    }
    for (const { effect, commands } of runs.get(step)?.groups ?? []) {
      for (const { path, role } of effect.kind === 'makes' ? effect.made : []) if (role === 'tree') add(path, { compiled: false, used: true, isInput: false });
      for (const command of commands) {
        const folder = resolvePath(step.before.workdir, command.workingDirectory ?? step.before.workdir);
        const paths = [folder, ...command.words.map(({ text }) => text.value).filter((word) => word.startsWith('/')).map((word) => resolvePath('/', word))];
        const compiles = step.actions.some(({ action }) => action.command === command && action.kind === 'compile');
        // A folder that is only gone into holds what is made there.
        if (compiles && !isShared(folder) && ![...found.keys()].some((path) => isInside(path, folder))) add(folder, { compiled: true, used: true, isInput: false });
        for (const tree of found.values()) {
          if (!paths.some((path) => isInside(tree.path, path))) continue;
          tree.used = true;
          tree.compiled ||= compiles;
          // What installs elsewhere leaves the folder as it is.
          if (isInside(tree.path, folder) && (effect.kind === 'unknown' || (effect.kind === 'makes' && effect.made.length === 0))) tree.isInput = false;
        }
      }
    }
  }
  return [...found.values()];
}

/** Paths that commands of the second stage name: all of those after the build, and links and alternatives before. */
export function listSetupPaths({ runs, stage, lastBuild }: Reading): readonly string[] {
  return [...runs].flatMap(([step, { groups }]) => {
    const isTail = stage.steps.indexOf(step) > lastBuild;
    const commands = groups.flatMap((group) => (isTail ? group.commands : group.effect.kind === 'setup' ? group.commands.filter(({ name }) => name === 'update-alternatives' || name === 'ln') : []));
    return commands.flatMap(({ words, workingDirectory }) => words.slice(1).map(({ text }) => resolvePath(workingDirectory ?? step.before.workdir, text.value)).filter((path) => !isSystem(path) && !path.includes(UNKNOWN)));
  });
}
