import { readImageConfig, type ConfigStack } from '../../core/image/config';
import type { ContainerDetails, ContainerSummary, ImageDetails, ImageSummary } from '../../docker/model';

/** Stacks by what they were read from: the engine's answers are kept as they are, so that each is read once. */
const known = new WeakMap<object, { readonly tags: string; readonly stack: ConfigStack }>();

/** What a container holds; it has its image's environment and labels, with its own over them. */
export function containerStack(container: ContainerSummary, details: ContainerDetails | undefined): ConfigStack {
  return readOnce(details ?? container, [container.image], details?.environment, container.labels);
}

/** What an image holds as far as the engine tells. */
export function imageStack(image: ImageSummary, details: ImageDetails | undefined): ConfigStack {
  return readOnce(details ?? image, image.tags, details?.environment, details?.labels ?? image.labels);
}

function readOnce(source: object, tags: readonly string[], environment: readonly string[] | undefined, labels: Readonly<Record<string, string>>): ConfigStack {
  const names = tags.join('\n');
  const found = known.get(source);
  if (found !== undefined && found.tags === names) return found.stack;
  const stack = readImageConfig({ tags, environment, labels });
  known.set(source, { tags: names, stack });
  return stack;
}
