// Which containers and images a command is about: those of the view, or those that the user picks.
import { l10n, window, type QuickPickItem, type TreeView } from 'vscode';
import { connect, disconnect, listContainers, listImages, type EngineAddress } from '../../docker';
import { describeSize, describeState, shortId } from './describe';
import { pickEngine } from './engines';
import type { ContainerNode, DockerNode, ImageNode } from './nodes';
import { toPlain } from './plain';

/** What VS Code hands to a command: from a menu the row and all that are selected, from a key or the palette nothing. */
export type CommandArguments = readonly unknown[];

/** What our keybindings hand over: those that are selected are meant, and nobody is asked where none is. */
const SELECTED = 'selected';

/**
 * The containers that a command was called for. Without any, those selected in the view, else one that the user picks
 * among those that `fits` lets through. Empty when nothing was picked.
 */
export async function selectContainers(args: CommandArguments, view: TreeView<DockerNode>, fits: (node: ContainerNode) => boolean = () => true): Promise<readonly ContainerNode[]> {
  const chosen = chosenNodes(args, view).filter((node) => node.kind === 'container');
  if (isSettled(args, chosen, fits)) return chosen.filter(fits);
  const foreign = foreignId(args[0], 'containerId');
  const all = await readAll(async (engine, address) => (await listContainers(engine)).map((container): ContainerNode => ({ kind: 'container', address, container })));
  if (foreign !== undefined) return known(all.filter(({ container }) => container.id.startsWith(foreign)));
  return pickOne(
    all.filter(fits).map((node) => ({ label: toPlain(node.container.name, 200), description: `${toPlain(node.container.image, 200)} · ${describeState(node.container)}`, node })),
    l10n.t('Which container?'),
    l10n.t('There is no container for this.'),
  );
}

/** Likewise for images. */
export async function selectImages(args: CommandArguments, view: TreeView<DockerNode>, fits: (node: ImageNode) => boolean = () => true): Promise<readonly ImageNode[]> {
  const chosen = chosenNodes(args, view).flatMap((node) => (node.kind === 'image' ? [node] : node.kind === 'repository' ? node.images : []));
  if (isSettled(args, chosen, fits)) return chosen.filter(fits);
  const [tag, id] = [foreignId(args[0], 'fullTag'), foreignId(args[0], 'imageId')];
  const all = await listAllImages();
  // An image without a name has `<none>` there.
  if (tag !== undefined) return known(all.filter((node) => node.tag === tag).slice(0, 1), all.filter(({ image }) => id !== undefined && image.id.endsWith(id)).slice(0, 1));
  return pickOne(all.filter(fits).map(imageRow), l10n.t('Which image?'), l10n.t('There is no image for this.'));
}

/** An image under one of its names as a row to choose from. */
export function imageRow(node: ImageNode): QuickPickItem & { readonly node: ImageNode } {
  return { label: toPlain(node.tag ?? shortId(node.image.id), 200), description: describeSize(node.image.sizeBytes), node };
}

/** Every image of the engine that the user picks, under each of its names. */
export async function listAllImages(): Promise<readonly ImageNode[]> {
  return readAll(async (engine, address) =>
    (await listImages(engine)).flatMap((image) => (image.tags.length > 0 ? image.tags : [undefined]).map((tag): ImageNode => ({ kind: 'image', address, image, tag }))),
  );
}

function chosenNodes(args: CommandArguments, view: TreeView<DockerNode>): readonly DockerNode[] {
  const [first, several] = args;
  if (Array.isArray(several) && several.every(isNode)) return several;
  if (isNode(first)) return [first];
  return (first === undefined || first === SELECTED) && view.visible ? view.selection : [];
}

/** Whether nobody need be asked: a row or key said what is meant, or what is selected fits. */
function isSettled<Node>([first]: CommandArguments, chosen: readonly Node[], fits: (node: Node) => boolean): boolean {
  return first === SELECTED || (first === undefined ? chosen.some(fits) : chosen.length > 0);
}

function isNode(value: unknown): value is DockerNode {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' && /^(?:container|image|repository|host|fact)$/.test(value.kind);
}

/** The first choice that is not empty; where none is, says that what Container Tools shows is not on this engine. */
function known<Node>(...choices: readonly (readonly Node[])[]): readonly Node[] {
  const found = choices.find((choice) => choice.length > 0);
  if (found === undefined) void window.showInformationMessage(l10n.t('It is not on this Docker host.'));
  return found ?? [];
}

/** The name or id of a row of the extension Container Tools. */
function foreignId(value: unknown, property: 'containerId' | 'fullTag' | 'imageId'): string | undefined {
  if (typeof value !== 'object' || value === null || !(property in value)) return undefined;
  const id = (value as Readonly<Record<string, unknown>>)[property];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

async function readAll<Node>(read: (engine: Awaited<ReturnType<typeof connect>>, address: EngineAddress) => Promise<readonly Node[]>): Promise<readonly Node[]> {
  const address = await pickEngine();
  if (address === undefined) return [];
  const engine = await connect(address);
  try {
    return await read(engine, address);
  } finally {
    disconnect(engine);
  }
}

async function pickOne<Node>(items: readonly (QuickPickItem & { readonly node: Node })[], placeHolder: string, none: string): Promise<readonly Node[]> {
  if (items.length === 0) {
    void window.showInformationMessage(none);
    return [];
  }
  const picked = await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  return picked === undefined ? [] : [picked.node];
}
