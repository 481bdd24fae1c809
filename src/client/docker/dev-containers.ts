import { commands, env, extensions, l10n, window } from 'vscode';

const DEV_CONTAINERS = 'ms-vscode-remote.remote-containers';

/** Windows in which Dev Containers runs on the side of the screen, where this extension, on the other, cannot see it. */
const BEYOND_SIGHT: readonly (string | undefined)[] = ['ssh-remote', 'wsl', 'tunnel'];

/** Whether the extension Dev Containers is here, or may be where it cannot be seen from. */
export function mayHaveDevContainers(): boolean {
  return extensions.getExtension(DEV_CONTAINERS) !== undefined || BEYOND_SIGHT.includes(env.remoteName);
}

/** Calls a command of Dev Containers; gives false where it is not installed. */
export async function askDevContainers(command: 'attachToRunningContainer' | 'openFolder' | 'reopenInContainer', ...args: readonly unknown[]): Promise<boolean> {
  if (!mayHaveDevContainers()) return false;
  try {
    await commands.executeCommand(`remote-containers.${command}`, ...args);
    return true;
  } catch (error) {
    // VS Code says so of a command that no extension has.
    if (error instanceof Error && /command '.*' not found/.test(error.message)) return false;
    throw error;
  }
}

/**
 * Has Dev Containers attach to a running container of the current Docker host; says where it is not installed. Its command
 * takes the container's id or name: https://github.com/microsoft/vscode-remote-release/issues/5171 (checked 2026-11-20)
 */
export async function attachByDevContainers(containerId: string): Promise<void> {
  if (await askDevContainers('attachToRunningContainer', containerId)) return;
  const find = l10n.t('Find Extension');
  const answer = await window.showInformationMessage(l10n.t('Attaching needs the extension Dev Containers ({0}).', DEV_CONTAINERS), find);
  if (answer === find) await commands.executeCommand('workbench.extensions.search', `@id:${DEV_CONTAINERS}`);
}
