import type { DeviceRequest } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { findEntry, findValue, locateKey, type DataMap } from '../../data/model';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { DEVICES_PATH, isRequest } from './requests';

export const rule = defineComposeRule({
  id: 'compose-device-split',
  severity: 'error',
  summary: 'A hyphen too many makes two device requests of one, or the list of requests has none.',
  messages: {
    split: 'This hyphen begins another device request: one of the two is left without capabilities, `{path} missing property \'capabilities\'`.',
    notList: 'devices are a list: without a hyphen before the first key Compose refuses the file, `{path} must be a array`.',
  },
  docs: {
    what: 'Items of `deploy.resources.reservations.devices` follow each other that have no key in common and of which one lacks `capabilities`: they were one request. Or the request stands under `devices` without a hyphen.',
    why: 'In YAML each hyphen begins an item. Compose reads [several requests](https://github.com/docker/compose/issues/8569), and [refuses](https://github.com/open-webui/docs/pull/952) the one without capabilities.',
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
      kind: 'bad',
      title: 'the other way round',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - capabilities: [gpu]\n            «-» driver: nvidia\n            «-» count: 1\n',
      messageId: 'split',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - capabilities: [gpu]\n              driver: nvidia\n              count: 1\n',
    },
    {
      kind: 'bad',
      title: 'no hyphen',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          «devices»:\n            driver: nvidia\n            count: 1\n            capabilities: [gpu]\n',
      messageId: 'notList',
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
      const path = `services.${service.name}.deploy.resources.reservations.devices`;
      const deployed = service.requests.filter(({ syntax }) => syntax === 'deploy');
      for (const group of listSplits(deployed)) {
        const hyphens = group.slice(1).flatMap(({ file, range }) => {
          const at = file === project.file ? project.text.lastIndexOf('-', range.start) : -1;
          return at < 0 ? [] : [{ file, range: { start: at, end: at + 1 } }];
        });
        const fixes: readonly Fix[] = [{ title: hyphens.length === 1 ? msg`Take the hyphen away` : msg`Take the hyphens away`, safe: true, edits: hyphens.map((hyphen) => ({ ...hyphen, newText: ' ' })) }];
        for (const location of hyphens) report({ messageId: 'split', data: { path }, location, evidence: containerFacts('capabilities-required'), fixes });
      }
      const entry = findEntry(findValue(service.node, ...DEVICES_PATH.slice(0, -1)), 'devices');
      if (entry?.value.kind === 'map' && isRequest(entry.value)) {
        report({ messageId: 'notList', data: { path }, location: locateKey(entry), evidence: containerFacts('capabilities-required'), fixes: entry.value.file === project.file ? addHyphen(project.text, entry.value) : [] });
      }
    }
  },
});

/**
 * Requests that follow each other and were one: in block style, with no key in common, some without capabilities and
 * one with them.
 */
function listSplits(requests: readonly DeviceRequest[]): readonly (readonly DataMap[])[] {
  const groups: DataMap[][] = [];
  for (const { node } of requests) {
    const group = groups.at(-1);
    if (node.kind !== 'map' || node.flow) groups.push([]);
    else if (group === undefined || group.length === 0 || group.some((other) => sharesKey(other, node))) groups.push([node]);
    else group.push(node);
  }
  return groups.filter((group) => group.length > 1 && group.some((node) => findEntry(node, 'capabilities') !== undefined));
}

/** True for a request that is a part of one. */
export function isPartOfSplit(requests: readonly DeviceRequest[], index: number): boolean {
  const node = requests[index]?.node;
  return node?.kind === 'map' && listSplits(requests).some((group) => group.includes(node));
}

function sharesKey(a: DataMap, b: DataMap): boolean {
  return a.entries.some(({ key }) => findEntry(b, key) !== undefined);
}

/** A hyphen before the first line of a block, and the others moved in. */
function addHyphen(text: string, { file, flow, range }: DataMap): readonly Fix[] {
  if (flow) return [{ title: msg`Make it a list`, safe: true, edits: [{ file, range: { start: range.start, end: range.start }, newText: '[' }, { file, range: { start: range.end, end: range.end }, newText: ']' }] }];
  const lines = text.slice(range.start, range.end).split('\n');
  const newText = lines.map((line, i) => (i === 0 ? `- ${line}` : line.trim() === '' ? line : `  ${line}`)).join('\n');
  return [{ title: msg`Make it a list`, safe: true, edits: [{ file, range, newText }] }];
}
