import { Disposable, l10n, languages, window, workspace, type TextEditor, type Uri } from 'vscode';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import { loadSharedFeatures } from '../load-shared';
import { StackTree } from './stack-tree';
import type { LanguageServer } from '../language/server';

/** Typing and moving the cursor come in bursts; the view follows when they pause. */
const PAUSE_MS = 150;

/** Shows the graph of all stages of a Dockerfile, by default the one in the editor. */
export async function showStages(server: LanguageServer, given: Uri | undefined): Promise<void> {
  const uri = given ?? window.activeTextEditor?.document.uri;
  if (uri === undefined) {
    void window.showInformationMessage(l10n.t('Open a Dockerfile first.'));
    return;
  }
  (await loadSharedFeatures()).showStageGraph(uri, (file) => ask(server, file));
}

/** The view of the stage under the cursor. */
export function showStage(server: LanguageServer): Disposable {
  const tree = new StackTree();
  const view = window.createTreeView('tensorrt.stack', { treeDataProvider: tree });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  const update = async (): Promise<void> => {
    const editor = window.activeTextEditor;
    if (!view.visible || server.state !== 'running') return;
    const mine = ++asked;
    const shown = editor?.document.languageId === 'dockerfile' ? await findStage(editor, server) : undefined;
    // A later question has been asked meanwhile.
    if (mine !== asked) return;
    view.description = shown === undefined ? '' : (shown.stage.name ?? l10n.t('stage {0}', shown.stage.index));
    view.message = shown?.stage.components.length === 0 ? l10n.t('Nothing is known of what this stage contains.') : '';
    tree.show(shown);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void update(), PAUSE_MS);
  };
  return Disposable.from(
    view,
    new Disposable(() => clearTimeout(timer)),
    view.onDidChangeVisibility(soon),
    window.onDidChangeActiveTextEditor((editor) => {
      // The panel and the terminal take the focus without an editor: what was shown stays.
      if (editor !== undefined || window.visibleTextEditors.length === 0) soon();
    }),
    window.onDidChangeTextEditorSelection(soon),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document === window.activeTextEditor?.document) soon();
    }),
    languages.onDidChangeDiagnostics(soon),
    server.onDidChangeState(soon),
  );
}

async function findStage(editor: TextEditor, server: LanguageServer): Promise<Parameters<StackTree['show']>[0]> {
  const stages = (await ask(server, editor.document.uri))?.stages ?? [];
  const line = editor.selection.active.line + 1;
  const stage = stages.findLast((one) => one.line <= line) ?? stages[0];
  if (stage === undefined) return undefined;
  return { dockerfile: editor.document.uri, stage };
}

function ask(server: LanguageServer, uri: Uri): Promise<StackAnswer> {
  const params: StackParams = { textDocument: { uri: uri.toString() } };
  return server.sendRequest<StackAnswer>(STACK_REQUEST, params);
}
