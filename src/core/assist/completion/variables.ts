import type { Completion } from './model';

/**
 * Variables by which the NVIDIA container toolkit takes orders, and what each value does:
 * https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html (2026-11-20).
 */
const VARIABLES: Readonly<Record<string, { readonly detail: string; readonly list: boolean; readonly values: readonly (readonly [value: string, detail: string])[] }>> = {
  NVIDIA_VISIBLE_DEVICES: {
    detail: 'GPUs that a container gets under the NVIDIA runtime',
    list: false,
    values: [
      ['all', 'every GPU'],
      ['none', 'no GPU, but the driver’s files'],
      ['void', 'nothing of the driver, as without the NVIDIA runtime'],
    ],
  },
  NVIDIA_DRIVER_CAPABILITIES: {
    detail: 'parts of the driver that a container gets',
    list: true,
    values: [
      ['compute,utility', 'CUDA and nvidia-smi'],
      ['compute', 'CUDA and OpenCL'],
      ['utility', 'nvidia-smi and NVML'],
      ['video', 'the Video Codec SDK: NVDEC, NVENC'],
      ['graphics', 'OpenGL and Vulkan'],
      ['display', 'X11 displays'],
      ['compat32', '32-bit applications'],
      ['all', 'every part'],
    ],
  },
};

/** Names and values of the toolkit's variables, in ENV and ARG and behind `-e`. `line` ends at `offset`. */
export function completeVariable(line: string, offset: number): readonly Completion[] {
  const [, name = '', equals, written = ''] = /(?:^|[\s"'])([A-Z][A-Z\d_]*)(?:([= ])["']?([\w,-]*))?$/.exec(line.replace(/^\s*(?:ENV|ARG)\s+/i, '')) ?? [];
  if (equals === undefined) {
    if (name.length < 2) return [];
    return Object.entries(VARIABLES)
      .filter(([variable]) => variable.startsWith(name))
      .map(([variable, { detail }]) => ({ label: variable, detail, newText: `${variable}=`, range: { start: offset - name.length, end: offset }, kind: 'variable' }));
  }
  const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
  if (variable === undefined) return [];
  const items = variable.list ? written.split(',') : [written];
  const typed = items.at(-1) ?? '';
  const taken = new Set(items.slice(0, -1));
  return variable.values
    .filter(([value]) => value.startsWith(typed) && !value.split(',').some((one) => taken.has(one)) && (taken.size === 0 || value !== 'all'))
    .map(([value, detail]) => ({ label: value, detail, newText: value, range: { start: offset - typed.length, end: offset }, kind: 'value' }));
}

/** Names that the capabilities of a device request can have (facts/tables/container-facts.json, driver-capability-names), those of `taken` left out. */
export function completeDriverCapability(taken: readonly string[], typed: string, offset: number): readonly Completion[] {
  const known = VARIABLES['NVIDIA_DRIVER_CAPABILITIES']?.values ?? [];
  return [['gpu', 'the GPU'] as const, ...known.filter(([value]) => /^(?!all$)\w+$/.test(value))]
    .filter(([value]) => value.startsWith(typed) && !taken.includes(value))
    .map(([value, detail]) => ({ label: value, detail, newText: value, range: { start: offset - typed.length, end: offset }, kind: 'value' }));
}
