import { containerFacts } from '../../facts/container-facts';
import { locateKey } from '../../data/model';
import { msg, type Text } from '../../l10n/message';
import { defineDevcontainerRule } from '../model';

/** Options of `docker run` and keys of Compose that are taken for properties, and what does their work. */
const PROPERTIES: ReadonlyMap<string, Text> = new Map<string, Text>([
  ['gpus', msg`hostRequirements.gpu, or --gpus in runArgs`],
  ['gpu', 'hostRequirements.gpu'],
  ['runtime', msg`${'--runtime'} in runArgs`],
  ['shmSize', msg`${'--shm-size'} in runArgs`],
  ['shm_size', msg`${'--shm-size'} in runArgs`],
  ['ipc', msg`${'--ipc'} in runArgs`],
  ['devices', msg`${'--device'} in runArgs`],
  // https://github.com/devcontainers/spec/issues/469 has the first
  ['host_requirements', 'hostRequirements'],
  ['run_args', 'runArgs'],
]);

export const rule = defineDevcontainerRule({
  id: 'devcontainer-property-unknown',
  severity: 'warning',
  summary: 'An option of docker run or a key of Compose stands as a property of devcontainer.json.',
  messages: {
    unknown: 'devcontainer.json has no property {name}: it is ignored. {instead} does that.',
  },
  docs: {
    what: 'A property such as `gpus`, `runtime` or `shm_size` stands at the top of devcontainer.json.',
    why: 'The tools pass over [properties that they do not know](https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md) without a word: the container starts without the GPU.',
    instead: '`hostRequirements.gpu` for the GPU, and `runArgs` for every other option of `docker run`.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a key of Compose',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "«gpus»": "all"\n}\n',
      messageId: 'unknown',
    },
    {
      kind: 'bad',
      title: 'in the spelling of Compose',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "«host_requirements»": { "gpu": "optional" }\n}\n',
      messageId: 'unknown',
    },
    {
      kind: 'good',
      title: 'in its place',
      text: '{\n  "image": "mcr.microsoft.com/devcontainers/base:ubuntu-22.04",\n  "runArgs": ["--gpus=all", "--shm-size=8g"]\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    for (const entry of devcontainer.root.entries) {
      const instead = PROPERTIES.get(entry.key);
      if (instead !== undefined) report({ messageId: 'unknown', data: { name: entry.key, instead }, location: locateKey(entry), evidence: containerFacts('properties-unknown') });
    }
  },
});
