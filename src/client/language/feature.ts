import { commands, Disposable, Uri, type ExtensionContext } from 'vscode';
import { showStageLinks } from '../stack/stage-links';
import { showStage, showStages } from '../stack/stage-view';
import { changeCuda } from './change-cuda';
import { explainRule } from './explain-rule';
import { provideStackPages, showStack } from './show-stack';
import { splitStage } from './split-stage';
import { showStatus } from './status';
import type { LanguageCommand } from './register';
import type { LanguageServer } from './server';

/** What there is around the language server, once its client is loaded. */
export interface LanguageFeature extends Disposable {
  run(command: LanguageCommand, args: readonly unknown[]): Promise<void>;
}

/** Shows what the server tells: its state, the stage under the cursor, links above stages, and what the commands ask for. */
export function createLanguageFeature(context: ExtensionContext, server: LanguageServer): LanguageFeature {
  const commandOf: Readonly<Record<LanguageCommand, (first: unknown, second: unknown) => Thenable<void>>> = {
    changeCuda: (file) => changeCuda(server, asUri(file)),
    explainRule: (rule) => explainRule(context, typeof rule === 'string' ? rule : undefined),
    // As VS Code does for `source.fixAll.tensorrt` on save.
    fixAllInFile: () => commands.executeCommand('editor.action.sourceAction', { kind: 'source.fixAll.tensorrt', apply: 'first' }),
    restartServer: () => server.restart(),
    showOutput: () => server.showOutput(),
    showStack: (file) => showStack(asUri(file)),
    showStageGraph: (file) => showStages(server, asUri(file)),
    splitStage: (file, line) => splitStage(server, asUri(file), typeof line === 'number' ? line : undefined),
  };
  return Object.assign(Disposable.from(showStatus(server), showStage(server), showStageLinks(server), provideStackPages(server)), {
    run: async (command: LanguageCommand, [first, second]: readonly unknown[]) => commandOf[command](first, second),
  });
}

/** Menus give a URI, links a string. */
function asUri(given: unknown): Uri | undefined {
  return typeof given === 'string' ? Uri.parse(given) : given instanceof Uri ? given : undefined;
}
