// A registry of one's own, in a container.
import { setTimeout as sleep } from 'node:timers/promises';
import { msg } from '../core/l10n/message';
import { pullImage, removeContainer, startContainer } from './actions';
import { clientOf, systemOf, type CallOptions, type Engine } from './connect';
import { cancelled, DockerError, ours, toDockerError } from './errors';
import { execIn } from './exec';
import { listContainers } from './inventory';
import type { ContainerSummary } from './model';
import { isLocalRegistry, openRegistry } from './registry';
import { removeSurely } from './run';
import type { TransferProgress } from './streams';

/** The label of containers that `startRegistry` makes; its value is the port. */
const REGISTRY_LABEL = 'tensorrt-containers.registry';

/** Where Docker's registry keeps its data and listens, by its documentation (https://distribution.github.io/distribution/about/configuration/). */
const DATA_PATH = '/var/lib/registry';
const LISTEN_PORT = 5000;

/** A registry that has not answered after so long does not work. */
const START_PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 50;

/** What a registry is to be like. */
export interface RegistrySpec {
  /** `registry:2` by default, or another image that is configured as Docker's registry is. */
  readonly image?: string;
  readonly name?: string;
  /** On the engine's machine, on its loopback address. */
  readonly port?: number;
  /** Absolute path on the engine's machine; without it the data lie in a volume named like the container. */
  readonly dataFolder?: string;
}

/** A registry in a container. */
export interface LocalRegistry {
  readonly containerId: string;
  readonly name: string;
  /** Its name in references: `localhost:5000`. */
  readonly host: string;
  readonly port: number;
  readonly running: boolean;
  readonly image: string;
}

/** Registries that `startRegistry` made, running or not. */
export async function listLocalRegistries(engine: Engine, signal?: AbortSignal): Promise<readonly LocalRegistry[]> {
  return (await listContainers(engine, signal)).flatMap((container) => describe(container) ?? []);
}

function describe({ id, name, labels, state, image }: ContainerSummary): LocalRegistry | null {
  const port = Number(labels[REGISTRY_LABEL]);
  return Number.isInteger(port) && port > 0 ? { containerId: id, name, host: `localhost:${port}`, port, running: state === 'running', image } : null;
}

/**
 * Starts a registry in which tags can be deleted, and waits until it answers. One of the same name that was made so
 * before is started again. What fails leaves no container behind. `onPull` is told of the pull where the image is not
 * there. Throws DockerError; from an engine on another machine the registry is not asked for an answer, because its
 * loopback address is not ours.
 */
