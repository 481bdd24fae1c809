import { readPyproject } from '../../requirements/pyproject';
import { readRequirements } from '../../requirements/read';
import { normaliseName, parseRequirement } from '../../requirements/requirement';
import { resolvePath } from '../../text/path';
import type { Traced } from '../../text/traced';
import type { ShellCommand, ShellWord } from '../model';
import { hasOption, insertionPoint, optionStyle, parseArguments, placeOf, type Option } from './arguments';
import type { Action, Installer, InstallerContext, PipInstall } from './model';
import { createPipInstall, emptyCollection, type Collected } from './pip-install';
import { addProjects, syncProject } from './pip-projects';

/** https://pip.pypa.io/en/stable/cli/pip_install/ and https://docs.astral.sh/uv/reference/cli/#uv-pip-install */
const STYLE = optionStyle(
  '-r --requirement --requirements -c --constraint --constraints -e --editable -t --target --platform --python-version --implementation --abi --root --prefix --src ' +
    '--upgrade-strategy --install-option --global-option --build-option --config-settings --config-setting -C --progress-bar --root-user-action --report --no-binary --only-binary ' +
    '-i --index-url --pypi-url --extra-index-url -f --find-links --trusted-host --timeout --retries --cache-dir --proxy --log --exists-action --cert --client-cert -b --build ' +
    '--use-feature --use-deprecated --python --group --uploaded-prior-to --resume-retries --keyring-provider ' +
    '--index --default-index --index-strategy -p --torch-backend --link-mode --resolution --prerelease --exclude-newer --override --overrides --python-platform ' +
    '--upgrade-package -P --reinstall-package --no-build-isolation-package --refresh-package --extra --with --package --branch --tag --rev --pip-args --spec --suffix --fork-strategy --build-constraint --allow-insecure-host --directory --project --config-file',
);

/** Options that have a field of their own. */
const MODELLED = new Set(['-U', '--upgrade', '--pre', '--no-deps', '--no-dependencies', '--no-index', '--no-build-isolation']);

/** Files that include files are followed this deep. */
const MAX_INCLUDE_DEPTH = 4;

/** A call of pip in whatever form: which tool, for which Python, and the words from its verb on. */
interface PipCall {
  readonly tool: PipInstall['tool'];
  readonly interpreter: string | undefined;
  readonly verb: string;
  readonly words: readonly ShellWord[];
}

/** pip, pip3, pip3.8, `python -m pip`, `uv pip`, `uv add`, `uv sync`, pipx: install, uninstall, `config set`. */
export const pip: Installer = {
  names: [/^pip(?:\d+(?:\.\d+)?)?$/, /^python(?:\d+(?:\.\d+)?)?$/, 'uv', 'pipx'],
  recognise(command, context) {
    const call = readCall(command);
    switch (call?.verb) {
      case 'install':
      case 'sync':
      case 'add':
        return recogniseInstall(call, command, context);
      case 'project-sync':
        return syncProject(parseArguments(call.words, 0, STYLE), command, context);
      case 'uninstall':
      case 'remove': {
        const { operands } = parseArguments(call.words, 0, STYLE);
        return [{ kind: 'pip-uninstall', ...placeOf(command), names: operands.map(({ text }) => normaliseName(text.value)) }];
      }
      case 'config': {
        const operands = call.words.filter(({ text }) => !text.value.startsWith('--'));
        const [verb, key, value] = operands;
        return verb?.text.value === 'set' && key !== undefined && value !== undefined
          ? [{ kind: 'pip-config', ...placeOf(command), key: key.text.value, value: value.text }]
          : [];
      }
      default:
        return [];
    }
  },
};

function readCall(command: ShellCommand): PipCall | undefined {
  const { words, name } = command;
  const program = words[0]?.text.value ?? '';
  if (name.startsWith('python')) {
    const at = words.findIndex(({ text }) => text.value === '-m');
    // A script before `-m` would take it as its own argument.
    const module = at < 0 || words.slice(1, at).some(({ text }) => !text.value.startsWith('-')) ? undefined : words[at + 1]?.text.value;
    if (module === 'pip') return verbOf(words, at + 2, 'pip', program);
    return module === 'uv' && words[at + 2]?.text.value === 'pip' ? verbOf(words, at + 3, 'uv', program) : undefined;
  }
  if (name === 'pipx') return verbOf(words, 1, 'pipx', undefined);
  if (name === 'uv') {
    const verbAt = words.findIndex(({ text }, i) => i > 0 && !text.value.startsWith('-'));
    const verb = words[verbAt]?.text.value;
    if (verb === 'pip') return verbOf(words, verbAt + 1, 'uv', undefined);
    if (verb === 'tool') return verbOf(words, verbAt + 1, 'uv', undefined);
    if (verb === 'sync') return { tool: 'uv', interpreter: undefined, verb: 'project-sync', words: words.filter((_, i) => i > 0 && i !== verbAt) };
    return verb === 'add' ? verbOf(words, verbAt, 'uv', undefined) : undefined;
  }
  const version = /^pip(\d+\.\d+)$/.exec(name)?.[1];
  return verbOf(words, 1, 'pip', program.includes('/') ? program : version && `python${version}`);
}

