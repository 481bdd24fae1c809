import { recogniseActions } from '../../../src/core/shell/installers/index';
import type { Action } from '../../../src/core/shell/installers/model';
import type { ShellCommand, ShellScript } from '../../../src/core/shell/model';
import { readScript, type ReadOptions } from '../../../src/core/shell/read';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';

/** Name under which scripts are read in these tests. */
export const FILE = 'Dockerfile';

/** Where scripts begin in their document, so that an offset that was forgotten shows. */
export const OFFSET = 1000;

/** Variables by name; `UNKNOWN` for one that is set to who knows what, absent for one that is not set. */
export type Variables = Readonly<Record<string, string>>;

/** Reads a script with variables that were defined in another file. */
export function read(text: string, variables: Variables = {}, options: ReadOptions = {}): ShellScript {
  return readScript({ file: FILE, text, offset: OFFSET }, (name) => defined(variables[name]), options);
}

function defined(value: string | undefined): Traced | undefined {
  if (value === undefined) return undefined;
  const range = { start: 0, end: value.length };
  return value === UNKNOWN ? Traced.unknown('env', range) : Traced.literal(value, 'env', range);
}

/** The script's text at a range of its document. */
export function at(text: string, range: { readonly start: number; readonly end: number }): string {
  return text.slice(range.start - OFFSET, range.end - OFFSET);
}

/** A command as one line: marks, words, assignments, redirections. `?` is UNKNOWN, a word with a blank stands in quotes. */
export function line(command: ShellCommand): string {
  const marks = [command.conditional ? '[if]' : '', command.failureIgnored ? '[may fail]' : '', command.substitution ? '[$]' : ''];
  const show = (value: string): string => (/^$|[\s']/.test(value) ? `'${value.replaceAll('\n', '\\n')}'` : value).replaceAll(UNKNOWN, '?');
  const assignments = command.assignments.map(({ name, value }) => `${name}=${show(value.value)}`);
  const words = command.words.map(({ text }) => show(text.value));
  const redirects = command.redirects.map(({ operator, target }) => `${operator}${show(target?.value ?? '')}`);
  return [...marks, ...assignments, ...words, ...redirects].filter((part) => part !== '').join(' ');
}

/** What the commands of a script do; files of the image by path. */
export function act(text: string, variables: Variables = {}, files: Readonly<Record<string, string>> = {}): readonly Action[] {
  return recogniseActions(read(text, variables), {
    readImageFile: (path) => {
      const found = files[path];
      return found === undefined ? undefined : { file: `context/${path}`, text: found };
    },
  });
}

const PLACES = new Set(['command', 'file', 'range', 'text', 'insertAt', 'beforeOption', 'origin']);

/** An action or a part of one without places, and without fields that say nothing; values of words as plain text. */
export function compact(value: unknown): unknown {
  if (value instanceof Traced) return value.value.replaceAll(UNKNOWN, '?');
  if (typeof value === 'string') return value.replaceAll(UNKNOWN, '?');
  if (Array.isArray(value)) return value.map(compact);
  if (value instanceof Map) return compact(Object.fromEntries(value));
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value)
    .filter(([name]) => !PLACES.has(name) || (name === 'text' && 'path' in value))
    .filter(([, field]) => field !== undefined && field !== false && field !== '' && !(Array.isArray(field) && field.length === 0))
    .map(([name, field]) => [name, compact(field)] as const)
    .filter(([, field]) => typeof field !== 'object' || Object.keys(field as object).length > 0);
  return Object.fromEntries(fields);
}

/** The actions of a script without places. */
export function actions(text: string, variables: Variables = {}, files: Readonly<Record<string, string>> = {}): unknown {
  return act(text, variables, files).map(compact);
}
