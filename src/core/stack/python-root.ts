import { hasOption, optionStyle, optionValue, parseArguments } from '../shell/installers/arguments';
import type { PipInstall } from '../shell/installers/model';
import { isInside, resolvePath } from '../text/path';
import { UNKNOWN } from '../text/traced';
import type { Location } from '../text/range';
import type { StackState, StageStack } from './model';
import { homeOf } from './query';

const STYLE = optionStyle('-t --target --prefix --root -p --python --project --directory');
/** Folders that people give virtual environments. */
const ENVIRONMENT = /^(\/(?:.*\/)?[\w.-]*(?:venv|virtualenv|\/env))\/bin$/;

/**
 * The folders into which a stage, and those it is built upon, install Python packages besides the system's, by the place
 * of the requirement: a virtual environment, the home of a user, what `--target` or `--prefix` name.
 */
export function listPythonRoots(stage: StageStack): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (let one: StageStack | undefined = stage; one !== undefined; one = one.base.stage) {
    for (const { action, before } of one.steps.flatMap(({ actions }) => actions)) {
      const root = action.kind === 'pip-install' ? findRoot(action, before) : undefined;
      if (action.kind !== 'pip-install' || root === undefined || root.includes(UNKNOWN)) continue;
      for (const { file, range } of action.requirements) roots.set(keyOf({ file, range }), root);
    }
  }
  return roots;
}

/** The key of a place in those roots. */
export function keyOf({ file, range }: Location): string {
  return `${file}:${range.start}`;
}

function findRoot({ tool, interpreter, command }: PipInstall, state: StackState): string | undefined {
  const args = parseArguments(command.words, 1, STYLE);
  const folder = resolvePath(state.workdir, command.workingDirectory ?? state.workdir);
  const given = optionValue(args, '-t', '--target', '--prefix', '--root');
  if (given !== undefined) return resolvePath(folder, given.value);
  if (hasOption(args, '--user')) return `${homeOf(state.user)}/.local`;
  const own = interpreter === undefined ? undefined : /^(\/.+)\/bin\/[^/]+$/.exec(interpreter)?.[1];
  if (own !== undefined) return isInside('/usr', own) ? undefined : own;
  const words = command.words.map(({ text }) => text.value);
  if (tool === 'uv' && !words.includes('pip')) return resolvePath(folder, state.env.get('UV_PROJECT_ENVIRONMENT')?.value ?? '.venv');
  const active = state.env.get('VIRTUAL_ENV')?.value ?? (state.env.get('PATH')?.value ?? '').split(':').flatMap((path) => ENVIRONMENT.exec(path)?.[1] ?? [])[0];
  if (active !== undefined) return active;
  // Outside of an environment uv makes its own, unless it is told to use the system's.
  return tool === 'uv' && !hasOption(args, '--system') && state.env.get('UV_SYSTEM_PYTHON') === undefined ? resolvePath(folder, '.venv') : undefined;
}
