import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, type TreeDataProvider } from 'vscode';
import type { Host, Hosts } from './hosts';
import type { DockerNode, FactNode, HostNode } from './nodes';
import { toPlain } from './plain';
import { describeProblem, wordsOf } from './problem-message';

/** What one view shows of a host, and how. */
export interface Rows {
  /** The list of the host that they are made of. */
  readonly of: 'containers' | 'images';
  /** The rows of a host; undefined as long as they have not been read. */
  list(host: Host): readonly DockerNode[] | undefined;
  children(node: DockerNode): readonly DockerNode[];
  item(node: Exclude<DockerNode, HostNode | FactNode>): TreeItem;
}

/**
 * A view of the Docker hosts: with one host its rows lie at the root, with several each host is a root. A host that does
 * not answer says so: alone through the view's welcome text, beside others in its own row.
 */
export class DockerTree implements TreeDataProvider<DockerNode> {
  readonly #changed = new EventEmitter<DockerNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #hosts: Hosts;
  readonly #rows: Rows;
  /** The nodes at the root of the hosts as they are on the screen, by the id of what they show. */
  readonly #shown = new Map<string, DockerNode>();

  constructor(hosts: Hosts, rows: Rows) {
    this.#hosts = hosts;
    this.#rows = rows;
  }

  /** Shows everything anew. */
  refresh(): void {
    this.#changed.fire(undefined);
  }

  /** Shows the row of one container or image anew, if it is on the screen. */
  refreshRow(id: string): void {
    const node = this.#shown.get(id);
    if (node !== undefined) this.#changed.fire(node);
  }

  async getChildren(node?: DockerNode): Promise<DockerNode[]> {
    if (node === undefined) {
      const hosts = await this.#hosts.list();
      this.#shown.clear();
      const [only] = hosts;
      if (hosts.length === 1 && only !== undefined) return [...(await this.#list(only))];
      return hosts.map((host) => ({ kind: 'host', host }));
    }
    if (node.kind !== 'host') return [...this.#rows.children(node)];
    const { host } = node;
    if (host.problem !== undefined) {
      // The row above has the host's name already.
      const label = host.problem.kind === 'context-unreachable' ? wordsOf(host.problem) : describeProblem(host.problem).text;
      return [{ kind: 'fact', id: `${host.address.name}/problem`, label, icon: new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground')) }];
    }
    const rows = await this.#list(host);
    return rows.length > 0 ? [...rows] : [{ kind: 'fact', id: `${host.address.name}/empty`, label: l10n.t('Nothing to show'), icon: new ThemeIcon('info') }];
  }

  getTreeItem(node: DockerNode): TreeItem {
    if (node.kind === 'host') return hostItem(node.host);
    if (node.kind === 'fact') return factItem(node);
    return this.#rows.item(node);
  }

  /** Waits for the first answer of a host, so that VS Code shows that something is under way. */
  async #list(host: Host): Promise<readonly DockerNode[]> {
    await host.whenRead(this.#rows.of);
    const rows = host.problem === undefined ? (this.#rows.list(host) ?? []) : [];
    for (const row of rows) {
      if (row.kind === 'container') this.#shown.set(row.container.id, row);
    }
    return rows;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function hostItem({ address, problem, info }: Host): TreeItem {
  const item = new TreeItem(toPlain(address.name), TreeItemCollapsibleState.Expanded);
  item.id = `host/${address.name}`;
  item.contextValue = problem === undefined ? 'host' : 'host;dead';
  item.tooltip = toPlain(address.url);
  const state = problem !== undefined ? l10n.t('does not answer') : info === undefined ? l10n.t('connecting…') : toPlain(`${info.product === 'podman' ? 'Podman' : 'Docker'} ${info.version}`, 60);
  item.description = state;
  item.iconPath = problem === undefined ? new ThemeIcon('server') : new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground'));
  item.accessibilityInformation = { label: l10n.t('Docker host {0}, {1}', toPlain(address.name), state) };
  return item;
}

function factItem({ id, label, description, icon, port }: FactNode): TreeItem {
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = id;
  if (description !== undefined) item.description = description;
  item.tooltip = description === undefined ? label : `${label}: ${description}`;
  item.iconPath = icon;
  item.contextValue = port === undefined ? 'fact' : 'port';
  item.accessibilityInformation = { label: item.tooltip };
  return item;
}
