import { analyse, type AnalysisOptions } from '../../engine/analyse';
import type { Comment, CommandInstruction, CopyInstruction, Instruction } from '../../dockerfile/model';
import { msg, type Message } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { applyEdits, type TextEdit } from '../../text/edit';
import { baseName, isInside, resolvePath } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import { chooseCopies, type Copies, type Tree } from './copies';
import { EffectReader, type Made } from './effects';
import { findLoss } from './judge';
import type { Refusal, StageSplit } from './model';
import { readNeeds, type Needs } from './needs';
import { homeOf, isPassing, isShared, isSystem } from './places';
import { redirectReferences, refuseByUse } from './references';
import { findAwaited, readRun, writeRuntimeRun, type Group, type ReadRun } from './run';
import { findRuntimeImage, type RuntimeImage } from './runtime-image';

/** An instruction of the second stage. */
interface Entry {
  readonly index: number;
  readonly step: InstructionStep;
  readonly text: string;
}

/** A stage as it was read, with what its build leaves and what its container needs. */
interface Reading {
  readonly text: string;
  readonly stage: StageStack;
  readonly runs: ReadonlyMap<InstructionStep, ReadRun>;
  readonly made: readonly Made[];
  readonly trees: readonly Tree[];
  readonly needs: Needs;
  /** Index of the last step that builds something; what comes after it belongs to the second stage alone. */
  readonly lastBuild: number;
}

/**
 * Takes the stage at an offset of a Dockerfile apart: one stage that keeps the devel image, is given a name and is
 * otherwise as it was, and one on the runtime image with the same CUDA, into which the results are copied and which
 * keeps the name. What cannot be known is said in `check`; where the result would surely not run, or nothing that is
 * known can be copied, the answer is why. Never throws; the text is given back, not written.
 */
export function splitStage(text: string, file: string, offset: number, options: AnalysisOptions = {}): StageSplit | Refusal {
  const before = analyse(text, file, { ...options, kind: 'dockerfile' });
  const stack = before.stack;
  const stage = stack?.stages.findLast(({ stage: { from } }) => from.range.start <= offset) ?? stack?.stages[0];
  if (stack === undefined || stage === undefined) return { refusal: msg`There is no stage here.` };
  const runtime = findRuntimeImage(stage, text, options.overlay);
  if ('refusal' in runtime) return runtime;
  const used = refuseByUse(stack, stage);
  if (used !== undefined) return { refusal: used };
  const reading = readStage(text, stack, stage);
  if (reading.lastBuild < 0) return { refusal: msg`Nothing is compiled or installed by other means than packages: FROM ${runtime.image} can take the place of the image as it is.` };
  const missing = findDeveloperProgram(reading.needs);
  if (missing !== undefined) return { refusal: msg`The container starts ${missing}, which the runtime image lacks.` };

  const copies = chooseCopies(reading.made, reading.trees, reading.needs, listSetupPaths(reading));
  const unknown = listUnknown(reading);
  if (copies.paths.length === 0) return { refusal: msg`It is not known where the build leaves its results: ${[...unknown, msg`no command installs or copies them to a place of their own`][0] ?? ''}.` };
  const name = chooseName(stack, stage);
  const written = writeStages(reading, stack, runtime, copies, name);
  const after = analyse(written.text, file, { ...options, kind: 'dockerfile' });
  const loss = findLoss(before, after, stage.stage.index);
  if (loss !== undefined) return { refusal: loss };
  return {
    text: written.text,
    build: name,
    image: runtime.image,
    done: [...copies.paths.map((path) => msg`${path} is copied from the build stage.`), ...copies.done, ...written.done],
    check: [...runtime.check, ...describeStart(reading.needs), ...unknown.map((command) => msg`What ${command} leaves outside the copied folders is not known.`), ...copies.check, ...written.check],
  };
}

/** Whether a split is worth offering at a stage: its image has a runtime flavor, and other stages allow it. Cheap. */
export function canSplit(stack: StackReport, stage: StageStack): boolean {
  return !('refusal' in findRuntimeImage(stage, stack.dockerfile.text, stack.overlay)) && refuseByUse(stack, stage) === undefined;
}

