import { l10n, ProgressLocation, RelativePattern, ThemeIcon, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { CHANGE_CUDA_REQUEST, type ChangeCudaAnswer, type ChangeCudaParams } from '../../core/protocol/requests';
import { toPlain } from '../docker/plain';
import { loadSharedFeatures } from '../load-shared';
import type { Alternative } from './preview-change';
import type { LanguageServer } from './server';

export const CHANGE_CUDA = 'tensorrt.changeCuda';

/** Files that may build or name an image. In a browser braces within braces match nothing. */
const FILES = '{**/*[Dd]ockerfile*,**/*[Cc]ontainerfile*,**/*compose*.yaml,**/*compose*.yml,**/devcontainer.json,**/.devcontainer.json}';
const SKIPPED = '**/{node_modules,.git,.venv}/**';
/** Nobody looks through more; those nearest to the file that is open come first. */
const MAX_FILES = 200;

/**
 * Gives the file in the editor, and with it the Compose and dev container files that use the same CUDA, another one:
 * images, pins, wheels and architectures together. What changes and what does not fit is shown before anything is
 * written; undone in one step.
 */
export async function changeCuda(server: LanguageServer, given: Uri | undefined): Promise<void> {
  const start = given ?? window.activeTextEditor?.document.uri;
  if (start === undefined) {
    void window.showInformationMessage(l10n.t('Open a Dockerfile first.'));
    return;
  }
  const ask = (params: ChangeCudaParams): Promise<ChangeCudaAnswer> => server.sendRequest<ChangeCudaAnswer>(CHANGE_CUDA_REQUEST, params);
  const { versions, files } = await ask({ uris: await listNearbyFiles(start) });
  const own = files.find(({ uri }) => uri === start.toString());
  if (own === undefined) {
    void window.showInformationMessage(l10n.t('No image in {0} has a CUDA version that is known.', nameOf(start)));
    return;
  }
  const cuda = await pickVersion(versions, own.cuda);
  const uris = cuda === undefined ? undefined : await pickFiles(files, own);
  if (cuda === undefined || uris === undefined) return;
  let wish: Wish | undefined = { uris, cuda };
  while (wish !== undefined) wish = await offer(wish, ask);
}

/** Which files are to get which CUDA. */
type Wish = ChangeCudaParams & { readonly cuda: string };

/** Shows a change and makes it where it is agreed to; gives the other one that is wanted instead. */
async function offer(wish: Wish, ask: (params: ChangeCudaParams) => Promise<ChangeCudaAnswer>): Promise<Wish | undefined> {
  const { cuda } = wish;
  const answer = await window.withProgress({ location: ProgressLocation.Window, title: l10n.t('Changing to CUDA {0}', cuda) }, () => ask(wish));
  const { edits, images, kept, notes, conflicts, stages } = answer;
  if (Object.keys(edits).length === 0) {
    void window.showWarningMessage(l10n.t('Nothing was changed: for {0} no image with CUDA {1} is known.', kept.join(', '), cuda));
    return undefined;
  }
  const { previewChange } = await loadSharedFeatures();
  const decision = await previewChange<Wish>({
    title: l10n.t('Change to CUDA {0}', cuda),
    edits,
    conflicts: conflicts.flatMap(({ uri, messages }) => (wish.uris.length === 1 ? messages : messages.map((message) => `${workspace.asRelativePath(Uri.parse(uri))}: ${message}`))),
    check: [...kept.map((image) => l10n.t('{0} stays: no image with CUDA {1} is known.', image, cuda)), ...notes],
    done: [...images.map(({ before, after }) => l10n.t('{0} becomes {1}.', before, after)), ...(wish.leaveStages === true ? stages.map((stage) => l10n.t('The stage {0} stays as it is.', stage)) : [])],
    instead: conflicts.length === 0 ? [] : listAlternatives(wish, answer),
  });
  return decision === undefined || decision === 'write' ? undefined : decision.instead;
}

/** What can be wished for instead of a change after which something would not fit. */
function listAlternatives(wish: Wish, { conflicts, nearest, stages }: ChangeCudaAnswer): readonly Alternative<Wish>[] {
  const alternatives: Alternative<Wish>[] = [];
  if (nearest !== undefined) alternatives.push({ label: l10n.t('$(versions) Change to CUDA {0} instead', nearest), description: l10n.t('all of it fits'), value: { uris: wish.uris, cuda: nearest } });
  if (stages.length > 0 && wish.leaveStages !== true) alternatives.push({ label: l10n.t('$(layers) Leave the stage {0} as it is', stages.map((stage) => toPlain(stage)).join(', ')), value: { ...wish, leaveStages: true } });
  const rest = wish.uris.filter((uri) => conflicts.every((conflict) => conflict.uri !== uri));
  if (rest.length > 0) alternatives.push({ label: l10n.t('$(file) Leave {0} as it is', conflicts.map(({ uri }) => toPlain(nameOf(Uri.parse(uri)))).join(', ')), value: { ...wish, uris: rest } });
  return alternatives;
}

/** The file itself, then those of its workspace folder, the nearest first. */
async function listNearbyFiles(start: Uri): Promise<string[]> {
  const folder = workspace.getWorkspaceFolder(start);
  const found = folder === undefined ? [] : await workspace.findFiles(new RelativePattern(folder, FILES), SKIPPED, MAX_FILES);
  const own = start.toString();
  const base = own.slice(0, own.lastIndexOf('/') + 1);
  const distance = (uri: string): number => (uri.startsWith(base) ? 0 : 1);
  return [own, ...found.map((uri) => uri.toString()).filter((uri) => uri !== own).sort((a, b) => distance(a) - distance(b) || a.localeCompare(b))];
}

async function pickVersion(versions: readonly string[], present: readonly string[]): Promise<string | undefined> {
  const items = versions.map((version): QuickPickItem => {
    const isPresent = present.some((one) => one === version || one.startsWith(`${version}.`));
    return { label: version, ...(isPresent && { description: l10n.t('now'), iconPath: new ThemeIcon('check') }) };
  });
  const picked = await window.showQuickPick(items, { title: l10n.t('Change CUDA Version'), placeHolder: l10n.t('CUDA version, now {0}', present.join(', ')) });
  return picked?.label;
}

/** Which of the files with the same CUDA are changed too; only the file itself where there is no other. */
async function pickFiles(files: ChangeCudaAnswer['files'], own: ChangeCudaAnswer['files'][number]): Promise<readonly string[] | undefined> {
  const same = files.filter(({ cuda }) => cuda.some((version) => own.cuda.includes(version)));
  if (same.length === 1) return [own.uri];
  const items = same.map(({ uri, cuda }) => ({ label: workspace.asRelativePath(Uri.parse(uri)), description: `CUDA ${cuda.join(', ')}`, uri, picked: uri === own.uri || isBeside(uri, own.uri) }));
  const picked = await window.showQuickPick(items, { canPickMany: true, title: l10n.t('Change CUDA Version'), placeHolder: l10n.t('Files to change together') });
  return picked === undefined || picked.length === 0 ? undefined : picked.map(({ uri }) => uri);
}

function isBeside(uri: string, own: string): boolean {
  return uri.startsWith(own.slice(0, own.lastIndexOf('/') + 1));
}

function nameOf(uri: Uri): string {
  return uri.path.split('/').at(-1) ?? '';
}
