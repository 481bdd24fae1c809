// What an engine's disk holds, and removing some of it.
import { removeContainer, removeImage } from './actions';
import { clientOf, type Engine } from './connect';
import { inspectImage } from './details';
import { askForDisk } from './disk-answer';
import { cancelled, DockerError, toDockerError } from './errors';
import { listImages, readContainer, readImage } from './inventory';
import { cutLabels } from './labels';
import type { Transport } from './transport';
import type { ImageSummary } from './model';
import { layersBytesOf, type DiskUsage, type ReclaimItem, type ReclaimPlan, type UsedImage } from './reclaim-plan';

export * from './reclaim-plan';

/** So many images are asked about at a time. */
const AT_ONCE = 8;

/** Names that the engine gives to volumes without one. */
const ANONYMOUS = /^[\da-f]{64}$/;

/**
 * The engine's account of its disk, with the layers of each image: two calls, and one more an image. The engine walks all
 * its volumes and layers for it, which takes seconds where they are large.
 */
export async function readDiskUsage(engine: Engine, signal?: AbortSignal): Promise<DiskUsage> {
  const usage = await askForDisk(engine, signal);
  const listed = new Map((await listImages(engine, {}, signal)).map((image) => [image.id, image]));
  // Podman's account has tags without their repositories: names come from the list.
  const rows = usage.images.map(readImage).flatMap((image) => {
    const named = listed.get(image.id);
    return named === undefined ? [] : [{ ...image, sizeBytes: image.sizeBytes || named.sizeBytes, tags: named.tags, digests: named.digests, dangling: named.dangling }];
  });
  const images = await withLayers(engine, rows, signal);
  return {
    images,
    containers: usage.containers.map((row) => {
      const { id, name, image, imageId, state, createdSeconds, labels } = readContainer(row);
      // Left out for one that has written nothing.
      return { id, name, image, imageId, state, createdSeconds, labels, writtenBytes: row.SizeRw ?? 0 };
    }),
    volumes: usage.volumes.map(({ Name: name, Labels, UsageData }) => ({
      name,
      anonymous: ANONYMOUS.test(name),
      sizeBytes: knownNumber(UsageData?.Size),
      uses: knownNumber(UsageData?.RefCount),
      usedBy: usage.containers.filter(({ Mounts }) => Mounts?.some((mount) => mount.Type === 'volume' && mount.Name === name) === true).map(({ Id }) => Id),
      labels: cutLabels(Labels ?? {}),
    })),
    buildCache: usage.buildCache.map((row) => ({
      id: row.ID,
      type: row.Type ?? '',
      description: row.Description ?? '',
      sizeBytes: row.Size ?? 0,
      inUse: row.InUse === true,
      shared: row.Shared === true,
      lastUsedSeconds: row.LastUsedAt === undefined || row.LastUsedAt === null ? null : Math.floor(Date.parse(row.LastUsedAt) / 1000),
    })),
    // Podman says 0.
    layersBytes: Math.max(usage.layersBytes ?? 0, layersBytesOf(images)),
  };
}

/** -1 stands for what was not worked out. */
function knownNumber(value: number | undefined): number | null {
  return value === undefined || value < 0 ? null : value;
}

async function withLayers(engine: Engine, rows: readonly ImageSummary[], signal: AbortSignal | undefined): Promise<readonly UsedImage[]> {
  const images: UsedImage[] = [];
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const asked = rows.slice(start, start + AT_ONCE).map(async (image) => {
      try {
        return [{ ...image, layers: (await inspectImage(engine, image.id, signal)).layers }];
      } catch (error) {
        // Removed since the account was made.
        if (isGone(error)) return [];
        throw error;
      }
    });
    images.push(...(await Promise.all(asked)).flat());
  }
  return images;
}

/** How one item of a plan went. `problem` is null where it was removed; one that was gone already counts as removed. */
export interface ReclaimStep {
  readonly item: ReclaimItem;
  readonly problem: DockerError | null;
}

/** What became of a plan. */
export interface ReclaimResult {
  readonly steps: readonly ReclaimStep[];
  /** It was called off before its end. */
  readonly cancelled: boolean;
  /** By the engine's account before and after, volumes included; null where it does not give one. */
  readonly freedBytes: number | null;
}

/**
 * Removes what a plan lists, one item after another, without force: what has come into use since is left, with the
 * engine's reason. `onStep` is told before each item and of its end. Called off, it ends after the item in hand.
 */
export async function reclaim(
  engine: Engine,
  plan: ReclaimPlan,
  onStep: (item: ReclaimItem, index: number, done: ReclaimStep | null) => void,
  signal?: AbortSignal,
): Promise<ReclaimResult> {
  const before = await readHeldBytes(engine, signal);
  const steps: ReclaimStep[] = [];
  const isCancelled = (): boolean => signal?.aborted === true;
  for (const [index, item] of plan.items.entries()) {
    if (isCancelled()) break;
    onStep(item, index, null);
    const problem = await removeItem(engine, item, signal);
    if (problem?.problem.kind === 'cancelled') break;
    const step = { item, problem };
    steps.push(step);
    onStep(item, index, step);
  }
  const after = isCancelled() ? null : await readHeldBytes(engine, signal);
  return { steps, cancelled: isCancelled(), freedBytes: before === null || after === null ? null : Math.max(0, before - after) };
}

async function removeItem(engine: Engine, item: ReclaimItem, signal: AbortSignal | undefined): Promise<DockerError | null> {
  try {
    switch (item.kind) {
      case 'container':
        await removeContainer(engine, item.id, signal && { signal });
        break;
      case 'image':
        await removeAllTags(engine, item, signal);
        break;
      case 'volume':
        await clientOf(engine).getVolume(item.id).remove({ ...(signal && { abortSignal: signal }) });
        break;
      case 'build-cache':
        await pruneBuildCache(engine, signal);
        break;
    }
    return null;
  } catch (error) {
    if (isGone(error)) return null;
    return signal?.aborted === true ? cancelled() : toDockerError(error, engine.address);
  }
}

/** dockerode's own call for this cannot say `all`. */
async function pruneBuildCache(engine: Engine, signal: AbortSignal | undefined): Promise<void> {
  const { modem } = clientOf(engine) as unknown as { readonly modem: Transport };
  await new Promise<void>((resolve, reject) => {
    modem.dial({ path: '/build/prune?', method: 'POST', options: { _query: { all: true } }, ...(signal && { abortSignal: signal }) }, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** By its id the engine refuses an image with tags in several repositories. */
async function removeAllTags(engine: Engine, { id, tags }: ReclaimItem, signal: AbortSignal | undefined): Promise<void> {
  for (const reference of tags.length === 0 ? [id] : tags) await removeImage(engine, reference, signal && { signal });
}

/** Layers, what containers wrote, volumes and the build cache together. */
async function readHeldBytes(engine: Engine, signal: AbortSignal | undefined): Promise<number | null> {
  const usage = await askForDisk(engine, signal);
  if (usage.layersBytes === undefined) return null;
  const sum = (sizes: readonly (number | undefined)[]): number => sizes.reduce<number>((total, size) => total + Math.max(0, size ?? 0), 0);
  return (
    usage.layersBytes +
    sum(usage.containers.map(({ SizeRw }) => SizeRw)) +
    sum(usage.volumes.map(({ UsageData }) => UsageData?.Size)) +
    sum(usage.buildCache.filter(({ Shared }) => Shared !== true).map(({ Size }) => Size))
  );
}

function isGone(error: unknown): boolean {
  return error instanceof DockerError && error.problem.kind === 'api' && error.problem.status === 404;
}
