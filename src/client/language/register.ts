import { Disposable, type ExtensionContext } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { registerChangeCuda } from './change-cuda';
import { registerExplainRule } from './explain-rule';
import { registerFixAll } from './fix-all';
import { registerRestartServer } from './restart-server';
import { registerShowOutput } from './show-output';
import { registerShowStack } from './show-stack';
import { showStatus } from './status';

/** Starts the client of the language server and registers the commands that need it alone. */
export function registerLanguage(context: ExtensionContext, client: BaseLanguageClient): Disposable {
  const registered = Disposable.from(
    client,
    registerChangeCuda(client),
    registerExplainRule(context),
    registerFixAll(),
    registerRestartServer(client),
    registerShowOutput(client),
    registerShowStack(client),
    showStatus(client),
  );
  // Not awaited: VS Code need not wait for the server. The client itself shows when it cannot start.
  void client.start();
  return registered;
}
