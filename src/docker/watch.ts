// One engine, kept in view: its lists as they change, for as long as somebody looks.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { clientOf, connect, disconnect, greetEngine, type Engine } from './connect';
import { DetailsCache } from './details-cache';
import { inspectContainer, inspectImage } from './details';
import { DockerError, toDockerError } from './errors';
import { listContainers, listImages } from './inventory';
import type { ContainerDetails, DockerProblem, EngineAddress, EngineInfo, ImageDetails, Inventory } from './model';
import { RefreshClock } from './refresh-clock';
import { readJsonLines } from './streams';

/** An engine that does not answer so long is taken for dead. */
const GREETING_TIMEOUT_MS = 15_000;
const LIST_TIMEOUT_MS = 60_000;

/** Waits between attempts to reach an engine again; each varies by half, so that many windows do not come at once. */
const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Events are asked for from so long before the lists are read: clocks are read at different moments. */
const OVERLAP_SECONDS = 1;

/** Details come one by one; their listener is told so often. */
const DETAILS_EVERY_MS = 100;

/** How it stands with an engine. The lists stay as they were last read when it fails. */
export type WatchState =
  /** Nobody has looked yet, or the first answer is awaited. */
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly info: EngineInfo }
  /** It is tried again until it answers. */
  | { readonly kind: 'failed'; readonly problem: DockerProblem };

/** What has changed since the listener was last told. */
export type WatchChange = 'state' | 'containers' | 'images' | 'details';

/** An engine under watch. It begins hidden and asks nothing of the engine until it is shown. */
export interface EngineWatch {
  readonly address: EngineAddress;
  readonly state: WatchState;
  /** The lists as they were last read; rows that did not change are the same objects as before. */
  readonly inventory: Inventory;
  /** The connection, for short questions; null while there is none. It is closed when the watch is hidden: an action takes one of its own. */
  readonly engine: Engine | null;
  /** What never changes of a container. Undefined: not read yet, the listener is told (`details`) when it is. Null: cannot be had. */
  containerDetails(id: string): ContainerDetails | null | undefined;
  /** Likewise of an image. */
  imageDetails(id: string): ImageDetails | null | undefined;
  /** Whether anybody looks. While hidden no connection is open. */
  setVisible(visible: boolean): void;
  /** Reads both lists now, or tries now to reach a failed engine. Resolves when done; never rejects. */
  refresh(): Promise<void>;
  /** Closes everything; the listener is not called again. */
  dispose(): void;
}

/** Watches an engine. `listener` is called after each change, never within a call of the watch. */
export function watchEngine(address: EngineAddress, listener: (change: WatchChange) => void): EngineWatch {
  return new Watch(address, listener);
}

/** Events that change nothing in the lists; Podman has words of its own. */
const NOISE = /^(exec_|top|attach|detach|resize|export|copy|archive-path|extract-to-dir|kill|oom|push|save|get|mount|unmount|sync|init|cleanup|container-stats)/;

class Watch implements EngineWatch {
  state: WatchState = { kind: 'connecting' };
  inventory: Inventory = { containers: null, images: null };
  engine: Engine | null = null;

  private readonly containers: DetailsCache<ContainerDetails>;
  private readonly images: DetailsCache<ImageDetails>;
  private readonly clock: RefreshClock;
  /** Lists that an event has touched. */
  private readonly stale = new Set<'containers' | 'images'>();
  /** Ends the session of a visible watch. */
  private session: AbortController | null = null;
  /** Cuts the wait before the next attempt short. */
  private wake = new AbortController();
  private detailsTimer: NodeJS.Timeout | undefined;
  private disposed = false;
  /** Callers of `refresh` who wait for the next attempt to reach the engine. */
  private awaiting: (() => void)[] = [];
  /** The last read of the lists: one goes after another, so that no old answer comes last. */
  private reading: Promise<void> = Promise.resolve();
  /** Ids of images that running containers use, and of these containers: asked for first. */
  private running: ReadonlySet<string> = new Set();

  constructor(
    readonly address: EngineAddress,
    private readonly listener: (change: WatchChange) => void,
  ) {
    this.containers = new DetailsCache((id) => this.inspect((engine) => inspectContainer(engine, id, this.session?.signal)), () => this.tellDetails());
    this.images = new DetailsCache((id) => this.inspect((engine) => inspectImage(engine, id, this.session?.signal)), () => this.tellDetails());
    this.clock = new RefreshClock(() => this.readStale());
  }

  containerDetails(id: string): ContainerDetails | null | undefined {
    return this.containers.get(id, this.running.has(id));
  }

  imageDetails(id: string): ImageDetails | null | undefined {
    return this.images.get(id, this.running.has(id));
  }

  setVisible(visible: boolean): void {
    if (this.disposed || visible === (this.session !== null)) return;
    if (visible) {
      this.session = new AbortController();
      void this.run(this.session.signal);
    } else this.close();
  }

  async refresh(): Promise<void> {
    if (this.session === null) return;
    if (this.engine === null) {
      this.wake.abort();
      await new Promise<void>((resolve) => this.awaiting.push(resolve));
      return;
    }
    this.stale.add('containers').add('images');
    await this.readStale();
  }

  dispose(): void {
    this.disposed = true;
    this.close();
    clearTimeout(this.detailsTimer);
  }

  private close(): void {
    this.session?.abort();
    this.session = null;
    this.release();
    this.settleWaiting();
  }

  private settleWaiting(): void {
    for (const resolve of this.awaiting.splice(0)) resolve();
  }

  private release(): void {
    this.clock.stop();
    this.containers.pause();
    this.images.pause();
    if (this.engine !== null) disconnect(this.engine);
    this.engine = null;
  }

