import type { ShellCommand, ShellScript, ShellWord } from '../core/shell/model';
import { readScript } from '../core/shell/read';
import { Traced, UNKNOWN } from '../core/text/traced';
import { isJetsonImage, takeGpus } from './gpus';
import { literal } from './host-text';
import { note, type Engine, type Note, type RunPlan, type Setting } from './model';
import { readMountSetting } from './mounts';
import { hasOpenQuote, readPasted } from './pasted';
import { listUnknownOptions, readRunWords, tidySettings } from './run-options';

/** What a pasted command line says. */
export interface PlanReading {
  /** Undefined when the text holds nothing that runs a container, or names no image. */
  readonly plan: RunPlan | undefined;
  /** What was changed, and what has no place in a plan. */
  readonly notes: readonly Note[];
  /** The engine for which it was written, where that is not Docker. */
  readonly engine?: Engine;
}

const CALL = /\b(?:docker|nvidia-docker|podman|nerdctl)\b.*\b(?:run|create)\b/;
/** Options of docker run that no program in a container takes for its own. */
const RUN_OPTION = /^--(?:gpus|runtime=nvidia|shm-size|ipc=host)(?:=|$)/;
const PROGRAM = /^(?:.*[\\/])?(docker|nvidia-docker|podman|nerdctl)(?:\.exe)?$/;
/** Options before `run` that take a value: `docker --context gpu run`. */
const GLOBAL_VALUES = /^(?:-H|-c|-l|--host|--context|--config|--log-level|--connection|--url|--tlscacert|--tlscert|--tlskey)$/;

/**
 * The first `docker run` of a text as it stands in a terminal, a README or a script: with prompts, line continuations (of
 * bash, PowerShell and cmd), variables that the script sets, and other commands around it. Also `docker create`,
 * `podman run`, and `nvidia-docker run` and `--runtime=nvidia`, which become today's form.
 */
export function readRunLine(pasted: string): PlanReading {
  const { text, placeholders } = readPasted(pasted);
  const script = readScript({ file: '', text, offset: 0 }, () => Traced.unknown('', { start: 0, end: 0 }), { shell: 'bash' });
  const runs = script.commands.flatMap((command) => findRun(command) ?? []);
  const [first] = runs;
  if (first === undefined) return { plan: undefined, notes: CALL.test(text) && hasOpenQuote(text) ? [note('A quotation mark of the line is never closed.')] : [] };
  const { plan, notes, engine } = readWords(first, text, script);
  const words = JSON.stringify(plan);
  return {
    plan,
    notes: [
      ...notes,
      ...placeholders.filter((placeholder) => words?.includes(placeholder) === true).map((placeholder) => note('{text} stands for something of yours: write that in its place.', { text: placeholder })),
      ...(runs.some(({ command }) => command.range.start !== first.command.range.start) ? [note('The text runs several containers: the first one was read.')] : []),
    ],
    ...(engine !== undefined && { engine }),
  };
}

/** A command that runs a container. */
interface Run {
  readonly command: ShellCommand;
  readonly program: string;
  /** Position of the first word behind `run`. */
  readonly from: number;
}

/** `docker run`, behind whatever else runs it: `wsl`, `winpty`, `ssh HOST`. */
function findRun(command: ShellCommand): Run | undefined {
  const { words } = command;
  const textOf = (i: number): string => words[i]?.text.value ?? '';
  for (let start = 0; start < words.length; start++) {
    const program = PROGRAM.exec(textOf(start))?.[1];
    if (program === undefined) continue;
    let i = start + 1;
    for (; textOf(i).startsWith('-'); i++) if (GLOBAL_VALUES.test(textOf(i))) i++;
    if (textOf(i) === 'container') i++;
    if (/^(?:run|create)$/.test(textOf(i))) return { command, program, from: i + 1 };
  }
  return undefined;
}

