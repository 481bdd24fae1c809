import { gpuNotes, gpuSettings, wayOf } from './gpus';
import { toShellWord } from './host-text';
import { note, type Engine, type Note, type Output, type RunPlan, type Setting } from './model';
import { findRunOption, hasSetting } from './run-options';

/** How a run line is written. */
export interface RunLineOptions {
  readonly engine?: Engine;
}

/** Switches whose letters are written together: `-it`. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['--interactive', 'i'],
  ['--tty', 't'],
  ['--detach', 'd'],
]);

/** The order in which options are written; all others stand between, in their own order. */
const FIRST = ['--rm', '--name', '--gpus', '--runtime'];

/**
 * The arguments of `docker run` behind `run`, each group on a line of its own: an option with its value, the image, the
 * command. Texts in Compose's notation.
 */
function listRunArguments(plan: RunPlan, engine: Engine = 'docker'): readonly (readonly string[])[] {
  const settings = withGpus(plan, engine);
  const rank = ({ option }: Setting): number => (FIRST.includes(option) ? FIRST.indexOf(option) : FIRST.length);
  const letters = settings.flatMap(({ option }) => LETTERS.get(option) ?? []);
  return [
    ...(letters.length === 0 ? [] : [[`-${letters.join('')}`]]),
    ...settings
      .filter(({ option }) => !LETTERS.has(option))
      .sort((a, b) => rank(a) - rank(b))
      .map(({ option, value }) => (value === undefined ? [option] : writeOption(option, value))),
    [plan.image ?? IMAGE_OF_BUILD, ...plan.command],
  ];
}

/** Name given to an image that is built on the way. */
const IMAGE_OF_BUILD = 'gpu-container';

/** Options that people write by one letter. */
const SHORT = new Set(['--env', '--volume', '--publish', '--user', '--workdir']);

function writeOption(option: string, value: string): readonly string[] {
  const short = SHORT.has(option) ? findRunOption(option)?.short : undefined;
  return [short ?? option, option === '--volume' || option === '--mount' ? fromFolder(value) : value];
}

/** Older engines take a mount of the host by its whole path only. */
function fromFolder(mount: string): string {
  return mount.replace(/^\.(?=[:/])|(?<=(?:^|,)(?:source|src)=)\.(?=[,/]|$)/, '${PWD}').replace(/^\.\.(?=[:/])|(?<=(?:^|,)(?:source|src)=)\.\.(?=[,/]|$)/, '${PWD}/..');
}

/** The settings of a plan with its GPUs, and what the engine needs besides. */
function withGpus({ gpus, settings }: RunPlan, engine: Engine): readonly Setting[] {
  const extra: Setting[] = [];
  // SELinux keeps a container from device nodes of the driver: facts cdi-podman and selinux.
  if (engine === 'podman' && gpus !== undefined && !hasSetting(settings, '--security-opt')) extra.push({ option: '--security-opt', value: 'label=disable' });
  return [...(gpus === undefined ? [] : gpuSettings(gpus, wayOf(gpus, engine))), ...settings, ...extra];
}

/** The program of an engine. */
function programOf(engine: Engine): 'docker' | 'podman' {
  return engine === 'podman' ? 'podman' : 'docker';
}

/** One command that runs the container, on one line; a build comes before it. */
export function writeRunLine(plan: RunPlan, { engine = 'docker' }: RunLineOptions = {}): string {
  return [programOf(engine), 'run', ...listRunArguments(plan, engine).flat().map(toShellWord)].join(' ');
}

/** The command that builds the image of a plan; undefined without a build. */
function writeBuildLine({ build, image }: RunPlan, engine: Engine = 'docker'): string | undefined {
  if (build === undefined) return undefined;
  const { context, dockerfile, target, args } = build;
  const file = dockerfile === undefined || dockerfile === 'Dockerfile' ? [] : ['--file', context === '.' ? dockerfile : `${context}/${dockerfile}`];
  const words = [...file, ...(target === undefined ? [] : ['--target', target]), ...args.flatMap((arg) => ['--build-arg', arg]), '--tag', image ?? IMAGE_OF_BUILD, context];
  return [programOf(engine), 'build', ...words.map(toShellWord)].join(' ');
}

/** What a script needs besides the plan. */
export interface RunScriptOptions extends RunLineOptions {
  /** Commands that are run on the host first, as lines of shell. */
  readonly before?: readonly string[];
  readonly path?: string;
}

/** A bash script that builds where it must, and runs the container; each option stands on a line of its own, so that it can be commented. */
export function writeRunScript(plan: RunPlan, { engine = 'docker', before = [], path = 'run.sh' }: RunScriptOptions = {}): Output {
  const { gpus } = plan;
  const notes: Note[] = [...gpuNotes(gpus, engine, plan.settings)];
  const optional = gpus?.optional === true;
  const tty = hasSetting(plan.settings, '--tty');
  const groups = listRunArguments({ ...plan, gpus: optional ? undefined : gpus, settings: plan.settings.filter(({ option }) => option !== '--tty') }, engine);
  const options = groups.slice(0, -1);
  const [image = IMAGE_OF_BUILD, ...command] = groups.at(-1) ?? [];
  const build = writeBuildLine(plan, engine);
  const gpuWords = gpus === undefined ? [] : withGpus({ ...plan, settings: [] }, engine).flatMap(({ option, value = '' }) => [option, value]);
  if (optional) notes.push(note('The GPU is passed where nvidia-smi finds one on the host; elsewhere the container starts without it.'));
  const text = [
    '#!/usr/bin/env bash',
    'set -eo pipefail',
    'cd "$(dirname "$0")"',
    '',
    ...(before.length === 0 ? [] : [...before, '']),
    ...(build === undefined ? [] : [build, '']),
    'options=(',
    ...options.map((words) => `  ${words.map(toShellWord).join(' ')}`),
    ')',
    ...(optional ? ['if nvidia-smi -L >/dev/null 2>&1; then', `  options+=(${gpuWords.map(toShellWord).join(' ')})`, 'fi'] : []),
    ...(tty ? ['if [ -t 0 ]; then', '  options+=(--tty)', 'fi'] : []),
    '',
    `exec ${programOf(engine)} run "\${options[@]}" ${[image, ...command].map(toShellWord).join(' ')} "$@"`,
    '',
  ].join('\n');
  return { files: [{ path, text, executable: true }], notes };
}
