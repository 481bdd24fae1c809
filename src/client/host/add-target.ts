import { ConfigurationTarget, l10n, Range, Uri, window, workspace, WorkspaceEdit, type QuickPickItem, type WorkspaceFolder } from 'vscode';
import type { TargetSource } from '../../core/target/model';
import { addTarget, renderTargets, toTarget } from '../../host';
import type { HostResult } from './nodes';

/** Adds a host to the targets: to a `.trtc.yaml`, shown as a change to be accepted, or to the setting after a question. */
export async function addHostTarget({ evidence }: HostResult): Promise<void> {
  const target = toTarget(evidence);
  if (target === undefined) {
    void window.showWarningMessage(l10n.t('Neither GPUs nor driver of this host are known: the host check says why.'));
    return;
  }
  const items: (QuickPickItem & { readonly add: () => Promise<void> })[] = [
    ...(workspace.workspaceFolders ?? []).map((folder) => ({ label: `$(file) ${folder.name}/.trtc.yaml`, description: l10n.t('for all who have the repository'), add: () => addToFile(folder, target) })),
    { label: l10n.t('$(gear) Setting tensorrt.targets'), description: l10n.t('for you alone'), add: () => addToSetting(target) },
  ];
  const placeHolder = l10n.t('Where is {0} to be added?', describe(target));
  await (await window.showQuickPick(items, { placeHolder }))?.add();
}

async function addToFile(folder: WorkspaceFolder, target: TargetSource): Promise<void> {
  const uri = await findConfigFile(folder);
  const edit = new WorkspaceEdit();
  const metadata = { needsConfirmation: true, label: l10n.t('Add the host to the targets'), description: describe(target) };
  if (uri === undefined) {
    const created = Uri.joinPath(folder.uri, '.trtc.yaml');
    edit.createFile(created, { contents: new TextEncoder().encode(renderTargets(target)) }, metadata);
  } else {
    const document = await workspace.openTextDocument(uri);
    const change = addTarget(document.getText(), target);
    if (change === undefined) {
      void window.showWarningMessage(l10n.t('The targets of {0} are written in a way that nothing can be added to. Add these lines: {1}', workspace.asRelativePath(uri), renderTargets(target)));
      return;
    }
    edit.replace(uri, new Range(document.positionAt(change.range.start), document.positionAt(change.range.end)), change.newText, metadata);
  }
  await workspace.applyEdit(edit);
}

async function findConfigFile(folder: WorkspaceFolder): Promise<Uri | undefined> {
  for (const name of ['.trtc.yaml', '.trtc.yml']) {
    const uri = Uri.joinPath(folder.uri, name);
    try {
      await workspace.fs.stat(uri);
      return uri;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

async function addToSetting(target: TargetSource): Promise<void> {
  const add = l10n.t('Add');
  const question = l10n.t('Add this target to your settings?');
  const chosen = await window.showInformationMessage(question, { modal: true, detail: renderTargets(target) }, add);
  if (chosen !== add) return;
  const settings = workspace.getConfiguration('tensorrt');
  const given = settings.inspect<readonly unknown[]>('targets')?.globalValue;
  const others = (Array.isArray(given) ? (given as readonly unknown[]) : []).filter((one) => (one as { readonly name?: unknown } | null)?.name !== target.name);
  await settings.update('targets', [...others, target], ConfigurationTarget.Global);
}

function describe({ name, gpus, driver }: TargetSource): string {
  return [name, gpus?.join(', '), driver].filter((part) => part !== undefined).join(' · ');
}
