import { statfs } from 'node:fs/promises';
import type { StackReport } from '../../core/stack/model';
import { findNeeded } from '../../core/stack/needed-stages';
import { run } from '../../process/run';
import { connect, disconnect, readEngineInfo } from '../connect';
import { dockerCommand, type DockerCommand } from '../command-line';
import { isLocal } from '../errors';
import { listImages } from '../inventory';
import type { EngineAddress } from '../model';
import { listBuilders } from './builders';
import type { BuildSpec } from './model';

/** A registry that takes longer is not waited for: the build would tell soon enough. */
const REGISTRY_TIMEOUT_MS = 8_000;

/** What a build has to pull, and why that cannot go well. */
export interface Shortage {
  /** Compressed size of the images that are not there yet; unpacked they need more. */
  readonly pullBytes: number;
  readonly freeBytes: number;
  /** Where the engine keeps its images. */
  readonly folder: string;
}

/**
 * Compares what the registry says of the sizes of the images that a build takes with the free space of the engine's
 * disk. Undefined where there is room, where the images are there already, and wherever one of the two cannot be known:
 * an engine on another machine or in a virtual one, a builder of its own, a registry that does not answer. Asks only what
 * the build itself will ask. Never rejects.
 */
export async function checkSpace(
  address: EngineAddress,
  stack: StackReport,
  { target, buildContexts = {}, platforms = [], builder }: Pick<BuildSpec, 'target' | 'buildContexts' | 'platforms' | 'builder'>,
  { dockerPath, signal }: { readonly dockerPath?: string | undefined; readonly signal?: AbortSignal } = {},
): Promise<Shortage | undefined> {
  if (!isLocal(address.url) || platforms.length > 1) return undefined;
  try {
    const engine = await connect(address, signal);
    try {
      const [info, images] = await Promise.all([readEngineInfo(engine, signal), listImages(engine, { shared: false }, signal)]);
      const there = new Set(images.flatMap(({ tags, digests }) => [...tags, ...digests]));
      const references = [...findNeeded(stack, target, Object.keys(buildContexts)).images].map((reference) => (/[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`));
      const missing = [...new Set(references)].filter((reference) => !there.has(reference));
      if (missing.length === 0) return undefined;
      const free = await statfs(info.dataRoot);
      const freeBytes = free.bavail * free.bsize;
      const command = dockerCommand(address, dockerPath);
      const sizes = await Promise.all(missing.map((reference) => readPullSize(command, reference, platforms[0] ?? `${info.os}/${info.architecture}`, signal)));
      const pullBytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
      if (pullBytes <= freeBytes || !(await pullsIntoEngine(command, builder, signal))) return undefined;
      return { pullBytes, freeBytes, folder: info.dataRoot };
    } finally {
      disconnect(engine);
    }
  } catch {
    return undefined;
  }
}

/** Builders of other drivers than docker's keep what they pull elsewhere. */
async function pullsIntoEngine(command: DockerCommand, name: string | undefined, signal?: AbortSignal): Promise<boolean> {
  const builders = await listBuilders(command, signal);
  const builder = builders.find((one) => (name === undefined ? one.current : one.name === name));
  return builder === undefined ? name === undefined : builder.driver === 'docker';
}

/** Compressed size of an image's layers for a platform (`linux/amd64`), as its registry tells; null where it does not. */
async function readPullSize({ program, env }: DockerCommand, reference: string, platform: string, signal?: AbortSignal): Promise<number | null> {
  const { status, stdout } = await run(program, ['manifest', 'inspect', '--verbose', reference], { env, timeoutMs: REGISTRY_TIMEOUT_MS, ...(signal && { signal }) });
  return status === 0 ? readManifestSize(stdout, platform) : null;
}

/** Sums the layers in what `docker manifest inspect --verbose` prints: one manifest, or a list of one for each platform. */
export function readManifestSize(text: string, platform: string): number | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const manifests = (Array.isArray(value) ? value : [value]) as readonly Manifest[];
  const own = manifests.length === 1 ? manifests[0] : manifests.find(({ Descriptor: descriptor }) => `${descriptor?.platform?.os}/${descriptor?.platform?.architecture}` === platform);
  const layers = (own?.OCIManifest ?? own?.SchemaV2Manifest)?.layers;
  return layers === undefined ? null : layers.reduce((sum, { size = 0 }) => sum + size, 0);
}

interface Manifest {
  readonly Descriptor?: { readonly platform?: { readonly os?: string; readonly architecture?: string } };
  readonly OCIManifest?: { readonly layers?: readonly { readonly size?: number }[] };
  readonly SchemaV2Manifest?: { readonly layers?: readonly { readonly size?: number }[] };
}
