// Runs a container to its end and leaves nothing behind.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOf, type Engine } from './connect';
import { readArchive, writeArchive, type ContainerFile } from './archives';
import { cancelled, DockerError, toDockerError } from './errors';
import type { GpuAccess } from './model';
import { isOrphan, ownerLabels, RUN_LABEL } from './owner';
import { readText, type StreamName } from './streams';

/** Of the output so much is kept where nothing else is said. */
const OUTPUT_LIMIT_BYTES = 1024 * 1024;

/** Of each file that is read after the run. */
const FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** Output that is still under way when a container has ended gets so long to arrive. */
const DRAIN_MS = 5_000;

/** A removal is waited for so long, as an engine may be restarting; then it goes on by itself, before it is left to a sweep. */
const REMOVE_AWAITED_MS = 15_000;
const REMOVE_PATIENCE_MS = 10 * 60_000;

/** What is to be run. */
export interface RunSpec {
  readonly image: string;
  /** Replaces the image's command. */
  readonly argv?: readonly string[];
  /** Replaces the image's entry point; an empty list means none. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly { readonly source: string; readonly target: string; readonly readOnly?: boolean }[];
  readonly gpu?: GpuAccess;
  /** `none` by default. */
  readonly network?: string;
  readonly memoryBytes?: number;
  readonly pidsLimit?: number;
  readonly shmBytes?: number;
  readonly user?: string;
  readonly workdir?: string;
  /** `linux/arm64`, where the engine has the image for several. */
  readonly platform?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Puts the engine's own init in front, which reaps and passes on signals; some engines have none. */
  readonly init?: boolean;
  /** The container is killed after so long. */
  readonly timeoutMs?: number;
  /** Of both streams together, 1 MiB by default; the middle of what is longer is not kept. */
  readonly outputLimitBytes?: number;
  /** Written into the container before it starts. */
  readonly files?: readonly ContainerFile[];
  /** Absolute paths of files to be read when it has ended. */
  readonly readAfter?: readonly string[];
}

export interface RunControl {
  readonly signal?: AbortSignal;
  /** Called with output as it comes, until the limit is reached. */
  readonly onOutput?: (text: string, stream: StreamName) => void;
}

/** What became of a run. */
export interface RunOutcome {
  /** Exit status; null when the time was over. */
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly outOfMemory: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Some of the output was not kept. */
  readonly truncated: boolean;
  readonly durationMs: number;
  /** Contents of `readAfter`, without those that are not there or too long. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/**
 * Creates, starts and follows a container, and removes it with its nameless volumes however the run goes: also when it
 * could not start, is called off or runs out of time, or when the engine restarts meanwhile. What the container does is
 * an outcome; what Docker refuses is a DockerError. Labels name this process, so that `sweepRuns` finds what a killed
 * process left.
 */
export async function runContainer(engine: Engine, spec: RunSpec, { signal, onOutput }: RunControl = {}): Promise<RunOutcome> {
  const isCancelled = (): boolean => signal?.aborted === true;
  if (isCancelled()) throw cancelled();
  const docker = clientOf(engine);
  const name = `trtc-run-${randomUUID()}`;
  // Ends what waits on the container; what creates and removes it is never cut short.
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await docker.createContainer({ _query: { name, platform: spec.platform }, _body: createBody(name, spec) } as object);
    stop.signal.throwIfAborted();
    return await runCreated(engine, name, spec, stop, onOutput);
  } catch (error) {
    throw isCancelled() ? cancelled() : toDockerError(error, engine.address);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await removeSurely(engine, name);
  }
}

