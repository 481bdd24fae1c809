import { commands, type Disposable } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

export const SHOW_OUTPUT = 'tensorrt.showOutput';

/** Shows the log of the language server. */
export function registerShowOutput(client: BaseLanguageClient): Disposable {
  return commands.registerCommand(SHOW_OUTPUT, () => client.outputChannel.show());
}
