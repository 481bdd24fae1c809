import { locateData } from '../../data/model';
import { readGpus } from '../../devcontainer/gpus';
import type { RunOption } from '../../devcontainer/model';
import { containerFacts } from '../../facts/container-facts';
import { defineDevcontainerRule, type Fix } from '../model';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-run-arg-joined',
  severity: 'error',
  summary: 'An element of runArgs is not one argument of docker run, or --gpus has a value that Docker refuses.',
  messages: {
    joined: '{text} is one argument with a blank in it: the container does not start, `unknown flag: {text}`.',
    value: '--gpus {value} is refused: `{error}`.',
    missing: '--gpus has no value: the container does not start, `{error}`.',
  },
  docs: {
    what: 'An element of `runArgs` holds an option and its value with a blank between them, or the value of `--gpus` is not the line of CSV that Docker reads.',
    why: '[Each element](https://github.com/microsoft/vscode-remote-release/issues/6989) reaches `docker run` as one argument; no shell cuts it at blanks or takes quotes away. `--gpus` then reads [CSV](https://github.com/docker/cli/blob/29e34aba/opts/gpus.go): `device=0,1` is the device 0 and the count 1.',
    instead: 'Two elements, `"--gpus", "all"`, or one with an equals sign, `"--gpus=all"`. A list of devices needs quotes of its own: `"--gpus", "\\"device=0,1\\""`.',
    silent: 'The value comes from a variable of the machine.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a blank',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": [«"--gpus all"»]\n}\n',
      messageId: 'joined',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus", "all"]\n}\n',
    },
    {
      kind: 'bad',
      title: 'devices without quotes',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus", «"device=0,1"»]\n}\n',
      messageId: 'value',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus", "\\"device=0,1\\""]\n}\n',
    },
    {
      kind: 'bad',
      title: 'quotes of a shell',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": [«"--gpus=\'all\'"»]\n}\n',
      messageId: 'value',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus=all"]\n}\n',
    },
    {
      kind: 'bad',
      title: 'no value',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": [«"--gpus"», "--shm-size=8g"]\n}\n',
      messageId: 'missing',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus=all", "--shm-size=8g"]\n}\n',
    },
    {
      kind: 'good',
      title: 'two elements, or an equals sign',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  // as docker run takes them\n  "runArgs": ["--gpus", "all", "--shm-size=8g", "--name", "my box",],\n}\n',
    },
    {
      kind: 'good',
      title: 'devices in quotes',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus=\\"device=0,1\\""]\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    // With Compose nobody reads them.
    if (devcontainer.compose !== undefined) return;
    for (const option of devcontainer.options) {
      const { node, name, value, valueNode } = option;
      const joined = /^(--[a-z][a-z-]*) +(\S.*)$/.exec(node.text.value);
      if (joined !== null) {
        const fixes: readonly Fix[] = [{ title: 'Make two elements of it', safe: true, edits: [{ ...locateData(node), newText: `"${joined[1] ?? ''}", ${JSON.stringify(joined[2])}` }] }];
        report({ messageId: 'joined', data: { text: node.text.value }, location: locateData(node), evidence: containerFacts('run-args-elements'), fixes });
      } else if (name === '--gpus') {
        if (value === undefined || (valueNode !== node && value.startsWith('-'))) {
          const fixes: readonly Fix[] = [{ title: 'Ask for all GPUs', safe: false, edits: [{ ...locateData(node), newText: '"--gpus=all"' }] }];
          report({ messageId: 'missing', data: { error: value === undefined ? 'flag needs an argument: --gpus' : `invalid count (${value})` }, location: locateData(node), evidence: containerFacts('gpus-csv'), fixes });
        } else if (valueNode?.text.known === true) {
          const read = readGpus(value);
          if (read.kind === 'request') continue;
          report({ messageId: 'value', data: { value, error: read.message }, location: locateData(valueNode), evidence: containerFacts('gpus-csv', 'gpus-conflict'), fixes: quote(option, value) });
        }
      }
    }
  },
});

/** The quotes of a shell taken away, and those of CSV put around a list. */
function quote({ node, valueNode = node }: RunOption, value: string): readonly Fix[] {
  const plain = value.replace(/^'(.*)'$/, '$1');
  const devices = /^(?:device=|capabilities=)[^",]+(?:,[^",=]+)+$/.test(plain) ? `"${plain}"` : plain;
  if (devices === value || readGpus(devices).kind === 'error') return [];
  const text = JSON.stringify(valueNode === node ? `--gpus=${devices}` : devices);
  return [{ title: `Write ${text}`, safe: true, edits: [{ ...locateData(valueNode), newText: text }] }];
}