export async function startRegistry(
  engine: Engine,
  { image = 'registry:2', name = 'trtc-registry', port = LISTEN_PORT, dataFolder }: RegistrySpec = {},
  { onPull = () => undefined, env = process.env, signal }: { readonly onPull?: (progress: TransferProgress) => void; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<LocalRegistry> {
  if (dataFolder !== undefined && (!dataFolder.startsWith('/') || dataFolder.includes(':'))) {
    throw new DockerError({ kind: 'api', status: null, ...ours(msg`not an absolute path without a colon: ${dataFolder}`) });
  }
  const before = (await listContainers(engine, signal)).find((container) => container.name === name);
  if (before !== undefined) {
    const known = describe(before);
    if (known?.port !== port) throw new DockerError({ kind: 'api', status: 409, ...ours(known === null ? msg`a container named ${name} is there already` : msg`${name} is there already, on port ${known.port}`) });
    await startContainer(engine, known.containerId, signal);
    await waitForRegistry(engine, known, env, signal);
    return { ...known, running: true };
  }

  const isCancelled = (): boolean => signal?.aborted === true;
  if (!(await hasImage(engine, image))) await pullImage(engine, image, onPull, { env, ...(signal && { signal }) });
  if (isCancelled()) throw cancelled();
  try {
    // Not called off in its midst: the engine might make it all the same.
    await clientOf(engine).createContainer({
      _query: { name },
      _body: {
        Image: image,
        Env: ['REGISTRY_STORAGE_DELETE_ENABLED=true', `REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=${DATA_PATH}`, `REGISTRY_HTTP_ADDR=:${LISTEN_PORT}`],
        Labels: { [REGISTRY_LABEL]: String(port) },
        ExposedPorts: { [`${LISTEN_PORT}/tcp`]: {} },
        HostConfig: {
          Binds: [`${dataFolder ?? name}:${DATA_PATH}`],
          PortBindings: { [`${LISTEN_PORT}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
          RestartPolicy: { Name: 'unless-stopped' },
        },
      },
    } as object);
    await startContainer(engine, name, signal);
    const made = (await listContainers(engine, signal)).find((container) => container.name === name);
    const registry = made && describe(made);
    if (registry === undefined || registry === null) throw new DockerError({ kind: 'api', status: null, ...ours(msg`${name} has gone`) });
    await waitForRegistry(engine, registry, env, signal);
    return registry;
  } catch (error) {
    await removeSurely(engine, name);
    throw isCancelled() ? cancelled() : toDockerError(error, engine.address);
  }
}

async function hasImage(engine: Engine, image: string): Promise<boolean> {
  try {
    await clientOf(engine).getImage(image).inspect();
    return true;
  } catch (error) {
    if (error instanceof DockerError && error.problem.kind === 'api' && error.problem.status === 404) return false;
    throw error;
  }
}

/** Waits until it answers, or until its container has ended, whose last words are then the problem. */
async function waitForRegistry(engine: Engine, { containerId, host, name }: LocalRegistry, env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + START_PATIENCE_MS;
  const isHere = /^(?:unix|npipe):/.test(engine.address.url);
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, 1_000)) {
    const { State } = await clientOf(engine).getContainer(containerId).inspect(signal && { abortSignal: signal });
    // One that ends is started again and again.
    if (!State.Running || State.Restarting) throw new DockerError({ kind: 'api', status: null, detail: `${name}: ${await lastWords(engine, containerId)}` });
    try {
      if (!isHere) return;
      await openRegistry(host, { env, ...(signal && { signal }) });
      return;
    } catch (error) {
      if (signal?.aborted === true || performance.now() > until) throw error;
    }
    await sleep(waitMs, undefined, signal && { signal });
  }
}

async function lastWords(engine: Engine, id: string): Promise<string> {
  const log = await clientOf(engine).getContainer(id).logs({ stdout: true, stderr: true, tail: 5 });
  // Each piece has a header of 8 bytes, which is not text.
  return Buffer.from(log).toString('utf8').replace(/[^\x20-\x7e\n]/g, '').trim();
}

/** Removes the container of a registry. Its data stay where they are. */
export async function removeRegistry(engine: Engine, { containerId }: LocalRegistry, signal?: AbortSignal): Promise<void> {
  await removeContainer(engine, containerId, { force: true, ...(signal && { signal }) });
}

/**
 * Frees the space of deleted tags in a registry of ours that runs: its own garbage collector, with the configuration of
 * its image. Nobody should push meanwhile. Gives the collector's words. Throws DockerError where it fails.
 */
export async function collectRegistryGarbage(engine: Engine, { containerId }: LocalRegistry, signal?: AbortSignal): Promise<string> {
  const details = await clientOf(engine).getContainer(containerId).inspect(signal && { abortSignal: signal });
  const command = [...(details.Config.Cmd ?? []), ...(details.Config.Entrypoint ?? [])];
  const configuration = command.find((word) => /\.ya?ml$/.test(word)) ?? '/etc/docker/registry/config.yml';
  const program = command.find((word) => /(?:^|\/)(?:docker-)?registry$/.test(word)) ?? 'registry';
  const { status, stdout, stderr } = await execIn(engine, containerId, [program, 'garbage-collect', '--delete-untagged', configuration], signal && { signal });
  if (status !== 0) throw new DockerError({ kind: 'api', status: null, detail: stderr.trim() === '' ? `status ${status ?? '?'}` : stderr.trim() });
  return stdout;
}

/** Whether an engine talks plain HTTP to a registry: those of its own machine, and those in its `insecure-registries`. */
export async function trustsPlainHttp(engine: Engine, host: string, signal?: AbortSignal): Promise<boolean> {
  if (isLocalRegistry(host)) return true;
  const info = (await systemOf(engine).info({ abortSignal: signal } satisfies CallOptions)) as { readonly RegistryConfig?: { readonly IndexConfigs?: Readonly<Record<string, { readonly Secure?: boolean } | null>> | null } | null };
  return info.RegistryConfig?.IndexConfigs?.[host]?.Secure === false;
}
