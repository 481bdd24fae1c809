import type { ExtensionContext } from 'vscode';
import { registerAssistant } from './assistant/register';
import { registerGenerate } from './generate/register';
import { registerLanguage } from './language/register';
import { createWebClient } from './language/web-client';
import { registerStack } from './stack/register';
import { registerWalkthrough } from './walkthrough/register';

/** The entry in a browser that no machine stands behind: all that needs neither Docker nor other programs. */
export function activate(context: ExtensionContext): void {
  const client = createWebClient(context);
  context.subscriptions.push(registerLanguage(context, client), registerAssistant(), registerGenerate(), registerStack(client), registerWalkthrough(context));
}