function readWords({ command: { words, assignments }, program, from }: Run, text: string, { commands, variables }: ShellScript): PlanReading {
  const notes: Note[] = [];
  const texts = words.slice(from).map((word) => readWord(word, text, notes));
  let read = readRunWords(texts);
  // An option that is not known may have taken the image for its value.
  if (read.rest.length === 0) read = readRunWords(texts, listUnknownOptions(texts));
  const [image, ...command] = read.rest;
  if (image === undefined) return { plan: undefined, notes: [...read.notes, note('The line names no image.')] };
  const isWrapper = program === 'nvidia-docker';
  // The wrapper took its GPUs from a variable of its own (https://github.com/NVIDIA/nvidia-docker/issues/461, checked 2026-11-20).
  const chosen = isWrapper ? (assignments.find(({ name }) => name === 'NV_GPU')?.value ?? variables.get('NV_GPU'))?.value : undefined;
  const legacy: readonly Setting[] = isWrapper ? [{ option: '--runtime', value: 'nvidia' }, ...(chosen === undefined ? [] : [{ option: '--env', value: `NVIDIA_VISIBLE_DEVICES=${chosen}` }])] : [];
  const taken = takeGpus([...legacy, ...read.settings], isJetsonImage(image));
  if (isWrapper) notes.push(note('nvidia-docker is not needed: docker itself passes GPUs since version 19.03.'));
  if (program === 'nerdctl') notes.push(note('The command is one of {program}; what is written calls docker.', { program }));
  for (const { name } of assignments) if (/^(?:CUDA|NVIDIA)_/.test(name)) notes.push(note('{name} before the command does not reach the container: --env hands it in.', { name }));
  const { settings, notes: dropped } = dropDeviceMounts(taken.settings);
  // Programs have options of these names as well (`train.py --gpus 2`), but not where docker run was given none of them.
  const late = read.settings.some(({ option }) => option === '--gpus' || option === '--runtime') ? undefined : command.find((word) => RUN_OPTION.test(word));
  if (late !== undefined) notes.push(note('{option} stands behind the image and goes to the program in the container: options of docker run stand before the image.', { option: late.split('=')[0] ?? late }));
  if (commands.some((other) => other.name === 'xhost' && other.words.some(({ text: { value } }) => value === '+'))) {
    notes.push(note('xhost + lets every machine that reaches this one read the screen and type into its windows. A cookie, or xhost +si:localuser:NAME, lets in one user.'));
  } else if (commands.some((other) => other.name === 'xhost' && other.words.some(({ text: { value } }) => /^\+?local:/.test(value)))) {
    notes.push(note('xhost +local: lets in every user and program of this machine. A cookie, or xhost +si:localuser:NAME, lets in one user.'));
  }
  return {
    plan: { image, build: undefined, gpus: taken.gpus, settings: tidySettings(settings), command },
    notes: [...read.notes, ...(isWrapper ? [] : taken.notes), ...dropped, ...notes],
    ...(program === 'podman' && { engine: 'podman' as const }),
  };
}

/** Commands whose outcome a variable holds as well. */
const SUBSTITUTIONS: Readonly<Record<string, string>> = {
  pwd: 'PWD',
  'id -u': 'UID',
  'id -g': 'GID',
  'pwd -P': 'PWD',
  'realpath .': 'PWD',
  'readlink -f .': 'PWD',
  whoami: 'USER',
  'id -un': 'USER',
  'id -u -n': 'USER',
  hostname: 'HOSTNAME',
};

/** A word in Compose's notation: what the shell would put in for a variable stays a variable. */
function readWord({ text: traced, range: whole }: ShellWord, source: string, notes: Note[]): string {
  const value = traced.pieces
    .map((piece) => {
      if (!piece.text.includes(UNKNOWN)) return literal(piece.text);
      const { start, end } = piece.use?.range ?? piece.range;
      const written = source.slice(start, end);
      const variable = /^\$(?:\{(\w+)(:?[-?][^]*)?\}|(\w+))$/.exec(written);
      const command = /^(?:\$\(([^]*)\)|`([^]*)`)$/.exec(written);
      // Of oneself everybody is the user.
      const called = (command?.[1] ?? command?.[2] ?? '').trim().replace(/\s+/g, ' ').replace(/^(id -\w+) "?\$\{?USER\}?"?$/, '$1');
      const name = variable?.[1] ?? variable?.[3] ?? SUBSTITUTIONS[called];
      if (name !== undefined && /^\D/.test(name)) return `\${${name}${variable?.[2] ?? ''}}`;
      notes.push(note('{text} is put in by the shell, and nothing else can: write its value.', { text: written }));
      return literal(written);
    })
    .join('');
  return /^~(?:[/:]|$)/.test(source.slice(whole.start, whole.end)) ? `\${HOME}${value.slice(1)}` : value;
}

/** A device that is passed with `--device` needs no mount of its node. */
function dropDeviceMounts(settings: readonly Setting[]): { readonly settings: readonly Setting[]; readonly notes: readonly Note[] } {
  const devices = new Set(settings.flatMap(({ option, value = '' }) => (option === '--device' ? [value.split(':')[0] ?? ''] : [])));
  const notes: Note[] = [];
  const kept = settings.filter((setting) => {
    const mount = readMountSetting(setting);
    if (mount?.type !== 'bind' || mount.source === undefined || !mount.source.startsWith('/dev/') || !devices.has(mount.source)) return true;
    notes.push(note('The mount of {device} is left out: --device brings the node, with the right to use it.', { device: mount.source }));
    return false;
  });
  return { settings: kept, notes };
}
