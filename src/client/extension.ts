import type { ExtensionContext } from 'vscode';
import { registerDocker } from './docker/register';
import { registerExplainRule } from './language/explain-rule';
import { registerFixAll } from './language/fix-all';
import { registerRestartServer } from './language/restart-server';
import { registerShowOutput } from './language/show-output';
import { registerShowStack } from './language/show-stack';
import { createClient } from './language/language-client';
import { showStatus } from './language/status';

/** Called by VS Code when the first Dockerfile is opened or the first of our commands is run. */
export function activate(context: ExtensionContext): void {
  const client = createClient(context);
  context.subscriptions.push(
    client,
    registerDocker(),
    registerExplainRule(context),
    registerFixAll(),
    registerRestartServer(client),
    registerShowOutput(client),
    registerShowStack(client),
    showStatus(client),
  );
  // Not awaited: VS Code need not wait for the server. The client itself shows when it cannot start.
  void client.start();
}
