import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, type TreeDataProvider } from 'vscode';
import type { Finding, ProbeState } from '../../host';
import { toPlain } from '../docker/plain';
import type { HostNode, HostResult } from './nodes';
import { nameState, translate } from './words';

const STATES: readonly ProbeState[] = ['fail', 'warn', 'unknown', 'ok', 'not-applicable'];

const ICONS: Readonly<Record<ProbeState, ThemeIcon>> = {
  fail: new ThemeIcon('error', new ThemeColor('list.errorForeground')),
  warn: new ThemeIcon('warning', new ThemeColor('list.warningForeground')),
  unknown: new ThemeIcon('question'),
  ok: new ThemeIcon('pass', new ThemeColor('charts.green')),
  'not-applicable': new ThemeIcon('circle-slash', new ThemeColor('disabledForeground')),
};

/** The findings by their states, under their engine where there are several. */
export class HostTree implements TreeDataProvider<HostNode> {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #onFirstShown: () => void;
  #results: readonly HostResult[] | undefined;

  /** `onFirstShown` is told when rows are wanted and nothing was checked yet. */
  constructor(onFirstShown: () => void) {
    this.#onFirstShown = onFirstShown;
  }

  get results(): readonly HostResult[] {
    return this.#results ?? [];
  }

  show(results: readonly HostResult[]): void {
    this.#results = results;
    this.#changed.fire();
  }

  getChildren(node?: HostNode): HostNode[] {
    if (node === undefined && this.#results === undefined) this.#onFirstShown();
    return [...childrenOf(node, this.results)];
  }

  getTreeItem(node: HostNode): TreeItem {
    switch (node.kind) {
      case 'host':
        return hostItem(node.result);
      case 'group':
        return groupItem(node.result, node.state, node.findings.length);
      case 'finding':
        return findingItem(node.result, node.finding);
      case 'detail':
        return lineItem(node.text, 'info', 'copy');
      case 'quote':
        return lineItem(`${toPlain(node.from)}: ${toPlain(node.text, 500)}`, 'output', 'copy');
      case 'remedy':
        return remedyItem(node.text, node.commands);
      case 'command':
        return lineItem(node.command, 'terminal', 'copy');
      case 'source':
        return lineItem(node.url, 'link', 'copy source');
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function childrenOf(node: HostNode | undefined, results: readonly HostResult[]): readonly HostNode[] {
  if (node === undefined) {
    const [only, ...others] = results;
    return others.length === 0 && only !== undefined ? groupsOf(only) : results.map((result) => ({ kind: 'host', result }));
  }
  if (node.kind === 'host') return groupsOf(node.result);
  if (node.kind === 'group') return node.findings.map((finding) => ({ kind: 'finding', result: node.result, finding }));
  if (node.kind === 'finding') return partsOf(node.finding);
  return node.kind === 'remedy' ? node.commands.map((command) => ({ kind: 'command', command })) : [];
}

function groupsOf(result: HostResult): readonly HostNode[] {
  return STATES.flatMap((state): readonly HostNode[] => {
    const findings = result.findings.filter((finding) => finding.state === state);
    return findings.length === 0 ? [] : [{ kind: 'group', result, state, findings }];
  });
}

function partsOf({ details, evidence, remedies, sources }: Finding): readonly HostNode[] {
  return [
    ...details.map((text): HostNode => ({ kind: 'detail', text: translate(text) })),
    ...remedies.map(({ text, commands }): HostNode => ({ kind: 'remedy', text: translate(text), commands })),
    ...evidence.flatMap(({ from, lines }) => lines.map((text): HostNode => ({ kind: 'quote', from, text: translate(text) }))),
    ...sources.map((url): HostNode => ({ kind: 'source', url })),
  ];
}

function hostItem({ name, evidence, findings }: HostResult): TreeItem {
  const item = new TreeItem(toPlain(name), TreeItemCollapsibleState.Expanded);
  item.id = `host/${name}`;
  item.description = toPlain(evidence.engine.address?.url ?? '');
  item.iconPath = new ThemeIcon('server');
  item.contextValue = 'host';
  const fails = findings.filter(({ state }) => state === 'fail').length;
  item.accessibilityInformation = { label: l10n.t('Docker host {0}, {1} failing', toPlain(name), fails) };
  return item;
}

function groupItem({ name }: HostResult, state: ProbeState, count: number): TreeItem {
  const isBad = state === 'fail' || state === 'warn';
  const item = new TreeItem(nameState(state), isBad ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);
  // So that what is open stays open when the host is checked again.
  item.id = `${name}/${state}`;
  item.description = String(count);
  item.accessibilityInformation = { label: `${nameState(state)}, ${count}` };
  return item;
}

function findingItem({ name }: HostResult, finding: Finding): TreeItem {
  const title = translate(finding.title);
  const hasParts = partsOf(finding).length > 0;
  const item = new TreeItem(title, hasParts ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
  item.id = `${name}/${finding.state}/${finding.id}`;
  item.iconPath = ICONS[finding.state];
  item.tooltip = [title, ...finding.details.map(translate)].join('\n');
  item.contextValue = finding.sources.length > 0 ? 'finding source' : 'finding';
  item.accessibilityInformation = { label: `${nameState(finding.state)}: ${title}` };
  return item;
}

function remedyItem(text: string, commands: readonly string[]): TreeItem {
  const item = lineItem(text, 'wrench', commands.length > 0 ? 'copy remedy' : 'copy');
  item.collapsibleState = commands.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None;
  item.accessibilityInformation = { label: l10n.t('What mends it: {0}', text) };
  return item;
}

function lineItem(text: string, icon: string, contextValue: string): TreeItem {
  const item = new TreeItem(text);
  item.iconPath = new ThemeIcon(icon);
  item.tooltip = text;
  item.contextValue = contextValue;
  return item;
}
