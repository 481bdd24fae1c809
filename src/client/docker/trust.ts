import { commands, l10n, window, workspace } from 'vscode';

/** Whether the workspace is trusted; where not, says so and offers to change it. For commands that run something. */
export async function requireTrust(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const answer = await window.showWarningMessage(l10n.t('This workspace is not trusted: nothing is built or run in it.'), manage);
  if (answer === manage) await commands.executeCommand('workbench.trust.manage');
  return workspace.isTrusted;
}
