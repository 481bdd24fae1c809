import { hasOption, optionStyle, optionValue, parseArguments } from '../../shell/installers/arguments';
import type { ShellCommand } from '../../shell/model';
import type { StackState } from '../../stack/model';
import { findComponent, homeOf, knownVersion } from '../../stack/query';
import { isInside, resolvePath } from '../../text/path';

/** Where Pythons other than the system's lie. Grows while a stage is read. */
export interface PythonPlaces {
  readonly environments: string[];
  readonly condaRoots: string[];
  /** The environment that the running script has activated. */
  active: string | undefined;
}

/** Folders of programs of conda and its environments, and of pyenv, by their names. */
const CONDA_PATH = /^(\/.*(?:conda|forge|mamba)\d?)(?:\/envs\/[^/]+)?\/(?:condabin|bin)$/;
const PYENV_PATH = /^(\/.*\/\.?pyenv)\/(?:shims|versions|bin)/;

const STYLE = optionStyle('-t --target --prefix --root -p --python --project --directory');

/** Tools that install Python packages. */
export type PythonTool = 'pip' | 'uv' | 'pipx';

/**
 * The folders that an install of Python packages fills: by its options, by the Python that it is called through, by
 * the environment in force, or the system's own.
 */
export function installRoots(tool: PythonTool, command: ShellCommand, at: (path: string) => string, folder: string, state: StackState, places: PythonPlaces, given?: string): readonly string[] {
  const args = parseArguments(command.words, 1, STYLE);
  const target = optionValue(args, '-t', '--target', '--prefix', '--root');
  if (target !== undefined) return [at(target.value)];
  const home = homeOf(state.user);
  if (tool === 'pipx' || hasOption(args, '--user')) return [`${home}/.local`];
  const interpreter = given ?? command.words[0]?.text.value ?? '';
  const own = interpreter.includes('/') ? /^(.*)\/bin\/[^/]+$/.exec(at(interpreter))?.[1] : undefined;
  if (own !== undefined && own !== '/usr' && own !== '/usr/local' && own !== '') return [rootOf(own, places)];
  if (tool === 'uv' && !hasOption(args, '--system') && state.env.get('UV_SYSTEM_PYTHON') === undefined) {
    const words = command.words.map(({ text }) => text.value);
    const isProject = !words.includes('pip') && (words.includes('sync') || words.includes('add'));
    if (isProject) return [at(state.env.get('UV_PROJECT_ENVIRONMENT')?.value ?? '.venv'), ...managedPythons(state)];
    return [activeEnvironment(state, places) ?? resolvePath(folder, '.venv')];
  }
  const active = activeEnvironment(state, places);
  if (active !== undefined) return [active];
  return home === '/root' ? ['/usr/local/bin', ...sitePackages(state)] : [`${home}/.local`];
}

/** The installation of conda in force; undefined where it is not known where it lies. */
export function condaRoot({ env }: StackState, { condaRoots }: PythonPlaces): string | undefined {
  return condaRoots.at(-1) ?? (env.get('PATH')?.value ?? '').split(':').flatMap((folder) => CONDA_PATH.exec(folder)?.[1] ?? [])[0];
}

/**
 * Where uv puts the Python that it fetches for an environment in an image without one (UV_PYTHON_INSTALL_DIR, else
 * ~/.local/share/uv: docs.astral.sh/uv/concepts/python-versions); none where the image has a Python.
 */
export function managedPythons(state: StackState): readonly string[] {
  if (state.opaque || findComponent(state, 'python') !== undefined || state.paths.some(({ path }) => /\/(?:python|conda)/.test(path))) return [];
  return [state.env.get('UV_PYTHON_INSTALL_DIR')?.value ?? `${homeOf(state.user)}/.local/share/uv`];
}

/** The environment that the script has activated, or that PATH or VIRTUAL_ENV puts before the system's Python. */
function activeEnvironment({ env }: StackState, { environments, condaRoots, active }: PythonPlaces): string | undefined {
  if (active !== undefined) return active;
  const virtual = env.get('VIRTUAL_ENV')?.value;
  if (virtual !== undefined) return virtual;
  for (const folder of (env.get('PATH')?.value ?? '').split(':')) {
    const found = [...environments, ...condaRoots].find((root) => isInside(root, folder));
    if (found !== undefined) return found;
    const named = CONDA_PATH.exec(folder)?.[1] ?? PYENV_PATH.exec(folder)?.[1];
    if (named !== undefined) return named;
    if (folder === '/usr/bin' || folder === '/usr/local/bin') break;
  }
  return undefined;
}

/** The whole installation of conda for one of its environments. */
function rootOf(path: string, { condaRoots }: PythonPlaces): string {
  return condaRoots.find((root) => isInside(root, path)) ?? path;
}

/** Folders of libraries in /usr/local that every image has: those of the RPM family have two (their package filesystem). */
export function localLibraries(state: StackState): readonly string[] {
  return isDebian(state) ? ['/usr/local/lib'] : ['/usr/local/lib', '/usr/local/lib64'];
}

function isDebian(state: StackState): boolean {
  return /^(?:ubuntu|debian)$/.test(findComponent(state, 'os')?.name ?? '');
}

/** Where the system's pip puts packages as root: on Debian and Ubuntu by the version of Python, where that is known. */
function sitePackages(state: StackState): readonly string[] {
  const pythons = state.components.filter(({ kind }) => kind === 'python').map(({ version: claim }) => /^3\.\d+/.exec(knownVersion(claim) ?? '')?.[0]);
  const version = new Set(pythons).size === 1 ? pythons[0] : undefined;
  return version !== undefined && isDebian(state) ? [`/usr/local/lib/python${version}/dist-packages`] : localLibraries(state);
}