  /** Connects and follows events, again and again, until the session ends. */
  private async run(signal: AbortSignal): Promise<void> {
    let waitMs = SHORTEST_WAIT_MS;
    while (!signal.aborted) {
      try {
        await this.follow(signal, () => (waitMs = SHORTEST_WAIT_MS));
        // The connection was closed in order, as proxies do now and then: no failure unless the next one fails.
        if (!signal.aborted) this.release();
      } catch (error) {
        if (signal.aborted) return;
        this.release();
        this.setState({ kind: 'failed', problem: toDockerError(error, this.address).problem });
      }
      this.settleWaiting();
      if (signal.aborted) return;
      this.wake = new AbortController();
      await sleep(waitMs * (0.5 + Math.random()), undefined, { signal: AbortSignal.any([signal, this.wake.signal]) }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  /** One connection: greets the engine, subscribes, reads the lists, then follows its events until the engine ends the connection. */
  private async follow(signal: AbortSignal, onGreeted: () => void): Promise<void> {
    const engine = await connect(this.address, signal);
    try {
      const { info, timeSeconds } = await greetEngine(engine, AbortSignal.any([signal, AbortSignal.timeout(GREETING_TIMEOUT_MS)]));
      if (signal.aborted) throw new DockerError({ kind: 'cancelled' });
      onGreeted();
      this.engine = engine;
      // Some engines confirm the subscription with the first event only. What happens until it stands is told again.
      const since = timeSeconds === null ? undefined : timeSeconds - OVERLAP_SECONDS;
      const subscription = clientOf(engine).getEvents({ filters: { type: ['container', 'image'] }, ...(since !== undefined && { since }), abortSignal: signal });
      // Awaited below, unless something else ends this connection first.
      subscription.catch(() => undefined);
      this.setState({ kind: 'connected', info });
      this.containers.resume();
      this.images.resume();
      await this.refresh();
      this.settleWaiting();
      const events = await subscription;
      for await (const event of readJsonLines(events as AsyncIterable<Buffer>)) this.onEvent(event);
    } finally {
      disconnect(engine);
    }
  }

  private onEvent({ Type: type, Action: action, status }: Readonly<Record<string, unknown>>): void {
    const word = typeof action === 'string' ? action : typeof status === 'string' ? status : '';
    if (NOISE.test(word)) return;
    if (type !== 'image') this.stale.add('containers');
    // A container's commit makes an image, of which some engines say nothing more.
    if (type === 'image' || word === 'commit') this.stale.add('images');
    this.clock.request();
  }

  private readStale(): Promise<void> {
    return (this.reading = this.reading.then(() => this.readLists()));
  }

  /** Reads the lists that are stale, each by one call. A failed read is repeated; a dead connection reports itself. */
  private async readLists(): Promise<void> {
    const { engine, session } = this;
    if (engine === null || session === null) return;
    const signal = AbortSignal.any([session.signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
    const lists = [...this.stale];
    this.stale.clear();
    const read = async (list: 'containers' | 'images'): Promise<void> => {
      const rows = list === 'containers' ? await listContainers(engine, signal) : await listImages(engine, {}, signal);
      if (session.signal.aborted) return;
      const [merged, changed] = keepEqual(this.inventory[list] as readonly { readonly id: string }[] | null, rows);
      if (!changed) return;
      this.inventory = { ...this.inventory, [list]: merged };
      this.settle(list);
      this.tell(list);
    };
    await Promise.all(
      lists.map((list) =>
        read(list).catch(() => {
          this.stale.add(list);
          if (!session.signal.aborted && this.engine === engine) this.clock.request();
        }),
      ),
    );
  }

  private settle(list: 'containers' | 'images'): void {
    const { containers } = this.inventory;
    this.running = new Set((containers ?? []).flatMap(({ id, imageId, state }) => (state === 'running' ? [id, imageId] : [])));
    const rows: readonly { readonly id: string }[] = this.inventory[list] ?? [];
    // The image of a container may have lost its last tag and be no row of its own.
    const used = list === 'images' ? (containers ?? []).map(({ imageId }) => imageId) : [];
    (list === 'containers' ? this.containers : this.images).keepOnly(new Set([...rows.map(({ id }) => id), ...used]));
  }

  private async inspect<T>(ask: (engine: Engine) => Promise<T>): Promise<T | null> {
    if (this.engine === null) throw new DockerError({ kind: 'cancelled' });
    try {
      return await ask(this.engine);
    } catch (error) {
      // Gone meanwhile, or refused for good.
      if (error instanceof DockerError && error.problem.kind === 'api') return null;
      throw error;
    }
  }

  private setState(state: WatchState): void {
    if (isDeepStrictEqual(state, this.state)) return;
    this.state = state;
    this.tell('state');
  }

  private tellDetails(): void {
    this.detailsTimer ??= setTimeout(() => {
      this.detailsTimer = undefined;
      this.tell('details');
    }, DETAILS_EVERY_MS);
  }

  private tell(change: WatchChange): void {
    if (!this.disposed) this.listener(change);
  }
}

/** The new rows, with the old objects where nothing changed; and whether anything did. */
function keepEqual<T extends { readonly id: string }>(old: readonly T[] | null, rows: readonly T[]): readonly [readonly T[], boolean] {
  if (old === null) return [rows, true];
  const known = new Map(old.map((row) => [row.id, row]));
  const merged = rows.map((row) => {
    const before = known.get(row.id);
    return before !== undefined && JSON.stringify(before) === JSON.stringify(row) ? before : row;
  });
  return [merged, merged.length !== old.length || merged.some((row, index) => row !== old[index])];
}
