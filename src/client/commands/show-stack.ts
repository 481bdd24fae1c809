import { commands, Disposable, EventEmitter, l10n, Uri, window, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import { renderStack } from '../stack-page';

const SCHEME = 'tensorrt-stack';

/** Shows what each stage of a Dockerfile contains, beside it and following its changes. */
export function registerShowStack(client: LanguageClient): Disposable {
  const changed = new EventEmitter<Uri>();
  return Disposable.from(
    changed,
    workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (page) => {
        const params: StackParams = { textDocument: { uri: page.query } };
        const answer = await client.sendRequest<StackAnswer>(STACK_REQUEST, params);
        return answer === null ? l10n.t('There is no Dockerfile at {0}.', page.query) : renderStack(answer);
      },
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      for (const page of workspace.textDocuments) {
        if (page.uri.scheme === SCHEME && page.uri.query === document.uri.toString()) changed.fire(page.uri);
      }
    }),
    commands.registerCommand('tensorrt.showStack', async (given?: Uri) => {
      const uri = given ?? window.activeTextEditor?.document.uri;
      if (uri === undefined) {
        void window.showInformationMessage(l10n.t('Open a Dockerfile first.'));
        return;
      }
      await commands.executeCommand('markdown.showPreviewToSide', createPageUri(uri));
    }),
  );
}

/** The page's path gives the preview its title; its query names the Dockerfile. */
function createPageUri(dockerfile: Uri): Uri {
  const name = dockerfile.path.split('/').at(-1) ?? '';
  return Uri.from({ scheme: SCHEME, path: `/${name}.md`, query: dockerfile.toString() });
}
