import { replaceEntry } from '../../data/edit-yaml';
import { listItems, locateData, locateKey, type DataMap, type Scalar } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import type { DeviceRequest } from '../../compose/model';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { isPartOfSplit } from './device-split';
import { isForNvidia } from './requests';

export const rule = defineComposeRule({
  id: 'compose-count-invalid',
  severity: 'error',
  summary: 'A device request counts its devices in a way that Compose or Docker does not take.',
  messages: {
    invalid: 'count is a whole number or all, not {value}: Compose refuses the file, `invalid value "{value}", the only value allowed is \'all\' or a number`.',
    zero: 'count: 0 asks for no GPU: the container starts without one.',
    unset: 'count is empty where {value} is not set: Compose refuses the file, `invalid value "", the only value allowed is \'all\' or a number`.',
    gpus: 'gpus is all or a list of requests, not {value}: Compose refuses the file, `services.{service}.gpus must be a array`.',
    missing: 'Without count and device_ids Docker 27.3 and later give no GPU when Compose is older than 2.30: the container starts without one.',
  },
  docs: {
    what: 'The `count` of a device request is neither a whole number nor `all`, is 0, comes from a variable that may be unset, or is missing beside `device_ids` that are missing too.',
    why: 'Compose reads the number [before it starts anything](https://github.com/compose-spec/compose-go/blob/e70e961/types/device.go). Compose 2.17 takes [no text but `all`](https://github.com/docker/compose/issues/10667), not even from a variable. The specification says that a request without count means all devices, but Compose before 2.30 sends 0, which Docker [since 27.3 takes at its word](https://github.com/docker/docs/issues/21026).',
    instead: '`count: all`, a number, or `device_ids`; a variable with a default: `${GPUS:-all}`.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a word',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: «any»\n              capabilities: [gpu]\n',
      messageId: 'invalid',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'none',
      text: 'services:\n  app:\n    image: app\n    gpus:\n      - driver: nvidia\n        count: «0»\n',
      messageId: 'zero',
      severity: 'warning',
      fixed: 'services:\n  app:\n    image: app\n    gpus:\n      - driver: nvidia\n        count: all\n',
    },
    {
      kind: 'bad',
      title: 'a number of gpus',
      text: 'services:\n  app:\n    image: app\n    gpus: «2»\n',
      messageId: 'gpus',
      fixed: 'services:\n  app:\n    image: app\n    gpus: [{count: 2}]\n',
    },
    {
      kind: 'bad',
      title: 'a variable without default',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: «${GPUS}»\n              capabilities: [gpu]\n',
      messageId: 'unset',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'nothing said',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - «driver»: nvidia\n              capabilities: [gpu]\n',
      messageId: 'missing',
      severity: 'information',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'a variable with a default',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: ${GPUS:-all}\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'the variable is set',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: ${GPUS}\n              capabilities: [gpu]\n',
      context: { '.env': 'GPUS=2\n' },
    },
  ],
  check({ project, report }) {
    for (const { name, requests } of project.services) {
      requests.forEach((request, i) => {
        const { count, node, capabilities, deviceIds, syntax } = request;
        if (node.kind === 'scalar') {
          if (node.text.known && node.text.value !== 'all') report({ messageId: 'gpus', data: { value: node.raw, service: name }, location: locateData(node), evidence: containerFacts('gpus-docs', 'gpus-since'), fixes: askForGpus(node) });
        } else if (count?.value.kind === 'scalar') {
          const { value } = count;
          const text = value.text.value;
          if (!value.text.known) {
            if (/^\$\{?\w+\}?$/.test(value.raw)) report({ messageId: 'unset', severity: 'information', data: { value: value.raw }, location: locateData(value), evidence: containerFacts('count-values', 'count-text') });
          } else if (/^[+-]?0+$/.test(text)) {
            report({ messageId: 'zero', severity: 'warning', location: locateData(value), evidence: containerFacts('count-values'), fixes: askForAll(value) });
          } else if (!/^(?:all|[+-]?\d+)$/i.test(text)) {
            report({ messageId: 'invalid', data: { value: text }, location: value.text.locate() ?? locateData(value), evidence: containerFacts('count-values'), fixes: askForAll(value) });
          }
        } else if (count === undefined && deviceIds === undefined && syntax === 'deploy' && capabilities !== undefined) {
          if (!isForNvidia(request) || isPartOfSplit(requests, i) || listItems(capabilities.value).length === 0) return;
          const [first = capabilities] = node.entries;
          report({ messageId: 'missing', severity: 'information', location: locateKey(first), evidence: containerFacts('count-missing'), fixes: addCount(project.text, node, request) });
        }
      });
    }
  },
});

/** `gpus: 2` as the list that is meant. */
function askForGpus(node: Scalar): readonly Fix[] {
  const text = /^[1-9]\d*$/.test(node.text.value) ? `[{count: ${node.text.value}}]` : 'all';
  return [{ title: msg`Write gpus: ${text}`, safe: false, edits: [{ ...locateData(node), newText: text }] }];
}

function askForAll({ text }: Scalar): readonly Fix[] {
  const edit = text.edit(0, text.value.length, 'all');
  return edit === undefined ? [] : [{ title: msg`Write count: all`, safe: false, edits: [edit] }];
}

/** Before the capabilities. What the specification says of a missing count is then written out. */
function addCount(text: string, node: DataMap, { capabilities }: DeviceRequest): readonly Fix[] {
  if (capabilities === undefined || capabilities.file !== node.file) return [];
  const { keyRange, value, file } = capabilities;
  const line = text.slice(keyRange.start, value.range.end).trimEnd();
  const edit = node.flow
    ? { file, range: { start: keyRange.start, end: keyRange.start }, newText: 'count: all, ' }
    : replaceEntry(text, capabilities, [[0, 'count: all'], [0, line]], '');
  return edit === undefined ? [] : [{ title: msg`Add count: all`, safe: true, edits: [edit] }];
}
