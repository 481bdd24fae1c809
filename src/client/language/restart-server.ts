import { commands, type Disposable } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

export const RESTART_SERVER = 'tensorrt.restartServer';

/** Stops the language server if it runs, and starts it. */
export function registerRestartServer(client: BaseLanguageClient): Disposable {
  return commands.registerCommand(RESTART_SERVER, async () => {
    await client.stop();
    await client.start();
  });
}
