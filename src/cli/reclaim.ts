import { formatText, joinComma, msg, type Message, type Text } from '../core/l10n/message';
import { planReclaim, readDiskUsage, reclaim, reclaimableCacheBytes, suggestReclaim, unusedImages, type DiskUsage, type ReclaimItem, type ReclaimPlan, type ReclaimSelection } from '../docker';
import { describeProblem, formatBytes, formatTable, withEngine, type EngineArguments } from './engine';
import { say } from './language';
import { createPaint, wantsColor, type Paint } from './terminal';
import { makeVisible } from './visible';

/** Options of `trtc reclaim`. */
export interface ReclaimArguments extends EngineArguments {
  readonly json?: boolean;
  /** Remove, instead of saying what would go. */
  readonly yes?: boolean;
  /** Also images with a tag that no container uses. */
  readonly unusedImages?: boolean;
  /** Also volumes with a name that no container uses. */
  readonly namedVolumes?: boolean;
  readonly buildCache?: boolean;
  readonly containers?: boolean;
}

const ITEM_WORDS: Readonly<Record<ReclaimItem['kind'], Message>> = { container: msg`container`, image: msg`image`, volume: msg`volume`, 'build-cache': msg`build cache` };

/**
 * `trtc reclaim`: says what the engine's disk holds and what can go; with --yes removes it. Exit status 1 where something
 * was to go and did not. Throws Failure.
 */
export async function reclaimSpace(options: ReclaimArguments): Promise<void> {
  const paint = createPaint(wantsColor(process.stdout));
  await withEngine(options, async (engine, signal) => {
    const usage = await readDiskUsage(engine, signal);
    const plan = planReclaim(usage, select(usage, options));
    if (options.yes !== true) {
      process.stdout.write(options.json === true ? `${JSON.stringify({ version: 1, usage: summarise(usage).map((share) => ({ ...share, what: formatText(share.what), note: formatText(share.note) })), plan }, undefined, 2)}\n` : renderUsage(usage, paint) + renderPlan(plan, paint));
      return;
    }
    const result = await reclaim(
      engine,
      plan,
      (item, index, done) => {
        if (options.json === true || done === null) return;
        const named = item.name === '' ? ITEM_WORDS[item.kind] : msg`${ITEM_WORDS[item.kind]} ${makeVisible(item.name)}`;
        const outcome = done.problem === null ? say(msg`${named} removed`) : paint.red(say(msg`${named} kept: ${describeProblem(done.problem.problem)}`));
        process.stdout.write(`[${index + 1}/${plan.items.length}] ${outcome}\n`);
      },
      signal,
    );
    const failed = result.steps.filter(({ problem }) => problem !== null).length;
    if (result.cancelled || failed > 0 || plan.conflicts.length > 0) process.exitCode = 1;
    if (options.json === true) {
      const steps = result.steps.map(({ item, problem }) => ({ kind: item.kind, id: item.id, name: item.name, problem: problem?.problem ?? null }));
      process.stdout.write(`${JSON.stringify({ version: 1, steps, cancelled: result.cancelled, freedBytes: result.freedBytes }, undefined, 2)}\n`);
      return;
    }
    process.stdout.write(renderConflicts(plan, paint));
    const parts = [
      ...(result.freedBytes === null ? [] : [msg`${formatBytes(result.freedBytes)} freed`]),
      msg`${result.steps.length - failed} items removed`,
      ...(failed === 0 ? [] : [msg`${failed} kept`]),
    ];
    process.stdout.write(`${say(result.cancelled ? msg`cancelled; ${joinComma(parts)}` : joinComma(parts))}\n`);
  });
}

function select(usage: DiskUsage, options: ReclaimArguments): ReclaimSelection {
  const suggested = suggestReclaim(usage);
  const containers = options.containers === false ? new Set<string>() : suggested.containers;
  const staying = new Set(usage.containers.filter(({ id }) => !containers.has(id)).map(({ imageId }) => imageId));
  const isFree = (id: string): boolean => !staying.has(id);
  return {
    containers,
    images: new Set([...suggested.images, ...(options.unusedImages === true ? usage.images.map(({ id }) => id) : [])].filter(isFree)),
    volumes: new Set([...suggested.volumes, ...(options.namedVolumes === true ? usage.volumes.filter(({ uses }) => uses === 0).map(({ name }) => name) : [])]),
    buildCache: options.buildCache !== false,
  };
}

interface Share {
  readonly what: Message;
  readonly count: number;
  readonly heldBytes: number;
  readonly note: Text;
}

function summarise(usage: DiskUsage): readonly Share[] {
  const sum = (sizes: readonly (number | null)[]): number => sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
  const unused = unusedImages(usage);
  return [
    { what: msg`images`, count: usage.images.length, heldBytes: usage.layersBytes, note: msg`${unused.length} used by no container, ${usage.images.filter(({ dangling }) => dangling).length} without a name` },
    { what: msg`containers`, count: usage.containers.length, heldBytes: sum(usage.containers.map(({ writtenBytes }) => writtenBytes)), note: msg`${usage.containers.filter(({ state }) => state === 'running').length} running` },
    { what: msg`volumes`, count: usage.volumes.length, heldBytes: sum(usage.volumes.map(({ sizeBytes }) => sizeBytes)), note: msg`${usage.volumes.filter(({ uses }) => uses === 0).length} used by no container` },
    { what: msg`build cache`, count: usage.buildCache.length, heldBytes: sum(usage.buildCache.filter(({ shared }) => !shared).map(({ sizeBytes }) => sizeBytes)), note: msg`${formatBytes(reclaimableCacheBytes(usage))} not in use` },
  ];
}

/** What the disk holds, one line a kind. */
export function renderUsage(usage: DiskUsage, paint: Paint): string {
  return `${paint.bold(say(msg`held`))}\n${formatTable(summarise(usage).map(({ what, count, heldBytes, note }) => [say(what), String(count), formatBytes(heldBytes), say(note)]))}`;
}

/** What would go, the largest first. */
export function renderPlan(plan: ReclaimPlan, paint: Paint): string {
  if (plan.items.length === 0) return `\n${say(msg`nothing can go`)}\n${renderConflicts(plan, paint)}`;
  const rows = plan.items.toSorted((a, b) => (b.aloneBytes ?? 0) - (a.aloneBytes ?? 0)).map(({ kind, name, aloneBytes }) => [say(ITEM_WORDS[kind]), aloneBytes === null ? '?' : formatBytes(aloneBytes), makeVisible(name)]);
  const freed = formatBytes(plan.freedBytes);
  return `\n${paint.bold(say(msg`would go`))} ${paint.dim(say(msg`(the size is what it frees alone)`))}\n${formatTable(rows)}${renderConflicts(plan, paint)}\n${say(plan.exact ? msg`${freed} would be freed; --yes removes it` : msg`at least ${freed} would be freed; --yes removes it`)}\n`;
}

function renderConflicts({ conflicts }: ReclaimPlan, paint: Paint): string {
  if (conflicts.length === 0) return '';
  const rows = conflicts.map(({ kind, name, why, usedBy }) => [say(ITEM_WORDS[kind]), makeVisible(name), makeVisible(say(why === 'running' ? msg`runs` : usedBy.length === 0 ? msg`used` : msg`used by ${usedBy.join(', ')}`))]);
  return `\n${paint.yellow(say(msg`stays`))}\n${formatTable(rows)}`;
}
