import type { StageStack } from '../../stack/model';
import { UNKNOWN } from '../../text/traced';
import { isGpuImage } from './gpu-image';

/** What a container gets that asks for nothing (fact `driver-capabilities-default`). */
const DEFAULT = ['compute', 'utility'];

/** The entries of NVIDIA_DRIVER_CAPABILITIES; an empty value is the default. */
export function listCapabilities(value: string): readonly string[] {
  const entries = value.split(',').map((one) => one.trim()).filter((one) => one !== '');
  return entries.length === 0 ? DEFAULT : entries;
}

/**
 * The driver capabilities that containers of a stage get, unless they are started with others. Undefined where that is
 * not known, and for an image of which nothing says that it is for GPUs, unless the caller knows that it is.
 */
export function capabilitiesOf({ final: { env, envComplete }, rootImage }: StageStack, knownForGpu = false): readonly string[] | undefined {
  const value = env.get('NVIDIA_DRIVER_CAPABILITIES')?.value;
  if (value !== undefined) return value.includes(UNKNOWN) ? undefined : listCapabilities(value);
  const isForGpu = knownForGpu || env.has('NVIDIA_VISIBLE_DEVICES') || (rootImage !== undefined && isGpuImage(rootImage));
  return envComplete && isForGpu ? DEFAULT : undefined;
}

/** Those of `wanted` that `present` lacks; `all` has and wants each of them. */
export function lacksCapabilities(present: readonly string[], wanted: readonly string[]): readonly string[] {
  if (present.includes('all')) return [];
  const each = wanted.includes('all') ? ['compute', 'utility', 'video', 'graphics', 'display'] : wanted;
  return each.filter((one) => !present.includes(one));
}
