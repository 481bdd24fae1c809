import { commands, Disposable } from 'vscode';
import type { LanguageServer } from './server';

/** Ids of the commands, without the prefix `tensorrt.`. */
const COMMANDS = ['changeCuda', 'explainRule', 'fixAllInFile', 'restartServer', 'showOutput', 'showStack', 'showStageGraph', 'splitStage'] as const;

export type LanguageCommand = (typeof COMMANDS)[number];

/** The commands around the language server. What they do is loaded with its client, and so is what shows its answers. */
export function registerLanguage(server: LanguageServer): Disposable {
  return Disposable.from(server, ...COMMANDS.map((name) => commands.registerCommand(`tensorrt.${name}`, (...args: readonly unknown[]) => server.run(name, args))));
}
