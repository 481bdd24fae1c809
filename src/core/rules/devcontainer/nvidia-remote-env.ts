import { containerFacts } from '../../facts/container-facts';
import { findEntry } from '../../data/model';
import { msg } from '../../l10n/message';
import { defineDevcontainerRule, type Fix } from '../model';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-nvidia-remote-env',
  severity: 'warning',
  summary: 'A variable for the NVIDIA runtime stands where the runtime does not see it.',
  messages: {
    remote: '{name} in remoteEnv is set for the tools in the container and not for the container: the NVIDIA runtime does not see it.',
  },
  docs: {
    what: '`remoteEnv` sets `NVIDIA_VISIBLE_DEVICES`, `NVIDIA_DRIVER_CAPABILITIES` or another variable that the NVIDIA Container Toolkit reads.',
    why: 'The toolkit reads the variables of the container when it starts. [`remoteEnv`](https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md) is given to terminals and extensions later: the driver libraries that it should have asked for are not there.',
    instead: 'Set it in `containerEnv`.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'capabilities for the terminal',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "remoteEnv": { "«NVIDIA_DRIVER_CAPABILITIES»": "all" }\n}\n',
      messageId: 'remote',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "containerEnv": { "NVIDIA_DRIVER_CAPABILITIES": "all" }\n}\n',
    },
    {
      kind: 'good',
      title: 'of the container',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" },\n  "containerEnv": { "NVIDIA_DRIVER_CAPABILITIES": "all" }\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    const { root, remoteEnv, containerEnv } = devcontainer;
    const entry = findEntry(root, 'remoteEnv');
    for (const { name, location } of remoteEnv) {
      if (!/^NVIDIA_(?:VISIBLE_DEVICES|DRIVER_CAPABILITIES|REQUIRE_\w+|DISABLE_REQUIRE)$/.test(name) || containerEnv.some((other) => other.name === name)) continue;
      // An object of that name alone is renamed.
      const fixes: readonly Fix[] = entry === undefined || remoteEnv.length > 1 || findEntry(root, 'containerEnv') !== undefined ? [] : [{ title: msg`Set it in containerEnv`, safe: false, edits: [{ file: entry.file, range: entry.keyRange, newText: 'containerEnv' }] }];
      report({ messageId: 'remote', data: { name }, location, evidence: containerFacts('remote-env'), fixes });
    }
  },
});
