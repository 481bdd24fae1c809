import { listSyntaxes } from '../../compose/gpu-wish';
import { requestGpus } from '../../compose/convert';
import type { ComposeProject, ComposeService } from '../../compose/model';
import { findVariable } from '../../compose/service';
import { findScalar, locateData } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { findGpuImage, isJetsonImage } from '../support/gpu-image';
import { listMisplaced } from './requests';

/** Commands of containers that prepare or wait, and use no GPU. */
const NO_GPU_COMMAND = /^(?:sleep|true|echo|tail|cat|cp|chown|mkdir|ls|pip3?|apt(?:-get)?|curl|wget|make|cmake|git|bash|sh|perf_analyzer|genai-perf|hadolint)$/;
const CPU_WORD = /(?:^|[-_.\s=])cpu(?:$|[-_.\s])/i;

export const rule = defineComposeRule({
  id: 'compose-gpu-not-reserved',
  severity: 'warning',
  summary: 'A service runs a GPU image and asks for no GPU.',
  messages: {
    pulled: '{image} is for GPUs, and {service} asks for none: the container starts without a driver, and programs find no CUDA device.',
    built: '{service} is built upon {image}, which is for GPUs, and asks for none: the container starts without a driver, and programs find no CUDA device.',
  },
  docs: {
    what: 'The image of a service, or the image that its Dockerfile builds upon, is made for GPUs (`nvidia/cuda`, NGC frameworks, Triton, CUDA builds of PyTorch or TensorFlow), and the service has no device reservation, no `gpus`, no `runtime` and no CDI device.',
    why: 'Docker gives a container no GPU that [it does not ask for](https://docs.docker.com/engine/containers/gpu/). The container starts all the same: `nvidia-smi: command not found`, `The NVIDIA Driver was not detected`, `torch.cuda.is_available()` is false, and many programs go on slowly on the CPU.',
    instead: 'Reserve the GPUs under `deploy.resources.reservations.devices`, which every Compose since 1.28 understands.',
    silent: 'The file cannot be read to its end (a base of `extends` that is elsewhere), an override file or a file such as `compose.gpu.yaml` beside it adds the GPU, a comment in the service holds the request, the service is named or told to use the CPU, its command needs no GPU (`sleep`, `pip`, a client), another service of the same image has the GPU, the service only says how an image is built, or its image is a client or SDK image. A daemon with the default runtime `nvidia` gives every container its GPU, which the file cannot tell.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a CUDA image',
      text: 'services:\n  train:\n    image: «nvidia/cuda:12.4.1-base-ubuntu22.04»\n    command: python3 train.py\n',
      messageId: 'pulled',
      fixed:
        'services:\n  train:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    command: python3 train.py\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'a Dockerfile upon one',
      text: 'services:\n  server:\n    «build»: ./server\n    shm_size: 1gb\n    deploy:\n      replicas: 1\n',
      context: { 'server/Dockerfile': 'FROM nvcr.io/nvidia/tritonserver:24.05-py3\nCOPY models /models\n' },
      messageId: 'built',
      fixed:
        'services:\n  server:\n    build: ./server\n    shm_size: 1gb\n    deploy:\n      replicas: 1\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'the request comes by an anchor',
      text: 'x-gpu: &gpu\n  deploy:\n    resources:\n      reservations:\n        devices:\n          - driver: nvidia\n            count: 1\n            capabilities: [gpu]\nservices:\n  train:\n    <<: *gpu\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n    shm_size: 8gb\n',
    },
    {
      kind: 'good',
      title: 'a client beside the server',
      text: 'services:\n  client:\n    image: nvcr.io/nvidia/tritonserver:24.05-py3-sdk\n    command: perf_analyzer --help\n',
    },
    {
      kind: 'good',
      title: 'another file adds the GPU',
      text: 'services:\n  train:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n',
      context: { 'compose.gpu.yaml': 'services:\n  train:\n    gpus: all\n' },
    },
    {
      kind: 'good',
      title: 'to be uncommented where there is a GPU',
      text: 'services:\n  train:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    # runtime: nvidia\n',
    },
    {
      kind: 'good',
      title: 'one service of the image computes, the other one does not',
      text: 'services:\n  train:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    gpus: all\n  fetch:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    command: ./fetch.py\n',
    },
    {
      kind: 'good',
      title: 'an image without CUDA',
      text: 'services:\n  train:\n    image: tensorflow/tensorflow:2.16.1\n',
    },
  ],
  check({ project, report, imageOf }) {
    if (CPU_WORD.test(project.file.replace(/^.*[/\\]/, ''))) return;
    for (const service of project.services) {
      if (!service.complete || asksOtherwise(service) || isMeantForCpu(service) || isOnlyBuilt(service)) continue;
      const container = imageOf(service);
      const gpu = findGpuImage(container);
      if (gpu === undefined || hasTwinWithGpu(project, service) || project.isWiredElsewhere(service.name) || isCommentedOut(project, service)) continue;
      const edits = isJetsonImage(container) ? undefined : requestGpus(project, service, { kind: 'all' });
      const fixes: readonly Fix[] = edits === undefined ? [] : [{ title: msg`Reserve all GPUs`, safe: false, edits }];
      const built = container?.built;
      const from = container?.stage.stage.from;
      report({
        messageId: built === undefined ? 'pulled' : 'built',
        data: { image: gpu.name, service: service.name },
        location: built === undefined && service.image !== undefined ? (service.image.text.locate() ?? locateData(service.image)) : (built?.request.location ?? service.location),
        evidence: containerFacts('gpu-not-default'),
        related: built === undefined || from === undefined || built.alone === undefined ? [] : [{ location: { file: container?.stack.dockerfile.file ?? '', range: from.image.range }, message: msg`The stage that is run begins here.` }],
        fixes,
      });
    }
  },
});