async function runCreated(engine: Engine, name: string, spec: RunSpec, stop: AbortController, onOutput: RunControl['onOutput']): Promise<RunOutcome> {
  const abortable = { abortSignal: stop.signal };
  const container = clientOf(engine).getContainer(name);
  if (spec.files !== undefined && spec.files.length > 0) await container.putArchive(await writeArchive(spec.files), { path: '/', ...abortable });
  const output = new KeptOutput(spec.outputLimitBytes ?? OUTPUT_LIMIT_BYTES, onOutput);
  const stream = await container.attach({ stream: true, stdout: true, stderr: true, ...abortable });
  const followed = output.follow(stream as unknown as AsyncIterable<Buffer>);
  // Should the start fail, that is what is reported, not the stream that ends with it.
  followed.catch(() => undefined);

  const begun = performance.now();
  let timedOut = false;
  const onTime = (): void => {
    // A cancellation came first.
    if (stop.signal.aborted) return;
    timedOut = true;
    stop.abort();
  };
  const timer = spec.timeoutMs === undefined ? undefined : setTimeout(onTime, spec.timeoutMs);
  try {
    await container.start(abortable);
    const ended = container.wait(abortable) as Promise<{ readonly StatusCode: number }>;
    ended.catch(() => undefined);
    // The stream ends with the container; should it not, what is still in it is waited for no longer than this.
    await Promise.race([followed, ended.then(() => sleep(DRAIN_MS, undefined, { signal: stop.signal }))]);
    const { StatusCode: status } = await ended;
    clearTimeout(timer);
    const durationMs = performance.now() - begun;
    const { State } = await container.inspect(abortable);
    const files = await readFiles(engine, name, spec.readAfter ?? [], stop.signal);
    return { status, timedOut: false, outOfMemory: State.OOMKilled, ...output.kept(), durationMs, files };
  } catch (error) {
    if (!timedOut) throw error;
    return { status: null, timedOut: true, outOfMemory: false, ...output.kept(), durationMs: performance.now() - begun, files: new Map() };
  } finally {
    clearTimeout(timer);
  }
}

/** Removes containers of `runContainer` whose process is no more. Gives their names; none where the engine does not answer. */
export async function sweepRuns(engine: Engine, signal?: AbortSignal): Promise<readonly string[]> {
  const rows = await clientOf(engine).listContainers({ all: true, filters: { label: [RUN_LABEL] }, ...(signal && { abortSignal: signal }) });
  const orphans = rows.filter(({ Labels }) => isOrphan(Labels ?? {}));
  await Promise.all(orphans.map(({ Id }) => removeSurely(engine, Id)));
  return orphans.map(({ Names, Id }) => Names[0]?.replace(/^\//, '') ?? Id);
}

/** Removes a container that may or may not be there. An engine that does not answer is tried again, in the background in the end. */
export async function removeSurely(engine: Engine, name: string): Promise<void> {
  const done = new AbortController();
  const removal = removeInTime(engine, name).finally(() => done.abort());
  await Promise.race([removal, sleep(REMOVE_AWAITED_MS, undefined, { signal: done.signal }).catch(() => undefined)]);
}

/** Tries until it succeeds or the patience ends. Does not keep this process from ending. */
async function removeInTime(engine: Engine, name: string): Promise<void> {
  const until = performance.now() + REMOVE_PATIENCE_MS;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      await clientOf(engine).getContainer(name).remove({ force: true, v: true });
      return;
    } catch (error) {
      const { problem } = toDockerError(error, engine.address);
      if (problem.kind === 'api' && problem.status === 404) return;
      if (performance.now() + waitMs > until) return;
      await sleep(waitMs, undefined, { ref: false });
    }
  }
}

function createBody(name: string, spec: RunSpec): object {
  return {
    Image: spec.image,
    ...(spec.argv && { Cmd: spec.argv }),
    ...(spec.entrypoint && { Entrypoint: spec.entrypoint.length === 0 ? [''] : spec.entrypoint }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.workdir !== undefined && { WorkingDir: spec.workdir }),
    Env: Object.entries({ ...runtimeEnvironment(spec.gpu), ...spec.env }).map(([key, value]) => `${key}=${value}`),
    Labels: { ...spec.labels, ...ownerLabels(name) },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: spec.network ?? 'none',
      // What is read while it runs need not fill the engine's disk as well.
      LogConfig: { Type: 'none', Config: {} },
      Mounts: (spec.mounts ?? []).map(({ source, target, readOnly = false }) => ({ Type: 'bind', Source: source, Target: target, ReadOnly: readOnly })),
      ...(spec.memoryBytes !== undefined && { Memory: spec.memoryBytes, MemorySwap: spec.memoryBytes }),
      ...(spec.pidsLimit !== undefined && { PidsLimit: spec.pidsLimit }),
      ...(spec.shmBytes !== undefined && { ShmSize: spec.shmBytes }),
      ...(spec.init === true && { Init: true }),
      ...gpuHostConfig(spec.gpu),
    },
  };
}

