import type { ExtensionContext } from 'vscode';
import { registerAssistant } from './assistant/register';
import { registerBuild } from './build/register';
import { registerDocker } from './docker/register';
import { registerGenerate } from './generate/register';
import { registerHost } from './host/register';
import { createClient } from './language/language-client';
import { registerLanguage } from './language/register';
import { loadFeatures } from './lazy';
import { registerSmoke } from './smoke/register';
import { registerStack } from './stack/register';
import { registerWalkthrough } from './walkthrough/register';

/** Called by VS Code when the first Dockerfile is opened or the first of our commands is run. */
export function activate(context: ExtensionContext): void {
  const client = createClient(context);
  context.subscriptions.push(
    registerLanguage(context, client),
    registerAssistant(),
    registerBuild(client, context),
    registerDocker(),
    registerHost(),
    registerGenerate(async () => (await loadFeatures()).thisMachine),
    registerSmoke(client, context),
    registerStack(client),
    registerWalkthrough(context),
  );
}
