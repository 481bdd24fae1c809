import { locateData } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineDevcontainerRule, type Fix } from '../model';
import { locateOption } from './wiring';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-host-requirements',
  severity: 'information',
  summary: 'A dev container insists on a GPU that others who open it may not have.',
  messages: {
    required: 'Who opens this without a GPU gets a container without one and a warning in a log: optional says that this is meant.',
    value: '{value} is no value of gpu: it is read as true. The values are true, false, "optional", or an object with cores and memory.',
    doubled: '--gpus in runArgs insists on a GPU, and hostRequirements.gpu asks for it already: without the NVIDIA runtime the container does not start, `could not select device driver`.',
    mandatory: '--gpus insists on a GPU: on machines without the NVIDIA runtime (laptops, Codespaces) the container does not start, `could not select device driver`.',
  },
  docs: {
    what: '`hostRequirements.gpu` is `true` or a word that it does not have, or `runArgs` hold `--gpus`, with or without `hostRequirements.gpu`.',
    why: 'The dev container tools add [`--gpus all`](https://github.com/devcontainers/cli/blob/f683c29f/src/spec-node/singleContainer.ts) for `hostRequirements.gpu` where Docker has the NVIDIA runtime, and start without it elsewhere; cloud machines are chosen by it. `--gpus` in `runArgs` [fails](https://github.com/NVIDIA/stdexec/pull/703) wherever there is no GPU.',
    instead: '`"hostRequirements": { "gpu": "optional" }` alone.',
    silent: 'Only the CLI option `--gpu-availability` knows of GPUs that come without the NVIDIA runtime (CDI alone); `--gpus` is right there, and for a server of one’s own.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'required',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": «true» }\n}\n',
      messageId: 'required',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" }\n}\n',
    },
    {
      kind: 'bad',
      title: 'a word',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": «"all"» }\n}\n',
      messageId: 'value',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" }\n}\n',
    },
    {
      kind: 'bad',
      title: 'asked for twice',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "runArgs": [«"--gpus", "all"»]\n}\n',
      messageId: 'doubled',
    },
    {
      kind: 'bad',
      title: 'insisted on',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": [«"--gpus=all"»]\n}\n',
      messageId: 'mandatory',
      severity: 'hint',
    },
    {
      kind: 'good',
      title: 'where there is one',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" }\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    const { compose, hostGpu, options } = devcontainer;
    if (compose !== undefined) return;
    const value = hostGpu?.value;
    if (value?.kind === 'scalar' && value.raw === 'true') {
      const fixes: readonly Fix[] = [{ title: msg`Write "optional"`, safe: false, edits: [{ ...locateData(value), newText: '"optional"' }] }];
      report({ messageId: 'required', location: locateData(value), evidence: containerFacts('host-gpu', 'host-gpu-warning'), fixes });
    }
    if (value?.kind === 'scalar' && value.type === 'string' && value.raw !== 'optional' && value.text.known) {
      report({ messageId: 'value', data: { value: value.raw }, location: locateData(value), evidence: containerFacts('host-gpu'), fixes: [{ title: msg`Write "optional"`, safe: false, edits: [{ ...locateData(value), newText: '"optional"' }] }] });
    }
    const option = options.find(({ name }) => name === '--gpus');
    if (option === undefined) return;
    if (value?.kind === 'scalar' && value.raw === 'false') return;
    if (value === undefined) report({ messageId: 'mandatory', severity: 'hint', location: locateOption(option), evidence: containerFacts('gpus-mandatory', 'host-gpu') });
    else report({ messageId: 'doubled', location: locateOption(option), evidence: containerFacts('host-gpu', 'gpus-mandatory') });
  },
});
