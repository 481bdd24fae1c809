import { commands, env, l10n, window, type TreeView } from 'vscode';
import { parseImageReference } from '../../core/image/reference';
import { commitContainer, inspectRaw, isPage, listImages, removeContainer, restartContainer, startContainer, stopContainer, type ContainerState } from '../../docker';
import { namePorts, shortId } from './describe';
import { attachByDevContainers } from './dev-containers';
import { doForEach, withEngineProgress } from './engines';
import { openLogs } from './logs';
import type { ContainerNode, DockerNode, FactNode, ImageNode } from './nodes';
import { toVisibleJson, type Pages } from './pages';
import { toPlain } from './plain';
import { openPort } from './ports';
import { checkReference } from './reference-input';
import { selectContainers, type CommandArguments } from './select';
import { openShell } from './terminals';

/** The commands on containers. */
export function createContainerActions(view: TreeView<DockerNode>, pages: Pages) {
  const select = (args: CommandArguments, ...states: readonly ContainerState[]): Promise<readonly ContainerNode[]> =>
    selectContainers(args, view, states.length === 0 ? undefined : ({ container }) => states.includes(container.state));
  const one = async (args: CommandArguments, ...states: readonly ContainerState[]): Promise<ContainerNode | undefined> => (await select(args, ...states))[0];

  return {
    async startContainer(...args: CommandArguments): Promise<void> {
      await doForEach(await select(args, 'created', 'exited', 'dead'), nameOf, (name) => l10n.t('Starting {0}', name), (engine, { container }, signal) => startContainer(engine, container.id, signal));
    },

    async stopContainer(...args: CommandArguments): Promise<void> {
      await doForEach(await select(args, 'running', 'paused', 'restarting'), nameOf, (name) => l10n.t('Stopping {0}', name), (engine, { container }, signal) => stopContainer(engine, container.id, { signal }));
    },

    async restartContainer(...args: CommandArguments): Promise<void> {
      await doForEach(await select(args, 'running', 'paused', 'restarting'), nameOf, (name) => l10n.t('Restarting {0}', name), (engine, { container }, signal) => restartContainer(engine, container.id, { signal }));
    },

    async removeContainer(...args: CommandArguments): Promise<void> {
      const nodes = await select(args);
      if (nodes.length === 0) return;
      const running = nodes.filter(({ container }) => /^(?:running|paused|restarting)$/.test(container.state));
      const question = nodes.length === 1 ? l10n.t('Remove the container {0}?', nameOf(nodes[0])) : l10n.t('Remove {0} containers?', nodes.length);
      const detail = [
        ...(nodes.length === 1 ? [] : [listNames(nodes.map(nameOf))]),
        ...(running.length === 0 ? [] : [l10n.t('Still running, and killed first: {0}.', running.map(nameOf).join(', '))]),
        l10n.t('Files that were changed inside are lost. This cannot be undone.'),
      ].join('\n');
      const remove = l10n.t('Remove');
      const withVolumes = l10n.t('Remove with Nameless Volumes');
      const answer = await window.showWarningMessage(question, { modal: true, detail }, remove, withVolumes);
      if (answer === undefined) return;
      // One that was started since its row was drawn is not killed: nobody was asked about that.
      await doForEach(nodes, nameOf, (name) => l10n.t('Removing {0}', name), (engine, node, signal) =>
        removeContainer(engine, node.container.id, { force: running.includes(node), volumes: answer === withVolumes, signal }),
      );
    },

    async showContainerLogs(...args: CommandArguments): Promise<void> {
      for (const { address, container } of await select(args)) openLogs(address, container);
    },

    async openContainerShell(...args: CommandArguments): Promise<void> {
      for (const { address, container } of await select(args, 'running')) await openShell(address, container);
    },

    async inspectContainer(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined) return;
      const raw = await withEngineProgress(l10n.t('Inspecting {0}', nameOf(node)), node.address, (engine, { signal }) => inspectRaw(engine, 'container', node.container.id, signal), 'containers');
      if (raw !== undefined) await pages.show(`${nameOf(node)}.json`, toVisibleJson(raw));
    },

    async copyContainerId(...args: CommandArguments): Promise<void> {
      const nodes = await select(args);
      if (nodes.length > 0) await env.clipboard.writeText(nodes.map(({ container }) => container.id).join('\n'));
    },

    async openContainerPort(...args: CommandArguments): Promise<void> {
      const fact = args[0] as FactNode | undefined;
      if (fact?.kind === 'fact' && fact.port !== undefined) return openPort(fact.port.address, fact.port.published);
      const node = await one(args, 'running');
      if (node === undefined) return;
      const ports = namePorts(node.container.ports.filter(isPage));
      if (ports.length === 0) {
        void window.showInformationMessage(l10n.t('{0} publishes no port that a browser could open.', nameOf(node)));
        return;
      }
      const picked = ports.length === 1 ? ports[0] : await window.showQuickPick(ports, { placeHolder: l10n.t('Which port?') });
      if (picked !== undefined) await openPort(node.address, picked.published);
    },

    async attachContainer(...args: CommandArguments): Promise<void> {
      const node = await one(args, 'running');
      if (node === undefined) return;
      if (!node.address.current) {
        void window.showInformationMessage(l10n.t('Dev Containers attaches to containers of the current Docker host. Make {0} the current one first: docker context use.', toPlain(node.address.name)));
        return;
      }
      await attachByDevContainers(node.container.id);
    },

    async smokeTestContainer(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined) return;
      const { address, container } = node;
      const images = await withEngineProgress(l10n.t('Looking for the image of {0}', nameOf(node)), address, (engine, { signal }) => listImages(engine, {}, signal), 'containers');
      const image = images?.find(({ id }) => id === container.imageId);
      if (image !== undefined) await commands.executeCommand('tensorrt.smokeTestImage', { kind: 'image', address, image, tag: image.tags.find((tag) => tag === container.image) ?? image.tags[0] } satisfies ImageNode);
      else if (images !== undefined) void window.showInformationMessage(l10n.t('The image of {0} is no longer there.', nameOf(node)));
    },

    async commitContainer(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined) return;
      const reference = await window.showInputBox({
        title: l10n.t('Commit {0} as image', nameOf(node)),
        prompt: l10n.t('Name of the new image. What lies in volumes does not come with it.'),
        value: `${node.container.name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}:snapshot`,
        validateInput: checkReference,
      });
      if (reference === undefined) return;
      const parsed = parseImageReference(reference.trim());
      if (parsed === undefined) return;
      const repository = parsed.registry === undefined ? parsed.repository : `${parsed.registry}/${parsed.repository}`;
      const id = await withEngineProgress(l10n.t('Committing {0}', nameOf(node)), node.address, (engine, { signal }) =>
        commitContainer(engine, node.container.id, { repository, tag: parsed.tag ?? 'latest', signal }), 'containers',
      );
      if (id !== undefined) void window.showInformationMessage(l10n.t('{0} is now the image {1} ({2}).', nameOf(node), reference.trim(), shortId(id)));
    },
  };
}

function nameOf(node: ContainerNode | undefined): string {
  return node === undefined ? '' : toPlain(node.container.name, 100);
}

/** At most ten names, one a line. */
export function listNames(names: readonly string[]): string {
  return names.length <= 10 ? names.join('\n') : `${names.slice(0, 9).join('\n')}\n${l10n.t('and {0} more', names.length - 9)}`;
}
