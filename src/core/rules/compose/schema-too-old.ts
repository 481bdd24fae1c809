import { findEntry, locateData, locateKey, type DataEntry } from '../../data/model';
import type { ComposeService } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule } from '../model';
import { dropVersion } from './requests';

export const rule = defineComposeRule({
  id: 'compose-schema-too-old',
  severity: 'information',
  summary: 'The file names a version that has no such way to ask for a GPU.',
  messages: {
    devices: 'Version {version} knows no devices under reservations: docker-compose before 1.28 refuses them, `Additional properties are not allowed (\'devices\' was unexpected)`.',
    runtime: 'Version {version} knows no runtime: docker-compose before 1.27 refuses it, `Unsupported config option for services.{service}: \'runtime\'`.',
  },
  docs: {
    what: 'The file has a `version` key, and a service reserves devices, or uses `runtime` under a version 3.x.',
    why: 'docker-compose up to 1.26 holds a file against the schema of the version that it names. [Device requests](https://github.com/docker/compose/issues/8142) came with docker-compose 1.28 and stand in none of these schemas; [`runtime`](https://github.com/docker/compose/issues/6691) stands in 2.3 and 2.4 alone. Compose 2 ignores the key and warns that it is obsolete.',
    instead: 'Take the `version` key out: programs that know device requests do without it, and older ones then say that they are too old.',
    silent: 'The file names no version.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'device requests under version 3.3',
      text: 'version: «"3.3"»\nservices:\n  app:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
      messageId: 'devices',
      fixed: 'services:\n  app:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
    {
      kind: 'bad',
      title: 'runtime under version 3.5',
      text: 'version: «"3.5"»\nservices:\n  engine:\n    image: detectme\n    runtime: nvidia\n',
      messageId: 'runtime',
      fixed: 'services:\n  engine:\n    image: detectme\n    runtime: nvidia\n',
    },
    {
      kind: 'good',
      title: 'runtime under version 2.3',
      text: 'version: "2.3"\nservices:\n  engine:\n    image: detectme\n    runtime: nvidia\n',
    },
    {
      kind: 'good',
      title: 'no version',
      text: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n              capabilities: [gpu]\n',
    },
  ],
  check({ project, report }) {
    const { version } = project;
    if (version === undefined || version.file !== project.file || !/^[123](?:\.\d+)?$/.test(version.text.value)) return;
    const value = version.text.value;
    for (const service of project.services) {
      const cause = findCause(service, value);
      if (cause === undefined) continue;
      const { messageId, entry } = cause;
      report({
        messageId,
        data: { version: value, service: service.name },
        location: locateData(version),
        evidence: messageId === 'devices' ? containerFacts('devices-since', 'version-honoured') : containerFacts('runtime-versions', 'version-honoured'),
        related: [{ location: locateKey(entry), message: msg`This is what the version does not know.` }],
        fixes: dropVersion(project),
      });
      return;
    }
  },
});

function findCause({ node, requests }: ComposeService, version: string): { readonly messageId: 'devices' | 'runtime'; readonly entry: DataEntry } | undefined {
  const deploy = findEntry(node, 'deploy');
  if (deploy !== undefined && requests.some(({ syntax }) => syntax === 'deploy')) return { messageId: 'devices', entry: deploy };
  const runtime = version.startsWith('3') ? findEntry(node, 'runtime') : undefined;
  return runtime && { messageId: 'runtime', entry: runtime };
}
