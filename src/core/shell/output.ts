import { UNKNOWN } from '../text/traced';
import type { ShellCommand } from './model';

/** Turns the input of a filter into its output; undefined when it cannot be told. */
type Filter = (input: string, args: readonly string[]) => string | undefined;

/**
 * What a pipeline of simple text commands prints, for `$(echo $VERSION | cut -d. -f1-2)`: `echo` or `printf %s` of known
 * words, then `tr`, `cut`, `sed` and `awk` in their plainest forms. Undefined for anything else.
 */
export function outputOf(pipeline: readonly ShellCommand[]): string | undefined {
  let text: string | undefined;
  for (const [i, command] of pipeline.entries()) {
    if (command.pipelineIndex !== i || command.pipeline !== pipeline[0]?.pipeline || command.redirects.length > 0) return undefined;
    const args = command.words.slice(1).map((word) => word.text.value);
    if (args.some((arg) => arg.includes(UNKNOWN))) return undefined;
    if (i === 0) text = print(command.name, args);
    else text = text === undefined ? undefined : FILTERS.get(command.name)?.(text, args);
    if (text === undefined) return undefined;
  }
  return text?.replace(/\n+$/, '');
}

function print(name: string, args: readonly string[]): string | undefined {
  if (name === 'printf') return args.length === 2 && args[0] === '%s' ? args[1] : undefined;
  if (name !== 'echo') return undefined;
  const words = args[0] === '-n' ? args.slice(1) : args;
  const text = words.join(' ');
  return text.startsWith('-') || /[\\*?[]/.test(text) ? undefined : text;
}

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['tr', translate],
  ['cut', cutFields],
  ['sed', substituteText],
  ['awk', printFields],
]);

function translate(input: string, args: readonly string[]): string | undefined {
  const [first = '', second = ''] = args;
  if (args.length !== 2) return undefined;
  if (first === '-d') return /^[^\\[\-]+$|^-$/.test(second) ? [...input].filter((unit) => !second.includes(unit)).join('') : undefined;
  if (first.length === 1 && second.length === 1) return input.replaceAll(first, second);
  if (CASES.get(first) === 'lower' && CASES.get(second) === 'upper') return input.toUpperCase();
  if (CASES.get(first) === 'upper' && CASES.get(second) === 'lower') return input.toLowerCase();
  return undefined;
}

const CASES: ReadonlyMap<string, 'lower' | 'upper'> = new Map([
  ['a-z', 'lower'],
  ['[a-z]', 'lower'],
  ['[:lower:]', 'lower'],
  ['A-Z', 'upper'],
  ['[A-Z]', 'upper'],
  ['[:upper:]', 'upper'],
]);

function cutFields(input: string, args: readonly string[]): string | undefined {
  const joined = args.join('\n');
  const match = /^-d\n?(.)\n-f\n?([\d,-]+)$/.exec(joined) ?? undefined;
  const swapped = match === undefined ? /^-f\n?([\d,-]+)\n-d\n?(.)$/.exec(joined) : null;
  const delimiter = match?.[1] ?? swapped?.[2];
  const list = match?.[2] ?? swapped?.[1];
  if (delimiter === undefined || list === undefined || input.includes('\n')) return undefined;
  const fields = input.split(delimiter);
  if (fields.length === 1) return input;
  const chosen = fields.filter((_, i) =>
    list.split(',').some((span) => {
      const [from = '', to] = span.split('-');
      const last = to === undefined ? Number(from) : to === '' ? Infinity : Number(to);
      return i + 1 >= Number(from === '' ? 1 : from) && i + 1 <= last;
    }),
  );
  return chosen.join(delimiter);
}

function substituteText(input: string, args: readonly string[]): string | undefined {
  const script = args.length === 1 ? args[0] : args.length === 2 && args[0] === '-e' ? args[1] : undefined;
  const match = /^s([/|,#@])((?:\\.|[\w -])+)\1([\w. -]*)\1(g?)$/.exec(script ?? '');
  const [, , pattern = '', replacement = '', all] = match ?? [];
  // Only an escaped dot is read: other escapes mean more than themselves to sed.
  if (match === null || /\\[^.]/.test(pattern)) return undefined;
  const literal = pattern.replaceAll('\\.', '.');
  return all === 'g' ? input.replaceAll(literal, () => replacement) : input.replace(literal, () => replacement);
}

function printFields(input: string, args: readonly string[]): string | undefined {
  const match = /^-F\n?([.:_/-])\n\{ ?print ((?:\$\d|"[^"\\$]*")+) ?;?\}$/.exec(args.join('\n'));
  const [, delimiter = '', expression = ''] = match ?? [];
  if (match === null || input.includes('\n')) return undefined;
  const fields = input.split(delimiter);
  return expression.replace(/\$(\d)|"([^"]*)"/g, (_, field: string | undefined, text: string | undefined) =>
    field === undefined ? (text ?? '') : field === '0' ? input : (fields[Number(field) - 1] ?? ''),
  );
}
