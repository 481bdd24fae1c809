import { findScalar, locateData, locateEntry } from '../../data/model';
import type { Devcontainer, RunOption } from '../../devcontainer/model';
import type { Location } from '../../text/range';

/** The value of an option of `docker run`, by any of its names; of several the last. */
export function findOption({ options }: Devcontainer, ...names: readonly string[]): RunOption | undefined {
  return options.findLast(({ name }) => names.includes(name));
}

/** True when the container gets a GPU by `runArgs` or `hostRequirements`, or when something there says that someone thought of it. */
export function asksForGpu(devcontainer: Devcontainer): boolean {
  const { options, hostGpu, runArgs } = devcontainer;
  if (hostGpu !== undefined || (runArgs?.value.kind === 'scalar' && runArgs.value.raw.includes('gpus'))) return true;
  return options.some(({ name, value = '', node }) => name === '--runtime' || /^--?gpus/.test(node.text.value) || (name === '--device' && /nvidia|\/dev\/dxg/.test(value)));
}

/** Where an option is written, from its name to its value. */
export function locateOption({ node, valueNode = node }: RunOption): Location {
  return { file: node.file, range: { start: locateData(node).range.start, end: Math.max(node.range.end, valueNode.range.end) } };
}

/** Where the file says what the container is made of. */
export function locateImage({ image, build, root, file }: Devcontainer): Location {
  if (build !== undefined) return build.location;
  return image === undefined ? { file, range: { start: root.range.start, end: root.range.start + 1 } } : (image.text.locate() ?? locateData(image));
}

/** `privileged: true`, or `--privileged`. */
export function findPrivileged(devcontainer: Devcontainer): Location | undefined {
  const entry = devcontainer.root.entries.find(({ key }) => key === 'privileged');
  if (entry !== undefined && findScalar(devcontainer.root, 'privileged')?.raw === 'true') return locateEntry(entry);
  const option = findOption(devcontainer, '--privileged');
  return option && locateData(option.node);
}

/** The feature that installs CUDA, of the dev container project. */
export function isCudaFeature(id: string): boolean {
  return /(?:^|\/)nvidia-cuda$/.test(id);
}
