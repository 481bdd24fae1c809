// What removing things frees. Pure: the engine was asked before.
import type { ContainerSummary, ImageSummary } from './model';

/** What an engine's disk holds at one moment. Sizes are null where the engine does not tell them. */
export interface DiskUsage {
  readonly images: readonly UsedImage[];
  readonly containers: readonly UsedContainer[];
  readonly volumes: readonly UsedVolume[];
  readonly buildCache: readonly CacheRecord[];
  /** All layers of images together, each counted once; at least so many where the engine (Podman) does not tell it. */
  readonly layersBytes: number;
}

export interface UsedImage extends ImageSummary {
  /** Digests of its layers, the base's first. */
  readonly layers: readonly string[];
}

export interface UsedContainer extends Pick<ContainerSummary, 'id' | 'name' | 'image' | 'imageId' | 'state' | 'createdSeconds' | 'labels'> {
  /** What it has written over its image. */
  readonly writtenBytes: number | null;
}

export interface UsedVolume {
  readonly name: string;
  /** Made without a name, for one container: nobody will ask for it again. */
  readonly anonymous: boolean;
  readonly sizeBytes: number | null;
  /** By how many containers, running or not. */
  readonly uses: number | null;
  /** Ids of those that are known. */
  readonly usedBy: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** A record of the build cache. */
export interface CacheRecord {
  readonly id: string;
  /** `regular`, `source.local`, `exec.cachemount`, … */
  readonly type: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly inUse: boolean;
  /** An image has the same layer: the bytes are counted there. */
  readonly shared: boolean;
  /** Null where it was never used since. */
  readonly lastUsedSeconds: number | null;
}

/** What is to go. Ids and names as in DiskUsage. */
export interface ReclaimSelection {
  readonly containers: ReadonlySet<string>;
  readonly images: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** The part of the build cache that no build uses at the moment. */
  readonly buildCache: boolean;
}

export type ReclaimKind = 'container' | 'image' | 'volume' | 'build-cache';

/** One thing that goes. */
export interface ReclaimItem {
  readonly kind: ReclaimKind;
  /** Id; name of a volume; empty for the build cache. */
  readonly id: string;
  readonly name: string;
  /** Tags of an image, each of which is removed. */
  readonly tags: readonly string[];
  /** What it alone frees, when nothing else goes; null where that is not known. Items of a plan may share layers, so that together they free more. */
  readonly aloneBytes: number | null;
}

/** Something that was selected and cannot go. */
export interface ReclaimConflict {
  readonly kind: ReclaimKind;
  readonly id: string;
  readonly name: string;
  /** running: stop it first. used: by the containers of these names, which stay. */
  readonly why: 'running' | 'used';
  readonly usedBy: readonly string[];
}

/** A dry run: what goes, in this order, and what that frees. */
export interface ReclaimPlan {
  readonly items: readonly ReclaimItem[];
  readonly conflicts: readonly ReclaimConflict[];
  readonly freedBytes: number;
  /** False where it may be more, or where layers may live on in the build cache that stays. */
  readonly exact: boolean;
}

/** What can go by itself: stopped containers, dangling images that nothing uses, nameless unused volumes, and the build cache. */
export function suggestReclaim(usage: DiskUsage): ReclaimSelection {
  const containers = new Set(usage.containers.filter(isStopped).map(({ id }) => id));
  const kept = new Set(usage.containers.filter(({ id }) => !containers.has(id)).map(({ imageId }) => imageId));
  return {
    containers,
    images: new Set(usage.images.filter(({ dangling, id }) => dangling && !kept.has(id)).map(({ id }) => id)),
    volumes: new Set(usage.volumes.filter((volume) => volume.anonymous && isFree(volume, containers)).map(({ name }) => name)),
    buildCache: true,
  };
}

/** Images that no container uses, running or not; the newest first. */
export function unusedImages(usage: DiskUsage): readonly UsedImage[] {
  const used = new Set(usage.containers.map(({ imageId }) => imageId));
  return usage.images.filter(({ id }) => !used.has(id)).toSorted((a, b) => b.createdSeconds - a.createdSeconds);
}

/** Works out what a selection frees, layers that several images share counted once, and only when all of those go. */
export function planReclaim(usage: DiskUsage, selection: ReclaimSelection): ReclaimPlan {
  const conflicts: ReclaimConflict[] = [];
  const items: ReclaimItem[] = [];
  let freed = 0;
  let exact = true;

  const leaving = new Set<string>();
  for (const container of usage.containers.filter(({ id }) => selection.containers.has(id))) {
    if (!isStopped(container)) {
      conflicts.push({ kind: 'container', id: container.id, name: container.name, why: 'running', usedBy: [] });
      continue;
    }
    leaving.add(container.id);
    items.push({ kind: 'container', id: container.id, name: container.name, tags: [], aloneBytes: container.writtenBytes });
    freed += container.writtenBytes ?? 0;
    exact &&= container.writtenBytes !== null;
  }
  const staying = usage.containers.filter(({ id }) => !leaving.has(id));

  const tree = new LayerTree(usage.images);
  const removed = new Set<string>();
  for (const image of usage.images.filter(({ id }) => selection.images.has(id))) {
    const users = staying.filter(({ imageId }) => imageId === image.id).map(({ name }) => name);
    const name = image.tags[0] ?? image.digests[0] ?? image.id;
    if (users.length > 0) {
      conflicts.push({ kind: 'image', id: image.id, name, why: 'used', usedBy: users });
      continue;
    }
    removed.add(image.id);
    const alone = tree.freedBy(new Set([image.id]));
    items.push({ kind: 'image', id: image.id, name, tags: image.tags, aloneBytes: alone.exact ? alone.bytes : null });
  }
  const layers = tree.freedBy(removed);
  freed += layers.bytes;
  exact &&= layers.exact && (removed.size === 0 || selection.buildCache || !usage.buildCache.some(({ shared }) => shared));

  for (const volume of usage.volumes.filter(({ name }) => selection.volumes.has(name))) {
    if (!isFree(volume, leaving)) {
      const users = staying.filter(({ id }) => volume.usedBy.includes(id)).map(({ name }) => name);
      conflicts.push({ kind: 'volume', id: volume.name, name: volume.name, why: 'used', usedBy: users });
      continue;
    }
    items.push({ kind: 'volume', id: volume.name, name: volume.name, tags: [], aloneBytes: volume.sizeBytes });
    freed += volume.sizeBytes ?? 0;
    exact &&= volume.sizeBytes !== null;
  }

  if (selection.buildCache) {
    const bytes = reclaimableCacheBytes(usage);
    if (usage.buildCache.some(({ inUse }) => !inUse)) items.push({ kind: 'build-cache', id: '', name: '', tags: [], aloneBytes: bytes });
    freed += bytes;
  }
  return { items, conflicts, freedBytes: freed, exact };
}

/** All layers of images together, each counted once: at least so many. */
export function layersBytesOf(images: readonly UsedImage[]): number {
  return new LayerTree(images).freedBy(new Set(images.map(({ id }) => id))).bytes;
}

/** Of the build cache, what no build uses and no image shares. */
export function reclaimableCacheBytes(usage: DiskUsage): number {
  return usage.buildCache.filter(({ inUse, shared }) => !inUse && !shared).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Whether nothing uses a volume once these containers are gone; where the engine does not tell, no. */
function isFree({ uses, usedBy }: UsedVolume, leaving: ReadonlySet<string>): boolean {
  return uses === 0 || (uses !== null && usedBy.length === uses && usedBy.every((id) => leaving.has(id)));
}

function isStopped({ state }: UsedContainer): boolean {
  return state === 'exited' || state === 'dead' || state === 'created';
}

interface LayerNode {
  readonly children: Map<string, LayerNode>;
  /** Images whose last layer this is. */
  readonly images: string[];
  /** How many images have this layer. */
  users: number;
  /** All layers down to this one together; null where nothing tells it. */
  bytes: number | null;
}

/**
 * Images as a tree of their layers. An engine tells of an image its size, which is that of all its layers, and how much
 * of it others share, which is the size down to the last layer that another image has too. That gives the size at every
 * fork of the tree but those whose branches all fork again.
 */
class LayerTree {
  private readonly root = newNode(0);

  constructor(images: readonly UsedImage[]) {
    const paths = images.map((image) => ({ image, path: this.add(image) }));
    for (const { image, path } of paths) {
      const end = path.at(-1);
      if (end !== undefined) end.bytes = image.sizeBytes;
      const lastShared = path.findLast(({ users }) => users > 1);
      if (lastShared !== undefined) lastShared.bytes ??= image.sharedBytes;
    }
  }

  private add({ id, layers }: UsedImage): readonly LayerNode[] {
    const path: LayerNode[] = [];
    let node = this.root;
    // An image whose layers are not told shares none that we know of.
    for (const digest of layers.length === 0 ? [id] : layers) {
      const next = node.children.get(digest) ?? newNode(null);
      node.children.set(digest, next);
      next.users++;
      path.push(next);
      node = next;
    }
    node.images.push(id);
    return path;
  }

  /** Bytes of the layers that only these images have. Where they are not told exactly, at least so many. */
  freedBy(removed: ReadonlySet<string>): { readonly bytes: number; readonly exact: boolean } {
    let exact = true;
    let bytes = 0;
    const walk = (node: LayerNode, above: number, aboveIsKnown: boolean): boolean => {
      const children = [...node.children.values()];
      // A layer between forks belongs to whatever lies below it.
      const [only] = children;
      if (children.length === 1 && only !== undefined && node.images.length === 0) return walk(only, above, aboveIsKnown);
      // Not told: no more than any image below has. Assuming the most frees the least.
      const size = node.bytes ?? Math.min(...children.map(smallestBelow));
      const isGone = [...children.map((child) => walk(child, size, node.bytes !== null)), node.images.every((id) => removed.has(id))].every(Boolean);
      if (isGone) {
        bytes += Math.max(0, size - above);
        exact &&= aboveIsKnown && node.bytes !== null;
      }
      return isGone;
    };
    for (const child of this.root.children.values()) walk(child, 0, true);
    return { bytes, exact };
  }
}

function newNode(bytes: number | null): LayerNode {
  return { children: new Map(), images: [], users: 0, bytes };
}

/** The smallest size that is told at or below a layer. */
function smallestBelow(node: LayerNode): number {
  return node.bytes ?? Math.min(...[...node.children.values()].map(smallestBelow));
}
