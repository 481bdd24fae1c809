import { expandWord } from '../dockerfile/expand';
import type { CopyInstruction, Word } from '../dockerfile/model';
import type { Action } from '../shell/installers/model';
import type { ShellCommand, ShellWord } from '../shell/model';
import type { StackReport } from '../stack/model';
import { baseName } from '../text/path';
import type { Location } from '../text/range';
import type { Traced } from '../text/traced';
import type { PlacedInstruction } from './place';
import type { Sought } from './symptoms/model';

/** Where an instruction, or a file that it reads, names what is sought; undefined where it does not. */
export function locate(sought: Sought, placed: PlacedInstruction, stack: StackReport): Location | undefined {
  const { instruction, step } = placed;
  if (instruction.kind === 'copy' || instruction.kind === 'add') return locateSource(sought, instruction, placed, stack);
  const actions = step?.actions.map(({ action }) => action) ?? [];
  const commands = step?.commands ?? [];
  switch (sought.kind) {
    case 'package':
      return sought.name === '' ? undefined : (locatePackage(sought, actions) ?? locateWord(commands, (value) => value === sought.name || value.startsWith(`${sought.name}=`)));
    case 'requirement':
      return locateRequirement(sought.name, actions) ?? locateWord(commands, (value) => normaliseName(value) === normaliseName(sought.name));
    case 'url':
      return locateUrl(sought.url, actions, commands);
    case 'file':
      return locateFile(sought.path, actions, commands);
    case 'command':
      return locateCommand(sought, commands);
    case 'text':
      return locateText(sought.text, commands) ?? locateRaw(sought.text, placed, stack);
  }
}

function locatePackage({ name, version }: Extract<Sought, { kind: 'package' }>, actions: readonly Action[]): Location | undefined {
  const packages = actions.flatMap((action) => (action.kind === 'package-install' || action.kind === 'conda-install' || action.kind === 'package-remove' ? action.packages : []));
  const named = packages.filter((each) => each.name.value === name || (each.localFile && isFileOf(each.text.value, name)));
  const files = actions.flatMap((action) => (action.kind === 'local-package-install' ? action.files.map(({ path }) => path) : []));
  return ((named.find((each) => each.version?.value === version) ?? named[0])?.text ?? files.find(({ value }) => isFileOf(value, name)))?.locate();
}

/** `libnvinfer8_8.6.1-1_amd64.deb` and `libnvinfer8.deb` are files of libnvinfer8. */
function isFileOf(path: string, name: string): boolean {
  const file = baseName(path);
  return file.startsWith(name) && /^[_.]/.test(file.slice(name.length));
}

function locateRequirement(name: string, actions: readonly Action[]): Location | undefined {
  const wanted = normaliseName(name);
  const requirements = actions.flatMap((action) => (action.kind === 'pip-install' ? action.requirements : []));
  const found = requirements.find((each) => each.name === wanted) ?? requirements.find(({ url }) => url !== undefined && normaliseName(baseName(url)).startsWith(wanted));
  return found?.text.locate();
}

/** PEP 503, without extras and versions. */
function normaliseName(text: string): string {
  return (/^[\w.-]+/.exec(text)?.[0] ?? text).toLowerCase().replace(/[-_.]+/g, '-');
}

function locateUrl(url: string, actions: readonly Action[], commands: readonly ShellCommand[]): Location | undefined {
  if (url === '') return undefined;
  const known = actions.flatMap((action) => ((action.kind === 'download' || action.kind === 'repository-add' || action.kind === 'git-clone') && action.url !== undefined ? [action.url] : []));
  const wanted = url.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const found = known.find(({ value }) => value.includes(wanted)) ?? known.find(({ value }) => sharesHost(value, wanted) && baseName(value) === baseName(wanted));
  return found?.locate() ?? locateWord(commands, (value) => value.includes(wanted)) ?? locateWord(commands, (value) => baseName(wanted).length > 3 && baseName(value) === baseName(wanted));
}

