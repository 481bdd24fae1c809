import { listItems } from '../../data/model';
import { findVariable } from '../../compose/service';
import type { ComposeService } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { defineComposeRule } from '../model';
import { isForNvidia, removeVariable } from './requests';

export const rule = defineComposeRule({
  id: 'compose-cuda-visible-devices',
  severity: 'warning',
  summary: 'CUDA_VISIBLE_DEVICES holds something that hides every GPU.',
  messages: {
    word: '{value} is no value of CUDA_VISIBLE_DEVICES: CUDA takes it for an invalid index and shows no GPU, `No CUDA GPUs are available`.',
    outside: 'The container gets {count} GPU(s), numbered from 0: index {index} is none of them, and CUDA shows no GPU from there on.',
  },
  docs: {
    what: '`CUDA_VISIBLE_DEVICES` is `all` or another word, or names an index that the device request of the same service does not reach.',
    why: '`all` is a value of `NVIDIA_VISIBLE_DEVICES`. CUDA reads [indices and UUIDs](https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables), and everything from the first entry on that is neither is hidden. Inside a container the GPUs that it was given are numbered anew: with `device_ids: ["2"]` the only index is 0.',
    instead: 'Leave the variable out: the device request chooses the GPUs.',
    silent: 'The value comes from a variable that is not known, or the number of GPUs is not.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a value of another variable',
      text: 'services:\n  app:\n    image: app\n    environment:\n      «CUDA_VISIBLE_DEVICES: all»\n      MODE: fast\n    gpus: all\n',
      messageId: 'word',
      fixed: 'services:\n  app:\n    image: app\n    environment:\n      MODE: fast\n    gpus: all\n',
    },
    {
      kind: 'bad',
      title: 'the number that the GPU has on the host',
      text: 'services:\n  app:\n    image: app\n    environment:\n      - «CUDA_VISIBLE_DEVICES=2»\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["2"]\n              capabilities: [gpu]\n',
      messageId: 'outside',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["2"]\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'one of several',
      text: 'services:\n  app:\n    image: app\n    environment:\n      CUDA_VISIBLE_DEVICES: "1"\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'no GPU on purpose',
      text: 'services:\n  app:\n    image: app\n    environment:\n      CUDA_VISIBLE_DEVICES: ""\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      const variable = findVariable(service, 'CUDA_VISIBLE_DEVICES');
      const value = variable?.value;
      if (variable === undefined || value === undefined || !value.known) continue;
      const fixes = removeVariable(project, service, 'CUDA_VISIBLE_DEVICES');
      if (/^[a-z][a-z ]*$/i.test(value.value) && !/^(?:none|no)$/i.test(value.value)) {
        report({ messageId: 'word', data: { value: value.value }, location: variable.location, evidence: containerFacts('cuda-visible-devices-all'), fixes });
        continue;
      }
      const count = countGpus(service);
      const index = value.value.split(',').find((entry) => /^\d+$/.test(entry.trim()) && count !== undefined && Number(entry) >= count);
      if (count === undefined || index === undefined) continue;
      report({ messageId: 'outside', data: { count: String(count), index }, location: variable.location, evidence: containerFacts('cuda-visible-devices-renumbered', 'cuda-visible-devices-all'), fixes });
    }
  },
});

/** How many GPUs a service gets, where its one request says it. */
function countGpus({ requests, cdiDevices }: ComposeService): number | undefined {
  const [request, ...others] = requests;
  if (request === undefined || others.length > 0 || cdiDevices.length > 0 || !isForNvidia(request)) return undefined;
  const ids = listItems(request.deviceIds?.value);
  if (ids.length > 0) return ids.every((item) => item.kind === 'scalar' && /^(?:\d+|GPU-[\w-]+)$/.test(item.text.value)) ? ids.length : undefined;
  const count = request.count?.value.kind === 'scalar' ? request.count.value.text.value : '';
  return /^[1-9]\d*$/.test(count) ? Number(count) : undefined;
}
