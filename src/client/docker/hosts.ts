import { Disposable, EventEmitter, window, workspace, type Event } from 'vscode';
import { watchEngine, type ContainerDetails, type ContainerSummary, type DockerProblem, type Engine, type EngineAddress, type EngineInfo, type EngineWatch, type ImageDetails, type ImageSummary, type WatchChange } from '../../docker';
import { listEngines } from './engines';

type List = 'containers' | 'images';

/** A Docker host as the views show it. What has not been read yet, or cannot be had, is undefined. */
export class Host implements Disposable {
  readonly address: EngineAddress;
  readonly #watch: EngineWatch;
  #waiting: { readonly list: List; readonly settle: () => void }[] = [];

  constructor(address: EngineAddress, onChange: (change: WatchChange) => void) {
    this.address = address;
    this.#watch = watchEngine(address, (change) => {
      this.#settle((list) => this.#isRead(list));
      onChange(change);
    });
  }

  /** Settles when a list has been read for the first time, when the host has failed, or when nobody looks any more. */
  whenRead(list: List): Promise<void> {
    return this.#isRead(list) ? Promise.resolve() : new Promise((settle) => this.#waiting.push({ list, settle }));
  }

  get problem(): DockerProblem | undefined {
    return this.#watch.state.kind === 'failed' ? this.#watch.state.problem : undefined;
  }

  get info(): EngineInfo | undefined {
    return this.#watch.state.kind === 'connected' ? this.#watch.state.info : undefined;
  }

  /** The connection that the watch holds; undefined while there is none. Not to be closed. */
  get engine(): Engine | undefined {
    return this.#watch.engine ?? undefined;
  }

  get containers(): readonly ContainerSummary[] | undefined {
    return this.#watch.inventory.containers ?? undefined;
  }

  get images(): readonly ImageSummary[] | undefined {
    return this.#watch.inventory.images ?? undefined;
  }

  containerDetails(id: string): ContainerDetails | undefined {
    return this.#watch.containerDetails(id) ?? undefined;
  }

  imageDetails(id: string): ImageDetails | undefined {
    return this.#watch.imageDetails(id) ?? undefined;
  }

  setVisible(visible: boolean): void {
    this.#watch.setVisible(visible);
    // Nothing comes while nobody looks: a view that still waits would show itself as busy for ever.
    if (!visible) this.#settle(() => true);
  }

  refresh(): Promise<void> {
    return this.#watch.refresh();
  }

  dispose(): void {
    this.#watch.dispose();
    this.#settle(() => true);
  }

  #settle(isDue: (list: List) => boolean): void {
    const due = this.#waiting.filter(({ list }) => isDue(list));
    this.#waiting = this.#waiting.filter(({ list }) => !isDue(list));
    for (const { settle } of due) settle();
  }

  #isRead(list: List): boolean {
    return this.problem !== undefined || this.#watch.inventory[list] !== null;
  }
}

/** The hosts of the views. Each is watched while one of the views can be seen, through one connection for all views. */
export class Hosts implements Disposable {
  readonly #changed = new EventEmitter<WatchChange>();
  readonly onDidChange: Event<WatchChange> = this.#changed.event;
  readonly #visible = new Set<string>();
  readonly #subscriptions: Disposable;
  #hosts: readonly Host[] = [];
  #listed: Promise<void> | undefined;
  #disposed = false;

  constructor() {
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('tensorrt.docker.hosts')) void this.#relist();
      }),
      // `docker context use` in a terminal changes a file that belongs to no workspace.
      window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.#visible.size > 0) void this.#relist();
      }),
    );
  }

  /** The hosts to show. */
  async list(): Promise<readonly Host[]> {
    await (this.#listed ??= this.#relist());
    return this.#hosts;
  }

  /** The hosts as they were last listed. */
  get current(): readonly Host[] {
    return this.#hosts;
  }

  /** The host of an address, as long as it is shown. */
  find(address: EngineAddress): Host | undefined {
    return this.#hosts.find((host) => host.address.name === address.name);
  }

  /** Tells whether a view can be seen: hosts are watched only while one can. */
  setVisible(view: string, visible: boolean): void {
    if (visible) this.#visible.add(view);
    else this.#visible.delete(view);
    for (const host of this.#hosts) host.setVisible(this.#visible.size > 0);
  }

  /** Looks for hosts anew and asks each for everything. */
  async refresh(): Promise<void> {
    await (this.#listed = this.#relist());
    await Promise.all(this.#hosts.map((host) => host.refresh()));
  }

  async #relist(): Promise<void> {
    const addresses = await listEngines();
    if (this.#disposed) return;
    const kept = new Map(this.#hosts.map((host) => [keyOf(host.address), host]));
    const hosts = addresses.map((address) => kept.get(keyOf(address)) ?? new Host(address, (change) => this.#changed.fire(change)));
    const gone = this.#hosts.filter((host) => !hosts.includes(host));
    this.#hosts = hosts;
    for (const host of gone) host.dispose();
    for (const host of hosts) host.setVisible(this.#visible.size > 0);
    if (gone.length > 0 || hosts.length !== kept.size) this.#changed.fire('state');
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscriptions.dispose();
    for (const host of this.#hosts) host.dispose();
    this.#hosts = [];
  }
}

function keyOf({ name, url, certificates, current }: EngineAddress): string {
  return JSON.stringify([name, url, certificates, current]);
}