/** The verb behind options that hold for all verbs. */
function verbOf(words: readonly ShellWord[], from: number, tool: PipInstall['tool'], interpreter: string | undefined): PipCall | undefined {
  for (let i = from; i < words.length; i++) {
    const value = words[i]?.text.value ?? '';
    if (!value.startsWith('-')) return { tool, interpreter, verb: value, words: [...words.slice(from, i), ...words.slice(i + 1)] };
    if (STYLE.valued.has(value)) i++;
  }
  return undefined;
}

function recogniseInstall(call: PipCall, command: ShellCommand, context: InstallerContext): readonly Action[] {
  const args = parseArguments(call.words, 0, STYLE);
  if (hasOption(args, '--dry-run', '-h', '--help')) return [];
  const collected: Collected = {
    ...emptyCollection(),
    noIndex: hasOption(args, '--no-index'),
    pre: hasOption(args, '--pre') || args.options.some(({ name, value }) => name === '--prerelease' && value?.value === 'allow'),
  };
  const options: Traced[] = [];
  for (const option of args.options) readOption(option, command, context, collected, options);
  const take = (word: { readonly text: Traced; readonly range: ShellWord['range'] }, editable: boolean): void => {
    const requirement = parseRequirement(word.text, { file: command.file, range: word.range, origin: 'command', editable });
    if (requirement !== undefined) collected.requirements.push(requirement);
  };
  if (call.verb === 'sync') {
    for (const { text, range } of args.operands) includeFile(text, range, command, context, collected);
  } else for (const word of args.operands) take(word, false);
  for (const option of args.options) {
    if ((option.name === '-e' || option.name === '--editable') && option.value !== undefined) take({ text: option.value, range: option.range }, true);
  }
  const sourced = addProjects(call.tool, command, context, collected);
  return [
    {
      kind: 'pip-install',
      ...placeOf(command),
      tool: call.tool,
      interpreter: call.interpreter ?? args.options.find(({ name }) => name === '-p' || name === '--python')?.value?.value,
      ...collected,
      noDependencies: hasOption(args, '--no-deps', '--no-dependencies'),
      noBuildIsolation: hasOption(args, '--no-build-isolation'),
      upgrade: hasOption(args, '-U', '--upgrade'),
      options,
      insertAt: insertionPoint(command, args.operands),
    },
    ...sourced.map((file) => createPipInstall(command, file, call.tool)),
  ];
}

function readOption(option: Option, command: ShellCommand, context: InstallerContext, collected: Collected, rest: Traced[]): void {
  const { name, value } = option;
  if (value === undefined) {
    if (!MODELLED.has(name)) rest.push(option.word.text);
    return;
  }
  switch (name) {
    case '-r':
    case '--requirement':
    case '--requirements':
      includeFile(value, option.range, command, context, collected);
      return;
    case '-c':
    case '--constraint':
    case '--constraints':
      collected.constraintFiles.push(value);
      return;
    case '-i':
    case '--index-url':
    case '--pypi-url':
    case '--default-index':
      collected.indexUrl = value;
      return;
    case '--extra-index-url':
    case '--index':
      collected.extraIndexUrls.push(value);
      return;
    case '-f':
    case '--find-links':
      collected.findLinks.push(value);
      return;
    case '-e':
    case '--editable':
      return;
    default:
      rest.push(option.word.text);
      if (option.range !== option.word.range) rest.push(value);
  }
}

/** Reads `-r FILE` from the build context, and the files it includes. */
function includeFile(path: Traced, range: ShellWord['range'], command: ShellCommand, context: InstallerContext, collected: Collected): void {
  const base = command.workingDirectory;
  const found = readNested(base === undefined ? path.value : resolvePath(base, path.value), context, collected, 0, new Set());
  collected.requirementFiles.push({ path, range, found });
}

function readNested(path: string, context: InstallerContext, collected: Collected, depth: number, seen: Set<string>): boolean {
  if (depth > MAX_INCLUDE_DEPTH || seen.has(path) || path.includes('://')) return false;
  seen.add(path);
  const found = context.readImageFile(path);
  if (found === undefined) return false;
  if (path.endsWith('pyproject.toml')) {
    collected.requirements.push(...readPyproject(found.file, found.text).dependencies);
    return true;
  }
  const file = readRequirements(found.file, found.text);
  collected.requirements.push(...file.requirements);
  collected.extraIndexUrls.push(...file.extraIndexUrls.map(({ value }) => value));
  collected.findLinks.push(...file.findLinks.map(({ value }) => value));
  collected.constraintFiles.push(...file.constraints.map(({ value }) => value));
  collected.indexUrl ??= file.indexUrl?.value;
  collected.noIndex ||= file.noIndex;
  collected.pre ||= file.pre;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  for (const { value, range } of file.includes) {
    const nested = value.value.startsWith('/') || folder === '' ? value.value : `${folder}/${value.value}`;
    collected.requirementFiles.push({ path: value, range, found: readNested(nested, context, collected, depth + 1, seen) });
  }
  return true;
}
