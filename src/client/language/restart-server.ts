import { commands, type Disposable } from 'vscode';
import type { LanguageServer } from './server';

export const RESTART_SERVER = 'tensorrt.restartServer';

/** Stops the language server if it runs, and starts it. */
export function registerRestartServer(server: LanguageServer): Disposable {
  return commands.registerCommand(RESTART_SERVER, () => server.restart());
}
