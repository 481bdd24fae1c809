import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { ShellWord } from '../../shell/model';
import type { StackReport, StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import { defineRule, type Fix } from '../model';
import { neededStages } from '../support/needed-stages';

const NAME = 'NVIDIA_DRIVER_CAPABILITIES';

type Capability = 'video' | 'graphics';

const CAPABILITIES: Evidence = {
  fact: msg`Of the driver the toolkit mounts what NVIDIA_DRIVER_CAPABILITIES names: video for the Video Codec SDK, graphics for OpenGL and Vulkan; without the variable utility and compute.`,
  source: 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html#driver-capabilities',
  checked: '2026-11-20',
};

/** What tells that a program encodes or decodes on the GPU: build options of ffmpeg, names of its codecs, sources and wheels. */
const VIDEO = /--enable-(?:nvenc|nvdec|cuvid)\b|\b(?:h264|hevc|av1|vp9|mjpeg)_(?:nvenc|cuvid)\b|^nvh?26[45](?:enc|dec)$|\bnv-codec-headers\b|^(?:PyNvVideoCodec|pynvvideocodec|PyNvCodec|VideoProcessingFramework)\b/;
/** What tells that a program renders with Vulkan on the GPU. */
const GRAPHICS = /^(?:vulkan-tools|vulkan-utils|vkcube|vulkaninfo)$/;

export const rule = defineRule({
  id: 'env-driver-capabilities',
  family: 'environment',
  severity: 'warning',
  summary: 'The image uses a part of the driver that its NVIDIA_DRIVER_CAPABILITIES leaves out.',
  messages: {
    missing: '{use} needs the driver’s {capability} libraries, and NVIDIA_DRIVER_CAPABILITIES is {value}: `{error}`.',
  },
  docs: {
    what: 'A stage that is used builds or calls programs for NVENC, NVDEC or Vulkan, and `NVIDIA_DRIVER_CAPABILITIES` of the image names neither `all` nor what they need.',
    why: 'The NVIDIA Container Toolkit mounts the libraries of the driver by groups. The `nvidia/cuda` images ask for `compute,utility`, which is CUDA and nvidia-smi: libnvidia-encode, libnvcuvid and the Vulkan driver are then not there.',
    instead: 'Set `ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility,video`, with `graphics` for Vulkan and OpenGL, or `all`.',
    silent: 'The variable is not known, or the image is not made for a GPU. It may also be given with `docker run -e`.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'ffmpeg with NVENC on a CUDA image',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN git clone https://github.com/FFmpeg/FFmpeg && cd FFmpeg && ./configure --enable-cuda-nvcc «--enable-nvenc» && make install\n',
      messageId: 'missing',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=compute,utility,video\nRUN git clone https://github.com/FFmpeg/FFmpeg && cd FFmpeg && ./configure --enable-cuda-nvcc --enable-nvenc && make install\n',
    },
    {
      kind: 'bad',
      title: 'the command encodes',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=compute\nRUN apt-get update && apt-get install -y ffmpeg\nCMD ["ffmpeg", "-i", "in.mp4", "-c:v", «"hevc_nvenc"», "out.mp4"]\n',
      messageId: 'missing',
      fixed: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=compute,video\nRUN apt-get update && apt-get install -y ffmpeg\nCMD ["ffmpeg", "-i", "in.mp4", "-c:v", "hevc_nvenc", "out.mp4"]\n',
    },
    {
      kind: 'good',
      title: 'video is asked for',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=compute,utility,video\nRUN ./configure --enable-nvenc && make install\n',
    },
    {
      kind: 'good',
      title: 'everything is',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=all\nRUN apt-get update && apt-get install -y vulkan-tools\n',
    },
    {
      kind: 'good',
      title: 'not made for a GPU',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y vulkan-tools\n',
    },
  ],
  check({ report, stack }) {
    const last = stack.stages.at(-1);
    if (last === undefined) return;
    const { env } = last.final;
    const value = env.get(NAME);
    // Without the variable the toolkit has its default, as long as the image asks for a GPU at all.
    if (value === undefined ? !last.final.envComplete || !env.has('NVIDIA_VISIBLE_DEVICES') : !value.known) return;
    const held = new Set((value?.value ?? 'utility,compute').split(',').map((name) => name.trim()));
    if (held.has('all')) return;
    for (const capability of ['video', 'graphics'] as const) {
      const use = held.has(capability) ? undefined : findUse(stack, capability);
      if (use === undefined) continue;
      const fix = addCapability(capability, last, stack);
      report({
        messageId: 'missing',
        data: {
          use: use.text,
          capability,
          value: value === undefined ? msg`not set` : value.value,
          error: capability === 'video' ? 'Cannot load libnvidia-encode.so.1' : 'ERROR_INCOMPATIBLE_DRIVER',
        },
        location: use.location,
        evidence: [CAPABILITIES],
        fixes: fix === undefined ? [] : [fix],
      });
    }
  },
});

/** The first word that shows the use of a capability, in a stage that goes into the image. */
function findUse(stack: StackReport, capability: Capability): { readonly text: string; readonly location: Location } | undefined {
  const pattern = capability === 'video' ? VIDEO : GRAPHICS;
  const used = neededStages(stack);
  for (const stage of stack.stages) {
    if (!used.has(stage)) continue;
    for (const { commands } of stage.steps) {
      for (const { conditional, file, words } of commands) {
        const word: ShellWord | undefined = conditional ? undefined : words.find(({ text }) => pattern.test(text.value));
        const text = word === undefined ? undefined : pattern.exec(word.text.value)?.[0];
        if (word !== undefined && text !== undefined) return { text, location: { file, range: word.range } };
      }
    }
  }
  return undefined;
}

/** The capability added where the stage sets the variable, or a line of its own behind FROM. */
function addCapability(capability: Capability, last: StageStack, { dockerfile }: StackReport): Fix | undefined {
  const title = msg`Add ${capability} to ${NAME}`;
  const value = last.final.env.get(NAME);
  const own = last.steps.some(({ instruction }) => instruction.kind === 'env' && instruction.assignments.some(({ name }) => name === NAME));
  if (own) {
    const edit = value?.edit(0, value.value.length, `${value.value},${capability}`);
    return edit && { title, safe: false, edits: [edit] };
  }
  const at = last.stage.from.range.end;
  return { title, safe: false, edits: [{ file: dockerfile.file, range: { start: at, end: at }, newText: `\nENV ${NAME}=${value?.value ?? 'compute,utility'},${capability}` }] };
}
