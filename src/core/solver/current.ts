import type { Component, VersionClaim } from '../stack/model';
import type { Current, Flavor } from './model';

const KEYS = ['cuda', 'cudnn', 'python', 'tensorrt', 'torch', 'tensorflow', 'onnxruntime'] as const;

/** A component of a stack or of an image. */
type Present = Pick<Component, 'kind'> & { readonly name: string | undefined; readonly version: VersionClaim; readonly via?: Component['via'] };

/** What a stage or an image has, as the solver's starting point. What is not known to any part is left out. */
export function currentOf(components: readonly Present[], flavor: Flavor | undefined): Current {
  const current: Partial<Record<keyof Current, string>> = flavor === undefined ? {} : { flavor };
  for (const { kind, name, version, via } of components) {
    if (version.type !== 'exact' && version.type !== 'prefix') continue;
    if (kind === 'os' && name === 'ubuntu') current.ubuntu = version.version;
    const key = KEYS.find((one) => one === kind);
    if (key !== undefined) current[key] = version.version;
    if (kind === 'tensorrt' && (via === 'apt' || via === 'pip')) current.family = via;
  }
  return current;
}
