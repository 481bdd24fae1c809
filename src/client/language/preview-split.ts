import { commands, l10n, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { SplitStageAnswer } from '../../core/protocol/requests';
import { toPlain } from '../docker/plain';
import { pickOne } from '../generate/steps';

type Split = Extract<SplitStageAnswer, { readonly edits: unknown }>;

/** Documents that only show what a stage becomes. */
const SCHEME = 'tensorrt-split';

/** Shows in words and side by side what becomes of a stage, asks, and writes it; one undo takes it back. */
export async function previewSplit(uri: Uri, split: Split): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const { version } = document;
  const title = l10n.t('Split into Build and Runtime Stage');
  if (!(await confirm(uri, split, title))) return;
  if (document.version !== version) {
    void window.showWarningMessage(l10n.t('{0} was changed meanwhile: nothing was written.', workspace.asRelativePath(uri)));
    return;
  }
  const edit = new WorkspaceEdit();
  for (const { range, newText } of split.edits) edit.replace(uri, new Range(range.start.line, range.start.character, range.end.line, range.end.character), newText);
  await workspace.applyEdit(edit, { isRefactoring: true });
  const editor = await window.showTextDocument(document);
  const build = document.positionAt(Math.max(0, document.getText().indexOf(`COPY --from=${split.build}`)));
  editor.revealRange(new Range(build, build));
}

async function confirm(uri: Uri, split: Split, title: string): Promise<boolean> {
  const notes = Uri.from({ scheme: SCHEME, path: `/${l10n.t('What to look at')}` });
  const after = uri.with({ scheme: SCHEME, query: 'after' });
  const texts = new Map([[notes.toString(), describe(split)], [after.toString(), split.text]]);
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: (shown) => texts.get(shown.toString()) });
  try {
    await commands.executeCommand('vscode.changes', title, [[notes, undefined, notes], [uri, uri, after]]);
    const question = split.check.length === 0 ? l10n.t('Split the stage as shown below?') : l10n.t('Split the stage as shown below? Things to look at: {0}', split.check.length);
    const choices = [
      { label: l10n.t('$(check) Split'), description: toPlain(split.image), value: true },
      { label: l10n.t('$(x) Change nothing'), value: false },
    ];
    const answered = await pickOne({ title, step: 1, totalSteps: 1 }, question, choices, true);
    return answered !== undefined && answered !== 'back' && answered.value;
  } finally {
    await window.tabGroups.close(window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.startsWith(title)));
    provider.dispose();
  }
}

/** What is done and what is left to the reader, as plain text: names in it are those of the file. */
function describe({ build, image, done, check }: Split): string {
  const list = (sentences: readonly string[]): string => sentences.map((sentence) => `- ${toPlain(sentence)}\n`).join('');
  const parts = [
    ...(check.length === 0 ? [] : [`${l10n.t('Look at this before you trust the image:')}\n${list(check)}`]),
    `${l10n.t('The stage {0} builds; what runs starts from {1}.', build, toPlain(image))}\n${list(done)}`,
  ];
  return parts.join('\n');
}
