import { randomBytes } from 'node:crypto';
import type { Disposable} from 'vscode';
import { l10n, ViewColumn, window, type WebviewPanel } from 'vscode';
import { planReclaim, readDiskUsage, reclaim, suggestReclaim, type DiskUsage, type EngineAddress, type ReclaimItem, type ReclaimResult, type ReclaimSelection } from '../../docker';
import { listNames } from './container-actions';
import { describeSize, shortId } from './describe';
import { withEngineProgress } from './engines';
import { toPlain } from './plain';
import { describeProblem } from './problem-message';
import { renderReclaimPage, tryRun } from './reclaim-page';

/** The pages of the disk space, one a host. */
export class ReclaimPages implements Disposable {
  readonly #panels = new Map<string, ReclaimPanel>();

  /** Reads what a host's disk holds and shows it; a page that is open already is brought up to date. */
  async show(address: EngineAddress): Promise<void> {
    const open = this.#panels.get(address.name);
    if (open !== undefined) return open.refresh();
    const usage = await readUsage(address);
    if (usage === undefined) return;
    this.#panels.set(address.name, new ReclaimPanel(address, usage, () => this.#panels.delete(address.name)));
  }

  dispose(): void {
    for (const panel of this.#panels.values()) panel.dispose();
  }
}

class ReclaimPanel implements Disposable {
  readonly #address: EngineAddress;
  readonly #panel: WebviewPanel;
  #usage: DiskUsage;
  #selection: ReclaimSelection;

  constructor(address: EngineAddress, usage: DiskUsage, onClose: () => void) {
    this.#address = address;
    this.#usage = usage;
    this.#selection = suggestReclaim(usage);
    this.#panel = window.createWebviewPanel('tensorrt.reclaim', l10n.t('Disk Space'), ViewColumn.Active, { enableScripts: true, localResourceRoots: [] });
    this.#panel.onDidDispose(onClose);
    this.#panel.webview.onDidReceiveMessage((message: unknown) => void this.#obey(message));
    // A page that was hidden is made anew from its text.
    this.#panel.onDidChangeViewState(({ webviewPanel }) => {
      if (webviewPanel.visible) this.#render();
    });
    this.#render();
  }

  async refresh(): Promise<void> {
    this.#panel.reveal();
    const usage = await readUsage(this.#address);
    if (usage === undefined) return;
    this.#usage = usage;
    this.#selection = suggestReclaim(usage);
    this.#render();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #render(): void {
    this.#panel.webview.html = renderReclaimPage(this.#usage, this.#selection, toPlain(this.#address.name, 80), randomBytes(16).toString('base64url'));
  }

  async #obey(message: unknown): Promise<void> {
    const { type, selected } = message as { readonly type?: unknown; readonly selected?: unknown };
    if (type === 'refresh') await this.refresh();
    else if (type === 'remove') await this.#remove();
    else if (type === 'select' && Array.isArray(selected)) {
      this.#selection = readSelection(selected);
      await this.#panel.webview.postMessage(tryRun(this.#usage, this.#selection));
    }
  }

  async #remove(): Promise<void> {
    const plan = planReclaim(this.#usage, this.#selection);
    if (plan.items.length === 0) return;
    const remove = l10n.t('Remove');
    const question = plan.items.length === 1 ? l10n.t('Remove 1 item and free {0}?', describeSize(plan.freedBytes)) : l10n.t('Remove {0} items and free {1}?', plan.items.length, describeSize(plan.freedBytes));
    const kept = plan.conflicts.map(({ kind, name }) => l10n.t('Stays, because it is in use: {0}', nameOfItem({ kind, name, id: '' })));
    const detail = [listNames(plan.items.map(nameOfItem)), ...kept, l10n.t('This cannot be undone.')].join('\n');
    if ((await window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
    const result = await withEngineProgress(l10n.t('Reclaiming disk space'), this.#address, (engine, { signal, report }) =>
      reclaim(
        engine,
        plan,
        (item, index, done) => {
          if (done === null) report(nameOfItem(item), (index / plan.items.length) * 100);
        },
        signal,
      ),
    );
    if (result !== undefined) tellResult(result);
    await this.refresh();
  }
}

function readUsage(address: EngineAddress): Promise<DiskUsage | undefined> {
  return withEngineProgress(l10n.t('Reading the disk use of {0}', toPlain(address.name, 80)), address, (engine, { signal }) => readDiskUsage(engine, signal));
}

/** What is ticked on the page: pairs of kind and id. */
function readSelection(pairs: readonly unknown[]): ReclaimSelection {
  const ids = (wanted: string): ReadonlySet<string> =>
    new Set(pairs.flatMap((pair): readonly string[] => (Array.isArray(pair) && pair[0] === wanted && typeof pair[1] === 'string' ? [pair[1]] : [])));
  return { containers: ids('container'), images: ids('image'), volumes: ids('volume'), buildCache: ids('build-cache').size > 0 };
}

function tellResult({ steps, freedBytes }: ReclaimResult): void {
  const failed = steps.flatMap(({ item, problem }) => (problem === null ? [] : [`${nameOfItem(item)}: ${describeProblem(problem.problem).text}`]));
  const done = freedBytes === null ? l10n.t('{0} of {1} removed.', steps.length - failed.length, steps.length) : l10n.t('{0} of {1} removed, {2} freed.', steps.length - failed.length, steps.length, describeSize(freedBytes));
  if (failed.length === 0) void window.showInformationMessage(done);
  else void window.showWarningMessage(`${done} ${l10n.t('Left: {0}', failed.slice(0, 3).join(' '))}`);
}

function nameOfItem({ kind, name, id }: Pick<ReclaimItem, 'kind' | 'name' | 'id'>): string {
  const plain = toPlain(name === '' ? shortId(id) : name, 100);
  switch (kind) {
    case 'container':
      return l10n.t('container {0}', plain);
    case 'image':
      return l10n.t('image {0}', plain);
    case 'volume':
      return l10n.t('volume {0}', plain);
    case 'build-cache':
      return l10n.t('build cache');
  }
}
