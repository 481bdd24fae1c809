import { listImages, type ImageSummary } from '../../docker';
import type { Host } from './hosts';

/**
 * What images share with others. The engine walks over its layers for it: it is asked when first somebody looks, and again
 * once the list has changed.
 */
export class SharedSizes {
  readonly #known = new WeakMap<Host, { readonly of: readonly ImageSummary[]; readonly bytes: ReadonlyMap<string, number> }>();
  readonly #underWay = new WeakSet<Host>();
  readonly #onKnown: () => void;

  /** `onKnown` is told when a host has answered. */
  constructor(onKnown: () => void) {
    this.#onKnown = onKnown;
  }

  /** Bytes of an image that others share; undefined where they are not known, or not yet. */
  of(host: Host, id: string): number | undefined {
    const known = this.#known.get(host);
    if (host.images !== undefined && known?.of !== host.images && !this.#underWay.has(host)) void this.#read(host, host.images);
    return known?.bytes.get(id);
  }

  async #read(host: Host, list: readonly ImageSummary[]): Promise<void> {
    const { engine } = host;
    if (engine === undefined) return;
    this.#underWay.add(host);
    // Without an answer it is asked again when the rows are next drawn.
    const images = await listImages(engine, { shared: true }).catch(() => undefined);
    this.#underWay.delete(host);
    if (images === undefined) return;
    this.#known.set(host, { of: list, bytes: new Map(images.flatMap(({ id, sharedBytes }) => (sharedBytes === null ? [] : [[id, sharedBytes]]))) });
    this.#onKnown();
  }
}
