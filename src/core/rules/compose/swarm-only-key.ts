import { listSyntaxes } from '../../compose/gpu-wish';
import { findEntry, findScalar, findValue, listItems, locateKey } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { defineComposeRule } from '../model';

export const rule = defineComposeRule({
  id: 'compose-swarm-only-key',
  severity: 'information',
  summary: 'A GPU is reserved in a way that only a swarm knows.',
  messages: {
    generic: 'generic_resources reserve a GPU in a swarm alone: docker compose starts the service without one.',
  },
  docs: {
    what: 'A service reserves a GPU with `generic_resources`, and asks for it in no other way.',
    why: '`docker stack deploy` counts generic resources when it looks for a node. [`docker compose`](https://github.com/compose-spec/compose-go/blob/e70e961/schema/compose-spec.json) accepts the key and does nothing with it.',
    instead: 'For `docker compose` reserve `devices` beside it. A swarm refuses `devices` and takes `generic_resources` with the default runtime `nvidia` on its nodes.',
    silent: 'The service has another request for a GPU.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a resource of a swarm',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          «generic_resources»:\n            - discrete_resource_spec:\n                kind: NVIDIA-GPU\n                value: 1\n',
      messageId: 'generic',
    },
    {
      kind: 'good',
      title: 'for both',
      text: 'services:\n  app:\n    image: app\n    gpus: all\n    deploy:\n      resources:\n        reservations:\n          generic_resources:\n            - discrete_resource_spec:\n                kind: NVIDIA-GPU\n                value: 1\n',
    },
  ],
  check({ project, report }) {
    for (const service of project.services) {
      const entry = findEntry(findValue(service.node, 'deploy', 'resources', 'reservations'), 'generic_resources');
      const isGpu = listItems(entry?.value).some((item) => /gpu/i.test(findScalar(item, 'discrete_resource_spec', 'kind')?.text.value ?? ''));
      if (entry === undefined || !isGpu || listSyntaxes(service).length > 0) continue;
      report({ messageId: 'generic', location: locateKey(entry), evidence: containerFacts('generic-resources') });
    }
  },
});
