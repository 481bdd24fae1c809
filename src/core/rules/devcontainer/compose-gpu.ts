import { listSyntaxes } from '../../compose/gpu-wish';
import { locateData, locateKey } from '../../data/model';
import type { Devcontainer } from '../../devcontainer/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineDevcontainerRule } from '../model';
import { locateOption } from './wiring';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-compose-gpu',
  severity: 'warning',
  summary: 'A dev container of Compose asks for its GPU where nobody reads it.',
  messages: {
    ignored: 'runArgs are ignored with dockerComposeFile: {option} does nothing, and the container gets what its service asks for.',
    incomplete: 'For Compose the tools add a request without driver and count, which gives no GPU on Docker 27.3 and later with Compose older than 2.30: reserve the GPU in the service.',
  },
  docs: {
    what: 'devcontainer.json has `dockerComposeFile`, and asks for a GPU or shared memory by `runArgs`, or for a GPU by `hostRequirements` while the service does not reserve one.',
    why: '`runArgs` are for `docker run`; a container of Compose is made from [its service](https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md). For `hostRequirements.gpu` the tools lay a file over it with [`capabilities: [gpu]` alone](https://github.com/devcontainers/cli/blob/f683c29f/src/spec-node/dockerCompose.ts), which [gave no GPU](https://github.com/devcontainers/spec/issues/469).',
    instead: 'Reserve the GPU in the service: `deploy.resources.reservations.devices` with `driver`, `count` and `capabilities`; `shm_size` and `ipc` stand there too.',
    silent: 'The service is at hand and reserves the GPU itself. Information where it is not at hand.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'arguments of docker run',
      text: '{\n  "dockerComposeFile": "compose.yaml",\n  "service": "dev",\n  "runArgs": [«"--gpus", "all"»]\n}\n',
      messageId: 'ignored',
    },
    {
      kind: 'bad',
      title: 'a requirement',
      text: '{\n  "dockerComposeFile": "compose.yaml",\n  "service": "dev",\n  "hostRequirements": { "«gpu»": "optional" }\n}\n',
      messageId: 'incomplete',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'a service without a request',
      text: '{\n  "dockerComposeFile": "compose.yaml",\n  "service": "dev",\n  "hostRequirements": { "«gpu»": true }\n}\n',
      context: { '.devcontainer/compose.yaml': 'services:\n  dev:\n    image: dev\n' },
      messageId: 'incomplete',
    },
    {
      kind: 'good',
      title: 'reserved by the service',
      text: '{\n  "dockerComposeFile": "compose.yaml",\n  "service": "dev",\n  "hostRequirements": { "gpu": "optional" }\n}\n',
      context: { '.devcontainer/compose.yaml': 'services:\n  dev:\n    image: dev\n    gpus: all\n' },
    },
    {
      kind: 'good',
      title: 'no Compose',
      text: '{\n  "image": "dev",\n  "runArgs": ["--gpus", "all"]\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    const { compose, options, hostGpu } = devcontainer;
    if (compose === undefined) return;
    const related = [{ location: locateKey(compose), message: msg`The container is a service of this file.` }];
    for (const option of options) {
      if (/^--(?:gpus|runtime|device|shm-size|ipc)(?:[= ]|$)/.test(option.node.text.value)) {
        report({ messageId: 'ignored', data: { option: option.name.split(' ')[0] ?? '' }, location: locateOption(option), evidence: containerFacts('run-args-compose'), related });
      }
    }
    if (hostGpu === undefined || (hostGpu.value.kind === 'scalar' && hostGpu.value.raw === 'false') || reservesGpu(devcontainer)) return;
    report({ messageId: 'incomplete', ...(devcontainer.composeService === undefined && { severity: 'information' }), location: { file: hostGpu.file, range: hostGpu.keyRange }, evidence: containerFacts('host-gpu-compose', 'count-missing', 'host-gpu-compose-report'), related: [{ location: locateData(compose.value), message: msg`The service is in this file.` }] });
  },
});

function reservesGpu({ composeService }: Devcontainer): boolean {
  return composeService !== undefined && (listSyntaxes(composeService).length > 0 || composeService.runtime !== undefined);
}
