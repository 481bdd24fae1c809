import type { ExtensionContext } from 'vscode';
import { registerExplainRule } from './commands/explain-rule';
import { registerFixAll } from './commands/fix-all';
import { registerRestartServer } from './commands/restart-server';
import { registerShowOutput } from './commands/show-output';
import { registerShowStack } from './commands/show-stack';
import { createClient } from './language-client';
import { showStatus } from './status';

/** Called by VS Code when the first Dockerfile is opened or the first of our commands is run. */
export async function activate(context: ExtensionContext): Promise<void> {
  const client = createClient(context);
  context.subscriptions.push(
    client,
    registerExplainRule(context),
    registerFixAll(),
    registerRestartServer(client),
    registerShowOutput(client),
    registerShowStack(client),
    showStatus(client),
  );
  await client.start();
}
