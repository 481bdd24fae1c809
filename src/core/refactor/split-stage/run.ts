import type { CommandInstruction } from '../../dockerfile/model';
import { msg, type Message } from '../../l10n/message';
import { removeWord } from '../../rules/support/remove-word';
import type { PackageInstall, PackageRemove } from '../../shell/installers/model';
import type { ShellCommand } from '../../shell/model';
import type { ComponentKind, InstructionStep } from '../../stack/model';
import { applyEdits, type TextEdit } from '../../text/edit';
import type { Range } from '../../text/range';
import { isHarmless, type Effect, type EffectReader } from './effects';
import { runtimePackage } from './packages';
import { isPassing, isSystem } from './places';

/** The commands of one pipeline, and what they mean to the container. */
export interface Group {
  readonly commands: readonly ShellCommand[];
  readonly effect: Effect;
  readonly installs: readonly PackageInstall[];
  readonly removes: readonly PackageRemove[];
  /** From the first word to the last, in the file of the commands. */
  readonly range: Range;
  /** False in a script that the RUN calls. */
  readonly isWritten: boolean;
}

/** A RUN, read. */
export interface ReadRun {
  readonly step: InstructionStep & { readonly instruction: CommandInstruction };
  readonly groups: readonly Group[];
}

/** Reads a RUN as pipelines with their effects. `file` is the Dockerfile. */
export function readRun(step: ReadRun['step'], file: string, reader: EffectReader): ReadRun {
  reader.beginScript();
  const groups: Group[] = [];
  let open: { key: string; commands: ShellCommand[]; effects: Effect[] } | undefined;
  const close = (): void => {
    const [first] = open?.commands ?? [];
    if (open === undefined || first === undefined) return;
    const actions = step.actions.map(({ action }) => action).filter(({ command }) => open?.commands.includes(command));
    groups.push({
      commands: open.commands,
      effect: joinEffects(open.effects),
      installs: actions.filter((action) => action.kind === 'package-install'),
      removes: actions.filter((action) => action.kind === 'package-remove'),
      range: { start: first.range.start, end: Math.max(...open.commands.map(({ range }) => range.end)) },
      isWritten: first.file === file,
    });
    open = undefined;
  };
  for (const command of step.commands) {
    const own = step.actions.filter(({ action }) => action.command === command);
    const pipeline = step.commands.filter((other) => other.file === command.file && other.pipeline === command.pipeline);
    const effect = reader.read(command, own, own[0]?.before ?? step.before, pipeline);
    // What `$(…)` prints belongs to the command around it.
    if (command.substitution) continue;
    const key = `${command.file}:${command.pipeline}`;
    if (open?.key !== key || command.pipelineIndex === 0) close();
    open ??= { key, commands: [], effects: [] };
    open.commands.push(command);
    open.effects.push(effect);
  }
  close();
  return { step, groups };
}

/** A pipeline does what any of its commands does; `curl … | apt-key add -` sets up, whatever curl is. */
function joinEffects(effects: readonly Effect[]): Effect {
  const made = effects.flatMap((effect) => (effect.kind === 'makes' ? effect.made : []));
  if (effects.some(({ kind }) => kind === 'unknown') && !effects.some(({ kind }) => kind === 'setup')) return { kind: 'unknown' };
  if (effects.some(({ kind }) => kind === 'setup')) return { kind: 'setup' };
  return effects.some(({ kind }) => kind === 'makes') ? { kind: 'makes', made } : { kind: 'nothing' };
}

/** What a RUN becomes in the stage that runs. */
export interface RuntimeRun {
  /** Undefined where nothing of it is left. */
  readonly text: string | undefined;
  readonly leftOut: readonly string[];
  readonly replaced: readonly (readonly [before: string, after: string])[];
  /** Packages of headers that stay because the library in them is not known by name. */
  readonly headers: readonly string[];
  readonly check: readonly Message[];
}

/** Commands that make sense only beside an installation of packages. */
const AROUND_INSTALLS = /^(?:apt(?:-get)?|yum|dnf|microdnf)$/;

/**
 * The part of a RUN that sets up the system, without compilers: as it is written where all of it is kept, else put
 * together of the commands that are. `keeps` decides on commands that touch files; `isAwaited` says that a later RUN
 * needs the lists of packages that this one fetches; `present` is what the runtime image brings; after the last build step (`isTail`) all is kept.
 */
