import { env, l10n, window, workspace, type TreeView } from 'vscode';
import { parseImageReference } from '../../core/image/reference';
import { imageHistory, inspectImage, inspectRaw, listImages, pullImage, pushImage, readEngineInfo, removeImage, tagImage } from '../../docker';
import { listNames } from './container-actions';
import { describeAge, describeSize, shortId } from './describe';
import { doForEach, pickEngine, withEngineProgress } from './engines';
import type { DockerNode, ImageNode } from './nodes';
import { toTable, toVisibleJson, type Pages } from './pages';
import { toPlain } from './plain';
import { checkReference, previewReference } from './reference-input';
import { readLocalRegistries } from './registry-actions';
import { selectImages, type CommandArguments } from './select';
import { imageStack } from './stacks';
import { runInTerminal } from './terminals';
import { transferReporter } from './transfer';
import { requireTrust } from './trust';

/** The commands on images. */
export function createImageActions(view: TreeView<DockerNode>, pages: Pages) {
  const one = async (args: CommandArguments, fits?: (node: ImageNode) => boolean): Promise<ImageNode | undefined> => (await selectImages(args, view, fits))[0];

  return {
    async runImage(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined || !(await requireTrust())) return;
      const found = await withEngineProgress(l10n.t('Reading {0}', nameOf(node)), node.address, async (engine, { signal }) => ({
        details: await inspectImage(engine, node.image.id, signal),
        info: await readEngineInfo(engine, signal),
      }));
      if (found === undefined) return;
      const cdi = found.info.cdiDevices?.includes('nvidia.com/gpu=all') === true;
      // Podman takes --gpus and drops it without a word.
      const gpu = found.info.product === 'podman' ? (cdi ? ['--device', 'nvidia.com/gpu=all'] : undefined) : ['--gpus', 'all'];
      const base = ['run', '--rm', '-it'];
      const image = referenceOf(node);
      const choices = [
        ...(gpu === undefined ? [] : [{ label: l10n.t('With all GPUs'), args: [...base, ...gpu, image] }]),
        { label: l10n.t('Without a GPU'), args: [...base, image] },
        ...(gpu === undefined ? [] : [{ label: l10n.t('Shell, with all GPUs'), args: [...base, ...gpu, '--entrypoint', 'sh', image] }]),
        { label: l10n.t('Shell, without a GPU'), args: [...base, '--entrypoint', 'sh', image] },
      ].map((choice) => ({ ...choice, detail: `docker ${choice.args.join(' ')}` }));
      if (!imageStack(node.address, node.image, found.details).usesGpu) choices.sort((a, b) => Number(a.args.includes('--gpus')) - Number(b.args.includes('--gpus')));
      const picked = await window.showQuickPick(choices, { title: l10n.t('Run {0}', nameOf(node)), placeHolder: l10n.t('The container is removed when it ends.') });
      if (picked !== undefined) await runInTerminal(node.address, nameOf(node), picked.args);
    },

    async buildFromImage(...args: CommandArguments): Promise<void> {
      const node = await one(args, ({ tag }) => tag !== undefined);
      if (node?.tag === undefined) return;
      const document = await workspace.openTextDocument({ language: 'dockerfile', content: `FROM ${toPlain(node.tag)}\n` });
      await window.showTextDocument(document);
    },

    async showImageHistory(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined) return;
      const history = await withEngineProgress(l10n.t('Reading the history of {0}', nameOf(node)), node.address, (engine) => imageHistory(engine, node.image.id));
      if (history === undefined) return;
      const now = Date.now() / 1000;
      const rows = history.map(({ sizeBytes, createdSeconds, createdBy }) => [describeSize(sizeBytes), createdSeconds > 0 ? describeAge(createdSeconds, now) : '', toPlain(createdBy, 4000)]);
      await pages.show(l10n.t('History of {0}', nameOf(node)), toTable([[l10n.t('Size'), l10n.t('Created'), l10n.t('By')], ...rows]));
    },

    async inspectImage(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined) return;
      const raw = await withEngineProgress(l10n.t('Inspecting {0}', nameOf(node)), node.address, (engine, { signal }) => inspectRaw(engine, 'image', node.image.id, signal));
      if (raw !== undefined) await pages.show(`${nameOf(node)}.json`, toVisibleJson(raw));
    },

    async copyImageId(...args: CommandArguments): Promise<void> {
      const nodes = await selectImages(args, view);
      if (nodes.length > 0) await env.clipboard.writeText([...new Set(nodes.map(({ image }) => image.id))].join('\n'));
    },

    async tagImage(...args: CommandArguments): Promise<void> {
      const node = await one(args);
      if (node === undefined) return;
      const name = await window.showInputBox({ title: l10n.t('Tag {0}', nameOf(node)), prompt: l10n.t('Another name for the same image: repository:tag.'), value: node.tag ?? '', validateInput: checkReference });
      if (name === undefined) return;
      await withEngineProgress(l10n.t('Tagging {0}', nameOf(node)), node.address, (engine, { signal }) => tagImage(engine, node.image.id, name.trim(), signal));
    },

    async pullImage(...args: CommandArguments): Promise<void> {
      const chosen = args[0] === undefined ? undefined : (await selectImages(args, view))[0];
      const name = chosen?.tag ?? (await window.showInputBox({ title: l10n.t('Pull Image'), prompt: l10n.t('Name of the image, as in FROM'), placeHolder: 'nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04', validateInput: previewReference }))?.trim();
      if (name === undefined || name === '') return;
      const address = chosen?.address ?? (await pickEngine());
      if (address === undefined) return;
      const done = await withEngineProgress(l10n.t('Pulling {0}', toPlain(name, 200)), address, async (engine, progress) => {
        await pullImage(engine, name, transferReporter(progress), { signal: progress.signal });
        return true;
      });
      if (done) void window.showInformationMessage(l10n.t('{0} was pulled.', toPlain(name, 200)));
    },

    async pushImage(...args: CommandArguments): Promise<void> {
      const node = await one(args, ({ tag }) => tag !== undefined);
      if (node?.tag === undefined) return;
      const { tag, address } = node;
      const target = await pickTarget(node, tag);
      if (target === undefined) return;
      const done = await withEngineProgress(l10n.t('Pushing {0}', toPlain(target, 200)), address, async (engine, progress) => {
        if (target !== tag) await tagImage(engine, node.image.id, target, progress.signal);
        await pushImage(engine, target, transferReporter(progress), { signal: progress.signal });
        return true;
      });
      if (done) void window.showInformationMessage(l10n.t('{0} was pushed.', toPlain(target, 200)));
    },

    async removeImage(...args: CommandArguments): Promise<void> {
      const nodes = await selectImages(args, view);
      if (nodes.length === 0) return;
      const question = nodes.length === 1 ? l10n.t('Remove the image {0}?', nameOf(nodes[0])) : l10n.t('Remove {0} images?', nodes.length);
      const [first] = nodes;
      const others = nodes.length === 1 && first !== undefined && first.image.tags.length > 1;
      const detail = [
        ...(nodes.length === 1 ? [] : [listNames(nodes.map(nameOf))]),
        others ? l10n.t('Only this name goes: the image has {0} more.', first.image.tags.length - 1) : l10n.t('What is built nowhere else must be built or pulled again.'),
      ].join('\n');
      const remove = l10n.t('Remove');
      if ((await window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
      await doForEach(nodes, nameOf, (name) => l10n.t('Removing {0}', name), (engine, node, signal) => removeImage(engine, referenceOf(node), { signal }));
    },

    async pruneImages(): Promise<void> {
      const address = await pickEngine();
      if (address === undefined) return;
      const images = await withEngineProgress(l10n.t('Looking for untagged images'), address, (engine, { signal }) => listImages(engine, {}, signal));
      if (images === undefined) return;
      const nodes = images.filter(({ dangling }) => dangling).map((image): ImageNode => ({ kind: 'image', address, image, tag: undefined }));
      if (nodes.length === 0) {
        void window.showInformationMessage(l10n.t('There are no untagged images.'));
        return;
      }
      const remove = l10n.t('Remove');
      const detail = `${listNames(nodes.map(({ image }) => `${shortId(image.id)}  ${describeSize(image.sizeBytes)}`))}\n${l10n.t('Layers that other images share stay.')}`;
      const question = nodes.length === 1 ? l10n.t('Remove 1 untagged image?') : l10n.t('Remove {0} untagged images?', nodes.length);
      if ((await window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
      await doForEach(nodes, nameOf, (name) => l10n.t('Removing {0}', name), (engine, { image }, signal) => removeImage(engine, image.id, { signal }));
    },
  };
}

/** Where to push an image: under its own name, to a registry that runs on its host, or under a name that the user types. */
async function pickTarget(node: ImageNode, tag: string): Promise<string | undefined> {
  const parsed = parseImageReference(tag);
  const local = ((await readLocalRegistries(node.address)) ?? []).filter(({ running, host }) => running && parsed?.registry !== host);
  const other = { label: l10n.t('Another Name…'), description: '', target: undefined };
  const items = [
    { label: toPlain(tag, 300), description: l10n.t('under its own name'), target: tag },
    ...local.map(({ host, name }) => ({ label: `${host}/${toPlain(parsed?.repository ?? '', 200)}:${toPlain(parsed?.tag ?? 'latest', 128)}`, description: toPlain(name, 100), target: `${host}/${parsed?.repository}:${parsed?.tag ?? 'latest'}` })),
    other,
  ];
  const picked = await window.showQuickPick(items, { title: l10n.t('Push {0}', nameOf(node)), placeHolder: l10n.t('The credentials are those of the docker command line.') });
  if (picked !== other) return picked?.target;
  return (await window.showInputBox({ title: l10n.t('Push {0}', nameOf(node)), prompt: l10n.t('registry/repository:tag. The image is given this name first.'), value: tag, validateInput: checkReference }))?.trim();
}

/** A name or id that the engine and the docker command take for this image. */
function referenceOf({ tag, image }: ImageNode): string {
  return tag ?? image.id;
}

function nameOf(node: ImageNode | undefined): string {
  return node === undefined ? '' : toPlain(node.tag ?? shortId(node.image.id), 100);
}
