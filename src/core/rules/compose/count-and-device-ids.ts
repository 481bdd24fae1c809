import { removeEntry } from '../../data/edit-yaml';
import { locateKey } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';

export const rule = defineComposeRule({
  id: 'compose-count-and-device-ids',
  severity: 'error',
  summary: 'A device request has both a count and device ids.',
  messages: {
    both: 'count and device_ids exclude each other: Compose refuses the file, `"count" and "device_ids" attributes are exclusive`.',
  },
  docs: {
    what: 'One item of `deploy.resources.reservations.devices` or `gpus` has `count` and `device_ids`.',
    why: 'A request names [how many GPUs or which](https://github.com/compose-spec/compose-go/blob/e70e961/validation/validation.go). Compose refuses both; older releases pass them on, and Docker answers `cannot set both Count and DeviceIDs on device request`.',
    instead: 'Keep the one that is meant.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'both',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              «count»: 1\n              device_ids: ["0"]\n              capabilities: [gpu]\n',
      messageId: 'both',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["0"]\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'ids alone',
      text: 'services:\n  app:\n    image: app\n    gpus:\n      - driver: nvidia\n        device_ids: ["0", "3"]\n',
    },
  ],
  check({ project, report }) {
    for (const { requests } of project.services) {
      for (const { node, count, deviceIds } of requests) {
        if (node.kind !== 'map' || count === undefined || deviceIds === undefined) continue;
        const fixes = [count, deviceIds].flatMap((entry): Fix[] => {
          const edit = removeEntry(project.text, node, entry);
          return edit === undefined ? [] : [{ title: msg`Remove ${entry.key}`, safe: false, edits: [edit] }];
        });
        report({ messageId: 'both', location: locateKey(count), evidence: containerFacts('count-or-ids'), related: [{ location: locateKey(deviceIds), message: msg`The devices are named here.` }], fixes });
      }
    }
  },
});
