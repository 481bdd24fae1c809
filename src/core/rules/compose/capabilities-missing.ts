import { replaceEntry } from '../../data/edit-yaml';
import { listItems, locateData, locateKey, type DataMap, type Scalar } from '../../data/model';
import type { DeviceRequest } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { isPartOfSplit } from './device-split';
import { isForNvidia } from './requests';

/** What Docker's nvidia driver answers to (moby, daemon/nvidia_linux.go). */
const CAPABILITIES: ReadonlySet<string> = new Set(['gpu', 'nvidia', 'compute', 'compat32', 'graphics', 'utility', 'video', 'display']);

export const rule = defineComposeRule({
  id: 'compose-capabilities-missing',
  severity: 'error',
  summary: 'A device request lacks capabilities, or has some that no driver knows.',
  messages: {
    missing: 'A device request needs capabilities: Compose refuses the file, `{path} missing property \'capabilities\'`.',
    notList: 'capabilities are a list: Compose refuses the file, `{path}.capabilities must be a array`.',
    nested: 'capabilities are a list of words, not of lists, as Docker’s API has them: Compose refuses the file, `{path}.capabilities.0 must be a string`.',
    unknown: 'Docker’s nvidia driver does not know the capability {name}: `could not select device driver "nvidia" with capabilities: [[{all}]]`.',
  },
  docs: {
    what: 'An item of `deploy.resources.reservations.devices` has no `capabilities`, has a word in the place of the list, or asks NVIDIA’s driver for something it does not have.',
    why: '[Compose requires](https://docs.docker.com/compose/how-tos/gpu-support/) the list. Docker compares it with what [its nvidia driver](https://github.com/moby/moby/blob/18a2f3f0/daemon/nvidia_linux.go) has: `gpu` and `nvidia`, and the driver capabilities `compute`, `compat32`, `graphics`, `utility`, `video` and `display`. `all` is a value of `NVIDIA_DRIVER_CAPABILITIES` and not one of these.',
    instead: '`capabilities: [gpu]`; for NVENC or OpenGL name more: `[gpu, compute, utility, video]`.',
    silent: 'The driver is another one: that of CDI takes an empty list.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'no capabilities',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - «driver»: nvidia\n              count: 1\n',
      messageId: 'missing',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              capabilities: [gpu]\n              count: 1\n',
    },
    {
      kind: 'bad',
      title: 'a word',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: «gpu»\n',
      messageId: 'notList',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'as in the API',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [«[gpu]»]\n',
      messageId: 'nested',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'a capability of another kind',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu, «all»]\n',
      messageId: 'unknown',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'the usual list',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - capabilities: [gpu, utility, compute, video]\n              count: 1\n',
    },
    {
      kind: 'good',
      title: 'CDI',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: cdi\n              device_ids: ["nvidia.com/gpu=all"]\n              capabilities: []\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      const deployed = service.requests.filter(({ syntax }) => syntax === 'deploy');
      deployed.forEach((request, i) => {
        const { node, capabilities } = request;
        if (node.kind !== 'map' || isPartOfSplit(deployed, i)) return;
        const path = `services.${service.name}.deploy.resources.reservations.devices.${i}`;
        const first = node.entries[0];
        if (capabilities === undefined) {
          if (first === undefined) return;
          report({ messageId: 'missing', data: { path }, location: locateKey(first), evidence: containerFacts('capabilities-required'), fixes: addCapabilities(project.text, node) });
        } else if (capabilities.value.kind === 'scalar') {
          const { value } = capabilities;
          if (value.type !== 'string') return;
          const edit = value.text.edit(0, value.text.value.length, `[${value.text.value}]`);
          const fixes: readonly Fix[] = edit === undefined || value.style !== 'plain' ? [] : [{ title: msg`Make it a list`, safe: true, edits: [edit] }];
          report({ messageId: 'notList', data: { path }, location: locateData(value), evidence: containerFacts('capabilities-required'), fixes });
        } else if (listItems(capabilities.value).some(({ kind }) => kind === 'list')) {
          const [inner] = listItems(capabilities.value);
          if (inner?.kind !== 'list') return;
          const text = project.text.slice(inner.range.start, inner.range.end);
          const fixes: readonly Fix[] = !inner.flow || inner.file !== project.file ? [] : [{ title: msg`Take the inner brackets away`, safe: true, edits: [{ ...locateData(inner), newText: text.slice(1, -1) }] }];
          report({ messageId: 'nested', data: { path }, location: locateData(inner), evidence: containerFacts('capabilities-required'), fixes });
        } else for (const item of listUnknown(request)) {
          const all = listItems(capabilities.value).map((each) => (each.kind === 'scalar' ? each.text.value : '')).join(' ');
          report({ messageId: 'unknown', severity: 'warning', data: { name: item.text.value, all }, location: item.text.locate() ?? locateData(item), evidence: containerFacts('driver-capability-names') });
        }
      });
    }
  },
});

function listUnknown(request: DeviceRequest): readonly Scalar[] {
  if (!isForNvidia(request)) return [];
  return listItems(request.capabilities?.value).filter((item): item is Scalar => item.kind === 'scalar' && item.text.known && !CAPABILITIES.has(item.text.value));
}

/** Behind the first entry of the request. */
function addCapabilities(text: string, node: DataMap): readonly Fix[] {
  const [first] = node.entries;
  if (first === undefined || first.file !== node.file) return [];
  const line = text.slice(first.keyRange.start, first.value.range.end);
  const edit = node.flow
    ? { file: node.file, range: { start: first.value.range.end, end: first.value.range.end }, newText: ', capabilities: [gpu]' }
    : first.value.kind === 'scalar' ? replaceEntry(text, first, [[0, line], [0, 'capabilities: [gpu]']], '') : undefined;
  return edit === undefined ? [] : [{ title: msg`Add capabilities: [gpu]`, safe: true, edits: [edit] }];
}