/** What of the engine's host configuration gives a container this GPU. */
function gpuHostConfig(gpu: GpuAccess | undefined): object {
  switch (gpu?.how) {
    case undefined:
    case 'none':
      return {};
    case 'gpus': {
      const devices = gpu.devices === 'all' ? { Count: -1 } : typeof gpu.devices === 'number' ? { Count: gpu.devices } : { DeviceIDs: gpu.devices };
      return { DeviceRequests: [{ Driver: '', ...devices, Capabilities: [['gpu', ...gpu.capabilities]] }] };
    }
    case 'runtime':
      return { Runtime: gpu.runtime };
    case 'cdi':
      return { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: gpu.devices }] };
    case 'devices':
      return { Devices: gpu.devices.map((device) => ({ PathOnHost: device, PathInContainer: device, CgroupPermissions: 'rwm' })) };
  }
}

/** The NVIDIA runtime is told by variables. */
function runtimeEnvironment(gpu: GpuAccess | undefined): Readonly<Record<string, string>> {
  if (gpu?.how !== 'runtime') return {};
  return {
    NVIDIA_VISIBLE_DEVICES: typeof gpu.devices === 'string' ? gpu.devices : gpu.devices.join(','),
    ...(gpu.capabilities.length > 0 && { NVIDIA_DRIVER_CAPABILITIES: gpu.capabilities.join(',') }),
  };
}

async function readFiles(engine: Engine, name: string, paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const place of paths) {
    try {
      const stream = await clientOf(engine).getContainer(name).getArchive({ path: place, abortSignal: signal });
      const content = await readArchive(stream, FILE_LIMIT_BYTES);
      if (content !== null) files.set(place, content);
    } catch (error) {
      const { problem } = toDockerError(error, engine.address);
      if (!(problem.kind === 'api' && problem.status === 404)) throw new DockerError(problem, { cause: error });
    }
  }
  return files;
}

/** Output of a container, of which only the beginning and the end are kept once it is longer than `limit`. */
class KeptOutput {
  private readonly streams = { stdout: { head: '', tail: '', left: false }, stderr: { head: '', tail: '', left: false } };
  private seen = 0;

  constructor(
    private readonly limit: number,
    private readonly onOutput: RunControl['onOutput'],
  ) {}

  async follow(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const { stream, text } of readText(chunks, false)) {
      if (this.seen < this.limit) this.onOutput?.(text.slice(0, this.limit - this.seen), stream);
      this.seen += text.length;
      this.add(this.streams[stream], text);
    }
  }

  private add(kept: { head: string; tail: string; left: boolean }, text: string): void {
    const half = this.limit / 4;
    const room = Math.max(0, half - kept.head.length);
    kept.head += text.slice(0, room);
    kept.tail += text.slice(room);
    // Cut now and then, not at every piece: cutting copies.
    if (kept.tail.length <= half * 2) return;
    kept.tail = kept.tail.slice(-half);
    kept.left = true;
  }

  kept(): { readonly stdout: string; readonly stderr: string; readonly truncated: boolean } {
    const text = ({ head, tail, left }: { head: string; tail: string; left: boolean }): string => (left ? `${head}\n…\n${tail}` : head + tail);
    return { stdout: text(this.streams.stdout), stderr: text(this.streams.stderr), truncated: this.streams.stdout.left || this.streams.stderr.left };
  }
}
