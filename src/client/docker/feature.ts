import { commands, ConfigurationTarget, Disposable, l10n, window, workspace } from 'vscode';
import { sweepRuns, type Engine, type WatchChange } from '../../docker';
import { createContainerActions } from './container-actions';
import { ContainerRows } from './containers';
import { describeAddress, listAllEngines, pickEngine, readHosts } from './engines';
import { GpuUsageReader } from './gpu-usage-reader';
import { Hosts, type Host } from './hosts';
import { createImageActions } from './image-actions';
import { ImageRows } from './images';
import { Pages } from './pages';
import { showFailure } from './problem-message';
import { ReclaimPages } from './reclaim';
import type { DockerCommand, DockerViews } from './register';
import { browseRegistry, startLocalRegistry } from './registry-actions';
import type { CommandArguments } from './select';
import { createScanActions } from './scan-actions';
import { SharedSizes } from './shared-sizes';
import { DockerTree } from './tree';
import { HostJudge } from './verdict';

/** All that stands behind the views and commands of containers and images. */
export function createDockerFeature(views: DockerViews) {
  const hosts = new Hosts();
  const pages = new Pages();
  const reclaimPages = new ReclaimPages();
  const usage = new GpuUsageReader(hosts, (id) => containers.refreshRow(id));
  const judge = new HostJudge(() => images.refresh());
  const shared = new SharedSizes(() => images.refresh());
  const containerRows = new ContainerRows((node) => hosts.find(node.address), (id) => usage.of(id));
  const imageRows = new ImageRows((node) => hosts.find(node.address), (host, stack, details) => judge.judge(host, stack, details), (host, id) => shared.of(host, id));
  const containers = new DockerTree(hosts, containerRows);
  const images = new DockerTree(hosts, imageRows);

  const show = (change: WatchChange): void => {
    if (change !== 'images') containers.refresh();
    if (change !== 'containers') images.refresh();
    if (change === 'state') {
      showState(hosts);
      for (const host of hosts.current) sweep(host);
    }
  };
  const swept = new WeakSet<Engine>();
  /** Takes away, once for each connection, what smoke tests and scans of an editor that crashed have left there: it may hold a GPU. */
  const sweep = ({ engine }: Host): void => {
    if (engine === undefined || swept.has(engine)) return;
    swept.add(engine);
    // A host that fails shows so in its row.
    void sweepRuns(engine).catch(() => undefined);
  };
  const setContext = (key: string, value: unknown): Thenable<unknown> => commands.executeCommand('setContext', `tensorrt.${key}`, value);
  const showContainersOf = async (gpuOnly: boolean): Promise<void> => {
    containerRows.gpuOnly = gpuOnly;
    await setContext('containers.gpuOnly', gpuOnly);
    views.containers.description = gpuOnly ? l10n.t('with a GPU') : '';
    containers.refresh();
  };
  const showImagesOf = async (all: boolean): Promise<void> => {
    imageRows.all = all;
    await setContext('images.all', all);
    views.images.description = all ? '' : l10n.t('with a GPU stack');
    images.refresh();
  };
  void showImagesOf(false);

  const handlers: Readonly<Record<DockerCommand, (...args: CommandArguments) => Promise<void>>> = {
    ...createContainerActions(views.containers, pages),
    ...createImageActions(views.images, pages),
    ...createScanActions(views.images, pages, () => show('details')),
    refreshDocker: () => hosts.refresh(),
    chooseHosts,
    startRegistry: startLocalRegistry,
    browseRegistry,
    reclaimSpace: () => reclaimSpace(reclaimPages),
    showAllContainers: () => showContainersOf(false),
    showGpuContainersOnly: () => showContainersOf(true),
    showAllImages: () => showImagesOf(true),
    showGpuImagesOnly: () => showImagesOf(false),
  };

  const seen = (): void => {
    hosts.setVisible('containers', views.containers.visible);
    hosts.setVisible('images', views.images.visible);
    usage.setVisible(views.containers.visible);
  };
  seen();
  const subscriptions = Disposable.from(hosts, pages, reclaimPages, usage, judge, containers, images, hosts.onDidChange(show), views.containers.onDidChangeVisibility(seen), views.images.onDidChangeVisibility(seen));

  return {
    containers,
    images,
    /** Runs a command; what goes wrong is shown. */
    async run(name: DockerCommand, args: CommandArguments): Promise<void> {
      try {
        await handlers[name](...args);
      } catch (error) {
        await showFailure(error);
      }
    },
    dispose(): void {
      subscriptions.dispose();
    },
  };
}

/** Tells the welcome texts of the views what the only host says; beside others a host tells of itself in its row. */
function showState({ current }: Hosts): void {
  const [only] = current;
  const state = current.length !== 1 || only === undefined ? 'ready' : (only.problem?.kind ?? (only.info === undefined ? '' : 'ready'));
  const info = current.length === 1 ? only?.info : undefined;
  const noGpu = info !== undefined && !info.runtimes.includes('nvidia') && !info.cdiDevices?.some((device) => device.startsWith('nvidia.com/gpu='));
  void commands.executeCommand('setContext', 'tensorrt.docker', state);
  void commands.executeCommand('setContext', 'tensorrt.noGpuRuntime', noGpu);
}

async function reclaimSpace(pages: ReclaimPages): Promise<void> {
  const address = await pickEngine(l10n.t('Whose disk space?'));
  if (address !== undefined) await pages.show(address);
}

/** Asks which hosts the views show beside the current one, and puts them into the user's settings. */
async function chooseHosts(): Promise<void> {
  const wanted = new Set(readHosts());
  const all = await listAllEngines();
  const items = all.filter(({ current }) => !current).map((address) => ({ ...describeAddress(address), address, picked: wanted.has(address.name) || wanted.has(address.url) }));
  const add = { label: l10n.t('$(add) Another Address…'), address: undefined, picked: false };
  const picked = await window.showQuickPick([...items, add], { canPickMany: true, title: l10n.t('Docker Hosts to Show'), placeHolder: l10n.t('The current host is always shown.') });
  if (picked === undefined) return;
  const names = picked.flatMap(({ address }) => (address === undefined ? [] : [address.from === 'setting' ? address.url : address.name]));
  if (picked.includes(add)) {
    const url = await window.showInputBox({
      title: l10n.t('Address of a Docker Host'),
      placeHolder: 'ssh://me@gpu-box',
      validateInput: (text) => (/^(?:unix|tcp|ssh|npipe):\/\/\S+$/.test(text.trim()) ? undefined : l10n.t('Write it as unix://, tcp://, ssh:// or npipe:// and an address.')),
    });
    if (url === undefined) return;
    names.push(url.trim());
  }
  await workspace.getConfiguration('tensorrt').update('docker.hosts', names, ConfigurationTarget.Global);
}
