import { locateData } from '../../data/model';
import { readGpus } from '../../devcontainer/gpus';
import type { RunOption } from '../../devcontainer/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineDevcontainerRule, type Fix } from '../model';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-run-arg-joined',
  severity: 'error',
  summary: 'runArgs are not what docker run takes: arguments joined or left alone, or a value that --gpus refuses.',
  messages: {
    joined: '{text} is one argument with a blank in it: the container does not start, `unknown flag: {text}`.',
    value: '--gpus {value} is refused: `{error}`.',
    stray: '{text} belongs to no option: docker run takes it for the image, `Unable to find image \'{text}:latest\' locally`.',
    dash: '{text} begins with one dash, and so is read letter by letter: `unknown shorthand flag: \'{letter}\' in {text}`.',
    notList: 'runArgs are a list with one element an argument; of a text each letter becomes an argument.',
    missing: '--gpus has no value: the container does not start, `{error}`.',
  },
  docs: {
    what: 'An element of `runArgs` holds an option and its value with a blank between them, or belongs to no option, or has one dash where two belong; or the value of `--gpus` is not the line of CSV that Docker reads.',
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
      kind: 'bad',
      title: 'a value whose option was taken away',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--rm", «"all"», "--ipc=host"],\n  "hostRequirements": { "gpu": "optional" }\n}\n',
      messageId: 'stray',
    },
    {
      kind: 'bad',
      title: 'one dash',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": [«"-gpus=all"»]\n}\n',
      messageId: 'dash',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus=all"]\n}\n',
    },
    {
      kind: 'bad',
      title: 'a text',
      text: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": «"--gpus all"»\n}\n',
      messageId: 'notList',
      fixed: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus", "all"]\n}\n',
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
    const { value: runArgs } = devcontainer.runArgs ?? {};
    if (runArgs?.kind === 'scalar' && runArgs.type === 'string') {
      const words = runArgs.raw.split(/\s+/).filter((word) => word !== '');
      const fixes: readonly Fix[] = /["']/.test(runArgs.raw) || words.length === 0 ? [] : [{ title: msg`Make it a list`, safe: true, edits: [{ ...locateData(runArgs), newText: `[${words.map((word) => JSON.stringify(word)).join(', ')}]` }] }];
      report({ messageId: 'notList', location: locateData(runArgs), evidence: containerFacts('run-args-elements'), fixes });
    }
    const stray = devcontainer.options.find(({ node }) => node.text.known && /^[^-]/.test(node.text.value));
    if (stray !== undefined) report({ messageId: 'stray', data: { text: stray.node.text.value }, location: locateData(stray.node), evidence: containerFacts('run-args-image') });
    for (const option of devcontainer.options) {
      const { node, name, value, valueNode } = option;
      const joined = /^(--[a-z][a-z-]*) +(\S.*)$/.exec(node.text.value);
      const dash = /^-(gpus|runtime|ipc|shm-size|device|env|volume|mount|net|network|rm|name)(?:=|$)/.exec(node.text.value);
      if (dash !== null) {
        const fixes: readonly Fix[] = [{ title: msg`Write -${node.text.value}`, safe: true, edits: [{ file: node.file, range: { start: node.range.start + 1, end: node.range.start + 1 }, newText: '-' }] }];
        report({ messageId: 'dash', data: { text: node.text.value, letter: dash[1]?.charAt(0) ?? '' }, location: locateData(node), evidence: containerFacts('run-args-elements'), fixes });
      } else if (joined !== null) {
        const fixes: readonly Fix[] = [{ title: msg`Make two elements of it`, safe: true, edits: [{ ...locateData(node), newText: `"${joined[1] ?? ''}", ${JSON.stringify(joined[2])}` }] }];
        report({ messageId: 'joined', data: { text: node.text.value }, location: locateData(node), evidence: containerFacts('run-args-elements'), fixes });
      } else if (name === '--gpus') {
        if (value === undefined || (valueNode !== node && value.startsWith('-'))) {
          const fixes: readonly Fix[] = [{ title: msg`Ask for all GPUs`, safe: false, edits: [{ ...locateData(node), newText: '"--gpus=all"' }] }];
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
  return [{ title: msg`Write ${text}`, safe: true, edits: [{ ...locateData(valueNode), newText: text }] }];
}
