import { decodeImage } from '../core/image/decode';
import type { ShellCommand, ShellWord } from '../core/shell/model';
import { readScript } from '../core/shell/read';
import { Traced, UNKNOWN } from '../core/text/traced';
import { takeGpus } from './gpus';
import { literal } from './host-text';
import { note, type Note, type RunPlan, type Setting } from './model';
import { readMountSetting } from './mounts';
import { readRunWords, tidySettings } from './run-options';

/** What a pasted command line says. */
export interface PlanReading {
  /** Undefined when the text holds nothing that runs a container. */
  readonly plan: RunPlan | undefined;
  /** What was changed, and what has no place in a plan. */
  readonly notes: readonly Note[];
}

const PROGRAMS = /^(?:docker|nvidia-docker|podman|nerdctl)$/;
/** Options before `run` that take a value: `docker --context gpu run`. */
const GLOBAL_VALUES = /^(?:-H|-c|-l|--host|--context|--config|--log-level|--connection|--url|--tlscacert|--tlscert|--tlskey)$/;

/**
 * The first `docker run` of a text as it stands in a terminal, a README or a script: with prompts, line continuations,
 * variables that the script sets, and other commands around it. Also `docker create`, `podman run`, and `nvidia-docker run`
 * and `--runtime=nvidia`, which become today's form.
 */
export function readRunLine(pasted: string): PlanReading {
  const plain = pasted.replace(/\r/g, '');
  // A text that begins with a prompt is a copy of a terminal.
  const text = /^\s*\$ /.test(plain) ? plain.replace(/^[ \t]*[$>][ \t]+/gm, '') : plain;
  const { commands } = readScript({ file: '', text, offset: 0 }, () => Traced.unknown('', { start: 0, end: 0 }), { shell: 'bash' });
  for (const command of commands) {
    const from = findRun(command);
    if (from !== undefined) return readWords(command, from, text, commands);
  }
  return { plan: undefined, notes: [] };
}

/** Position of the first word behind `run`. */
function findRun({ name, words }: ShellCommand): number | undefined {
  if (!PROGRAMS.test(name)) return undefined;
  let i = 1;
  for (; words[i]?.text.value.startsWith('-') === true; i++) if (GLOBAL_VALUES.test(words[i]?.text.value ?? '')) i++;
  if (words[i]?.text.value === 'container') i++;
  return /^(?:run|create)$/.test(words[i]?.text.value ?? '') ? i + 1 : undefined;
}

function readWords({ name, words }: ShellCommand, from: number, text: string, commands: readonly ShellCommand[]): PlanReading {
  const notes: Note[] = [];
  const texts = words.slice(from).map((word) => readWord(word, text, notes));
  const read = readRunWords(texts);
  const [image, ...command] = read.rest;
  if (image === undefined) notes.push(note('The line names no image.'));
  const keepRuntime = image !== undefined && decodeImage(image)?.family === 'ngc-l4t';
  const legacy: readonly Setting[] = name === 'nvidia-docker' ? [{ option: '--runtime', value: 'nvidia' }] : [];
  const taken = takeGpus([...legacy, ...read.settings], keepRuntime);
  if (legacy.length > 0) notes.push(note('nvidia-docker is not needed: docker itself passes GPUs since version 19.03.'));
  const { settings, notes: dropped } = dropDeviceMounts(taken.settings);
  if (commands.some((other) => other.name === 'xhost' && other.words.some(({ text: { value } }) => value === '+'))) {
    notes.push(note('xhost + lets every machine that reaches this one read the screen and type into its windows. A cookie, or xhost +si:localuser:NAME, lets in one user.'));
  } else if (commands.some((other) => other.name === 'xhost' && other.words.some(({ text: { value } }) => /^\+?local:/.test(value)))) {
    notes.push(note('xhost +local: lets in every user and program of this machine. A cookie, or xhost +si:localuser:NAME, lets in one user.'));
  }
  return {
    plan: { image, build: undefined, gpus: taken.gpus, settings: tidySettings(settings), command },
    notes: [...read.notes, ...(legacy.length > 0 ? [] : taken.notes), ...dropped, ...notes],
  };
}

/** Commands whose outcome a variable holds as well. */
const SUBSTITUTIONS: Readonly<Record<string, string>> = {
  pwd: 'PWD',
  'id -u': 'UID',
  'id -g': 'GID',
  whoami: 'USER',
  'id -un': 'USER',
  'id -u -n': 'USER',
  hostname: 'HOSTNAME',
};

/** A word in Compose's notation: what the shell would put in for a variable stays a variable. */
function readWord({ text: traced }: ShellWord, source: string, notes: Note[]): string {
  return traced.pieces
    .map((piece) => {
      if (!piece.text.includes(UNKNOWN)) return literal(piece.text);
      const { start, end } = piece.use?.range ?? piece.range;
      const written = source.slice(start, end);
      const variable = /^\$\{?(\w+)(?::?-([^}]*))?\}?$/.exec(written);
      const command = /^(?:\$\(([^]*)\)|`([^]*)`)$/.exec(written);
      const name = variable?.[1] ?? SUBSTITUTIONS[(command?.[1] ?? command?.[2] ?? '').trim().replace(/\s+/g, ' ')];
      if (name !== undefined && /^\D/.test(name)) return `\${${name}${variable?.[2] === undefined ? '' : `:-${variable[2]}`}}`;
      notes.push(note('{text} is put in by the shell, and nothing else can: write its value.', { text: written }));
      return literal(written);
    })
    .join('');
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
