import { appendProperty } from '../../data/edit-json';
import { locateKey } from '../../data/model';
import type { Devcontainer } from '../../devcontainer/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineDevcontainerRule, type Fix } from '../model';
import { findGpuImage } from '../support/gpu-image';
import { asksForGpu, isCudaFeature, locateImage } from './wiring';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-gpu-missing',
  severity: 'warning',
  summary: 'A dev container with CUDA asks for no GPU.',
  messages: {
    image: '{image} is for GPUs, and the container asks for none: `nvidia-smi: command not found`, programs find no CUDA device.',
    feature: 'The feature nvidia-cuda installs libraries and passes no GPU: `nvidia-smi: command not found`, programs find no CUDA device.',
  },
  docs: {
    what: 'The container is made of an image for GPUs, or has the feature `nvidia-cuda`, and neither `hostRequirements.gpu` nor `--gpus` in `runArgs` asks for a GPU.',
    why: 'Libraries alone do not bring the driver: Docker gives a container [no GPU that it does not ask for](https://docs.docker.com/engine/containers/gpu/). The [feature](https://github.com/devcontainers/features/pull/119) says so in its notes.',
    instead: '`"hostRequirements": { "gpu": "optional" }`: the tools then add `--gpus all` where they find the NVIDIA runtime, and start without it elsewhere. `"runArgs": ["--gpus", "all"]` insists on the GPU.',
    silent: 'The container is a service of Compose, `runArgs` name a runtime or a device of NVIDIA, or the image is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a CUDA image',
      text: '{\n  "image": "«nvidia/cuda:12.4.1-devel-ubuntu22.04»"\n}\n',
      messageId: 'image',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" }\n}\n',
    },
    {
      kind: 'bad',
      title: 'the CUDA feature',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "«features»": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": { "installCudnn": true }\n  }\n}\n',
      messageId: 'feature',
      fixed: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "features": {\n    "ghcr.io/devcontainers/features/nvidia-cuda:1": { "installCudnn": true }\n  },\n  "hostRequirements": { "gpu": "optional" }\n}\n',
    },
    {
      kind: 'good',
      title: 'asked for',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n}\n',
    },
    {
      kind: 'good',
      title: 'a service of Compose',
      text: '{\n  "dockerComposeFile": "../compose.yaml",\n  "service": "dev",\n  "features": { "ghcr.io/devcontainers/features/nvidia-cuda:1": {} }\n}\n',
    },
  ],
  check({ devcontainer, image, report }) {
    if (devcontainer.compose !== undefined || asksForGpu(devcontainer)) return;
    const gpu = findGpuImage(image);
    const { featuresEntry, features } = devcontainer;
    const fixes = addRequirement(devcontainer);
    if (gpu !== undefined) {
      report({ messageId: 'image', data: { image: gpu.name }, location: locateImage(devcontainer), evidence: containerFacts('gpu-not-default', 'host-gpu'), fixes });
    } else if (featuresEntry !== undefined && features.some(({ id }) => isCudaFeature(id))) {
      report({ messageId: 'feature', location: locateKey(featuresEntry), evidence: containerFacts('cuda-feature', 'host-gpu'), fixes });
    }
  },
});

function addRequirement({ text, root }: Devcontainer): readonly Fix[] {
  const edit = root.entries.some(({ key }) => key === 'hostRequirements') ? undefined : appendProperty(text, root, '"hostRequirements": { "gpu": "optional" }');
  return edit === undefined ? [] : [{ title: msg`Ask for a GPU where there is one`, safe: false, edits: [edit] }];
}
