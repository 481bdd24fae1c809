import type { Comment, CopyInstruction, Instruction } from '../../dockerfile/model';
import { msg, type Message } from '../../l10n/message';
import type { InstructionStep, StackReport } from '../../stack/model';
import { applyEdits, type TextEdit } from '../../text/edit';
import { homeOf } from '../../stack/query';
import { baseName, isInside, resolvePath } from '../../text/path';
import type { Copies } from './copies';
import { isPassing, isShared, isSystem } from './places';
import { BUILD_INPUT, isRun, targetOf, type Reading } from './reading';
import { redirectReferences } from './references';
import { findAwaited, writeRuntimeRun, type Group } from './run';
import type { RuntimeImage } from './runtime-image';

/** An instruction of the second stage. */
interface Entry {
  readonly index: number;
  readonly step: InstructionStep;
  readonly text: string;
}

/** A Dockerfile with the stage as two. */
interface Written {
  readonly text: string;
  readonly done: readonly Message[];
  readonly check: readonly Message[];
}

/** What belongs to the container alone, not to the build. */
function isForContainer({ kind }: Instruction): boolean {
  return kind === 'cmd' || kind === 'entrypoint' || kind === 'healthcheck' || kind === 'label' || kind === 'onbuild' || kind === 'other';
}

/** Writes the stage as two; `name` is that of the first. */
export function writeStages(reading: Reading, stack: StackReport, runtime: RuntimeImage, copies: Copies, name: string): Written {
  const { text, stage, lastBuild, runs } = reading;
  const { steps } = stage;
  const comments = stack.dockerfile.comments;
  const entries: Entry[] = [];
  const done: Message[] = [];
  const check: Message[] = [];
  const moved: InstructionStep[] = [];
  const present = new Set(stage.base.image?.components.map(({ kind }) => kind).filter((kind) => kind !== 'nvcc' && !kind.endsWith('-headers')));
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
      const result = writeRuntimeRun(run, text, (group) => keepsGroup(group, step, reading, copies), { isTail, isAwaited: awaited.has(run), escape: stack.dockerfile.escape, present });
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

  const block = [...copies.paths.map((path) => `COPY --from=${name} ${chown(path, reading)}${quote(path)}`), ...(refreshesLoader ? ['RUN ldconfig'] : [])];
  const kept = dropIdle(entries, block.join('\n'));
  const install = kept.findIndex(({ text: own }) => APT_INSTALL.test(own));
  const isRefreshed = kept.slice(0, install + 1).some(({ text: own }) => APT_UPDATE.test(own));
  const from = stage.stage.from;
  const lower = text.slice(from.keywordRange.start, from.keywordRange.end) === 'from';
  const as = lower ? 'as' : 'AS';
  const flags = from.flags.map(({ range }) => `${text.slice(range.start, range.end)} `).join('');
  const alias = from.alias === undefined ? '' : ` ${as} ${from.alias.raw}`;
  const lines = [`${lower ? 'from' : 'FROM'} ${flags}${runtime.written}${alias}`];
  const at = placeOfBlock(kept, copies, lastBuild);
  kept.forEach((entry, i) => {
    if (i === at) lines.push(...block);
    // A script that stays behind has fetched the lists.
    if (i === install && !isRefreshed) lines.push('RUN apt-get update');
    const lead = leadOf(entry.step.instruction, comments, text);
    lines.push(`${lead.blank && lines.length > 1 ? '\n' : ''}${lead.comments}${entry.text}`);
  });
  if (at >= kept.length) lines.push(...block);

  const edits: TextEdit[] = [{ range: { start: from.image.range.end, end: from.range.end }, newText: ` ${as} ${name}` }];
  const needed = new Set(moved.filter((step) => isNeededByBuild(step, steps.slice(0, lastBuild + 1))));
  for (const step of moved) if (!needed.has(step)) edits.push({ range: { start: leadOf(step.instruction, comments, text).start, end: step.instruction.range.end }, newText: '' });
  const end = steps.at(-1)?.instruction.range.end ?? from.range.end;
  edits.push({ range: { start: end, end }, newText: `\n\n${lines.join('\n')}`.replace(/\r?\n/g, text.includes('\r\n') ? '\r\n' : '\n') });
  edits.push(...redirectReferences(stack, stage, name, copies.paths));
  if (leftOut.size > 0) done.push(msg`Packages that serve to compile stay in the build stage: ${[...leftOut].join(', ')}.`);
  if (replaced.size > 0) done.push(msg`Other packages take their place: ${[...replaced].map(([before, after]) => `${before} → ${after}`).join(', ')}.`);
  if (headers.size > 0) done.push(msg`Packages of headers are kept, for the libraries that they bring: ${[...headers].join(', ')}.`);
  return { text: applyEdits(text, edits) ?? text, done, check };
}

const APT_INSTALL = /\bapt(?:-get)?\s(?:.*\s)?install\s/;
const APT_UPDATE = /\bapt(?:-get)?\s(?:.*\s)?update\b/;

/** The flag that keeps a copied folder with its owner: what is in it keeps its own, the folder itself would be root's. */
function chown(path: string, { owners }: Reading): string {
  const owner = [...owners].findLast(([owned]) => isInside(owned, path))?.[1];
  return owner === undefined ? '' : `--chown=${owner} `;
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

/** Whether a COPY of the build is done again: into folders of the system, where single files cannot be told from the rest. */
function isRepeated({ sources }: CopyInstruction, step: InstructionStep, { needs }: Reading, copies: Copies): boolean {
  const target = targetOf(step);
  if (copies.paths.some((path) => isInside(path, target)) || isPassing(target)) return false;
  if (!isShared(target) && !isSystem(target) && !isInside('/usr/local', target)) return false;
  return !sources.every(({ raw }) => BUILD_INPUT.test(raw)) || needs.paths.some((path) => sources.some(({ raw }) => path.endsWith(`/${raw.split('/').at(-1) ?? ''}`)));
}

/** ARG that nothing uses, and USER and WORKDIR that others follow at once, are left out. */
function dropIdle(entries: readonly Entry[], block: string): readonly Entry[] {
  const kept: Entry[] = [];
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (entry === undefined) continue;
    const { instruction } = entry.step;
    if (instruction.kind === 'arg') {
      const names = instruction.declarations.map(({ name }) => name);
      const runs = kept.some(({ step }) => step.instruction.kind === 'run');
      const isUsed = names.some((name) => [block, ...kept.map(({ text }) => text)].some((text) => new RegExp(`\\$\\{?${name}\\b`).test(text)) || (runs && /^(?:DEBIAN_FRONTEND|TZ|(?:PIP|UV|APT)_\w+|\w+_(?:proxy|PROXY))$/.test(name)));
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
  return kept.reverse();
}

/** Before what comes after the build, and before a user without rights and a command that uses what is copied. */
function placeOfBlock(entries: readonly Entry[], { paths }: Copies, lastBuild: number): number {
  const tail = entries.findIndex(({ index }) => index > lastBuild);
  const early = entries.findIndex(({ index, step, text }) => {
    const { instruction } = step;
    if (index > lastBuild) return false;
    if (instruction.kind === 'user') return !/^(?:root|0)(?::|$)/.test(instruction.argument?.raw ?? '');
    const words = step.commands.flatMap((command) => command.words.map((word) => word.text.value)).filter((word) => text.includes(baseName(word)));
    if (/\bconda init\b/.test(text)) return true;
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
