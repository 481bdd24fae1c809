import { appendEntry, appendItem } from '../../data/edit-yaml';
import { findValue, listItems, locateData } from '../../data/model';
import { listSyntaxes } from '../../compose/gpu-wish';
import { findVariable } from '../../compose/service';
import type { ComposeProject, ComposeService } from '../../compose/model';
import { findVideoImage } from '../../facts/application-images';
import { containerFacts } from '../../facts/container-facts';
import type { Evidence } from '../../facts/evidence';
import { parseImageReference } from '../../image/reference';
import { joinAll, msg } from '../../l10n/message';
import type { Location } from '../../text/range';
import { defineComposeRule, type ContainerImage, type Fix } from '../model';
import { readWord } from './requests';

/** What says in a command that video goes over the GPU: codecs and accelerations of ffmpeg, elements of GStreamer. */
const VIDEO_WORD = /(?:^|[_=,'"/])(?:h264|hevc|av1|vp8|vp9|mpeg[124]|mjpeg)_(?:nvenc|cuvid)\b|^(?:nvenc|nvdec|cuvid|nvv4l2dec|nvv4l2decoder|nvh26[45](?:enc|dec))$|scale_(?:cuda|npp)\b/;

/** Capabilities that a service gets besides gpu. */
const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set(['compute', 'utility']);

export const rule = defineComposeRule({
  id: 'compose-driver-capabilities',
  severity: 'warning',
  summary: 'A service uses the GPU for video or graphics and does not ask for that driver capability.',
  messages: {
    video: '{word} needs the driver capability video, and the container gets {given}: `Cannot load libnvidia-encode.so.1` or `libnvcuvid.so.1`.',
    graphics: 'A window on the host’s display needs the driver capability graphics for OpenGL, and the container gets {given}: `libGL error: failed to load driver: swrast`.',
    application: '{image} uses the GPU for video; unless the image sets NVIDIA_DRIVER_CAPABILITIES, the container gets {given}: `Cannot load libnvidia-encode.so.1`.',
  },
  docs: {
    what: 'The command of a service with a GPU encodes or decodes video on it (NVENC, NVDEC), or its image is a media server, and neither the request nor `NVIDIA_DRIVER_CAPABILITIES` names `video`; or a service with a GPU opens windows on the display of the host, and neither names `graphics`.',
    why: 'The toolkit mounts the parts of the driver that are [asked for](https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html), by default `utility` and `compute`. `libnvidia-encode` and `libnvcuvid` come with [`video`](https://github.com/NVIDIA/nvidia-docker/issues/531), OpenGL and Vulkan with [`graphics`](https://github.com/NVIDIA/nvidia-docker/issues/534).',
    instead: '`capabilities: [gpu, compute, utility, video]` in the request, or `NVIDIA_DRIVER_CAPABILITIES: compute,utility,video` in the environment; `all` where more than one is needed.',
    silent: 'The capability is asked for, or the image sets it. Information where it is not known what the image sets.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'NVENC',
      text: 'services:\n  encode:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    command: ffmpeg -hwaccel cuda -i /in.mkv -c:v hevc_nvenc /out.mkv\n    environment:\n      «NVIDIA_DRIVER_CAPABILITIES: compute,utility»\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
      messageId: 'video',
    },
    {
      kind: 'bad',
      title: 'an image of which nothing is known',
      text: 'services:\n  encode:\n    image: encoder\n    command: ffmpeg -hwaccel cuda -i /in.mkv -c:v hevc_nvenc /out.mkv\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: «[gpu]»\n',
      messageId: 'video',
      severity: 'information',
      fixed:
        'services:\n  encode:\n    image: encoder\n    command: ffmpeg -hwaccel cuda -i /in.mkv -c:v hevc_nvenc /out.mkv\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu, compute, utility, video]\n',
    },
    {
      kind: 'bad',
      title: 'a media server',
      text: 'services:\n  plex:\n    image: lscr.io/linuxserver/plex:latest\n    runtime: nvidia\n    environment:\n      - «NVIDIA_VISIBLE_DEVICES=all»\n',
      messageId: 'application',
      severity: 'information',
      fixed: 'services:\n  plex:\n    image: lscr.io/linuxserver/plex:latest\n    runtime: nvidia\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=all\n      - NVIDIA_DRIVER_CAPABILITIES=compute,utility,video\n',
    },
    {
      kind: 'bad',
      title: 'a window',
      text: 'services:\n  viewer:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    environment:\n      - DISPLAY\n    volumes:\n      - /tmp/.X11-unix:/tmp/.X11-unix\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: «[gpu]»\n',
      messageId: 'graphics',
      severity: 'information',
      fixed:
        'services:\n  viewer:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    environment:\n      - DISPLAY\n    volumes:\n      - /tmp/.X11-unix:/tmp/.X11-unix\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu, compute, utility, graphics, display]\n',
    },
    {
      kind: 'good',
      title: 'asked for in the request',
      text: 'services:\n  encode:\n    image: encoder\n    command: ffmpeg -i /in.mkv -c:v hevc_nvenc /out.mkv\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu, compute, utility, video]\n',
    },
    {
      kind: 'good',
      title: 'all of them',
      text: 'services:\n  jellyfin:\n    image: jellyfin/jellyfin:10.9.11\n    gpus: all\n    environment:\n      NVIDIA_DRIVER_CAPABILITIES: all\n',
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      if (listSyntaxes(service).length === 0) continue;
      const need = findNeed(service) ?? findDisplay(service);
      const container = imageOf(service);
      const given = need && readGiven(service, container);
      if (need === undefined || given === undefined || given.names.has('all') || need.capabilities.some((name) => given.names.has(name))) continue;
      report({
        messageId: need.messageId,
        ...(need.messageId !== 'application' && given.certain ? {} : { severity: 'information' }),
        data: { word: need.word, image: need.word, given: joinAll([...given.names]) },
        location: given.location ?? service.location,
        evidence: [...need.evidence, ...containerFacts('driver-capabilities-default')],
        fixes: given.certain ? [] : addCapabilities(project, service, need.capabilities),
      });
    }
  },
});

interface Need {
  readonly messageId: 'video' | 'application' | 'graphics';
  readonly word: string;
  /** Any of these will do, and all are asked for. */
  readonly capabilities: readonly string[];
  readonly evidence: readonly Evidence[];
}

function findNeed({ entrypoint, command, image, build }: ComposeService): Need | undefined {
  const words = [...entrypoint, ...command];
  const word = words.find((each) => VIDEO_WORD.test(each)) ?? words.find((each, i) => /^(?:cuda|nvdec|cuvid)$/.test(each) && words[i - 1] === '-hwaccel');
  if (word !== undefined) return { messageId: 'video', word, capabilities: ['video'], evidence: containerFacts('driver-capabilities-video') };
  const repository = image === undefined || build !== undefined ? undefined : parseImageReference(image.text.value)?.repository;
  const evidence = repository === undefined ? undefined : findVideoImage(repository);
  return evidence && { messageId: 'application', word: repository ?? '', capabilities: ['video'], evidence: [evidence, ...containerFacts('driver-capabilities-video')] };
}

/** The display of the host, with its socket or network. */
function findDisplay(service: ComposeService): Need | undefined {
  const display = findVariable(service, 'DISPLAY');
  const forwarded = display !== undefined && (display.value === undefined || !display.value.known);
  const reached = service.mounts.some(({ target }) => target.startsWith('/tmp/.X11-unix')) || readWord(service, 'network_mode') === 'host';
  return forwarded && reached ? { messageId: 'graphics', word: 'DISPLAY', capabilities: ['graphics', 'display'], evidence: containerFacts('driver-capabilities-graphics') } : undefined;
}

/** The capabilities of the container and the place that decides them; undefined when a variable that is not known does. */
function readGiven(service: ComposeService, container: ContainerImage | undefined): { readonly names: ReadonlySet<string>; readonly location: Location | undefined; readonly certain: boolean } | undefined {
  const { requests, runtime } = service;
  const requested = requests.flatMap(({ capabilities }) => listItems(capabilities?.value).flatMap((item) => (item.kind === 'scalar' ? item.text.value : [])));
  const named = requested.filter((name) => name !== 'gpu' && name !== 'nvidia');
  const list = requests.find(({ capabilities }) => capabilities !== undefined)?.capabilities;
  const visible = findVariable(service, 'NVIDIA_VISIBLE_DEVICES');
  const location = list === undefined ? (visible?.location ?? (runtime && locateData(runtime))) : locateData(list.value);
  if (named.length > 0) return { names: new Set(named), location, certain: true };
  const variable = findVariable(service, 'NVIDIA_DRIVER_CAPABILITIES');
  if (variable !== undefined) return variable.value?.known === true ? { names: split(variable.value.value), location: variable.location, certain: true } : undefined;
  if (!service.environmentComplete) return undefined;
  const inherited = container?.stage.final.env.get('NVIDIA_DRIVER_CAPABILITIES');
  if (inherited !== undefined) return inherited.known ? { names: split(inherited.value), location, certain: false } : undefined;
  return { names: DEFAULT_CAPABILITIES, location, certain: false };
}

function split(value: string): ReadonlySet<string> {
  return new Set(value.split(',').map((name) => name.trim()));
}

/** In the request where it has a list, else in the environment. */
function addCapabilities({ text, file }: ComposeProject, { node, requests }: ComposeService, added: readonly string[]): readonly Fix[] {
  const names = [...DEFAULT_CAPABILITIES, ...added];
  const list = requests.find(({ capabilities }) => capabilities !== undefined)?.capabilities?.value;
  const title = msg`Ask for the driver capability ${joinAll(added)}`;
  if (list?.kind === 'list' && list.flow && list.file === file) {
    const last = list.items.at(-1);
    return last === undefined ? [] : [{ title, safe: false, edits: [{ file, range: { start: last.range.end, end: last.range.end }, newText: `, ${names.join(', ')}` }] }];
  }
  const environment = findValue(node, 'environment');
  if (environment?.file !== file) return [];
  const edit = environment.kind === 'list' ? appendItem(text, environment, `NVIDIA_DRIVER_CAPABILITIES=${names.join(',')}`) : environment.kind === 'map' ? appendEntry(text, environment, [[0, `NVIDIA_DRIVER_CAPABILITIES: ${names.join(',')}`]], '') : undefined;
  return edit === undefined ? [] : [{ title, safe: false, edits: [edit] }];
}
