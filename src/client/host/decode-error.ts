import { commands, env, l10n, window, workspace, type QuickPickItem } from 'vscode';
import { decodeError } from '../../core/decode/decode-error';
import { toPlain } from '../docker/plain';
import { renderDecoded } from './decode-page';
import type { HostPages } from './pages';

/** Of a longer log its end is read. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Explains the errors of a text: of the one given, else of the selection, else of the clipboard, of what is typed, or of a file. */
export async function explainError(pages: HostPages, given: unknown): Promise<void> {
  const text = (typeof given === 'string' ? given : findSelection()) ?? (await askForText());
  if (text === undefined || text.trim() === '') return;
  const errors = decodeError(text);
  if (errors.length === 0) {
    const again = l10n.t('Another Text…');
    const chosen = await window.showInformationMessage(l10n.t('No known error is in: {0}', toPlain(text, 150)), again);
    if (chosen === again) await explainErrorOf(pages, await askForText());
    return;
  }
  const page = pages.write(`${l10n.t('Errors explained')}.md`, renderDecoded(errors));
  await commands.executeCommand('markdown.showPreview', page);
}

async function explainErrorOf(pages: HostPages, text: string | undefined): Promise<void> {
  if (text !== undefined) await explainError(pages, text);
}

function findSelection(): string | undefined {
  const editor = window.activeTextEditor;
  return editor === undefined || editor.selection.isEmpty ? undefined : editor.document.getText(editor.selection);
}

async function askForText(): Promise<string | undefined> {
  const clipboard = await env.clipboard.readText();
  const known = decodeError(clipboard).length;
  const items: (QuickPickItem & { readonly read: () => Thenable<string | undefined> })[] = [
    ...(clipboard.trim() === ''
      ? []
      : [
          {
            label: l10n.t('$(clippy) Text of the Clipboard'),
            description: known === 0 ? l10n.t('no known error') : known === 1 ? l10n.t('one known error') : l10n.t('{0} known errors', known),
            detail: toPlain(clipboard, 120),
            read: () => Promise.resolve(clipboard),
          },
        ]),
    { label: l10n.t('$(edit) Type or Paste a Message'), read: () => window.showInputBox({ prompt: l10n.t('Error message of a build or container'), ignoreFocusOut: true }) },
    { label: l10n.t('$(file) Choose a Log File…'), read: readChosenFile },
  ];
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Which error is to be explained?'), matchOnDetail: true });
  return chosen?.read();
}

async function readChosenFile(): Promise<string | undefined> {
  const [file] = (await window.showOpenDialog({ title: l10n.t('Log File'), openLabel: l10n.t('Explain') })) ?? [];
  if (file === undefined) return undefined;
  const bytes = await workspace.fs.readFile(file);
  return new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - MAX_BYTES)));
}
