import { commands, Disposable, extensions, window, type TreeView } from 'vscode';
import { afterActivation, type Deferred } from '../after-activation';
import { LazyTree, loadFeatures } from '../lazy';
import { mayHaveDevContainers } from './dev-containers';
import type { DockerNode } from './nodes';

/** Ids of the commands, without the prefix `tensorrt.`. */
const COMMANDS = [
  ...(['refreshDocker', 'chooseHosts', 'showAllContainers', 'showGpuContainersOnly', 'showAllImages', 'showGpuImagesOnly'] as const),
  ...(['startContainer', 'stopContainer', 'restartContainer', 'removeContainer', 'showContainerLogs', 'openContainerShell', 'inspectContainer'] as const),
  ...(['copyContainerId', 'openContainerPort', 'attachContainer', 'commitContainer', 'smokeTestContainer'] as const),
  ...(['runImage', 'buildFromImage', 'scanImage', 'compareImages', 'showImageHistory', 'inspectImage', 'copyImageId'] as const),
  ...(['tagImage', 'pullImage', 'pushImage', 'removeImage', 'pruneImages', 'reclaimSpace', 'startRegistry', 'browseRegistry'] as const),
] as const;

export type DockerCommand = (typeof COMMANDS)[number];

/** The two views, as VS Code made them. */
export interface DockerViews {
  readonly containers: TreeView<DockerNode>;
  readonly images: TreeView<DockerNode>;
}

/** The views of containers and images and their commands. What they do is loaded when the first of them is needed. */
export function registerDocker(): Disposable {
  const load = (): ReturnType<typeof create> => (feature ??= create());
  const create = async () => (await loadFeatures()).createDockerFeature(views.get());
  let feature: ReturnType<typeof create> | undefined;

  const showAttach = (): void => void commands.executeCommand('setContext', 'tensorrt.devContainersInstalled', mayHaveDevContainers());
  const views: Deferred<DockerViews & Disposable> = afterActivation(() => {
    const containers = window.createTreeView('tensorrt.containers', { treeDataProvider: new LazyTree<DockerNode>(async () => (await load()).containers), canSelectMany: true, showCollapseAll: true });
    const images = window.createTreeView('tensorrt.images', { treeDataProvider: new LazyTree<DockerNode>(async () => (await load()).images), canSelectMany: true, showCollapseAll: true });
    showAttach();
    return Object.assign(Disposable.from(containers, images, extensions.onDidChange(showAttach)), { containers, images });
  });
  return Disposable.from(
    views,
    ...COMMANDS.map((name) => commands.registerCommand(`tensorrt.${name}`, async (...args: readonly unknown[]) => (await load()).run(name, args))),
    new Disposable(() => void feature?.then((loaded) => void loaded.dispose())),
  );
}
