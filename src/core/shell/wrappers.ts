import { Traced, UNKNOWN } from '../text/traced';
import type { ShellAssignment, ShellWord } from './model';

/** A command freed of what only runs it. */
export interface UnwrappedCommand {
  readonly words: readonly ShellWord[];
  /** `A=b` given to `env` or `sudo`. */
  readonly assignments: readonly ShellAssignment[];
}

/** How a wrapper is written: its options that take a value of their own, and the words between it and the command. */
interface Wrapper {
  /** Options followed by a separate value. */
  readonly valued: ReadonlySet<string>;
  /** Words before the command that are no options: the duration of `timeout`. */
  readonly operands: number;
  /** `NAME=value` words before the command set its environment. */
  readonly assigns: boolean;
  /** With one of these the command is asked about, not run. */
  readonly refuses?: readonly string[];
  /** A word that must follow, as `run` after `conda`. */
  readonly subcommand?: string;
}

const wrapper = (valued = '', more: Partial<Wrapper> = {}): Wrapper => ({
  valued: new Set(valued.split(' ')),
  operands: 0,
  assigns: false,
  ...more,
});

const CONDA_RUN = wrapper('-n --name -p --prefix --cwd', { subcommand: 'run' });

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map([
  ['sudo', wrapper('-u --user -g --group -h --host -p --prompt -C -D --chdir -R -T -r -t', { assigns: true })],
  ['env', wrapper('-u --unset -C --chdir -S', { assigns: true })],
  ['time', wrapper('-f --format -o --output')],
  ['exec', wrapper('-a')],
  ['nice', wrapper('-n --adjustment')],
  ['ionice', wrapper('-c --class -n --classdata')],
  ['command', wrapper('', { refuses: ['-v', '-V'] })],
  ['builtin', wrapper()],
  ['nohup', wrapper()],
  ['setsid', wrapper()],
  ['eatmydata', wrapper()],
  ['stdbuf', wrapper('-i -o -e')],
  ['timeout', wrapper('-k --kill-after -s --signal', { operands: 1 })],
  ['gosu', wrapper('', { operands: 1 })],
  ['xargs', wrapper('-n --max-args -P --max-procs -I -i -L --max-lines -d --delimiter -a --arg-file -E -s --max-chars')],
  ['conda', CONDA_RUN],
  ['mamba', CONDA_RUN],
  ['micromamba', CONDA_RUN],
]);

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const MAX_WRAPPERS = 8;

/** Takes `sudo -E`, `env A=b`, `timeout 10`, `xargs -n1` … off the front; words that are left may be none. */
export function unwrapCommand(words: readonly ShellWord[]): UnwrappedCommand {
  let rest = words;
  const assignments: ShellAssignment[] = [];
  for (let round = 0; round < MAX_WRAPPERS; round++) {
    const name = commandName(rest);
    const found = WRAPPERS.get(name);
    const length = found && wrapperLength(rest, found, assignments);
    if (length === undefined || length >= rest.length) break;
    rest = name === 'xargs' ? withInput(rest, length) : rest.slice(length);
  }
  return { words: rest, assignments };
}

/** The first word without its directory. */
export function commandName(words: readonly ShellWord[]): string {
  const value = words[0]?.text.value ?? '';
  return value.slice(value.lastIndexOf('/') + 1);
}

/** Number of words that belong to the wrapper; undefined when it does not run a command here. */
function wrapperLength(words: readonly ShellWord[], found: Wrapper, assignments: ShellAssignment[]): number | undefined {
  let i = 1;
  if (found.subcommand !== undefined && words[i++]?.text.value !== found.subcommand) return undefined;
  let operands = found.operands;
  for (; i < words.length; i++) {
    const word = words[i] as ShellWord;
    const value = word.text.value;
    if (found.refuses?.includes(value) === true) return undefined;
    if (value === '--') {
      i++;
      break;
    }
    if (value.startsWith('-') && value.length > 1) {
      if (found.valued.has(value)) i++;
    } else if (found.assigns && ASSIGNMENT.test(value)) {
      const name = value.slice(0, value.indexOf('='));
      assignments.push({ name, value: word.text.slice(name.length + 1), range: word.range });
    } else if (operands > 0) operands--;
    else break;
  }
  return i;
}

