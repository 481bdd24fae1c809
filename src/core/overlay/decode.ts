import type { Evidence } from '../facts/evidence';
import { composeImage, exactFrom, imageComponent } from '../image/compose';
import { osComponent, packageManagerOf } from '../image/distribution';
import type { DecodedImage, ImageComponent, ImageReference } from '../image/model';
import { msg } from '../l10n/message';
import type { ComponentKind } from '../stack/model';
import type { Overlay, OverlayImage } from './model';

/** Number of parts that a whole version has. */
const PARTS: Partial<Record<ComponentKind, number>> = { cublas: 4, cudnn: 4, tensorrt: 4 };

/** The publisher's registry and path behind a mirror of the overlay, and whether it serves the publisher's very tags. */
export function findMirrored(overlay: Overlay, { registry, repository }: ImageReference): { readonly registry: string; readonly repository: string; readonly faithful: boolean } | undefined {
  const name = registry === undefined ? repository : `${registry}/${repository}`;
  const mirror = overlay.mirrors.find(({ prefix }) => name.startsWith(`${prefix}/`));
  return mirror && { registry: mirror.of, repository: name.slice(mirror.prefix.length + 1), faithful: mirror.faithful };
}

/** The overlay's own image behind a reference; the first that matches. */
export function findOverlayImage(overlay: Overlay, reference: ImageReference): OverlayImage | undefined {
  return overlay.images.find(({ name, tags }) => {
    if (!matches(name, nameOf(reference))) return false;
    return tags === undefined || (reference.tag !== undefined && tags.some((tag) => matches(tag, reference.tag ?? '')));
  });
}

/**
 * An image of an overlay: what it is built on (`base`, where that is known), with what the overlay says in its place.
 * Its tags have a meaning of their own, so that it has no parts and no status.
 */
export function decodeOverlayImage(item: OverlayImage, reference: ImageReference, base: DecodedImage | undefined): DecodedImage {
  const name = nameOf(reference);
  const say = (what: string): Evidence => ({ fact: msg`${name} has ${what}`, source: item.source, checked: item.checked });
  const own: ImageComponent[] = item.os === undefined ? [] : [osComponent(item.os, 'derived', say(item.os))];
  const cuda = item.versions.get('cuda');
  const versions = new Map(item.versions);
  if (cuda !== undefined) versions.set('cudart', cuda);
  if (item.flavor === 'devel' && cuda !== undefined) {
    versions.set('cuda-headers', cuda);
    if (!versions.has('nvcc')) versions.set('nvcc', cuda);
  }
  for (const [kind, version] of versions) own.push(imageComponent(kind, exactFrom(version, PARTS[kind] ?? 3), 'derived', say(`${kind} ${version}`)));
  const kinds = new Set(own.map(({ kind }) => kind));
  const inherited = (base?.components ?? []).filter(({ kind }) => !kinds.has(kind));
  const os = item.os;
  return composeImage(
    { reference, canonical: name, mirrored: false, tag: reference.tag ?? 'latest' },
    {
      family: 'other',
      flavor: item.flavor ?? base?.flavor,
      components: [...own, ...inherited],
      componentsComplete: item.complete,
      env: new Map([...(base?.env ?? []), ...item.env]),
      packageManager: os === undefined ? base?.packageManager : packageManagerOf(os),
      libc: os === undefined ? base?.libc : os.startsWith('alpine') ? 'musl' : 'glibc',
      aptRepositories: base?.aptRepositories ?? [],
      heldPackages: base?.heldPackages ?? [],
      platforms: item.platforms ?? base?.platforms,
      driverMin: item.driver ?? base?.driverMin,
      driverEvidence: item.driver === undefined ? base?.driverEvidence : { fact: msg`${name} needs driver ${item.driver}`, source: item.source, checked: item.checked },
    },
  );
}

/** A decoded image with what the overlay says of its tag. */
export function applyTagFacts(overlay: Overlay, image: DecodedImage): DecodedImage {
  const { reference } = image;
  const { tag } = reference;
  if (tag === undefined) return image;
  for (const entry of overlay.tags) {
    if (!matches(entry.image, nameOf(reference))) continue;
    const status = entry.served.some((pattern) => matches(pattern, tag)) ? 'served' : entry.removed.some((pattern) => matches(pattern, tag)) ? 'removed' : undefined;
    if (status === undefined) continue;
    const fact = status === 'served' ? msg`${nameOf(reference)}:${tag} can be pulled` : msg`${nameOf(reference)}:${tag} cannot be pulled`;
    return { ...image, status, statusEvidence: { fact, source: entry.source, checked: entry.checked } };
  }
  return image;
}

function nameOf({ registry, repository }: ImageReference): string {
  return registry === undefined ? repository : `${registry}/${repository}`;
}

/** Whether a text is what a pattern with `*` means. Linear in the text for each star. */
function matches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let position = head.length;
  for (const piece of rest) {
    const at = text.indexOf(piece, position);
    if (at < 0 || at + piece.length > text.length - tail.length) return false;
    position = at + piece.length;
  }
  return true;
}
