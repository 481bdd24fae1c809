import { env, l10n, Uri, window, type QuickPickItem } from 'vscode';
import { parseImageReference } from '../../core/image/reference';
import {
  deleteTag,
  describeTag,
  listLocalRegistries,
  listRepositories,
  listTags,
  openRegistry,
  pullImage,
  startRegistry,
  type EngineAddress,
  type LocalRegistry,
  type Registry,
  type RegistryTag,
} from '../../docker';
import { describeSize } from './describe';
import { pickEngine, withEngineProgress } from './engines';
import { toPlain } from './plain';
import { checkReference } from './reference-input';
import { requireTrust } from './trust';
import { transferReporter } from './transfer';

/** So many tags of a repository are asked about at once. */
const AT_ONCE = 8;

/** Starts a registry of one's own, after asking for its image, port and where its data are to lie. */
export async function startLocalRegistry(): Promise<void> {
  if (!(await requireTrust())) return;
  const address = await pickEngine();
  if (address === undefined) return;
  const title = l10n.t('Start Local Registry');
  const image = await window.showInputBox({ title, prompt: l10n.t('Image of the registry; it is pulled where it is not there.'), value: 'registry:2', validateInput: checkReference });
  if (image === undefined) return;
  const port = await window.showInputBox({ title, prompt: l10n.t('Port on the loopback address of the Docker host'), value: '5000', validateInput: checkPort });
  if (port === undefined) return;
  const dataFolder = await pickDataFolder(address, title);
  if (dataFolder === undefined) return;
  const registry = await withEngineProgress(l10n.t('Starting a registry on port {0}', port), address, (engine, progress) =>
    startRegistry(engine, { image: image.trim(), port: Number(port), ...(port !== '5000' && { name: `trtc-registry-${port}` }), ...(dataFolder !== '' && { dataFolder }) }, { onPull: transferReporter(progress), signal: progress.signal }),
  );
  if (registry !== undefined) void window.showInformationMessage(l10n.t('The registry runs: push to {0}/repository:tag.', registry.host));
}

/** Lists what lies in a registry, down to a tag, which can be copied, pulled or deleted. */
export async function browseRegistry(): Promise<void> {
  const address = await pickEngine();
  if (address === undefined) return;
  const host = await pickRegistry(address);
  if (host === undefined) return;
  const opened = await withEngineProgress(l10n.t('Reading {0}', toPlain(host, 100)), address, async (_, { signal }) => {
    const registry = await openRegistry(host, { signal });
    return { registry, repositories: await listRepositories(registry, signal) };
  });
  if (opened === undefined) return;
  const { registry, repositories } = opened;
  if (repositories.length === 0) {
    void window.showInformationMessage(l10n.t('{0} holds no repository that you may see.', toPlain(host, 100)));
    return;
  }
  const picked = await window.showQuickPick(repositories.map((name) => ({ label: toPlain(name, 200), name })), { title: toPlain(host, 100), placeHolder: l10n.t('Which repository?') });
  if (picked !== undefined) await browseRepository(address, registry, picked.name);
}

/** Registries that `startLocalRegistry` has made on a host and that run; none where the host does not answer. */
export function readLocalRegistries(address: EngineAddress): Promise<readonly LocalRegistry[] | undefined> {
  return withEngineProgress(l10n.t('Looking for registries'), address, (engine, { signal }) => listLocalRegistries(engine, signal));
}

async function browseRepository(address: EngineAddress, registry: Registry, repository: string): Promise<void> {
  const title = `${toPlain(registry.host, 100)}/${toPlain(repository, 150)}`;
  const tags = await withEngineProgress(l10n.t('Reading {0}', title), address, (_, { signal }) => readTags(registry, repository, signal));
  if (tags === undefined) return;
  if (tags.length === 0) {
    void window.showInformationMessage(l10n.t('{0} has no tag.', title));
    return;
  }
  const tag = (await window.showQuickPick(tags.map(describeTagRow), { title, placeHolder: l10n.t('Which tag?'), matchOnDescription: true }))?.tag;
  if (tag === undefined) return;
  const reference = `${registry.host}/${repository}:${tag}`;
  const copy = { label: `$(copy) ${l10n.t('Copy the Name')}`, detail: toPlain(reference, 300) };
  const pull = { label: `$(cloud-download) ${l10n.t('Pull')}`, detail: '' };
  const remove = { label: `$(trash) ${l10n.t('Delete from the Registry…')}`, detail: '' };
  const action = await window.showQuickPick([copy, pull, remove], { title: toPlain(reference, 300) });
  if (action === copy) await env.clipboard.writeText(reference);
  else if (action === pull) {
    await withEngineProgress(l10n.t('Pulling {0}', toPlain(reference, 200)), address, (engine, progress) => pullImage(engine, reference, transferReporter(progress), { signal: progress.signal }));
  } else if (action === remove) await removeTag(address, registry, repository, tag);
}

