import { readImageConfig, withScan, type ConfigStack } from '../../core/image/config';
import type { ImageScan, ScannedComponent } from '../../core/scan/model';
import type { ContainerDetails, ContainerSummary, ImageDetails, ImageSummary } from '../../docker/model';

/** Stacks by what they were read from: the engine's answers are kept as they are, so that each is read once. */
const known = new WeakMap<object, { readonly tags: string; readonly stack: ConfigStack }>();

/** So many images are remembered as they were found inside. */
const KEPT_SCANS = 500;

/** What was found inside images, by their ids: what lies under an id never changes. */
const scans = new Map<string, readonly ScannedComponent[]>();

/** Stacks with what was found inside, by those without. */
const exact = new WeakMap<ConfigStack, { readonly scanned: readonly ScannedComponent[]; readonly stack: ConfigStack }>();

/** Remembers what was found inside an image, so that its rows and those of its containers show it from now on. */
export function rememberScan({ imageId, components }: ImageScan): void {
  scans.delete(imageId);
  scans.set(imageId, components);
  const [oldest] = scans.keys();
  if (scans.size > KEPT_SCANS && oldest !== undefined) scans.delete(oldest);
}

/** Whether an image was looked into since the window was opened. */
export function isScanned(imageId: string): boolean {
  return scans.has(imageId);
}

/** What a container holds; it has its image's environment and labels, with its own over them. */
export function containerStack(container: ContainerSummary, details: ContainerDetails | undefined): ConfigStack {
  return exactStack(readOnce(details ?? container, [container.image], details?.environment, container.labels), container.imageId);
}

/** What an image holds as far as the engine tells. */
export function imageStack(image: ImageSummary, details: ImageDetails | undefined): ConfigStack {
  return exactStack(readOnce(details ?? image, image.tags, details?.environment, details?.labels ?? image.labels), image.id);
}

/** One object for one stack, as long as nothing new was found: verdicts are kept by it. */
function exactStack(stack: ConfigStack, imageId: string): ConfigStack {
  const scanned = scans.get(imageId);
  if (scanned === undefined) return stack;
  const before = exact.get(stack);
  if (before?.scanned === scanned) return before.stack;
  const merged = withScan(stack, scanned);
  exact.set(stack, { scanned, stack: merged });
  return merged;
}

function readOnce(source: object, tags: readonly string[], environment: readonly string[] | undefined, labels: Readonly<Record<string, string>>): ConfigStack {
  const names = tags.join('\n');
  const found = known.get(source);
  if (found !== undefined && found.tags === names) return found.stack;
  const stack = readImageConfig({ tags, environment, labels });
  known.set(source, { tags: names, stack });
  return stack;
}
