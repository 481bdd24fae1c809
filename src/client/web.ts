import type { ExtensionContext } from 'vscode';
import { registerAssistant } from './assistant/register';
import { registerGenerate } from './generate/register';
import { registerLanguage } from './language/register';
import { LanguageServer } from './language/server';
import { registerWalkthrough } from './walkthrough/register';

/** The entry in a browser that no machine stands behind: all that needs neither Docker nor other programs. */
export function activate(context: ExtensionContext): void {
  const server: LanguageServer = new LanguageServer(async () => {
    const { createWebClient, createLanguageFeature, watchState } = await import('./language/web-client');
    return { client: createWebClient(context), feature: createLanguageFeature(context, server), watchState };
  });
  context.subscriptions.push(registerLanguage(server), registerAssistant(), registerGenerate(), registerWalkthrough(context));
}
