import { findVideoImage } from '../../facts/application-images';
import { msg, type Message } from '../../l10n/message';
import type { Completion } from './model';

type VariableValue = readonly [value: string, detail: Message];

/**
 * Variables by which the NVIDIA container toolkit takes orders, and what each value does:
 * https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html (2026-11-20).
 */
const VARIABLES: Readonly<Record<string, { readonly detail: Message; readonly list: boolean; readonly values: readonly VariableValue[] }>> = {
  NVIDIA_VISIBLE_DEVICES: {
    detail: msg`GPUs that a container gets under the NVIDIA runtime`,
    list: false,
    values: [
      ['all', msg`every GPU`],
      ['none', msg`no GPU, but the driver’s files`],
      ['void', msg`nothing of the driver, as without the NVIDIA runtime`],
    ],
  },
  NVIDIA_DRIVER_CAPABILITIES: {
    detail: msg`parts of the driver that a container gets`,
    list: true,
    values: [
      ['compute,utility', msg`CUDA and nvidia-smi`],
      ['compute', msg`CUDA and OpenCL`],
      ['utility', msg`nvidia-smi and NVML`],
      ['video', msg`the Video Codec SDK: NVDEC, NVENC`],
      ['graphics', msg`OpenGL and Vulkan`],
      ['display', msg`X11 displays`],
      ['compat32', msg`32-bit applications`],
      ['all', msg`every part`],
    ],
  },
};

/** Programs that need more of the driver than CUDA. */
const VIDEO = /\b(?:ffmpeg|gst-launch|gstreamer|nvenc|nvdec|cuvid|nv-codec-headers|PyNvVideoCodec)/i;
const GRAPHICS = /\b(?:vulkan|libglvnd|libegl1|virtualgl|rviz2?|gazebo)\b/i;

/** The capabilities that go with the programs of a file. */
function listNeeded(text: string): readonly VariableValue[] {
  const images = [...text.matchAll(/\bimage["\s]*:\s*["']?([^\s"'#:@]+)/g)].flatMap(({ 1: repository }) => repository ?? []);
  const hasVideo = VIDEO.test(text) || images.some((repository) => findVideoImage(repository) !== undefined);
  return [
    ...(hasVideo ? [['compute,utility,video', msg`CUDA, nvidia-smi and the Video Codec SDK`] as const] : []),
    ...(GRAPHICS.test(text) ? [['compute,utility,graphics', msg`CUDA, nvidia-smi, OpenGL and Vulkan`] as const] : []),
  ];
}

/**
 * Names and values of the toolkit's variables, in ENV and ARG and behind `-e`. `line` ends at `offset`; `around` is the
 * file, whose programs may need more than CUDA.
 */
export function completeVariable(line: string, offset: number, around: string): readonly Completion[] {
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
  const values = variable.list && taken.size === 0 ? [...listNeeded(around), ...variable.values] : variable.values;
  return values
    .filter(([value]) => value.startsWith(typed) && !value.split(',').some((one) => taken.has(one)) && (taken.size === 0 || value !== 'all'))
    .map(([value, detail]) => ({ label: value, detail, newText: value, range: { start: offset - typed.length, end: offset }, kind: 'value' }));
}

/** Names that the capabilities of a device request can have (facts/tables/container-facts.json, driver-capability-names), those of `taken` left out. */
export function completeDriverCapability(taken: readonly string[], typed: string, offset: number): readonly Completion[] {
  const known = VARIABLES['NVIDIA_DRIVER_CAPABILITIES']?.values ?? [];
  return [['gpu', msg`the GPU`] as const, ...known.filter(([value]) => /^(?!all$)\w+$/.test(value))]
    .filter(([value]) => value.startsWith(typed) && !taken.includes(value))
    .map(([value, detail]) => ({ label: value, detail, newText: value, range: { start: offset - typed.length, end: offset }, kind: 'value' }));
}
