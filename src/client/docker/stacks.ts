import { readImageConfig, withScan, type ConfigStack } from '../../core/image/config';
import type { ImageScan, ScannedComponent } from '../../core/scan/model';
import type { ContainerDetails, ContainerSummary, EngineAddress, ImageDetails, ImageSummary } from '../../docker/model';

/** Stacks by what they were read from: the engine's answers are kept as they are, so that each is read once. */
const known = new WeakMap<object, { readonly tags: string; readonly stack: ConfigStack }>();

/** So many images are remembered as they were found inside. */
const KEPT_SCANS = 500;

/**
 * What was found inside images, by host and id: what lies there under an id never changes. On hosts with other processors
 * the same id may stand for other files, where it is that of an image for several platforms.
 */
const scans = new Map<string, readonly ScannedComponent[]>();

/** Stacks with what was found inside, by those without. */
const exact = new WeakMap<ConfigStack, { readonly scanned: readonly ScannedComponent[]; readonly stack: ConfigStack }>();

/** Remembers what was found inside an image, so that its rows and those of its containers show it from now on. */
export function rememberScan(host: EngineAddress, { imageId, components }: ImageScan): void {
  const key = keyOf(host, imageId);
  scans.delete(key);
  scans.set(key, components);
  const [oldest] = scans.keys();
  if (scans.size > KEPT_SCANS && oldest !== undefined) scans.delete(oldest);
}

/** Whether an image was looked into since the window was opened. */
export function isScanned(host: EngineAddress, imageId: string): boolean {
  return scans.has(keyOf(host, imageId));
}

/** What a container holds; it has its image's environment and labels, with its own over them. */
export function containerStack(host: EngineAddress, container: ContainerSummary, details: ContainerDetails | undefined): ConfigStack {
  return exactStack(readOnce(details ?? container, [container.image], details?.environment, container.labels), keyOf(host, container.imageId));
}

/** What an image holds as far as the engine tells. */
export function imageStack(host: EngineAddress, image: ImageSummary, details: ImageDetails | undefined): ConfigStack {
  return exactStack(readOnce(details ?? image, image.tags, details?.environment, details?.labels ?? image.labels), keyOf(host, image.id));
}

/** One object for one stack, as long as nothing new was found: verdicts are kept by it. */
function exactStack(stack: ConfigStack, key: string): ConfigStack {
  const scanned = scans.get(key);
  if (scanned === undefined) return stack;
  const before = exact.get(stack);
  if (before?.scanned === scanned) return before.stack;
  const merged = withScan(stack, scanned);
  exact.set(stack, { scanned, stack: merged });
  return merged;
}

function keyOf({ name, url }: EngineAddress, imageId: string): string {
  return JSON.stringify([name, url, imageId]);
}

function readOnce(source: object, tags: readonly string[], environment: readonly string[] | undefined, labels: Readonly<Record<string, string>>): ConfigStack {
  const names = tags.join('\n');
  const found = known.get(source);
  if (found !== undefined && found.tags === names) return found.stack;
  const stack = readImageConfig({ tags, environment, labels });
  known.set(source, { tags: names, stack });
  return stack;
}
