import { systemOf, type Engine } from './connect';

/** What the build cache holds, in bytes: one call, which takes the engine seconds where its disk is large. */
export async function readBuildCacheBytes(engine: Engine, signal?: AbortSignal): Promise<number> {
  const usage = (await systemOf(engine).df({ abortSignal: signal })) as { readonly BuildCache?: readonly { readonly Size?: number }[] | null };
  return (usage.BuildCache ?? []).reduce((sum, { Size }) => sum + (Size ?? 0), 0);
}
