import { containerFacts } from '../../facts/container-facts';
import { defineDevcontainerRule } from '../model';
import { findGpuImage } from '../support/gpu-image';
import { asksForGpu, findPrivileged, isCudaFeature } from './wiring';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-privileged',
  severity: 'information',
  summary: 'A dev container with a GPU is privileged.',
  messages: {
    privileged: 'A GPU does not need a privileged container, which can do to the host whatever root can.',
  },
  docs: {
    what: 'A dev container that asks for a GPU, or is made of an image or with a feature for GPUs, has `privileged: true` or `--privileged`.',
    why: '[GPU access](https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md) comes by the device request alone. A privileged container sees all devices of the host and can change its kernel’s settings.',
    instead: 'Take it out. For what else asks for it there are narrower ways: `capAdd`, `securityOpt`, `--device`.',
    silent: 'A feature needs it (Docker in Docker), or the container has no GPU.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'privileged for the GPU',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "«privileged": true»\n}\n',
      messageId: 'privileged',
    },
    {
      kind: 'good',
      title: 'Docker in Docker',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "features": { "ghcr.io/devcontainers/features/docker-in-docker:2": {} },\n  "privileged": true\n}\n',
    },
    {
      kind: 'good',
      title: 'no GPU',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "privileged": true\n}\n',
    },
  ],
  check({ devcontainer, image, report }) {
    const location = findPrivileged(devcontainer);
    if (location === undefined || devcontainer.features.some(({ id }) => /docker-in-docker|kubectl|minikube|kind/.test(id))) return;
    if (asksForGpu(devcontainer) || findGpuImage(image) !== undefined || devcontainer.features.some(({ id }) => isCudaFeature(id))) report({ messageId: 'privileged', location, evidence: containerFacts('privileged-gpu') });
  },
});