export function writeRuntimeRun({ step, groups }: ReadRun, text: string, keeps: (group: Group) => boolean, place: { readonly isTail: boolean; readonly isAwaited: boolean; readonly escape: string; readonly present: ReadonlySet<ComponentKind> }): RuntimeRun {
  const { instruction } = step;
  const notes = { leftOut: [] as string[], replaced: [] as (readonly [string, string])[], headers: [] as string[] };
  const check: Message[] = [];
  const edits: TextEdit[] = [];
  const installed = new Set(groups.flatMap(({ installs }) => installs.flatMap(({ packages }) => packages.map(({ name }) => name.value))));
  const emptied = new Set<Group>();
  for (const group of groups) {
    if (!group.isWritten || group.effect.kind !== 'setup' || group.installs.length === 0) continue;
    const kept = group.installs.reduce((sum, install) => sum + editPackages(install, text, installed, place.present, edits, notes), 0);
    if (kept === 0) emptied.add(group);
  }
  // Nothing but the second stage has it.
  if (place.isTail) return { text: cut(text, instruction.range, instruction.form === 'exec' || emptied.size > 0 ? [] : edits), ...notes, check };
  const candidates = groups.filter((group) => group.isWritten && group.effect.kind === 'setup' && !emptied.has(group) && keeps(group) && !removesOwn(group, installed));
  const installs = candidates.some((group) => group.installs.length > 0) || place.isAwaited;
  const wanted = candidates.filter((group) => group.installs.length > 0 || installs || !isAroundInstalls(group));
  const scripted = groups.filter((group) => !group.isWritten && group.effect.kind === 'setup').flatMap((group) => group.installs.flatMap(({ packages }) => packages.map(({ name }) => name.value)));
  if (scripted.length > 0) check.push(msg`A script that the build stage runs installs ${[...new Set(scripted)].join(', ')}: the runtime stage lacks that.`);
  if (wanted.length === 0) return { text: undefined, ...notes, check };

  const isWhole = groups.every((group) => wanted.includes(group) || (group.isWritten && group.commands.every((command) => isHarmless(command) && command.name !== 'cd')));
  if (isWhole || instruction.form === 'exec') {
    const changes = instruction.form === 'exec' ? [] : edits;
    return { text: cut(text, instruction.range, changes), ...notes, check };
  }
  const parts: string[] = [];
  const needed = new Set<Group>();
  for (const group of wanted) {
    const helpers = findHelpers(group, groups, step, text);
    if (helpers !== undefined) for (const one of [...helpers, group]) needed.add(one);
    // Without the install that it belongs to it is not missed.
    else if (!isAroundInstalls(group)) check.push(msg`${quoteCommand(text, group)} cannot be cut out of its RUN: do it in the runtime stage too where the container needs it.`);
  }
  for (const group of groups) {
    if (!needed.has(group)) continue;
    const written = cut(text, group.range, edits);
    parts.push(group.commands.some(({ failureIgnored }) => failureIgnored) ? `{ ${written} || true; }` : written);
  }
  if (!place.isAwaited && ![...needed].some((group) => group.commands.some((command) => !isHarmless(command)) && !isAroundInstalls(group))) return { text: undefined, ...notes, check: unique(check) };
  const mounts = instruction.flags.filter(({ name, value }) => name === 'mount' && /type=cache/.test(value?.raw ?? '')).map(({ range }) => `${text.slice(range.start, range.end)} `);
  return { text: `RUN ${mounts.join('')}${parts.join(` ${place.escape}\n && `)}`, ...notes, check: unique(check) };
}

/** Edits that take compilers out of an install; gives the number of packages that stay. */
function editPackages(install: PackageInstall, text: string, installed: Set<string>, present: ReadonlySet<ComponentKind>, edits: TextEdit[], notes: { leftOut: string[]; replaced: (readonly [string, string])[]; headers: string[] }): number {
  const removed: Range[] = [];
  const push = (edit: TextEdit): void => {
    // A loop gives its commands once for each word.
    if (!edits.some(({ range }) => range.start === edit.range.start && range.end === edit.range.end)) edits.push(edit);
  };
  for (const spec of install.packages) {
    const name = spec.name.value;
    const fate = runtimePackage(spec, install.manager, present);
    if (fate.kind === 'headers') notes.headers.push(name);
    if (fate.kind === 'left-out') notes.leftOut.push(name);
    if (fate.kind === 'left-out' || (fate.kind === 'other' && installed.has(fate.name))) removed.push(spec.range);
    if (fate.kind !== 'other') continue;
    notes.replaced.push([name, fate.name]);
    if (installed.has(fate.name)) continue;
    const edit = fate.name.startsWith('libgomp') ? { file: install.file, range: spec.range, newText: fate.name } : spec.text.edit(0, name.length, fate.name);
    if (edit === undefined || edit.file !== install.file) continue;
    installed.add(fate.name);
    push(edit);
  }
  for (const edit of removeWords(install, removed, text)) push(edit);
  return install.packages.length - removed.length;
}

/** Words taken out of a command; those at its end together with the continuation that leads to them. */
function removeWords({ command, file }: PackageInstall, removed: readonly Range[], text: string): readonly TextEdit[] {
  const isRemoved = ({ start, end }: Range): boolean => removed.some((range) => range.start === start && range.end === end);
  const lastKept = command.words.findLast(({ range }) => !isRemoved(range));
  const tail = command.words.filter(({ range }) => lastKept !== undefined && range.start > lastKept.range.end);
  const last = tail.at(-1);
  const inside = removed.filter(({ start }) => lastKept === undefined || start < lastKept.range.end);
  return [...inside.map((range) => removeWord(text, file, range)), ...(last === undefined || lastKept === undefined ? [] : [{ range: { start: lastKept.range.end, end: last.range.end }, newText: '' }])];
}

