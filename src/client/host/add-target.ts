import { commands, ConfigurationTarget, l10n, Range, Uri, window, workspace, WorkspaceEdit, type QuickPickItem, type WorkspaceFolder } from 'vscode';
import type { TargetSource } from '../../core/target/model';
import { applyEdits } from '../../core/text/edit';
import { addTarget, renderTargets, toTarget } from '../../host';
import type { HostResult } from './nodes';
import type { HostPages } from './pages';

/** A change as text, and how it is made once it was agreed to. */
interface Proposal {
  /** The file or setting that changes. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly write: () => Promise<void>;
}

/** Adds a host to the targets, of a `.trtc.yaml` or of the setting: what would change is shown, and made after a question. */
export async function addHostTarget({ evidence }: HostResult, pages: HostPages): Promise<void> {
  const target = toTarget(evidence);
  if (target === undefined) {
    void window.showWarningMessage(l10n.t('Neither GPUs nor driver of this host are known: the host check says why.'));
    return;
  }
  const items: (QuickPickItem & { readonly propose: () => Promise<Proposal | undefined> })[] = [
    ...(workspace.workspaceFolders ?? []).map((folder) => ({ label: `$(file) ${folder.name}/.trtc.yaml`, description: l10n.t('for all who have the repository'), propose: () => proposeFile(folder, target) })),
    { label: l10n.t('$(gear) Setting tensorrt.targets'), description: l10n.t('for you alone'), propose: () => Promise.resolve(proposeSetting(target)) },
  ];
  const placeHolder = l10n.t('Where is {0} to be added?', describe(target));
  const proposal = await (await window.showQuickPick(items, { placeHolder }))?.propose();
  if (proposal !== undefined) await confirm(proposal, pages);
}

async function confirm({ name, before, after, write }: Proposal, pages: HostPages): Promise<void> {
  const [left, right] = [pages.write(`${l10n.t('before')}/${name}`, before), pages.write(`${l10n.t('after')}/${name}`, after)];
  await commands.executeCommand('vscode.diff', left, right, l10n.t('{0} with this host', name));
  const add = l10n.t('Add');
  if ((await window.showInformationMessage(l10n.t('Add this host to {0}?', name), add)) === add) await write();
}

/** Undefined where the file cannot be added to; the user is told. */
async function proposeFile(folder: WorkspaceFolder, target: TargetSource): Promise<Proposal | undefined> {
  const name = '.trtc.yaml';
  const uri = await findConfigFile(folder);
  if (uri === undefined) {
    const after = renderTargets(target);
    return { name, before: '', after, write: () => create(Uri.joinPath(folder.uri, name), after) };
  }
  const document = await workspace.openTextDocument(uri);
  const before = document.getText();
  const change = addTarget(before, target);
  const after = change && applyEdits(before, [change]);
  if (change === undefined || after === undefined) {
    void window.showWarningMessage(l10n.t('The targets of {0} are written in a way that nothing can be added to. Add these lines: {1}', workspace.asRelativePath(uri), renderTargets(target)));
    return undefined;
  }
  return {
    name,
    before,
    after,
    write: async () => {
      // It may have changed while the question was open.
      if (document.getText() !== before) throw new Error(l10n.t('{0} was changed meanwhile.', name));
      const edit = new WorkspaceEdit();
      edit.replace(uri, new Range(document.positionAt(change.range.start), document.positionAt(change.range.end)), change.newText);
      await workspace.applyEdit(edit);
      await document.save();
    },
  };
}

async function create(uri: Uri, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { contents: new TextEncoder().encode(text) });
  if (!(await workspace.applyEdit(edit))) throw new Error(l10n.t('{0} could not be written.', workspace.asRelativePath(uri)));
}

function proposeSetting(target: TargetSource): Proposal {
  const settings = workspace.getConfiguration('tensorrt');
  const given: unknown = settings.inspect('targets')?.globalValue;
  const before = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const after = [...before.filter((one) => (one as { readonly name?: unknown } | null)?.name !== target.name), target];
  const print = (targets: readonly unknown[]): string => `${JSON.stringify({ 'tensorrt.targets': targets }, undefined, 2)}\n`;
  return { name: 'settings.json', before: print(before), after: print(after), write: async () => settings.update('targets', after, ConfigurationTarget.Global) };
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

function describe({ name, gpus, driver }: TargetSource): string {
  return [name, gpus?.join(', '), driver].filter((part) => part !== undefined).join(' · ');
}
