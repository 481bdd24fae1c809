import { commands, Disposable, window, type TreeView } from 'vscode';
import { afterActivation, type Deferred } from '../after-activation';
import { LazyTree, loadFeatures } from '../lazy';
import type { HostNode } from './nodes';

/** Ids of the commands, without the prefix `tensorrt.`. */
const COMMANDS = ['checkHost', 'copyHostReport', 'addHostTarget', 'decodeError', 'copyHostLine', 'openHostSource'] as const;

export type HostCommand = (typeof COMMANDS)[number];

/** The view of the host check and its commands. What they do is loaded when the first of them is needed. */
export function registerHost(): Disposable {
  const load = (): ReturnType<typeof create> => (feature ??= create());
  const create = async () => (await loadFeatures()).createHostFeature(view.get());
  const view: Deferred<TreeView<HostNode>> = afterActivation(() => window.createTreeView('tensorrt.host', { treeDataProvider: new LazyTree<HostNode>(async () => (await load()).tree), showCollapseAll: true }));
  let feature: ReturnType<typeof create> | undefined;
  return Disposable.from(
    view,
    ...COMMANDS.map((name) => commands.registerCommand(`tensorrt.${name}`, async (...args: readonly unknown[]) => (await load()).run(name, args))),
    new Disposable(() => void feature?.then((loaded) => loaded.dispose())),
  );
}