/** The command of `xargs`: `{}` is replaced by, or the end followed by, what it reads, which is not known. */
function withInput(words: readonly ShellWord[], length: number): readonly ShellWord[] {
  const first = words[0] as ShellWord;
  const options = words.slice(1, length).map((word) => word.text.value);
  const placeholderAt = options.findIndex((option) => /^-[Ii]/.test(option));
  const rest = words.slice(length);
  const file = first.text.pieces[0]?.file ?? '';
  if (placeholderAt < 0) {
    const end = (rest[rest.length - 1] ?? first).range.end;
    const range = { start: end, end };
    return [...rest, { text: Traced.unknown(file, range), range, quoted: false }];
  }
  const option = options[placeholderAt] ?? '';
  const placeholder = option.length > 2 ? option.slice(2) : option === '-i' ? '{}' : (options[placeholderAt + 1] ?? '{}');
  return rest.map((word) => {
    const at = placeholder === '' ? -1 : word.text.value.indexOf(placeholder);
    if (at < 0) return word;
    const unknown = Traced.unknown(file, word.range);
    return { ...word, text: Traced.concat([word.text.slice(0, at), unknown, word.text.slice(at + placeholder.length)]) };
  });
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);

/** A shell started by a command: what it is to run. */
export type InnerShell =
  /** `bash -c SCRIPT NAME ARGUMENT…`; NAME is not among the parameters. */
  | { readonly kind: 'text'; readonly script: Traced; readonly parameters: readonly Traced[] }
  /** `bash -s`, `bash -`, plain `bash`: the script comes from the standard input. */
  | { readonly kind: 'input' }
  /** `bash FILE ARGUMENT…` */
  | { readonly kind: 'file'; readonly path: Traced; readonly parameters: readonly Traced[] };

/** Reads `sh`, `bash -euxo pipefail -c …`, `su USER -c …`; undefined for other commands. */
export function readInnerShell(words: readonly ShellWord[]): InnerShell | undefined {
  const name = commandName(words);
  if (name === 'su' || name === 'runuser') return readSwitchUser(words);
  if (!SHELLS.has(name)) return undefined;
  let command = false;
  let i = 1;
  for (; i < words.length; i++) {
    const value = words[i]?.text.value ?? '';
    if (value === '-' || value === '--') {
      i++;
      break;
    }
    if (value.startsWith('--')) {
      if (value === '--rcfile' || value === '--init-file') i++;
    } else if (/^[-+]\w/.test(value)) {
      if (value.startsWith('-') && value.includes('c')) command = true;
      if (value.startsWith('-') && value.includes('s')) return { kind: 'input' };
      if (/[oO]$/.test(value)) i++;
    } else break;
  }
  const first = words[i];
  if (first === undefined) return command ? undefined : { kind: 'input' };
  const parameters = words.slice(i + (command ? 2 : 1)).map((word) => word.text);
  return command ? { kind: 'text', script: first.text, parameters } : { kind: 'file', path: first.text, parameters };
}

function readSwitchUser(words: readonly ShellWord[]): InnerShell | undefined {
  for (let i = 1; i < words.length; i++) {
    const word = words[i] as ShellWord;
    const value = word.text.value;
    if (value === '-c' || value === '--command') {
      const script = words[i + 1]?.text;
      return script && { kind: 'text', script, parameters: [] };
    }
    if (value.startsWith('--command=')) return { kind: 'text', script: word.text.slice('--command='.length), parameters: [] };
  }
  return undefined;
}

/** True when nothing of the value is known. */
export function isBlank(value: Traced): boolean {
  return value.value.replaceAll(UNKNOWN, '').trim() === '';
}
