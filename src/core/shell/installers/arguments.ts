import type { Range } from '../../text/range';
import type { Traced } from '../../text/traced';
import type { ShellCommand, ShellWord } from '../model';

/** One option of a command line. */
export interface Option {
  /** `-o` or `--output`, without value. */
  readonly name: string;
  /** Its value, from the same word or the next one; undefined for an option without. */
  readonly value: Traced | undefined;
  /** Where the value stands, or the option itself when there is none. */
  readonly range: Range;
  readonly word: ShellWord;
}

/** A command line as options and what is left. */
export interface Arguments {
  readonly options: readonly Option[];
  readonly operands: readonly ShellWord[];
}

/** How a program writes its options. */
export interface OptionStyle {
  /** Options with a value, short and long: `-o`, `--output`. */
  readonly valued: ReadonlySet<string>;
  /** Single letters may share one dash (`-yqq`, `-fsSLo FILE`); words with one dash are one option otherwise (`-arch`). */
  readonly clusters: boolean;
}

/** A style from a list of the options that take a value, separated by blanks. */
export function optionStyle(valued: string, clusters = true): OptionStyle {
  return { valued: new Set(valued.split(/\s+/)), clusters };
}

/** Splits words into options and operands; what follows `--` is operands. Words before `from` are left out. */
export function parseArguments(words: readonly ShellWord[], from: number, style: OptionStyle): Arguments {
  const options: Option[] = [];
  const operands: ShellWord[] = [];
  for (let i = from; i < words.length; i++) {
    const word = words[i] as ShellWord;
    const value = word.text.value;
    if (value === '') continue;
    if (value.length < 2 || !value.startsWith('-')) {
      operands.push(word);
      continue;
    }
    if (value === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    const takeNext = (name: string): void => {
      const next = words[i + 1];
      if (next !== undefined) i++;
      options.push({ name, value: next?.text, range: next?.range ?? word.range, word });
    };
    const plain = (name: string): void => {
      options.push({ name, value: undefined, range: word.range, word });
    };
    const inWord = (name: string, start: number): void => {
      options.push({ name, value: word.text.slice(start), range: word.range, word });
    };
    if (value.startsWith('--') || !style.clusters) {
      const equals = value.indexOf('=');
      if (equals > 0) inWord(value.slice(0, equals), equals + 1);
      else if (style.valued.has(value)) takeNext(value);
      else plain(value);
      continue;
    }
    for (let at = 1; at < value.length; at++) {
      const name = `-${value.charAt(at)}`;
      if (!style.valued.has(name)) plain(name);
      else {
        if (at + 1 === value.length) takeNext(name);
        else inWord(name, value.charAt(at + 1) === '=' ? at + 2 : at + 1);
        break;
      }
    }
  }
  return { options, operands };
}

/** True when one of the options was given. */
export function hasOption(args: Arguments, ...names: readonly string[]): boolean {
  return args.options.some((option) => names.includes(option.name));
}

/** Values of all options with one of these names. */
export function optionValues(args: Arguments, ...names: readonly string[]): readonly Traced[] {
  return args.options.flatMap((option) => (names.includes(option.name) && option.value !== undefined ? [option.value] : []));
}

/** Value of the last option with one of these names. */
export function optionValue(args: Arguments, ...names: readonly string[]): Traced | undefined {
  const values = optionValues(args, ...names);
  return values[values.length - 1];
}

/** What every action of a command has in common. */
export function placeOf(command: ShellCommand): { readonly command: ShellCommand; readonly file: string; readonly range: Range } {
  return { command, file: command.file, range: command.range };
}

/** End of the last word in `words`, or of the command's last word: where a further word can be added. */
export function insertionPoint(command: ShellCommand, words: readonly { readonly range: Range }[]): number {
  const last = words[words.length - 1] ?? command.words[command.words.length - 1];
  return last?.range.end ?? command.range.end;
}