function readStage(text: string, { dockerfile: { file } }: StackReport, stage: StageStack): Reading {
  const reader = new EffectReader();
  const runs = new Map<InstructionStep, ReadRun>();
  const made: Made[] = [];
  const found = new Map<string, { compiled: boolean; used: boolean; index: number }>();
  let lastBuild = -1;
  stage.steps.forEach((step, index) => {
    const { instruction } = step;
    if (instruction.kind === 'workdir' && !isShared(step.after.workdir)) reader.addTree(step.after.workdir);
    if (instruction.kind === 'copy' || instruction.kind === 'add') {
      const target = step.after.paths.at(-1)?.path;
      if (target !== undefined && !target.includes(UNKNOWN) && !isShared(target) && !isSystem(target) && !isPassing(target)) {
        reader.addTree(target);
        found.set(target, found.get(target) ?? { compiled: false, used: false, index });
      }
    }
    if (!isRun(step)) return;
    const run = readRun(step, file, reader);
    runs.set(step, run);
    if (run.groups.some(({ effect }) => effect.kind === 'makes' || effect.kind === 'unknown')) lastBuild = index;
    for (const { effect } of run.groups) {
      if (effect.kind !== 'makes') continue;
      made.push(...effect.made);
      for (const { path, role } of effect.made) if (role === 'tree') found.set(path, found.get(path) ?? { compiled: false, used: true, index });
    }
    for (const command of step.commands) {
      const folder = resolvePath(step.before.workdir, command.workingDirectory ?? step.before.workdir);
      const compiles = step.actions.some(({ action }) => action.command === command && action.kind === 'compile');
      const words = command.words.map(({ text: word }) => word.value).filter((word) => word.startsWith('/'));
      // A folder that is only gone into holds what is made there.
      if (compiles && !isShared(folder) && ![...found.keys()].some((path) => isInside(path, folder))) found.set(folder, { compiled: true, used: true, index });
      for (const [path, tree] of found) {
        if (isInside(path, folder)) tree.used = true;
        if (words.some((word) => isInside(path, resolvePath('/', word)))) tree.used = true;
        if (compiles && isInside(path, folder)) tree.compiled = true;
      }
    }
  });
  const trees = [...found].filter(([, { index }]) => index <= lastBuild).map(([path, { compiled, used }]) => ({ path, compiled, used }));
  return { text, stage, runs, made, trees, needs: readNeeds(stage), lastBuild };
}

type RunStep = InstructionStep & { readonly instruction: CommandInstruction };

function isRun(step: InstructionStep): step is RunStep {
  return step.instruction.kind === 'run';
}

const DEVELOPER_PROGRAM = /^(?:nvcc|cuda-gdb|cuobjdump|nvdisasm|nvprof|nsys|ncu|compute-sanitizer|cuda-memcheck|gcc|g\+\+|cc|c\+\+|make|cmake|ninja|cargo|rustc)$/;

function findDeveloperProgram({ programs }: Needs): string | undefined {
  return programs.find((program) => DEVELOPER_PROGRAM.test(program.slice(program.lastIndexOf('/') + 1)));
}

function describeStart({ interactive, programs }: Needs): readonly Message[] {
  if (interactive === 'nothing') return [msg`No CMD or ENTRYPOINT tells what runs in the container.`];
  return interactive === 'shell' ? [msg`The container starts ${programs[0] ?? 'sh'}: what is called in it is not known.`] : [];
}

