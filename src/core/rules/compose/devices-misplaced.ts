import { findEntry, findValue, listItems, locateKey } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { DEVICES_PATH, isRequest, listMisplaced, type MisplacedRequest } from './requests';

export const rule = defineComposeRule({
  id: 'compose-devices-misplaced',
  severity: 'error',
  summary: 'A request for a GPU stands where Compose does not look for one.',
  messages: {
    misplaced: 'devices belong under deploy.resources.reservations, not under {place}: Compose refuses the file, `{error}`.',
    api: 'device_requests is a field of Docker’s API and no key of Compose: the file is refused, `{error}`.',
    runtime: 'runtime is a key of the service and not of deploy: Compose refuses the file, `{error}`.',
    files: 'Device files belong under devices of the service, not under {place}: Compose refuses the file, `{error}`.',
    mapped: 'devices of a service are paths of device files; a request for GPUs belongs under deploy.resources.reservations.devices: Compose refuses the file, `{error}`.',
  },
  docs: {
    what: 'A list with `driver`, `count`, `device_ids` or `capabilities` stands under `limits`, directly under `resources`, `deploy` or the service, or under `device_requests`; or `runtime` or a list of device files stands under `deploy`.',
    why: 'Compose checks the file against [its schema](https://github.com/compose-spec/compose-spec/blob/main/deploy.md) before it starts anything: `additional properties \'devices\' not allowed`. `limits` know only CPUs, memory and processes.',
    instead: 'Write the request under `deploy.resources.reservations.devices`.',
    silent: 'Directly under the service the list holds paths of device files (`/dev/dri`) or CDI devices.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'under limits',
      text: 'services:\n  api:\n    image: api\n    deploy:\n      resources:\n        limits:\n          «devices»:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
      messageId: 'misplaced',
      fixed: 'services:\n  api:\n    image: api\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'a level is missing',
      text: 'services:\n  api:\n    image: api\n    deploy:\n      resources:\n        «devices»:\n          - driver: nvidia\n            count: 1\n            capabilities: [gpu]\n',
      messageId: 'misplaced',
      fixed: 'services:\n  api:\n    image: api\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'among device files',
      text: 'services:\n  api:\n    image: api\n    «devices»:\n      - driver: nvidia\n        count: 1\n        capabilities: [gpu]\n',
      messageId: 'mapped',
    },
    {
      kind: 'bad',
      title: 'device files under limits',
      text: 'services:\n  api:\n    image: api\n    runtime: nvidia\n    deploy:\n      resources:\n        limits:\n          «devices»:\n            - "/dev/nvidia0:/dev/nvidia0"\n            - "/dev/nvidiactl:/dev/nvidiactl"\n',
      messageId: 'files',
    },
    {
      kind: 'bad',
      title: 'a field of the API',
      text: 'services:\n  api:\n    image: api\n    «device_requests»:\n      - driver: nvidia\n        count: -1\n        capabilities: [gpu]\n',
      messageId: 'api',
    },
    {
      kind: 'bad',
      title: 'the runtime one step in',
      text: 'services:\n  api:\n    image: api\n    deploy:\n      «runtime»: nvidia\n',
      messageId: 'runtime',
    },
    {
      kind: 'good',
      title: 'in its place, beside limits',
      text: 'services:\n  api:\n    image: api\n    deploy:\n      resources:\n        limits:\n          memory: 4g\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'device files',
      text: 'services:\n  api:\n    image: api\n    devices:\n      - /dev/dri:/dev/dri\n      - source: /dev/snd\n        target: /dev/snd\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      for (const found of listMisplaced(service)) {
        const place = found.path.slice(0, -1).join('.') || msg`the service`;
        const path = ['services', service.name, ...found.path.slice(0, -1)].join('.');
        report({
          messageId: found.entry.key === 'device_requests' ? 'api' : found.path.length === 1 ? 'mapped' : listItems(found.entry.value).some(isRequest) ? 'misplaced' : 'files',
          data: { place, error: found.entry.key === 'devices' && found.path.length === 1 ? `${path}.devices.0 additional properties not allowed` : `${path} additional properties '${found.entry.key}' not allowed` },
          location: locateKey(found.entry),
          evidence: containerFacts('devices-place'),
          fixes: listItems(found.entry.value).some(isRequest) ? findFixes(project.text, found) : [],
        });
      }
      const runtime = findEntry(findValue(service.node, 'deploy'), 'runtime');
      if (runtime !== undefined) {
        report({ messageId: 'runtime', data: { error: `services.${service.name}.deploy additional properties 'runtime' not allowed` }, location: locateKey(runtime), evidence: containerFacts('runtime-legacy') });
      }
    }
  },
});

/** A map of that name alone is renamed; a list directly under `resources` goes one step in. */
function findFixes(text: string, { path, parent, entry }: MisplacedRequest): readonly Fix[] {
  const title = msg`Move it to ${DEVICES_PATH.slice(0, -1).join('.')}`;
  const { file } = parent;
  if (parent.flow || entry.file !== file || entry.value.file !== file) return [];
  if (path.join('.') === 'deploy.resources.devices' && findEntry(parent, 'reservations') === undefined) {
    const lineStart = text.lastIndexOf('\n', entry.keyRange.start) + 1;
    const indent = text.slice(lineStart, entry.keyRange.start);
    if (indent.trim() !== '') return [];
    const lines = text.slice(entry.keyRange.start, entry.value.range.end).split('\n');
    const newText = ['reservations:', ...lines.map((line, i) => (i === 0 ? `${indent}  ${line}` : line.trim() === '' ? line : `  ${line}`))].join('\n');
    return [{ title, safe: false, edits: [{ file, range: { start: entry.keyRange.start, end: entry.value.range.end }, newText }] }];
  }
  // `limits` that hold nothing else only have the wrong name.
  if (path.join('.') !== 'deploy.resources.limits.devices' || parent.entries.length > 1) return [];
  const limits = text.lastIndexOf('limits', parent.range.start);
  return limits < 0 ? [] : [{ title, safe: false, edits: [{ file, range: { start: limits, end: limits + 'limits'.length }, newText: 'reservations' }] }];
}
