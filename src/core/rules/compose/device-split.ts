import type { DeviceRequest } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { defineComposeRule } from '../model';

export const rule = defineComposeRule({
  id: 'compose-device-split',
  severity: 'error',
  summary: 'A stray hyphen makes two device requests of one.',
  messages: {
    split: 'This hyphen begins a second device request: the first one is left without capabilities, `{path} missing property \'capabilities\'`.',
  },
  docs: {
    what: 'Two items of `deploy.resources.reservations.devices` follow each other, of which the first has no `capabilities` and the second has what the first lacks.',
    why: 'In YAML each hyphen begins an item. Compose reads [two requests](https://github.com/compose-spec/compose-spec/blob/main/deploy.md), refuses the one without capabilities, and would hand out all GPUs for the other.',
    instead: 'One hyphen before the first key, blanks before the others.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a hyphen before each key',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n            «-» capabilities: [gpu]\n',
      messageId: 'split',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'two requests',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["0"]\n              capabilities: [gpu]\n            - driver: nvidia\n              device_ids: ["1"]\n              capabilities: [gpu]\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      const deployed = service.requests.filter(({ syntax }) => syntax === 'deploy');
      deployed.forEach(({ node }, i) => {
        if (!isSplitAt(deployed, i - 1) || node.file !== project.file) return;
        const hyphen = project.text.lastIndexOf('-', node.range.start);
        if (hyphen < 0) return;
        const location = { file: node.file, range: { start: hyphen, end: hyphen + 1 } };
        const path = `services.${service.name}.deploy.resources.reservations.devices.${i - 1}`;
        report({ messageId: 'split', data: { path }, location, evidence: containerFacts('capabilities-required'), fixes: [{ title: 'Take the hyphen away', safe: true, edits: [{ ...location, newText: ' ' }] }] });
      });
    }
  },
});

/** True when the request at `index` and the one after it are halves of one: together complete, with no key in both. */
export function isSplitAt(requests: readonly DeviceRequest[], index: number): boolean {
  const [first, second] = [requests[index]?.node, requests[index + 1]?.node];
  if (first?.kind !== 'map' || second?.kind !== 'map' || first.flow || second.flow) return false;
  const keys = [...first.entries, ...second.entries].map(({ key }) => key);
  const has = (name: string): boolean => second.entries.some(({ key }) => key === name);
  return !first.entries.some(({ key }) => key === 'capabilities') && has('capabilities') && !has('driver') && new Set(keys).size === keys.length;
}
