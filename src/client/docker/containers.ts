import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ConfigStack } from '../../core/image/config';
import { isPage, type ContainerDetails, type ContainerSummary, type EngineAddress, type GpuLoad, type GpuUsage } from '../../docker';
import { describeAge, describeComponent, describeGpuAccess, describeSize, describeState, describeVersions, hasGpu, namePorts } from './describe';
import type { Host } from './hosts';
import type { ContainerNode, DockerNode, FactNode } from './nodes';
import { toPlain } from './plain';
import { containerStack } from './stacks';
import type { Rows } from './tree';

/** The view of the containers: running ones first, then the others, each group by name. */
export class ContainerRows implements Rows {
  readonly of = 'containers';
  /** Show only containers that have a GPU or come from an image that wants one. */
  gpuOnly = false;
  readonly #host: (node: ContainerNode) => Host | undefined;
  readonly #usage: (id: string) => GpuUsage | undefined;

  /** `host` finds the host of a node, `usage` what was last read of a container's GPU memory and load. */
  constructor(host: (node: ContainerNode) => Host | undefined, usage: (id: string) => GpuUsage | undefined) {
    this.#host = host;
    this.#usage = usage;
  }

  list(host: Host): readonly ContainerNode[] | undefined {
    return host.containers
      ?.filter((container) => !this.gpuOnly || concernsGpu(host.address, container, host.containerDetails(container.id)))
      .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, undefined, { numeric: true }))
      .map((container) => ({ kind: 'container', address: host.address, container }));
  }

  children(node: DockerNode): readonly FactNode[] {
    if (node.kind !== 'container') return [];
    const { container, address } = node;
    const details = this.#host(node)?.containerDetails(container.id);
    const stack = containerStack(address, container, details);
    const usage = this.#usage(container.id);
    const fact = (name: string, icon: ThemeIcon | string, label: string, description?: string): FactNode => ({
      kind: 'fact',
      id: `${node.address.name}/${container.id}/${name}`,
      label,
      icon: typeof icon === 'string' ? new ThemeIcon(icon) : icon,
      ...(description !== undefined && { description }),
    });
    return [
      ...(details === undefined ? [] : lacksGpu(stack, details) ? [fact('gpu', WARNING, l10n.t('No GPU'), l10n.t('its image is made for one'))] : [fact('gpu', 'circuit-board', describeGpuAccess(details.gpu, container.compose !== null))]),
      ...(usage === undefined || usage.processBytes === null ? [] : [fact('usage', 'pulse', describeSize(usage.processBytes), l10n.t('GPU memory of its processes'))]),
      ...(usage?.gpus ?? []).map((gpu) => fact(`load/${gpu.uuid}`, 'pulse', `${gpu.index}: ${toPlain(gpu.name, 80)}`, describeLoad(gpu))),
      fact('status', 'info', toPlain(container.status, 200)),
      ...namePorts(container.ports).map(({ label, published }): FactNode => ({
        ...fact(`port/${label}`, 'plug', label, l10n.t('port')),
        ...(isPage(published) && container.state === 'running' && { port: { address: node.address, published } }),
      })),
      fact('image', 'package', toPlain(container.image, 200), l10n.t('image')),
      ...stack.components.map((component, index) => fact(`component/${component.kind}/${index}`, 'versions', describeComponent(component))),
      ...(container.compose === null ? [] : [fact('compose', 'layers', toPlain(`${container.compose.project} / ${container.compose.service}`, 200), 'Compose')]),
      ...(container.createdSeconds > 0 ? [fact('created', 'calendar', describeAge(container.createdSeconds, Date.now() / 1000), l10n.t('created'))] : []),
    ];
  }

  item(node: DockerNode): TreeItem {
    if (node.kind !== 'container') return new TreeItem('');
    const { container, address } = node;
    const details = this.#host(node)?.containerDetails(container.id);
    const stack = containerStack(address, container, details);
    const lacking = details !== undefined && lacksGpu(stack, details);
    const gpu = details !== undefined && hasGpu(details.gpu);
    const item = new TreeItem(toPlain(container.name, 200), TreeItemCollapsibleState.Collapsed);
    item.id = `${address.name}/${container.id}`;
    item.contextValue = ['container', container.state, ...(container.ports.some(isPage) ? ['ports'] : [])].join(';');
    const usage = this.#usage(container.id);
    const parts = [
      container.state === 'running' && container.health !== 'unhealthy' ? '' : describeState(container),
      lacking ? l10n.t('no GPU, though its image is made for one') : gpu ? describeGpuAccess(details.gpu, container.compose !== null) : '',
      usage === undefined ? '' : describeUsage(usage),
      describeVersions(stack),
    ].filter((part) => part !== '');
    item.description = parts.join(' · ');
    item.tooltip = [
      toPlain(container.name, 200),
      l10n.t('Image: {0}', toPlain(container.image, 200)),
      toPlain(container.status, 200),
      ...(details === undefined ? [] : [describeGpuAccess(details.gpu, container.compose !== null)]),
      ...stack.components.map(describeComponent),
      ...namePorts(container.ports).map(({ label }) => label),
    ].join('\n');
    item.iconPath = iconOf(container, gpu, lacking);
    item.accessibilityInformation = { label: [toPlain(container.name, 200), describeState(container), ...parts.filter((part) => part !== describeState(container))].join(', ') };
    return item;
  }
}

const WARNING = new ThemeIcon('warning', new ThemeColor('problemsWarningIcon.foreground'));

function iconOf({ state, health }: ContainerSummary, gpu: boolean, lacking: boolean): ThemeIcon {
  if (state === 'running' && (lacking || health === 'unhealthy')) return WARNING;
  if (state === 'dead') return new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground'));
  if (state === 'paused') return new ThemeIcon('debug-pause');
  const color = state === 'running' ? new ThemeColor('charts.green') : new ThemeColor('disabledForeground');
  return new ThemeIcon(gpu ? 'circuit-board' : state === 'running' ? 'vm-running' : 'vm-outline', color);
}

/** GPU memory of a container and load of its GPUs, for a row: `3.1 GB · load 45 %`. */
function describeUsage({ processBytes, gpus }: GpuUsage): string {
  const loads = gpus.flatMap(({ utilizationPercent }) => (utilizationPercent === null ? [] : [`${utilizationPercent} %`]));
  return [...(processBytes === null || processBytes === 0 ? [] : [describeSize(processBytes)]), ...(loads.length === 0 ? [] : [l10n.t('load {0}', loads.join(', '))])].join(' · ');
}

/** A GPU as a whole, whoever uses it. */
function describeLoad({ usedBytes, totalBytes, utilizationPercent }: GpuLoad): string {
  const memory = usedBytes === null || totalBytes === null ? [] : [l10n.t('{0} of {1} in use by all', describeSize(usedBytes), describeSize(totalBytes))];
  return [...memory, ...(utilizationPercent === null ? [] : [l10n.t('load {0} %', utilizationPercent)])].join(', ');
}

function lacksGpu(stack: ConfigStack, details: ContainerDetails): boolean {
  return stack.usesGpu && !hasGpu(details.gpu);
}

function concernsGpu(address: EngineAddress, container: ContainerSummary, details: ContainerDetails | undefined): boolean {
  return (details !== undefined && hasGpu(details.gpu)) || containerStack(address, container, details).usesGpu;
}

function rank({ state }: ContainerSummary): number {
  return state === 'running' || state === 'restarting' || state === 'paused' ? 0 : 1;
}