/** Commands whose results nobody knows, shortened. */
function listUnknown({ runs, text, stage }: Reading): readonly string[] {
  const found = new Set<string>();
  for (const run of runs.values()) {
    for (const { effect, commands, range, isWritten } of run.groups) {
      if (effect.kind !== 'unknown') continue;
      const written = isWritten ? text.slice(range.start, range.end) : commands.map(({ words }) => words.map((word) => word.text.value).join(' ')).join(' | ');
      const line = written.replace(/\s*[\\`]\r?\n\s*/g, ' ').replace(/\s+/g, ' ').trim();
      found.add(`\`${line.length > 60 ? `${line.slice(0, 59)}…` : line}\``);
    }
  }
  return stage.steps.length === 0 ? [] : [...found];
}

/** Paths that commands of the second stage name: all of those after the build, and links and alternatives before. */
function listSetupPaths({ runs, stage, lastBuild }: Reading): readonly string[] {
  return [...runs].flatMap(([step, { groups }]) => {
    const isTail = stage.steps.indexOf(step) > lastBuild;
    const commands = groups.flatMap((group) => (isTail ? group.commands : group.effect.kind === 'setup' ? group.commands.filter(({ name }) => name === 'update-alternatives' || name === 'ln') : []));
    return commands.flatMap(({ words, workingDirectory }) => words.slice(1).map(({ text }) => resolvePath(workingDirectory ?? step.before.workdir, text.value)).filter((path) => !isSystem(path) && !path.includes(UNKNOWN)));
  });
}

function chooseName({ stages }: StackReport, { stage }: StageStack): string {
  const taken = new Set(stages.map((one) => one.stage.name));
  const names = ['build', 'builder', ...(stage.name === undefined ? [] : [`${stage.name}-build`]), 'build-stage'];
  return names.find((name) => !taken.has(name)) ?? `build-${stages.length}`;
}

interface Written {
  readonly text: string;
  readonly done: readonly Message[];
  readonly check: readonly Message[];
}

/** What belongs to the container alone, not to the build. */
function isForContainer({ kind }: Instruction): boolean {
  return kind === 'cmd' || kind === 'entrypoint' || kind === 'healthcheck' || kind === 'label' || kind === 'onbuild' || kind === 'other';
}

function writeStages(reading: Reading, stack: StackReport, runtime: RuntimeImage, copies: Copies, name: string): Written {
  const { text, stage, lastBuild, runs } = reading;
  const { steps } = stage;
  const comments = stack.dockerfile.comments;
  const entries: Entry[] = [];
  const done: Message[] = [];
  const check: Message[] = [];
  const moved: InstructionStep[] = [];
  const awaited = findAwaited(runs.values());
  const leftOut = new Set<string>();
  const replaced = new Map<string, string>();
  const headers = new Set<string>();
  let refreshesLoader = copies.paths.some((path) => isInside('/usr/local/lib', path)) && reading.made.some(({ path }) => path === '/usr/local/share');

  steps.forEach((step, index) => {
    const { instruction } = step;
    const isTail = index > lastBuild;
    const own = text.slice(instruction.range.start, instruction.range.end);
    if (isForContainer(instruction) || isTail) moved.push(step);
    if (isRun(step)) {
      const run = runs.get(step);
      if (run === undefined) return;
      const result = writeRuntimeRun(run, text, (group) => keepsGroup(group, step, reading, copies), { isTail, isAwaited: awaited.has(run) });
      for (const one of result.leftOut) leftOut.add(one);
      for (const [before, after] of result.replaced) replaced.set(before, after);
      for (const one of result.headers) headers.add(one);
      check.push(...result.check);
      if (run.groups.some(({ commands }) => commands.some((command) => command.name === 'ldconfig'))) refreshesLoader ||= !isTail;
      if (result.text !== undefined) entries.push({ index, step, text: result.text });
      return;
    }
    if (instruction.kind === 'copy' || instruction.kind === 'add') {
      if (isTail || isRepeated(instruction, step, reading, copies)) entries.push({ index, step, text: own });
      return;
    }
    entries.push({ index, step, text: own });
  });

  const kept = dropIdle(entries, reading);
  const from = stage.stage.from;
  const lower = text.slice(from.keywordRange.start, from.keywordRange.end) === 'from';
  const as = lower ? 'as' : 'AS';
  const block = [...copies.paths.map((path) => `COPY --from=${name} ${quote(path)}`), ...(refreshesLoader ? ['RUN ldconfig'] : [])];
  const flags = from.flags.map(({ range }) => `${text.slice(range.start, range.end)} `).join('');
  const alias = from.alias === undefined ? '' : ` ${as} ${from.alias.raw}`;
  const lines = [`${lower ? 'from' : 'FROM'} ${flags}${runtime.written}${alias}`];
  const at = placeOfBlock(kept, copies, lastBuild);
  kept.forEach((entry, i) => {
    if (i === at) lines.push(...block);
    const lead = leadOf(entry.step.instruction, comments, text);
    lines.push(`${lead.blank && lines.length > 1 ? '\n' : ''}${lead.comments}${entry.text}`);
  });
  if (at >= kept.length) lines.push(...block);

  const edits: TextEdit[] = [{ range: { start: from.image.range.end, end: from.range.end }, newText: ` ${as} ${name}` }];
  const needed = new Set(moved.filter((step) => isNeededByBuild(step, steps.slice(0, lastBuild + 1))));
  for (const step of moved) if (!needed.has(step)) edits.push({ range: { start: leadOf(step.instruction, comments, text).start, end: step.instruction.range.end }, newText: '' });
  const end = steps.at(-1)?.instruction.range.end ?? from.range.end;
  edits.push({ range: { start: end, end }, newText: `\n\n${lines.join('\n')}` });
  edits.push(...redirectReferences(stack, stage, name, copies.paths));
  if (leftOut.size > 0) done.push(msg`Packages that serve to compile stay in the build stage: ${[...leftOut].join(', ')}.`);
  if (replaced.size > 0) done.push(msg`Other packages take their place: ${[...replaced].map(([before, after]) => `${before} → ${after}`).join(', ')}.`);
  if (headers.size > 0) done.push(msg`Packages of headers are kept, for the libraries that they bring: ${[...headers].join(', ')}.`);
  return { text: applyEdits(text, edits) ?? text, done, check };
}

function quote(path: string): string {
  return /\s/.test(path) ? `["${path}", "${path}"]` : `${path} ${path}`;
}

/** Instructions after the last build step are moved even where they are ARG or ENV; before it only what the container has for itself. */
function isNeededByBuild(step: InstructionStep, build: readonly InstructionStep[]): boolean {
  return !isForContainer(step.instruction) && build.includes(step);
}

/** Whether a command that touches files is done again: not on what is copied anyway, nor on what is not there. */
function keepsGroup({ commands }: Group, step: InstructionStep, reading: Reading, copies: Copies): boolean {
  return commands.every((command) => {
    if (command.name === 'ldconfig') return false;
    if (!/^(?:mkdir|touch|chmod|chown|chgrp|sed|rm|ln|cp|mv|echo|printf|cat|tee|install)$/.test(command.name)) return true;
    const folder = resolvePath(step.before.workdir, command.workingDirectory ?? step.before.workdir);
    const words = command.words.slice(1).map(({ text }) => text.value).filter((word) => !word.startsWith('-'));
    // Modes, owners, scripts and what is printed are no paths.
    const operands = /^(?:chmod|chown|chgrp|sed)$/.test(command.name) ? words.slice(1) : /^(?:echo|printf)$/.test(command.name) ? [] : words;
    const targets = [...operands, ...command.redirects.flatMap(({ target }) => target?.value ?? [])].map((word) => resolvePath(folder, word.replace(/^~(?=\/|$)/, homeOf(step.before.user))));
    return targets.every((path) => !copies.paths.some((copied) => isInside(copied, path)) && !reading.trees.some((tree) => isInside(tree.path, path)));
  });
}

/** Files that are only means to build: lists of packages, wheels, archives. */
const BUILD_INPUT = /(?:requirements|constraints)[\w.-]*\.(?:txt|in)$|\.(?:whl|deb|rpm|run|tar|tgz|gz|bz2|xz|zip|patch|diff)$|(?:^|\/)(?:environment\.ya?ml|pyproject\.toml|poetry\.lock|uv\.lock|CMakeLists\.txt|Makefile)$/;

/** Whether a COPY of the build is done again: into folders of the system, where single files cannot be told from the rest. */
function isRepeated({ sources }: CopyInstruction, step: InstructionStep, { needs }: Reading, copies: Copies): boolean {
  const target = step.after.paths.at(-1)?.path ?? '';
  if (copies.paths.some((path) => isInside(path, target)) || isPassing(target)) return false;
  if (!isShared(target) && !isSystem(target) && !isInside('/usr/local', target)) return false;
  return !sources.every(({ raw }) => BUILD_INPUT.test(raw)) || needs.paths.some((path) => sources.some(({ raw }) => path.endsWith(`/${raw.split('/').at(-1) ?? ''}`)));
}

/** ARG that nothing uses, and USER and WORKDIR that others follow at once, are left out. */
function dropIdle(entries: readonly Entry[], { stage }: Reading): readonly Entry[] {
  const kept: Entry[] = [];
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (entry === undefined) continue;
    const { instruction } = entry.step;
    if (instruction.kind === 'arg') {
      const names = instruction.declarations.map(({ name }) => name);
      const runs = kept.some(({ step }) => step.instruction.kind === 'run');
      const isUsed = names.some((name) => kept.some(({ text }) => new RegExp(`\\$\\{?${name}\\b`).test(text)) || (runs && /^(?:DEBIAN_FRONTEND|TZ|(?:PIP|UV|APT)_\w+|\w+_(?:proxy|PROXY))$/.test(name)));
      if (!isUsed) continue;
    }
    if (instruction.kind === 'user' || instruction.kind === 'workdir') {
      const next = kept.findLastIndex(({ step }) => step.instruction.kind === instruction.kind);
      const between = next < 0 ? undefined : kept.slice(next + 1);
      const follower = kept[next]?.step.instruction;
      const isAbsolute = instruction.kind === 'user' || (follower?.kind === 'workdir' && /^["']?[/$]/.test(follower.argument?.raw ?? ''));
      if (between !== undefined && isAbsolute && !between.some(({ step }) => /^(?:run|copy|add|workdir)$/.test(step.instruction.kind))) continue;
    }
    kept.push(entry);
  }
  return stage.steps.length === 0 ? [] : kept.reverse();
}

/** Before what comes after the build, and before a user without rights and a command that uses what is copied. */
function placeOfBlock(entries: readonly Entry[], { paths }: Copies, lastBuild: number): number {
  const tail = entries.findIndex(({ index }) => index > lastBuild);
  const early = entries.findIndex(({ index, step, text }) => {
    const { instruction } = step;
    if (index > lastBuild) return false;
    if (instruction.kind === 'user') return !/^(?:root|0)(?::|$)/.test(instruction.argument?.raw ?? '');
    const words = step.commands.flatMap((command) => command.words.map((word) => word.text.value)).filter((word) => text.includes(baseName(word)));
    return instruction.kind === 'run' && paths.some((path) => !path.startsWith('/usr/local/') && words.some((word) => isInside(path, word)));
  });
  const places = [tail, early].filter((place) => place >= 0);
  return places.length === 0 ? entries.length : Math.min(...places);
}

/** Comments right above an instruction, where they and the blank lines before them start, and whether there are such lines. */
function leadOf({ range }: Instruction, comments: readonly Comment[], text: string): { readonly comments: string; readonly start: number; readonly blank: boolean } {
  let start = text.lastIndexOf('\n', range.start - 1) + 1;
  for (let i = comments.length - 1; i >= 0; i--) {
    const comment = comments[i];
    if (comment === undefined || comment.range.end > start) continue;
    const line = text.lastIndexOf('\n', comment.range.start - 1) + 1;
    if (text.slice(comment.range.end, start).trim() !== '' || text.slice(comment.range.end, start).split('\n').length > 2) break;
    start = line;
  }
  const before = text.slice(0, start).replace(/\s+$/, '');
  return { comments: text.slice(start, range.start), start: before.length, blank: text.slice(before.length, start).split('\n').length > 2 };
}
