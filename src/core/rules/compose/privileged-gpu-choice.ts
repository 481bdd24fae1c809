import { removeEntry } from '../../data/edit-yaml';
import { findEntry, findScalar, listItems, locateEntry, locateKey, type Scalar } from '../../data/model';
import type { ComposeProject, ComposeService } from '../../compose/model';
import { findVariable } from '../../compose/service';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import type { Location } from '../../text/range';
import { defineComposeRule, type Fix } from '../model';
import { isForNvidia } from './requests';

export const rule = defineComposeRule({
  id: 'compose-privileged-gpu-choice',
  severity: 'warning',
  summary: 'A service that chooses some GPUs is privileged, and sees all.',
  messages: {
    all: 'A privileged container sees all devices of the host: that it was given GPU {gpus} alone has no effect, programs use the others as well.',
  },
  docs: {
    what: 'A service has `privileged: true`, and `device_ids` or `NVIDIA_VISIBLE_DEVICES` that name some GPUs.',
    why: '[By design](https://github.com/NVIDIA/nvidia-docker/issues/764) of Docker a privileged container may use every device. `nvidia-smi` lists all GPUs in it, and services that were to have one each meet on the first.',
    instead: 'Take `privileged` out: a GPU does not need it, and for what does there are `cap_add`, `devices` and `security_opt`. Where it has to stay, choose with `CUDA_VISIBLE_DEVICES`.',
    silent: 'All GPUs are asked for, a number of them, or none by name.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'one GPU by its index',
      text: 'services:\n  worker:\n    image: worker\n    «privileged»: true\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["0"]\n              capabilities: [gpu]\n',
      messageId: 'all',
      fixed: 'services:\n  worker:\n    image: worker\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["0"]\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'by the variable',
      text: 'services:\n  worker:\n    image: worker\n    runtime: nvidia\n    «privileged»: true\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=0,1\n',
      messageId: 'all',
      fixed: 'services:\n  worker:\n    image: worker\n    runtime: nvidia\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=0,1\n',
    },
    {
      kind: 'good',
      title: 'all GPUs',
      text: 'services:\n  worker:\n    image: worker\n    privileged: true\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'chosen among all that it sees',
      text: 'services:\n  worker:\n    image: worker\n    privileged: true\n    runtime: nvidia\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=0\n      - CUDA_VISIBLE_DEVICES=0\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      const entry = findEntry(service.node, 'privileged');
      const chosen = findChoice(service);
      if (entry === undefined || chosen === undefined || findScalar(service.node, 'privileged')?.raw !== 'true' || findVariable(service, 'CUDA_VISIBLE_DEVICES') !== undefined) continue;
      report({
        messageId: 'all',
        data: { gpus: chosen.gpus },
        location: locateKey(entry),
        evidence: containerFacts('privileged-devices', 'privileged-gpu'),
        related: [{ location: chosen.location, message: msg`The GPUs are chosen here.` }],
        fixes: remove(project, service),
      });
    }
  },
});

const GPU = /^(?:\d+|GPU-[\w-]+)$/;

/** The GPUs that a service names, by the one request that it has or else by the variable. */
function findChoice(service: ComposeService): { readonly gpus: string; readonly location: Location } | undefined {
  const [request, ...others] = service.requests;
  if (request !== undefined) {
    const ids = request.deviceIds === undefined || others.length > 0 || !isForNvidia(request) ? [] : listItems(request.deviceIds.value);
    const isNamed = ids.length > 0 && ids.every((item): item is Scalar => item.kind === 'scalar' && item.text.known && GPU.test(item.text.value));
    return request.deviceIds === undefined || !isNamed ? undefined : { gpus: ids.map(({ text }) => text.value).join(', '), location: locateEntry(request.deviceIds) };
  }
  const variable = findVariable(service, 'NVIDIA_VISIBLE_DEVICES');
  const names = variable?.value?.known === true ? variable.value.value.trim().split(',') : [];
  return variable === undefined || names.length === 0 || !names.every((name) => GPU.test(name)) ? undefined : { gpus: names.join(', '), location: variable.location };
}

function remove({ text, file }: ComposeProject, { node }: ComposeService): readonly Fix[] {
  const entry = findEntry(node, 'privileged');
  const edit = entry === undefined || entry.file !== file ? undefined : removeEntry(text, node, entry);
  return edit === undefined ? [] : [{ title: msg`Remove privileged`, safe: false, edits: [edit] }];
}