/** Any request for devices, any runtime, and device files of a GPU: who writes these has thought of it. */
function asksOtherwise(service: ComposeService): boolean {
  const { requests, runtime, devicePaths, mounts, node } = service;
  if (listSyntaxes(service).length > 0 || requests.length > 0 || runtime !== undefined) return true;
  if (node.entries.some(({ key }) => key === 'gpus' || key === 'device_requests')) return true;
  // A request in a wrong place is another rule's.
  if (listMisplaced(service).length > 0) return true;
  if (findScalar(node, 'scale')?.text.value === '0' || findScalar(node, 'deploy', 'replicas')?.text.value === '0') return true;
  return devicePaths.some((path) => /nvidia|\/dev\/(?:dri|dxg|kfd)|^\/dev$/.test(path)) || mounts.some(({ source }) => /libcuda|nvidia|\/usr\/lib\/wsl/.test(source ?? ''));
}

/** A service that says how an image is built and named, and nothing of a container: continuous integration builds with these. */
function isOnlyBuilt({ build, node }: ComposeService): boolean {
  return build !== undefined && node.entries.every(({ key }) => /^(?:build|image|platform|profiles|extends)$/.test(key)) && node.entries.some(({ key }) => key === 'image');
}

/** Another service of the same image has a GPU: who wrote that knew which of them need it. */
function hasTwinWithGpu({ services }: ComposeProject, service: ComposeService): boolean {
  const key = keyOf(service);
  return services.some((other) => other !== service && keyOf(other) === key && (other.requests.length > 0 || listSyntaxes(other).length > 0));
}

function keyOf({ image, build }: ComposeService): string {
  return image?.text.value ?? `${build?.dockerfile ?? ''} ${build?.target?.text.value ?? ''}`;
}

/** By its name, its profiles, its variables or its command. */
function isMeantForCpu(service: ComposeService): boolean {
  const { name, command, entrypoint, node } = service;
  const cuda = findVariable(service, 'CUDA_VISIBLE_DEVICES')?.value?.value;
  const nvidia = findVariable(service, 'NVIDIA_VISIBLE_DEVICES')?.value?.value;
  if (cuda === '' || cuda === '-1' || /^(?:|none|void)$/.test(nvidia ?? 'all')) return true;
  if (CPU_WORD.test(name) || command.some((word) => CPU_WORD.test(word))) return true;
  const profiles = node.entries.find(({ key }) => key === 'profiles')?.value;
  if (profiles?.kind === 'list' && profiles.items.some((item) => item.kind === 'scalar' && CPU_WORD.test(item.text.value))) return true;
  const program = (entrypoint.length > 0 ? entrypoint : command)[0]?.replace(/^.*\//, '');
  const rest = (entrypoint.length > 0 ? [...entrypoint.slice(1), ...command] : command.slice(1)).join(' ');
  if (program === undefined || !NO_GPU_COMMAND.test(program)) return /^(?:--help|--version|-h)$/.test(rest);
  return !/cuda|nvidia|gpu|trtexec|tritonserver|train|torch/i.test(rest);
}

/** A request that stands in a comment among the lines of the service. */
function isCommentedOut({ text, file }: ComposeProject, { node, location }: ComposeService): boolean {
  if (node.file !== file) return false;
  const next = /\n(?! |\t|\r?\n|#|$)|\n {1,2}[\w"'-]+:/.exec(text.slice(node.range.end));
  const lines = text.slice(location.range.start, next === null ? text.length : node.range.end + next.index).split('\n');
  return lines.some((line) => /^\s*#.*\b(?:runtime|gpus|driver|capabilities|device_ids|nvidia)\b/.test(line));
}
