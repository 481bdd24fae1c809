import { commands, type Disposable } from 'vscode';
import type { LanguageServer } from './server';

export const SHOW_OUTPUT = 'tensorrt.showOutput';

/** Shows the log of the language server. */
export function registerShowOutput(server: LanguageServer): Disposable {
  return commands.registerCommand(SHOW_OUTPUT, () => server.showOutput());
}
