import { findScalar, findValue, listEntries, listItems, type Data, type Scalar } from '../../data/model';
import { listAssignments } from '../../compose/service';
import type { ComposeService } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { msg, type Message } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';

const UNMARKED = /(?<![$\w])\{([A-Za-z_]\w*)(?::?[-?+][^{}]*)?\}/;

export const rule = defineComposeRule({
  id: 'compose-variable-unmarked',
  severity: 'error',
  summary: 'A variable lacks its dollar sign.',
  messages: {
    unmarked: '{text} lacks its dollar sign: Compose hands the braces on as they are, and no {what} has such a name.',
  },
  docs: {
    what: 'The devices, the image, the runtime or a build argument of a service hold `{NAME}` or `{NAME:-default}` without `$`.',
    why: 'Compose replaces [`${NAME}`](https://docs.docker.com/reference/compose-file/interpolation/) only. The text goes to Docker with its braces: `unknown device`, `invalid reference format`.',
    instead: '`${NAME:-default}`.',
    silent: 'The value stands where braces mean something, as in a command or in other variables of the environment.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a device',
      text: 'services:\n  worker:\n    image: worker\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["«{GPU_ID:-0}»"]\n              capabilities: [gpu]\n',
      messageId: 'unmarked',
      fixed: 'services:\n  worker:\n    image: worker\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              device_ids: ["${GPU_ID:-0}"]\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'a tag',
      text: 'services:\n  worker:\n    image: nvidia/cuda:«{CUDA:-12.4.1}»-base-ubuntu22.04\n    gpus: all\n',
      messageId: 'unmarked',
      fixed: 'services:\n  worker:\n    image: nvidia/cuda:${CUDA:-12.4.1}-base-ubuntu22.04\n    gpus: all\n',
    },
    {
      kind: 'bad',
      title: 'a name alone, which a script may yet fill in',
      text: 'services:\n  worker:\n    image: registry.example.com/worker:«{VERSION}»-gpu\n    gpus: all\n',
      messageId: 'unmarked',
      severity: 'warning',
      fixed: 'services:\n  worker:\n    image: registry.example.com/worker:${VERSION}-gpu\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'with its sign',
      text: 'services:\n  worker:\n    image: worker:${TAG:-1.0}\n    environment:\n      FORMAT: "{NAME}"\n    gpus: all\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      for (const { value, what } of listValues(service)) {
        const found = UNMARKED.exec(value.raw);
        const at = found === null ? -1 : value.text.value.indexOf(found[0]);
        const location = found === null || at < 0 ? undefined : value.text.locate(at, at + found[0].length);
        if (found === null || location === undefined) continue;
        const edit = value.text.edit(at, at + 1, '${');
        const fixes: readonly Fix[] = edit === undefined ? [] : [{ title: msg`Write $${found[0]}`, safe: true, edits: [edit] }];
        // A bare name may be filled in by a script before Compose reads the file; a default is Compose's own way to write one.
        const severity = /[-?+]/.test(found[0]) ? 'error' : 'warning';
        report({ messageId: 'unmarked', severity, data: { text: found[0], what }, location, evidence: containerFacts('interpolation'), fixes });
      }
    }
  },
});

/** Values in which braces mean nothing, each with what Docker takes it for. */
function listValues({ node, requests, image, runtime }: ComposeService): readonly { readonly value: Scalar; readonly what: Message }[] {
  const scalars = (data: readonly (Data | undefined)[], what: Message): readonly { readonly value: Scalar; readonly what: Message }[] =>
    data.flatMap((value) => (value?.kind === 'scalar' ? [{ value, what }] : []));
  const variables = listAssignments(findValue(node, 'environment')).filter(({ key }) => /^(?:NVIDIA|CUDA)_VISIBLE_DEVICES$/.test(key));
  return [
    ...scalars([image], msg`image`),
    ...scalars([runtime], msg`runtime`),
    ...scalars(requests.flatMap(({ deviceIds }) => listItems(deviceIds?.value)), msg`GPU`),
    ...scalars(variables.map(({ value }) => value), msg`GPU`),
    ...scalars(listItems(findValue(node, 'devices')), msg`device`),
    ...scalars(listEntries(findValue(node, 'build', 'args')).map(({ value }) => value).filter((value) => /^\{/.test(findScalar(value)?.raw ?? '')), msg`build argument`),
  ];
}
