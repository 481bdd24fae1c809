import { l10n, Position, window, type Uri } from 'vscode';
import { SPLIT_STAGE_REQUEST, type SplitStageAnswer, type SplitStageParams } from '../../core/protocol/requests';
import { loadSharedFeatures } from '../load-shared';
import type { LanguageServer } from './server';

export const SPLIT_STAGE = 'tensorrt.splitStage';

/**
 * Takes the stage under the cursor, or at a line that is given, apart: one that builds, one that runs. What changes and
 * what is to be looked at is shown before anything is written; undone in one step.
 */
export async function splitStage(server: LanguageServer, given: Uri | undefined, line: number | undefined): Promise<void> {
  const editor = window.activeTextEditor;
  const uri = given ?? editor?.document.uri;
  if (uri === undefined) {
    void window.showInformationMessage(l10n.t('Open a Dockerfile first.'));
    return;
  }
  const isShown = editor?.document.uri.toString() === uri.toString();
  const position = line !== undefined ? new Position(line, 0) : isShown ? editor.selection.active : new Position(0, 0);
  const params: SplitStageParams = { textDocument: { uri: uri.toString() }, position: { line: position.line, character: position.character } };
  const answer = await server.sendRequest<SplitStageAnswer>(SPLIT_STAGE_REQUEST, params);
  if (answer === null) return;
  if ('refusal' in answer) {
    void window.showInformationMessage(l10n.t('The stage stays as it is. {0}', answer.refusal));
    return;
  }
  const { edits, build, image, check, done } = answer;
  const title = l10n.t('Split into Build and Runtime Stage');
  const { previewChange } = await loadSharedFeatures();
  await previewChange({ title, edits: { [uri.toString()]: edits }, check, done: [l10n.t('The stage {0} builds; what runs starts from {1}.', build, image), ...done] });
}
