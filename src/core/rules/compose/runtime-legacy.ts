import { listConversions } from '../../compose/convert';
import { locateData } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { defineComposeRule } from '../model';
import { isJetsonImage } from '../support/gpu-image';

export const rule = defineComposeRule({
  id: 'compose-runtime-legacy',
  severity: 'information',
  summary: 'A service takes its GPU by runtime: nvidia, the way of before 2021.',
  messages: {
    legacy: 'runtime: nvidia needs that runtime in the daemon’s configuration; a device request does without it.',
  },
  docs: {
    what: 'A service has `runtime: nvidia` and no other request for a GPU.',
    why: 'The runtime must be registered in `daemon.json` of each host: `unknown or invalid runtime name: nvidia` where it is not. A [device request](https://docs.docker.com/compose/how-tos/gpu-support/) works wherever the NVIDIA Container Toolkit is installed, and it can name GPUs.',
    instead: 'Reserve the devices under `deploy.resources.reservations.devices`. `gpus` is shorter and needs Compose 2.30; a CDI device needs Docker 25 with CDI turned on.',
    silent: 'The image is one for Jetson, where the runtime is the way to the GPU, or the service has a request besides.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the runtime and its variable',
      text: 'services:\n  app:\n    image: app\n    runtime: «nvidia» # for the T4\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=0,1\n      - MODE=fast\n',
      messageId: 'legacy',
      fixed:
        'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["0", "1"]\n              capabilities: [gpu] # for the T4\n    environment:\n      - MODE=fast\n',
    },
    {
      kind: 'bad',
      title: 'under a version that knows nothing else',
      text: 'version: "2.3"\nservices:\n  app:\n    image: app\n    runtime: «nvidia»\n',
      messageId: 'legacy',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'Jetson',
      text: 'services:\n  app:\n    image: nvcr.io/nvidia/l4t-tensorrt:r8.5.2-runtime\n    runtime: nvidia\n',
    },
    {
      kind: 'good',
      title: 'a request besides',
      text: 'services:\n  app:\n    image: app\n    runtime: nvidia\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      const { runtime, requests, cdiDevices } = service;
      if (runtime?.text.value !== 'nvidia' || requests.length > 0 || cdiDevices.length > 0 || isJetsonImage(imageOf(service))) continue;
      const fixes = listConversions(project, service).map(({ title, edits }) => ({ title, safe: false, edits }));
      report({ messageId: 'legacy', location: runtime.text.locate() ?? locateData(runtime), evidence: containerFacts('runtime-legacy'), fixes });
    }
  },
});
