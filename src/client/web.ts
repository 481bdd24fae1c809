import type { ExtensionContext } from 'vscode';
import { registerAssistant } from './assistant/register';
import { registerGenerate } from './generate/register';
import { registerLanguage } from './language/register';
import { LanguageServer } from './language/server';
import { registerStack } from './stack/register';
import { registerWalkthrough } from './walkthrough/register';

/** The entry in a browser that no machine stands behind: all that needs neither Docker nor other programs. */
export function activate(context: ExtensionContext): void {
  const server = new LanguageServer(async () => {
    const { createWebClient, watchState } = await import('./language/web-client');
    return { client: createWebClient(context), watchState };
  });
  context.subscriptions.push(registerLanguage(context, server), registerAssistant(), registerGenerate(), registerStack(server), registerWalkthrough(context));
}
