import type { ExtensionContext } from 'vscode';
import { registerAssistant } from './assistant/register';
import { registerBuild } from './build/register';
import { registerDocker } from './docker/register';
import { registerGenerate } from './generate/register';
import { registerHost } from './host/register';
import { registerLanguage } from './language/register';
import { LanguageServer } from './language/server';
import { loadFeatures } from './lazy';
import { registerSmoke } from './smoke/register';
import { registerWalkthrough } from './walkthrough/register';

/** Called by VS Code when the first Dockerfile is opened or the first of our commands is run. */
export function activate(context: ExtensionContext): void {
  const server: LanguageServer = new LanguageServer(async () => {
    const { createClient, createLanguageFeature, watchState } = await import('./language/language-client');
    return { client: createClient(context), feature: createLanguageFeature(context, server), watchState };
  });
  context.subscriptions.push(
    registerLanguage(server),
    registerAssistant(),
    registerBuild(server, context),
    registerDocker(),
    registerHost(),
    registerGenerate(async () => (await loadFeatures()).thisMachine),
    registerSmoke(server, context),
    registerWalkthrough(context),
  );
}
