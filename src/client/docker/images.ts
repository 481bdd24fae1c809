import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ConfigStack } from '../../core/image/config';
import type { ImageDetails, ImageSummary } from '../../docker/model';
import { describeAge, describeComponent, describeSize, describeVersions, shortId } from './describe';
import type { Host } from './hosts';
import type { DockerNode, FactNode, ImageNode, RepositoryNode } from './nodes';
import { toPlain } from './plain';
import { imageStack, isScanned } from './stacks';
import type { Rows } from './tree';
import type { Verdict } from './verdict';

/** The view of the images: by repository, each image under each of its names. */
export class ImageRows implements Rows {
  readonly of = 'images';
  /** Show images without a GPU stack, too. */
  all = false;
  readonly #host: (node: ImageNode | RepositoryNode) => Host | undefined;
  readonly #shared: (host: Host, id: string) => number | undefined;
  readonly #judge: (host: Host, stack: ConfigStack, details: ImageDetails | undefined) => Verdict | undefined;

  /**
   * `host` finds the host of a node; `judge` says whether an image runs there, `shared` how many bytes of it other images
   * have, each undefined where that is not known.
   */
  constructor(
    host: (node: ImageNode | RepositoryNode) => Host | undefined,
    judge: (host: Host, stack: ConfigStack, details: ImageDetails | undefined) => Verdict | undefined,
    shared: (host: Host, id: string) => number | undefined,
  ) {
    this.#host = host;
    this.#judge = judge;
    this.#shared = shared;
  }

  list(host: Host): readonly RepositoryNode[] | undefined {
    if (host.images === undefined) return undefined;
    const { address } = host;
    const groups = new Map<string | null, ImageNode[]>();
    for (const image of host.images) {
      if (!this.all && !imageStack(address, image, host.imageDetails(image.id)).usesGpu) continue;
      for (const tag of image.tags.length > 0 ? image.tags : [undefined]) {
        const name = tag === undefined ? null : repositoryOf(tag);
        const group = groups.get(name);
        const node: ImageNode = { kind: 'image', address, image, tag };
        if (group === undefined) groups.set(name, [node]);
        else group.push(node);
      }
    }
    return [...groups]
      .sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b)))
      .map(([name, images]) => ({ kind: 'repository', address, name, images: images.sort(compareNodes) }));
  }

  children(node: DockerNode): readonly DockerNode[] {
    if (node.kind === 'repository') return node.images;
    if (node.kind !== 'image') return [];
    const { address, image, tag } = node;
    const host = this.#host(node);
    const details = host?.imageDetails(image.id);
    const stack = imageStack(address, image, details);
    const verdict = host && this.#judge(host, stack, details);
    const fact = (name: string, icon: string, label: string, description?: string): FactNode => ({
      kind: 'fact',
      id: `${address.name}/${image.id}/${tag ?? ''}/${name}`,
      label,
      icon: new ThemeIcon(icon),
      ...(description !== undefined && { description }),
    });
    return [
      ...(verdict === undefined ? [] : [{ ...fact('verdict', 'pass', verdict.title, verdict.reason), icon: verdictIcon(verdict) }]),
      ...stack.components.map((component, index) => fact(`component/${component.kind}/${index}`, 'versions', describeComponent(component))),
      ...(isScanned(address, image.id) ? [fact('scanned', 'search', l10n.t('Read inside'), l10n.t('versions'))] : []),
      ...(stack.requireCuda === undefined ? [] : [fact('require', 'shield', toPlain(stack.requireCuda, 200), l10n.t('driver check at the start'))]),
      ...(details === undefined ? [] : [fact('platform', 'server', toPlain(`${details.os}/${details.architecture}`, 60), l10n.t('platform'))]),
      fact('size', 'database', describeSizes(image, host && this.#shared(host, image.id)), l10n.t('size')),
      ...(image.createdSeconds > 0 ? [fact('created', 'calendar', describeAge(image.createdSeconds, Date.now() / 1000), l10n.t('created'))] : []),
      ...(image.containers === null || image.containers < 0 ? [] : [fact('containers', 'vm', describeUse(image.containers))]),
      fact('id', 'key', shortId(image.id), l10n.t('id')),
    ];
  }

  item(node: DockerNode): TreeItem {
    return node.kind === 'repository' ? repositoryItem(node) : node.kind === 'image' ? this.#imageItem(node) : new TreeItem('');
  }

  #imageItem(node: ImageNode): TreeItem {
    const { address, image, tag } = node;
    const host = this.#host(node);
    const details = host?.imageDetails(image.id);
    const stack = imageStack(address, image, details);
    const verdict = host && this.#judge(host, stack, details);
    const label = tag === undefined ? shortId(image.id) : toPlain(tag.slice(repositoryOf(tag).length + 1), 200);
    const item = new TreeItem(label, TreeItemCollapsibleState.Collapsed);
    item.id = `${address.name}/${image.id}/${tag ?? ''}`;
    item.contextValue = tag === undefined ? 'image;untagged' : 'image;tagged';
    const parts = [
      describeVersions(stack),
      ...(verdict === undefined || verdict.kind === 'runs' ? [] : [verdict.title]),
      describeSize(image.sizeBytes),
      ...(image.createdSeconds > 0 ? [describeAge(image.createdSeconds, Date.now() / 1000)] : []),
      ...(image.dangling ? [l10n.t('dangling')] : []),
    ].filter((part) => part !== '');
    item.description = parts.join(' · ');
    item.tooltip = [
      toPlain(tag ?? image.id, 300),
      ...(verdict === undefined ? [] : [l10n.t('{0}: {1}', verdict.title, verdict.reason)]),
      ...stack.components.map(describeComponent),
      describeSize(image.sizeBytes),
    ].join('\n');
    item.iconPath = verdict === undefined || verdict.kind === 'runs' ? new ThemeIcon(stack.usesGpu ? 'circuit-board' : 'package') : verdictIcon(verdict);
    item.accessibilityInformation = { label: [toPlain(tag ?? shortId(image.id), 300), ...parts, ...(verdict === undefined ? [] : verdict.kind === 'runs' ? [verdict.title] : [verdict.reason])].join(', ') };
    return item;
  }
}

