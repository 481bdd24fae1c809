import type { ExtensionContext } from 'vscode';
import { registerDocker } from './docker/register';
import { registerLanguage } from './language/register';

/** Called by VS Code when the first Dockerfile is opened or the first of our commands is run. */
export function activate(context: ExtensionContext): void {
  context.subscriptions.push(
    registerLanguage(context),
    registerDocker(),
  );
}