async function removeTag(address: EngineAddress, registry: Registry, repository: string, tag: string): Promise<void> {
  const name = toPlain(`${registry.host}/${repository}:${tag}`, 200);
  const remove = l10n.t('Delete');
  const detail = l10n.t('Whoever uses it can no longer pull it. This cannot be undone.');
  if ((await window.showWarningMessage(l10n.t('Delete {0} from the registry?', name), { modal: true, detail }, remove)) !== remove) return;
  const title = l10n.t('Deleting {0}', name);
  let result = await withEngineProgress(title, address, (_, { signal }) => deleteTag(registry, repository, tag, { signal }));
  if (result?.outcome === 'shared') {
    const others = result.otherTags.map((other) => toPlain(other, 100)).join(', ');
    const both = l10n.t('Delete Them All');
    const question = l10n.t('This registry can only delete the image itself, and with it its other tags: {0}', others);
    if ((await window.showWarningMessage(question, { modal: true }, both)) !== both) return;
    result = await withEngineProgress(title, address, (_, { signal }) => deleteTag(registry, repository, tag, { withOthers: true, signal }));
  }
  if (result?.outcome === 'deleted') void window.showInformationMessage(l10n.t('{0} was deleted. The registry frees the space when it collects its garbage.', name));
  else if (result?.outcome === 'not-found') void window.showInformationMessage(l10n.t('{0} was gone already.', name));
}

async function readTags(registry: Registry, repository: string, signal: AbortSignal): Promise<readonly (RegistryTag | { readonly tag: string; readonly digest: null })[]> {
  const waiting = [...(await listTags(registry, repository, signal))].entries();
  const rows: (RegistryTag | { readonly tag: string; readonly digest: null })[] = [];
  const work = async (): Promise<void> => {
    for (const [i, tag] of waiting) rows[i] = (await describeTag(registry, repository, tag, signal)) ?? { tag, digest: null };
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return rows;
}

function describeTagRow(row: Awaited<ReturnType<typeof readTags>>[number]): QuickPickItem & { readonly tag: string } {
  const parts = row.digest === null ? [] : [...(row.sizeBytes === null ? [] : [describeSize(row.sizeBytes)]), ...row.platforms.map((platform) => toPlain(platform, 40)), row.digest.slice(7, 19)];
  return { label: toPlain(row.tag, 200), description: parts.join(' · '), tag: row.tag };
}

async function pickRegistry(address: EngineAddress): Promise<string | undefined> {
  const local = (await readLocalRegistries(address)) ?? [];
  const other = { label: l10n.t('Another Registry…'), description: '', host: undefined };
  const items = [...local.map(({ host, name, running }) => ({ label: host, description: running ? toPlain(name, 100) : l10n.t('{0}, stopped', toPlain(name, 100)), host })), other];
  const picked = local.length === 0 ? other : await window.showQuickPick(items, { placeHolder: l10n.t('Which registry?') });
  if (picked === undefined || picked.host !== undefined) return picked?.host;
  const host = await window.showInputBox({
    title: l10n.t('Browse Registry'),
    prompt: l10n.t('Host and port, as they stand before the first slash of an image name'),
    placeHolder: 'localhost:5000',
    validateInput: (text) => (parseImageReference(`${text.trim()}/x`)?.registry === text.trim() ? undefined : l10n.t('This is no registry: write it as host:port.')),
  });
  return host?.trim();
}

/** A folder on the engine's machine, empty for a volume; undefined when called off. */
async function pickDataFolder({ url }: EngineAddress, title: string): Promise<string | undefined> {
  const volume = { label: l10n.t('In a Docker volume'), description: '' };
  const folder = { label: l10n.t('In a folder…'), description: '' };
  const picked = await window.showQuickPick([volume, folder], { title, placeHolder: l10n.t('Where are the images of the registry to lie?') });
  if (picked === undefined || picked === volume) return picked && '';
  if (/^unix:/.test(url)) return (await window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel: l10n.t('Keep Images Here'), defaultUri: Uri.file('/') }))?.[0]?.fsPath;
  return window.showInputBox({ title, prompt: l10n.t('Folder on the machine of the Docker host'), validateInput: (text) => (text.startsWith('/') ? undefined : l10n.t('Write the whole path, from / on.')) });
}

function checkPort(text: string): string | undefined {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) < 65_536 ? undefined : l10n.t('A port is a number from 1 to 65535.');
}