/** Removals of what the RUN itself installed, and of what the runtime image has not. */
function removesOwn({ removes }: Group, installed: ReadonlySet<string>): boolean {
  return removes.some(({ packages, manager }) => packages.some((spec) => installed.has(spec.name.value) || runtimePackage(spec, manager, new Set()).kind !== 'same'));
}

function isAroundInstalls({ commands, installs }: Group): boolean {
  if (installs.length > 0) return false;
  return commands.every(({ name, words }) => {
    const verb = words.slice(1).find(({ text }) => !text.value.startsWith('-'))?.text.value ?? '';
    if (AROUND_INSTALLS.test(name)) return /^(?:update|upgrade|dist-upgrade|clean|autoclean|autoremove|makecache|check)$/.test(verb);
    return name === 'rm' && words.slice(1).every(({ text }) => text.value.startsWith('-') || /^\/var\/(?:lib\/apt|cache|log)/.test(text.value));
  });
}

/** A command for a sentence: on one line, shortened. */
export function quoteCommand(text: string, { range, commands, isWritten }: Group): string {
  const written = isWritten ? text.slice(range.start, range.end) : commands.map(({ words }) => words.map((word) => word.text.value).join(' ')).join(' | ');
  const line = written.replace(/\s*[\\`]\r?\n\s*/g, ' ').replace(/\s+/g, ' ').trim();
  return `\`${line.length > 60 ? `${line.slice(0, 59)}…` : line}\``;
}

function unique(messages: readonly Message[]): readonly Message[] {
  const seen = new Set<string>();
  return messages.filter((message) => !seen.has(JSON.stringify(message)) && seen.add(JSON.stringify(message)));
}

/** Variables that every shell has. */
const SHELL_VARIABLES = new Set(['HOME', 'USER', 'PATH', 'PWD', 'SHELL', 'UID']);

/**
 * The commands that must stand before one when it is cut out of its script: assignments of its variables, the change
 * to its folder. Undefined where it cannot be cut out: in a condition or loop, with a here-document, in a folder of
 * the build.
 */
function findHelpers(group: Group, groups: readonly Group[], step: InstructionStep, text: string): readonly Group[] | undefined {
  const { commands, range } = group;
  const isSingle = (one: Group): boolean => one.isWritten && !one.commands.some(({ conditional }) => conditional) && !groups.some((other) => other !== one && other.range.start === one.range.start);
  if (!isSingle(group) || commands.some(({ redirects }) => redirects.some(({ operator }) => operator.includes('<<')))) return undefined;
  const before = groups.slice(0, groups.indexOf(group));
  const helpers: Group[] = [];
  for (const match of text.slice(range.start, range.end).matchAll(/\$\{?([A-Za-z_]\w*)/g)) {
    const name = match[1] ?? '';
    if (SHELL_VARIABLES.has(name) || step.variable(name) !== undefined) continue;
    const assignment = before.findLast((other) => other.commands.some((command) => /^(?:|export)$/.test(command.name) && command.assignments.some((one) => one.name === name)));
    if (assignment === undefined || !isSingle(assignment)) return undefined;
    helpers.push(assignment);
  }
  const isRelative = commands.some(({ words }) => words.slice(1).some(({ text: word }) => /^\.{0,2}\/|\.(?:deb|rpm)$/.test(word.value) && !word.value.startsWith('/')) || words[0]?.text.value.startsWith('.') === true || /^(?:wget|curl|mv|cp)$/.test(words[0]?.text.value ?? ''));
  const folder = commands.find(({ workingDirectory }) => workingDirectory !== undefined)?.workingDirectory;
  if (folder !== undefined && isRelative) {
    const change = before.findLast((other) => other.commands.some(({ name }) => name === 'cd'));
    if (change === undefined || !isSingle(change) || !(isPassing(folder) || isSystem(folder))) return undefined;
    helpers.unshift(change);
  }
  return helpers;
}

/** A stretch of the text with the edits that lie in it. */
function cut(text: string, { start, end }: Range, edits: readonly TextEdit[]): string {
  const inside = edits
    .filter(({ range }) => start <= range.start && range.end <= end)
    .map(({ range, newText }) => ({ range: { start: range.start - start, end: range.end - start }, newText }));
  return applyEdits(text.slice(start, end), inside) ?? text.slice(start, end);
}

/** The runs whose lists of packages a later one installs from without fetching them again. */
export function findAwaited(runs: Iterable<ReadRun>): ReadonlySet<ReadRun> {
  const awaited = new Set<ReadRun>();
  let last: ReadRun | undefined;
  for (const run of runs) {
    const updates = run.groups.some(({ commands }) => commands.some(({ name, words }) => AROUND_INSTALLS.test(name) && words.some(({ text }) => text.value === 'update')));
    if (updates) last = run;
    else if (last !== undefined && run.groups.some(({ installs }) => installs.length > 0)) awaited.add(last);
  }
  return awaited;
}