/** The newest first; those of one time by name, so that a refresh leaves each in its place. */
function compareNodes(a: ImageNode, b: ImageNode): number {
  return b.image.createdSeconds - a.image.createdSeconds || (a.tag ?? a.image.id).localeCompare(b.tag ?? b.image.id, undefined, { numeric: true });
}

function repositoryItem({ address, name, images }: RepositoryNode): TreeItem {
  const label = name === null ? l10n.t('Without a name') : toPlain(name, 200);
  const item = new TreeItem(label, images.length > 20 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded);
  item.id = `${address.name}/repository/${name ?? ''}`;
  item.contextValue = name === null ? 'repository;untagged' : 'repository';
  item.description = images.length === 1 ? l10n.t('1 image') : l10n.t('{0} images', images.length);
  item.tooltip = label;
  item.iconPath = new ThemeIcon('repo');
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

function verdictIcon({ kind }: Verdict): ThemeIcon {
  if (kind === 'runs') return new ThemeIcon('pass', new ThemeColor('charts.green'));
  return kind === 'fails' ? new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground')) : new ThemeIcon('warning', new ThemeColor('problemsWarningIcon.foreground'));
}

function describeSizes({ sizeBytes }: ImageSummary, sharedBytes: number | undefined): string {
  return sharedBytes === undefined ? describeSize(sizeBytes) : l10n.t('{0}, of which {1} shared', describeSize(sizeBytes), describeSize(sharedBytes));
}

function describeUse(containers: number): string {
  return containers === 0 ? l10n.t('No container uses it') : containers === 1 ? l10n.t('1 container uses it') : l10n.t('{0} containers use it', containers);
}

/** `host:5000/team/app:1` → `host:5000/team/app`. */
function repositoryOf(tag: string): string {
  const colon = tag.lastIndexOf(':');
  return colon > tag.lastIndexOf('/') ? tag.slice(0, colon) : tag;
}
