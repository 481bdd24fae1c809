import { commands, type Disposable } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

export const SHOW_OUTPUT = 'tensorrt.showOutput';

/** Shows the log of the language server. */
export function registerShowOutput(client: LanguageClient): Disposable {
  return commands.registerCommand(SHOW_OUTPUT, () => client.outputChannel.show());
}
