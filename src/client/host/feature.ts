import { commands, env, extensions, l10n, ProgressLocation, Uri, window, workspace, type CancellationToken, type TreeView } from 'vscode';
import { userInfo } from 'node:os';
import { renderIssueReport } from '../../host';
import { toPlain } from '../docker/plain';
import { showFailure } from '../docker/problem-message';
import { addHostTarget } from './add-target';
import { checkHosts } from './check-hosts';
import { explainError } from './decode-error';
import type { HostNode, HostResult } from './nodes';
import { HostPages } from './pages';
import type { HostCommand } from './register';
import { HostTree } from './tree';

/** All that stands behind the view of the host check and its commands. */
export function createHostFeature(view: TreeView<HostNode>) {
  const pages = new HostPages();
  const tree = new HostTree(() => void check({ viewId: 'tensorrt.host' }));
  let running: AbortController | undefined;

  /** Checks anew; a check that is still running is called off. False when it was cancelled. */
  const check = async (location: ProgressLocation | { viewId: string }): Promise<boolean> => {
    running?.abort();
    const aborter = (running = new AbortController());
    try {
      return await window.withProgress({ location, title: l10n.t('Checking the host'), cancellable: true }, async (_, token: CancellationToken) => {
        const subscription = token.onCancellationRequested(() => aborter.abort());
        try {
          const results = await checkHosts(aborter.signal);
          if (aborter.signal.aborted) return false;
          tree.show(results);
          // What is shown is of that moment.
          const time = new Date().toLocaleTimeString(env.language, { hour: '2-digit', minute: '2-digit' });
          view.description = `${summarise(results)} · ${l10n.t('checked at {0}', time)}`;
          return true;
        } finally {
          subscription.dispose();
        }
      });
    } catch (error) {
      if (!aborter.signal.aborted) throw error;
      return false;
    } finally {
      if (running === aborter) running = undefined;
    }
  };

  /** The result of a row, of the only engine, or of the one that the user picks; checked before where nothing was. */
  const findResult = async (node: unknown): Promise<HostResult | undefined> => {
    if (isNode(node) && 'result' in node) return node.result;
    if (tree.results.length === 0 && !(await check(ProgressLocation.Notification))) return undefined;
    if (tree.results.length <= 1) return tree.results[0];
    const items = tree.results.map((result) => ({ label: toPlain(result.name), description: toPlain(result.evidence.engine.address?.url ?? ''), result }));
    return (await window.showQuickPick(items, { placeHolder: l10n.t('Of which Docker host?') }))?.result;
  };

  const handlers: Readonly<Record<HostCommand, (first: unknown) => Promise<void>>> = {
    checkHost: async () => {
      await commands.executeCommand('tensorrt.host.focus');
      await check(ProgressLocation.Notification);
    },
    copyHostReport: async (node) => {
      const result = await findResult(node);
      if (result !== undefined) await showReport(pages, result);
    },
    addHostTarget: async (node) => {
      const result = await findResult(node);
      if (result !== undefined) await addHostTarget(result, pages);
    },
    decodeError: (text) => explainError(pages, text),
    copyHostLine: async (node) => {
      const text = isNode(node) ? textOf(node) : undefined;
      if (text !== undefined) await env.clipboard.writeText(text);
    },
    openHostSource: async (node) => {
      const url = isNode(node) ? (node.kind === 'source' ? node.url : node.kind === 'finding' ? node.finding.sources[0] : undefined) : undefined;
      if (url !== undefined) await env.openExternal(Uri.parse(url));
    },
  };

  return {
    tree,
    /** Runs a command; what goes wrong is shown. */
    async run(name: HostCommand, [first]: readonly unknown[]): Promise<void> {
      try {
        await handlers[name](first);
      } catch (error) {
        await showFailure(error);
      }
    },
    dispose(): void {
      running?.abort();
      pages.dispose();
      tree.dispose();
    },
  };
}

/** Shows what would be pasted before it can be copied. */
async function showReport(pages: HostPages, { evidence, findings }: HostResult): Promise<void> {
  const { version } = extensions.getExtension('tensorrt-containers.tensorrt-containers')?.packageJSON as { readonly version: string };
  const text = renderIssueReport(evidence, findings, { version, userNames: [userInfo().username] });
  const document = await workspace.openTextDocument(pages.write(`${l10n.t('Report of the host')}.md`, text));
  await window.showTextDocument(document, { preview: true });
  const copy = l10n.t('Copy');
  const chosen = await window.showInformationMessage(l10n.t('Names, addresses, identifiers and secrets were taken out. Read it through before you paste it somewhere.'), copy);
  if (chosen === copy) await env.clipboard.writeText(text);
}

function summarise(results: readonly HostResult[]): string {
  const count = (state: string): number => results.reduce((sum, { findings }) => sum + findings.filter((finding) => finding.state === state).length, 0);
  const fails = count('fail');
  const warnings = count('warn');
  if (fails + warnings === 0) return l10n.t('nothing fails');
  return [...(fails > 0 ? [l10n.t('{0} failing', fails)] : []), ...(warnings > 0 ? [warnings === 1 ? l10n.t('1 warning') : l10n.t('{0} warnings', warnings)] : [])].join(', ');
}

function isNode(value: unknown): value is HostNode {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function textOf(node: HostNode): string | undefined {
  switch (node.kind) {
    case 'detail':
    case 'quote':
      return node.text;
    case 'remedy':
      return node.commands.join('\n') || node.text;
    case 'command':
      return node.command;
    case 'source':
      return node.url;
    default:
      return undefined;
  }
}
