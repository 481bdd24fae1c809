import { commands, type Disposable } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

export const RESTART_SERVER = 'tensorrt.restartServer';

/** Stops the language server if it runs, and starts it. */
export function registerRestartServer(client: LanguageClient): Disposable {
  return commands.registerCommand(RESTART_SERVER, () => client.restart());
}