function sharesHost(url: string, wanted: string): boolean {
  return url.replace(/^https?:\/\//, '').split('/')[0] === wanted.split('/')[0];
}

function locateFile(path: string, actions: readonly Action[], commands: readonly ShellCommand[]): Location | undefined {
  if (path === '') return undefined;
  const files = actions.flatMap((action) => (action.kind === 'pip-install' ? action.requirementFiles.map((each) => each.path) : []));
  const name = baseName(path);
  const isIt = (value: string): boolean => value === path || value.endsWith(`/${name}`) || value === name || value === `./${name}` || matchesGlob(value, path);
  return files.find(({ value }) => isIt(value))?.locate() ?? locateWord(commands, isIt) ?? (name.length > 3 ? locateWord(commands, (value) => value.includes(name)) : undefined);
}

function matchesGlob(pattern: string, path: string): boolean {
  if (!/[*?]/.test(pattern)) return false;
  const regular = baseName(pattern).replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${regular}$`).test(baseName(path));
}

/** The command that is meant, with its subcommand: one that can end the step goes before others. */
function locateCommand({ names, first: isFirst }: Extract<Sought, { kind: 'command' }>, commands: readonly ShellCommand[]): Location | undefined {
  const lists = names.map((wanted) => commands.filter(({ name, words }) => wanted === name || wanted === words[0]?.text.value || new RegExp(`^${escape(wanted)}\\d+(?:\\.\\d+)*$`).test(name)));
  const named = lists.find((list) => list.length > 0) ?? [];
  const command = isFirst === true ? named[0] : (named.findLast(({ failureIgnored }) => !failureIgnored) ?? named.at(-1));
  const first = command?.words[0];
  if (command === undefined || first === undefined) return undefined;
  const second = command.words[1];
  const end = second !== undefined && /^[a-z][\w-]*$/.test(second.text.value) ? second.range.end : first.range.end;
  return { file: command.file, range: { start: first.range.start, end: Math.max(end, first.range.end) } };
}

function escape(text: string): string {
  return text.replace(/[.+^${}()|[\]\\*?]/g, '\\$&');
}

function locateWord(commands: readonly ShellCommand[], isIt: (value: string) => boolean): Location | undefined {
  for (const { words } of commands) {
    const word = words.find(({ text }) => isIt(text.value));
    if (word !== undefined) return word.text.locate();
  }
  return undefined;
}

/** The characters themselves, in a word of a command or in the value of an assignment. */
function locateText(text: string, commands: readonly ShellCommand[]): Location | undefined {
  if (text === '') return undefined;
  const pattern = new RegExp(`(?<![\\w.])${escape(text)}(?![\\w])`);
  for (const { words, assignments } of commands) {
    for (const value of [...words.map((word: ShellWord): Traced => word.text), ...assignments.map((one) => one.value)]) {
      const match = pattern.exec(value.value);
      if (match !== null) return value.locate(match.index, match.index + text.length);
    }
  }
  return undefined;
}

/** Where an instruction is not understood as commands, its own text. */
function locateRaw(text: string, { instruction: { range } }: PlacedInstruction, { dockerfile }: StackReport): Location | undefined {
  if (text.length < 3) return undefined;
  const at = dockerfile.text.slice(range.start, range.end).indexOf(text);
  return at < 0 ? undefined : { file: dockerfile.file, range: { start: range.start + at, end: range.start + at + text.length } };
}

/** A source of COPY or ADD. Builders name it without its leading `/` or `./`. */
function locateSource(sought: Sought, instruction: CopyInstruction, { step }: PlacedInstruction, { dockerfile }: StackReport): Location | undefined {
  const wanted = sought.kind === 'file' ? trimPath(sought.path) : sought.kind === 'url' ? sought.url : undefined;
  if (wanted === undefined || wanted === '') return undefined;
  const lookup = step?.variable ?? ((): undefined => undefined);
  const expand = (word: Word): Traced => expandWord(word, lookup, { file: dockerfile.file, escape: dockerfile.escape, unset: 'unknown' });
  const sources = instruction.sources.map(expand);
  const from = instruction.flags.find(({ name }) => name === 'from')?.value;
  const found =
    sources.find(({ value }) => trimPath(value) === wanted) ??
    sources.find(({ value }) => trimPath(value).endsWith(`/${wanted}`) || wanted.endsWith(`/${trimPath(value)}`)) ??
    sources.find(({ value }) => matchesGlob(value, wanted)) ??
    (sources.length === 1 && sought.kind === 'file' ? sources[0] : undefined);
  if (found !== undefined) return found.locate();
  return from !== undefined && expand(from).value === wanted ? { file: dockerfile.file, range: from.range } : undefined;
}

function trimPath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
