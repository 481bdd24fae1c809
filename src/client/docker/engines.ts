// Which Docker engines the user works with, and how a command reaches one of them.
import { l10n, ProgressLocation, window, workspace, type Progress as ShownProgress, type QuickPickItem } from 'vscode';
import { connect, disconnect, listAddresses, type Engine, type EngineAddress } from '../../docker';
import { toPlain } from './plain';
import { showFailure } from './problem-message';

/** What a long task is given: the way to stop it and to tell how far it is. */
export interface Progress {
  readonly signal: AbortSignal;
  /** `percent` is the whole that is done, from 0 to 100; undefined where that is not known. */
  readonly report: (message: string, percent?: number) => void;
}

/** Every engine that can be told of: DOCKER_HOST, docker contexts, default sockets, and addresses of the setting. */
export async function listAllEngines(): Promise<readonly EngineAddress[]> {
  return listAddresses({ extra: readHosts().filter((host) => host.includes('://')).map((url) => ({ name: url, url })) });
}

/**
 * The engines that the views show: the one that `docker` talks to, and those that the setting `tensorrt.docker.hosts`
 * names by context or address. Names that nothing answers to are left out.
 */
export async function listEngines(): Promise<readonly EngineAddress[]> {
  const all = await listAllEngines();
  const wanted = new Set(readHosts());
  const shown = all.filter(({ name, url, current }) => current || wanted.has(name) || wanted.has(url));
  return shown.length > 0 ? shown : all.slice(0, 1);
}

/** The engine to work with: the only one shown, or the one that the user picks; undefined when none is picked. */
export async function pickEngine(placeHolder: string = l10n.t('On which Docker host?')): Promise<EngineAddress | undefined> {
  const engines = await listEngines();
  if (engines.length <= 1) return engines[0];
  const items = engines.map((address): QuickPickItem & { address: EngineAddress } => ({ ...describeAddress(address), address }));
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.address;
}

/** An address as a row to choose from. */
export function describeAddress({ name, url, current }: EngineAddress): { readonly label: string; readonly description: string } {
  return { label: toPlain(name), description: current ? l10n.t('{0} (current)', toPlain(url)) : toPlain(url) };
}

/** A view, which shows that something is under way in it. */
export type View = 'containers' | 'images';

/** What takes longer than this is told of in a notification. */
const SHORT_MS = 1_000;

/**
 * Runs a task with an engine: under the bar of a view, and when it takes long under a notification that can cancel it.
 * What goes wrong is shown, with what helps; then, and when it was cancelled, the result is undefined.
 */
export async function withEngineProgress<T>(title: string, address: EngineAddress, task: (engine: Engine, progress: Progress) => Promise<T>, view: View = 'images'): Promise<T | undefined> {
  const aborter = new AbortController();
  const { signal } = aborter;
  const progress = new LateProgress();
  const work = async (): Promise<T> => {
    const engine = await connect(address, signal);
    try {
      return await task(engine, { signal, report: (message, percent) => progress.report(message, percent) });
    } finally {
      disconnect(engine);
    }
  };
  const result = work();
  const ended = result.then(() => undefined, () => undefined);
  void window.withProgress({ location: { viewId: `tensorrt.${view}` } }, () => ended);
  const timer = setTimeout(() => {
    void window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (shown, token) => {
      const subscription = token.onCancellationRequested(() => aborter.abort());
      progress.show(shown);
      await ended;
      subscription.dispose();
    });
  }, SHORT_MS);
  try {
    return await result;
  } catch (error) {
    await showFailure(error, title);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps what is reported until there is something to show it in. */
class LateProgress {
  #shown: ShownProgress<{ readonly message?: string; readonly increment?: number }> | undefined;
  #message = '';
  #done = 0;

  show(shown: ShownProgress<{ readonly message?: string; readonly increment?: number }>): void {
    this.#shown = shown;
    if (this.#message !== '') shown.report({ message: this.#message, increment: this.#done });
  }

  report(message: string, percent: number | undefined): void {
    this.#message = toPlain(message, 200);
    const increment = percent === undefined ? 0 : Math.max(0, percent - this.#done);
    this.#done += increment;
    this.#shown?.report(percent === undefined ? { message: this.#message } : { message: this.#message, increment });
  }
}

/** So many containers or images are worked on at once. */
const AT_ONCE = 4;

/**
 * Does one thing to each of several containers or images, under one progress a Docker host. One that fails is told
 * of by its name and does not keep the others from their turn; cancelling does.
 */
export async function doForEach<Node extends { readonly kind: 'container' | 'image'; readonly address: EngineAddress }>(
  nodes: readonly Node[],
  nameOf: (node: Node) => string,
  titleOf: (name: string) => string,
  task: (engine: Engine, node: Node, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const addresses = new Map(nodes.map(({ address }) => [address.name, address]));
  await Promise.all(
    [...addresses.values()].map((address) => {
      const own = nodes.filter((node) => node.address.name === address.name);
      const [only] = own;
      const title = titleOf(own.length === 1 && only !== undefined ? nameOf(only) : l10n.t('{0} items', own.length));
      return withEngineProgress(title, address, async (engine, { signal, report }) => {
        const waiting = [...own];
        let done = 0;
        const work = async (): Promise<void> => {
          for (let node = waiting.shift(); node !== undefined && !signal.aborted; node = waiting.shift()) {
            const name = nameOf(node);
            await task(engine, node, signal).catch((error: unknown) => void showFailure(error, titleOf(name)));
            done++;
            if (own.length > 1) report(`${done}/${own.length}`, (done / own.length) * 100);
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
      }, only?.kind === 'container' ? 'containers' : 'images');
    }),
  );
}

/** Contexts and addresses that the setting names. */
export function readHosts(): readonly string[] {
  const hosts = workspace.getConfiguration('tensorrt').get<unknown>('docker.hosts', []);
  return Array.isArray(hosts) ? hosts.filter((host): host is string => typeof host === 'string' && host !== '') : [];
}
