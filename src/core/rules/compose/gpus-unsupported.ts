import { listConversions } from '../../compose/convert';
import { findEntry, locateData, locateKey } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule } from '../model';
import { dropVersion } from './requests';

export const rule = defineComposeRule({
  id: 'compose-gpus-unsupported',
  severity: 'warning',
  summary: 'gpus stands in a file that names a version older than it.',
  messages: {
    unsupported: 'gpus came with Compose 2.30; a file of version {version} is made for programs that refuse it: `Unsupported config option for services.{service}: \'gpus\'`.',
  },
  docs: {
    what: 'A service has `gpus`, and the file has a `version` key.',
    why: 'docker-compose 1 is the only program that reads `version`, and it has no `gpus`: `Unsupported config option`. Compose 2 ignores the version, and has `gpus` [since 2.30](https://github.com/compose-spec/compose-spec/blob/main/05-services.md).',
    instead: 'Reserve the devices under `deploy.resources.reservations.devices`, which docker-compose 1.28 understands as well, and take the `version` key out.',
    silent: 'The file has no `version`: which Compose runs it cannot be told.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'old and new in one file',
      text: 'version: "3.8"\nservices:\n  app:\n    image: app\n    «gpus»: all\n',
      messageId: 'unsupported',
      fixed: 'services:\n  app:\n    image: app\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n',
    },
    {
      kind: 'good',
      title: 'no version',
      text: 'services:\n  app:\n    image: app\n    gpus: all\n',
    },
  ],
  check({ project, report }) {
    const { version } = project;
    if (version === undefined) return;
    for (const service of project.services) {
      const entry = findEntry(service.node, 'gpus');
      if (entry === undefined || !/^[123](?:\.\d+)?$/.test(version.text.value)) continue;
      const converted = listConversions(project, service).filter(({ to }) => to === 'deploy');
      const fixes = [...converted.map(({ title, edits }) => ({ title, safe: false, edits })), ...dropVersion(project)];
      report({
        messageId: 'unsupported',
        data: { version: version.text.value, service: service.name },
        location: locateKey(entry),
        evidence: containerFacts('gpus-docs', 'version-honoured'),
        related: [{ location: locateData(version), message: msg`The version is named here.` }],
        fixes,
      });
    }
  },
});
