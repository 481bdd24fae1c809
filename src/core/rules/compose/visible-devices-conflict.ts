import { listItems, type Scalar } from '../../data/model';
import { findVariable } from '../../compose/service';
import type { ComposeService } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { defineComposeRule } from '../model';
import { isForNvidia, removeVariable } from './requests';

export const rule = defineComposeRule({
  id: 'compose-visible-devices-conflict',
  severity: 'warning',
  summary: 'NVIDIA_VISIBLE_DEVICES and the device request of a service name different GPUs.',
  messages: {
    chosen: 'NVIDIA_VISIBLE_DEVICES={value} has no effect: the device request sets the variable to {request}.',
    hidden: 'NVIDIA_VISIBLE_DEVICES={value} is meant to keep the GPU away, and the device request asks for {request}: the request wins.',
  },
  docs: {
    what: 'A service has a device request for NVIDIA GPUs, and `NVIDIA_VISIBLE_DEVICES` with other devices.',
    why: 'Docker [adds](https://github.com/moby/moby/blob/18a2f3f0/daemon/nvidia_linux.go) `NVIDIA_VISIBLE_DEVICES` with the devices of the request behind the variables of the container, and the last one counts. A service that was to use one GPU then has all.',
    instead: 'Choose the GPUs in the request, with `device_ids`, and leave the variable out.',
    silent: 'The variable is `all`, agrees with the request, or is not known. Without a device request (`runtime: nvidia`) it is the way to choose.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'one GPU by the variable, all by the request',
      text: 'services:\n  app:\n    image: app\n    environment:\n      - «NVIDIA_VISIBLE_DEVICES=1»\n      - MODE=fast\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
      messageId: 'chosen',
      fixed: 'services:\n  app:\n    image: app\n    environment:\n      - MODE=fast\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'none by the variable',
      text: 'services:\n  app:\n    image: app\n    environment:\n      «NVIDIA_VISIBLE_DEVICES: none»\n      MODE: fast\n    gpus: all\n',
      messageId: 'hidden',
      fixed: 'services:\n  app:\n    image: app\n    environment:\n      MODE: fast\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'both the same',
      text: 'services:\n  app:\n    image: app\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=1\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["1"]\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'all is always true',
      text: 'services:\n  app:\n    image: app\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=all\n    gpus: all\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      const variable = findVariable(service, 'NVIDIA_VISIBLE_DEVICES');
      const value = variable?.value;
      const request = describeRequest(service);
      if (variable === undefined || value === undefined || !value.known || request === undefined) continue;
      const given = value.value.trim();
      const hides = /^(?:|none|void)$/.test(given);
      if (given === 'all' || given === request || (!hides && !/^(?:\d+|GPU-[\w-]+)(?:,(?:\d+|GPU-[\w-]+))*$/.test(given))) continue;
      report({
        messageId: hides ? 'hidden' : 'chosen',
        data: { value: given, request },
        location: variable.location,
        evidence: containerFacts('device-request-variable', 'visible-devices-values'),
        fixes: removeVariable(project, service, 'NVIDIA_VISIBLE_DEVICES'),
      });
    }
  },
});

/** What the one request of a service sets the variable to; undefined when that is not known. */
function describeRequest({ requests }: ComposeService): string | undefined {
  const [request, ...others] = requests;
  if (request === undefined || others.length > 0 || !isForNvidia(request)) return undefined;
  const { node, count, deviceIds } = request;
  if (node.kind === 'scalar') return node.text.value === 'all' ? 'all' : undefined;
  if (deviceIds !== undefined) {
    const ids = listItems(deviceIds.value);
    return count === undefined && ids.length > 0 && ids.every((item): item is Scalar => item.kind === 'scalar' && item.text.known) ? ids.map(({ text }) => text.value).join(',') : undefined;
  }
  if (count === undefined) return 'all';
  const value = count.value.kind === 'scalar' ? count.value.text.value : '';
  if (/^all$/i.test(value)) return 'all';
  return /^[1-9]\d?$/.test(value) ? Array.from({ length: Number(value) }, (_, i) => i).join(',') : undefined;
}
