import { commands, Disposable, l10n, ViewColumn, window, workspace, type Uri, type WebviewPanel } from 'vscode';
import type { StackAnswer } from '../../core/protocol/requests';
import { renderStageGraph } from './stage-graph-page';

const panels = new Map<string, WebviewPanel>();

/** Shows the stages of a Dockerfile as a graph beside it, following its changes; a click on a stage shows its FROM. */
export function showStageGraph(dockerfile: Uri, ask: (uri: Uri) => Promise<StackAnswer>): void {
  const key = dockerfile.toString();
  const open = panels.get(key);
  if (open !== undefined) {
    open.reveal(undefined, true);
    return;
  }
  const name = dockerfile.path.split('/').at(-1) ?? '';
  const panel = window.createWebviewPanel('tensorrt.stageGraph', l10n.t('Stages of {0}', name), { viewColumn: ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, localResourceRoots: [] });
  panels.set(key, panel);
  let drawn: string | undefined;
  const update = async (): Promise<void> => {
    const stages = (await ask(dockerfile))?.stages ?? [];
    const content = JSON.stringify(stages);
    // A page that is set anew loses its place and the keyboard: typing that changes no stage leaves it alone.
    if (panels.get(key) !== panel || content === drawn) return;
    drawn = content;
    panel.webview.html = renderStageGraph(stages, createNonce(), TEXTS());
  };
  const watching = Disposable.from(
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.toString() === key) void update();
    }),
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (typeof message === 'number') void commands.executeCommand('tensorrt.showLine', key, message);
    }),
  );
  panel.onDidDispose(() => {
    panels.delete(key);
    watching.dispose();
  });
  void update();
}

/** What only the page's own script and style are marked with. */
function createNonce(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The words of the page in the user's language. */
const TEXTS = () => ({
  language: l10n.t('en'),
  title: l10n.t('Stages'),
  empty: l10n.t('This file has no stage: a stage begins with FROM.'),
  stage: l10n.t('Stage {0}'),
  from: l10n.t('from {0}'),
  copies: l10n.t('copies from {0}'),
  based: l10n.t('begins with {0}'),
  nothing: l10n.t('Nothing is known of its GPU stack.'),
  line: l10n.t('line {0}'),
  translations: l10n.bundle,
});
export type GraphTexts = ReturnType<typeof TEXTS>;
