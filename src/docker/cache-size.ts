import type { Engine } from './connect';
import { askForDisk } from './disk-answer';

/** What the build cache holds, in bytes: one call, which takes the engine seconds where its disk is large. */
export async function readBuildCacheBytes(engine: Engine, signal?: AbortSignal): Promise<number> {
  const { buildCache } = await askForDisk(engine, signal);
  return buildCache.reduce((sum, { Size }) => sum + (Size ?? 0), 0);
}
