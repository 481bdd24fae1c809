import { commands, Disposable, DocumentLink, EventEmitter, l10n, languages, Range, Uri, ViewColumn, window, workspace } from 'vscode';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import { renderStack, type PageLink } from './stack-page';
import type { LanguageServer } from './server';

const SCHEME = 'tensorrt-stack';
const SHOW_LINE = 'tensorrt.showLine';

/**
 * The pages of `showStack`, which follow the changes of their Dockerfiles. They are documents and not Markdown pages: the
 * preview makes no links to files out of a document that lies on no disk.
 */
export function provideStackPages(server: LanguageServer): Disposable {
  const changed = new EventEmitter<Uri>();
  const links = new Map<string, readonly PageLink[]>();
  return Disposable.from(
    changed,
    workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (page) => {
        const params: StackParams = { textDocument: { uri: page.query } };
        const answer = await server.sendRequest<StackAnswer>(STACK_REQUEST, params);
        if (answer === null) return l10n.t('There is no Dockerfile at {0}.', page.query);
        const rendered = renderStack(answer, Uri.parse(page.query));
        links.set(page.toString(), rendered.links);
        return rendered.text;
      },
    }),
    languages.registerDocumentLinkProvider({ scheme: SCHEME }, {
      provideDocumentLinks: (page) =>
        (links.get(page.uri.toString()) ?? []).map(
          ({ start, end, file, line }) => new DocumentLink(new Range(page.positionAt(start), page.positionAt(end)), createLineUri(file, line)),
        ),
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      for (const page of workspace.textDocuments) {
        if (page.uri.scheme === SCHEME && page.uri.query === document.uri.toString()) changed.fire(page.uri);
      }
    }),
    workspace.onDidCloseTextDocument(({ uri }) => links.delete(uri.toString())),
    commands.registerCommand(SHOW_LINE, async (file: string, line: number) => {
      const uri = Uri.parse(file);
      // Where the file is shown already, not in a second editor beside.
      const shown = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
      const viewColumn = shown?.viewColumn ?? ViewColumn.One;
      await window.showTextDocument(uri, { viewColumn, selection: new Range(line - 1, 0, line - 1, 0) });
    }),
  );
}

/** Shows what each stage of a Dockerfile contains, beside it. */
export async function showStack(given: Uri | undefined): Promise<void> {
  const uri = given ?? window.activeTextEditor?.document.uri;
  if (uri === undefined) {
    void window.showInformationMessage(l10n.t('Open a Dockerfile first.'));
    return;
  }
  const page = await workspace.openTextDocument(createPageUri(uri));
  await window.showTextDocument(page, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
}

/** The page's path gives the editor its title; its query names the Dockerfile. */
function createPageUri(dockerfile: Uri): Uri {
  const name = dockerfile.path.split('/').at(-1) ?? '';
  return Uri.from({ scheme: SCHEME, path: `/${l10n.t('Stack of {0}', name)}`, query: dockerfile.toString() });
}

function createLineUri(file: Uri, line: number): Uri {
  return Uri.parse(`command:${SHOW_LINE}?${encodeURIComponent(JSON.stringify([file.toString(), line]))}`);
}
