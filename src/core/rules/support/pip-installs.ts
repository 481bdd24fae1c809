import type { PipInstall, PipRequirement } from '../../shell/installers/model';
import { isSatisfied } from '../../stack/apply';
import type { InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import type { FileEdit } from '../../text/edit';
import type { Location } from '../../text/range';
import { baseName } from '../../text/path';
import type { Traced } from '../../text/traced';
import { exactVersionOf } from '../../version/pep440';
import type { Severity } from '../model';

/** A requirement that pip or uv installs in a stage, on the command line or out of a file. */
export interface PipUse {
  readonly stage: StageStack;
  readonly step: InstructionStep;
  readonly action: PipInstall;
  /** The stage just before the command. */
  readonly before: StackState;
  readonly requirement: PipRequirement;
}

const listed = new WeakMap<StackReport, readonly PipUse[]>();

/**
 * Every requirement of every stage, in the order of the file. Left out are those with a marker, because nobody knows
 * whether it holds, and those that an earlier install has met already.
 */
export function listPipUses(stack: StackReport): readonly PipUse[] {
  let uses = listed.get(stack);
  if (uses === undefined) listed.set(stack, (uses = stack.stages.flatMap(collectUses)));
  return uses;
}

function collectUses(stage: StageStack): readonly PipUse[] {
  return stage.steps.flatMap((step) =>
    step.actions.flatMap(({ action, before }) =>
      action.kind !== 'pip-install' || action.command.substitution
        ? []
        : action.requirements.filter((one) => one.marker === undefined && (isUpgraded(action, one) || !isInstalled(before, one))).map((requirement) => ({ stage, step, action, before, requirement })),
    ),
  );
}

const kept = new WeakMap<StackReport, readonly PipUse[]>();

/**
 * Those of `listPipUses` that last: without the packages that a later command of the stage uninstalls, deletes or
 * replaces by another version. What a program meets when it runs is judged by these.
 */
export function listKeptPipUses(stack: StackReport): readonly PipUse[] {
  let uses = kept.get(stack);
  if (uses === undefined) kept.set(stack, (uses = listPipUses(stack).filter((use) => !isTakenBack(use))));
  return uses;
}

function isTakenBack({ stage, step, action, requirement }: PipUse): boolean {
  const { name } = requirement;
  const version = exactVersionOf(requirement.specifier);
  const rest = stage.steps.slice(stage.steps.indexOf(step)).flatMap(({ actions }) => actions.map((one) => one.action));
  return rest.slice(rest.indexOf(action) + 1).some((later) => {
    switch (later.kind) {
      case 'pip-uninstall':
        return later.names.includes(name);
      case 'file-remove':
        return later.paths.some(({ value }) => /\/(?:site|dist)-packages\//.test(value) && baseName(value).replaceAll('_', '-') === name);
      case 'pip-install':
        return later.requirements.some((one) => one.name === name && one.marker === undefined && isOther(exactVersionOf(one.specifier), version, later.upgrade));
      default:
        return false;
    }
  });
}

/** Whether pip takes another version for a later requirement than the one that is there. */
function isOther(later: string | undefined, present: string | undefined, upgrade: boolean): boolean {
  return later === undefined ? upgrade : later !== present;
}

/** `--upgrade` changes nothing about a package that is there in the very version that is asked for. */
function isUpgraded({ upgrade }: PipInstall, { specifier }: PipRequirement): boolean {
  return upgrade && exactVersionOf(specifier) === undefined;
}

/** Whether pip itself has installed before what a requirement asks for. */
function isInstalled(before: StackState, requirement: PipRequirement): boolean {
  return before.components.some(({ via, name }) => via === 'pip' && name === requirement.name) && isSatisfied(before, requirement);
}

/** Where a requirement is written. */
export function locateRequirement({ requirement: { file, range } }: PipUse): Location {
  return { file, range };
}

/** `wanted`, and at most a warning for a command that may not run or may fail. */
export function severityFor({ action: { command } }: PipUse, wanted: Severity): Severity {
  return wanted === 'error' && (command.conditional || command.failureIgnored) ? 'warning' : wanted;
}

const NAME = /^\s*[\w.-]+/;

/** The edit that gives a requirement another name; extras, specifier and marker stay. Undefined where the name is not written out. */
export function renameRequirement({ text }: PipRequirement, name: string): FileEdit | undefined {
  const written = NAME.exec(text.value)?.[0];
  if (written === undefined) return undefined;
  return text.edit(written.length - written.trimStart().length, written.length, name);
}

/** The edit that gives a requirement another name and specifier; undefined where they are not written in one place. */
export function replaceRequirement(requirement: PipRequirement, name: string, specifier: string): FileEdit | undefined {
  const { text, extras } = requirement;
  const value = text.value;
  const end = /;/.exec(value)?.index ?? value.length;
  const start = value.length - value.trimStart().length;
  const wanted = `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${specifier}`;
  // A specifier with `<` or `>` needs quotes on a command line, where there were none before.
  if (/[<>*]/.test(specifier) && requirement.origin === 'command' && text.pieces.some((piece) => piece.verbatim) && !isQuoted(requirement)) return text.edit(start, end, `"${wanted}"`);
  return text.edit(start, value.slice(0, end).trimEnd().length, wanted);
}

/** Whether the word that holds a requirement stands in quotes: it is then longer than its text. */
function isQuoted({ range, text }: PipRequirement): boolean {
  return range.end - range.start > text.value.length;
}

/** The edit that adds an option behind the last requirement of a command, or of the list in YAML that it reads. */
export function appendToCommand({ action }: PipUse, words: string): FileEdit {
  return { file: action.file, range: { start: action.insertAt, end: action.insertAt }, newText: `${action.beforeOption ?? ' '}${words}` };
}

/** The edit that adds an option where it holds for a requirement: on the command line, or at the top of the file of requirements. */
export function addOption(use: PipUse, option: string): FileEdit {
  const { requirement, action } = use;
  if (requirement.file === action.file || requirement.origin !== 'requirements') return appendToCommand(use, option);
  return { file: requirement.file, range: { start: 0, end: 0 }, newText: `${option}\n` };
}

/** What pip asks besides or instead of PyPI for a command: options, files of requirements, configuration. */
export interface PipSources {
  /** The address that takes PyPI's place; undefined for PyPI. */
  readonly index: Traced | undefined;
  readonly others: readonly Traced[];
}

/** The indexes and pages of links in force for a command. */
export function pipSources({ action, before }: PipUse): PipSources {
  const find = (name: string): readonly Traced[] => action.command.assignments.filter((assignment) => assignment.name === name).map(({ value }) => value);
  return {
    index: action.indexUrl ?? find('PIP_INDEX_URL')[0] ?? before.pip.indexUrl,
    others: [...action.extraIndexUrls, ...before.pip.extraIndexUrls, ...action.findLinks, ...find('PIP_EXTRA_INDEX_URL'), ...find('PIP_FIND_LINKS'), ...find('UV_EXTRA_INDEX_URL')],
  };
}

const PYPI = /^https?:\/\/(?:pypi\.org|pypi\.python\.org|files\.pythonhosted\.org)\b/;
const NVIDIA = /\bpypi\.(?:ngc\.)?nvidia\.com\b/;

/**
 * Whether a command reaches NVIDIA's index: named in an option, a file or the configuration, or set up by an earlier
 * `nvidia-pyindex`. `unknown` where an index is asked that may mirror anything.
 */
export function reachesNvidiaIndex(use: PipUse): 'yes' | 'no' | 'unknown' {
  const { index, others } = pipSources(use);
  const urls = [...(index === undefined ? [] : [index]), ...others].map(({ value }) => value);
  if (urls.some((url) => NVIDIA.test(url)) || hasPyindex(use)) return 'yes';
  const isOpen = urls.some((url) => !PYPI.test(url) && !/^https?:\/\/(?:download|data)\.py(?:torch|g)\.org\b/.test(url));
  return isOpen || use.action.noIndex || configuresPip(use) ? 'unknown' : 'no';
}

/** Whether a command asks PyPI, NVIDIA's index and those that `more` matches, and certainly no others: no mirror, no folder of wheels, no configuration. */
export function asksOnlyKnownSources(use: PipUse, more: RegExp): boolean {
  const { index, others } = pipSources(use);
  const urls = [...(index === undefined ? [] : [index]), ...others].map(({ value }) => value);
  return urls.every((url) => PYPI.test(url) || NVIDIA.test(url) || more.test(url)) && !use.action.noIndex && !configuresPip(use) && !use.action.options.some(({ value }) => /^--(?:torch-backend|config-file|project|directory)\b/.test(value));
}

function hasPyindex({ stage, action }: PipUse): boolean {
  return precedingActions(stage, action.command).some((one) => one.kind === 'pip-install' && one.requirements.some(({ name }) => name === 'nvidia-pyindex'));
}

/** A file of pip's configuration was written or copied, or settings came from elsewhere. */
function configuresPip({ before, stage, action }: PipUse): boolean {
  if (before.paths.some(({ path }) => /(?:^|\/)(?:pip\.conf|\.pip|\.config\/pip|\.netrc)(?:\/|$)/.test(path))) return true;
  if (before.env.has('PIP_CONFIG_FILE') || before.env.has('PIP_FIND_LINKS')) return true;
  return precedingActions(stage, action.command).some((one) => one.kind === 'pip-config' && /index|find-links/.test(one.key) && !PYPI.test(one.value.value) && !NVIDIA.test(one.value.value));
}

/** The actions of a stage and of those below it, up to a command. */
export function precedingActions(stage: StageStack, command: PipInstall['command']): Actions {
  const all = allActions(stage);
  const end = all.findIndex((one) => one.command === command);
  return end < 0 ? all : all.slice(0, end);
}

type Actions = readonly InstructionStep['actions'][number]['action'][];

const actionsOf = new WeakMap<StageStack, Actions>();

/** The actions of a stage and of those below it. */
export function allActions(stage: StageStack): Actions {
  let found = actionsOf.get(stage);
  if (found === undefined) {
    const own = stage.steps.flatMap(({ actions }) => actions.map(({ action }) => action));
    actionsOf.set(stage, (found = stage.base.stage === undefined ? own : [...allActions(stage.base.stage), ...own]));
  }
  return found;
}
