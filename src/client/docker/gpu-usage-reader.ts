import { setTimeout as sleep } from 'node:timers/promises';
import { workspace, type Disposable } from 'vscode';
import { readGpuUsage, type GpuUsage } from '../../docker';
import { hasGpu } from './describe';
import type { Host, Hosts } from './hosts';

/** Reads the GPU memory and load of running containers again and again, for as long as their view can be seen. */
export class GpuUsageReader implements Disposable {
  readonly #hosts: Hosts;
  readonly #onChange: (id: string) => void;
  readonly #known = new Map<string, GpuUsage>();
  #visible: AbortController | undefined;

  /** `onChange` is told of each container of which something else was read than before. */
  constructor(hosts: Hosts, onChange: (id: string) => void) {
    this.#hosts = hosts;
    this.#onChange = onChange;
  }

  /** What was last read of a container; undefined for one that does not run, or of which nothing can be had. */
  of(id: string): GpuUsage | undefined {
    return this.#known.get(id);
  }

  setVisible(visible: boolean): void {
    if (visible === (this.#visible !== undefined)) return;
    this.#visible?.abort();
    this.#visible = visible ? new AbortController() : undefined;
    if (this.#visible !== undefined) void this.#repeat(this.#visible.signal);
  }

  dispose(): void {
    this.setVisible(false);
  }

  /** The next reading begins so long after the last one has ended: a slow host is asked less often. */
  async #repeat(signal: AbortSignal): Promise<void> {
    for (;;) {
      const seconds = workspace.getConfiguration('tensorrt').get<number>('docker.gpuUsageSeconds', 5);
      if (seconds > 0) await Promise.all(this.#hosts.current.map((host) => this.#read(host, signal)));
      await pause(Math.max(1, seconds) * 1000, signal);
      if (signal.aborted) return;
    }
  }

  async #read(host: Host, signal: AbortSignal): Promise<void> {
    const { engine, info, containers, address } = host;
    if (engine === undefined || info === undefined) return;
    const running = (containers ?? []).filter(({ state, id }) => {
      const details = state === 'running' ? host.containerDetails(id) : undefined;
      return details !== undefined && hasGpu(details.gpu);
    });
    const ids = new Set(running.map(({ id }) => id));
    // A failure is shown by the watch of the host; here it only means that nothing is known.
    const read = ids.size === 0 ? new Map<string, GpuUsage>() : await readGpuUsage(engine, info, [...ids], signal).catch(() => new Map<string, GpuUsage>());
    if (signal.aborted || this.#hosts.find(address)?.engine !== engine) return;
    for (const { id } of containers ?? []) {
      const usage = read.get(id);
      if (JSON.stringify(usage) === JSON.stringify(this.#known.get(id))) continue;
      if (usage === undefined) this.#known.delete(id);
      else this.#known.set(id, usage);
      this.#onChange(id);
    }
  }
}

/** Resolves after a while, or as soon as it is called off. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
