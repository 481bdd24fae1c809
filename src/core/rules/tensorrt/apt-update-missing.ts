import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { PackageInstall } from '../../shell/installers/model';
import type { ActionStep, StageStack } from '../../stack/model';
import { packageMeaning } from '../../stack/packages';
import type { FileEdit } from '../../text/edit';
import { UNKNOWN } from '../../text/traced';
import { defineRule, type Report } from '../model';
import { textOf } from './pins';

const NO_LISTS: Evidence = {
  fact: msg`apt knows the packages of a repository only after apt-get update has fetched its lists.`,
  source: 'https://github.com/tensorflow/tensorflow/issues/45410',
  checked: '2026-11-20',
};

type MessageId = 'repositoryAdded' | 'noLists';

export const rule = defineRule<MessageId>({
  id: 'apt-update-missing',
  family: 'tensorrt',
  severity: 'error',
  summary: 'A package of NVIDIA’s repository is installed before apt has its lists.',
  messages: {
    repositoryAdded: '{package} is installed before an `apt-get update` after the repository was added: `E: Unable to locate package {package}`.',
    noLists: '{package} is installed without lists of packages: the image has none, or they were removed before: `E: Unable to locate package {package}`.',
  },
  docs: {
    what: 'apt installs a package that only NVIDIA’s repository has (`libnvinfer8`, `libcudnn8`, `cuda-toolkit-12-4` …), and no `apt-get update` has run since the repository was added, since the lists were removed, or at all.',
    why: 'Adding a repository [fetches nothing](https://github.com/tensorflow/tensorflow/issues/45410), and images come without lists. A build that finds the lists in Docker’s cache of an earlier layer works for its author and fails on a clean machine.',
    instead: 'Run `apt-get update` in the same `RUN`, before the install.',
    silent: 'The lists may come from elsewhere: a cache mount on `/var/lib/apt/lists`, a script that was not read, a base image of which nothing is known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the repository is new',
      text: 'FROM ubuntu:22.04\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /tmp/k.deb\nRUN apt-get update && apt-get install -y ca-certificates && dpkg -i /tmp/k.deb && \\\n    apt-get install -y «libcudnn9-cuda-12=9.8.0.87-1»\n',
      messageId: 'repositoryAdded',
      fixed: 'FROM ubuntu:22.04\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /tmp/k.deb\nRUN apt-get update && apt-get install -y ca-certificates && dpkg -i /tmp/k.deb && \\\n    apt-get update && apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'bad',
      title: 'the lists were removed',
      text: 'FROM nvidia/cuda:12.8.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y «libcudnn9-cuda-12=9.8.0.87-1»\n',
      messageId: 'noLists',
      fixed: 'FROM nvidia/cuda:12.8.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'good',
      title: 'an update before',
      text: 'FROM nvidia/cuda:12.8.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'good',
      title: 'an update in an earlier layer',
      text: 'FROM nvidia/cuda:12.8.1-base-ubuntu22.04\nRUN apt-get update\nRUN apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'good',
      title: 'the repository was there before',
      text: 'FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y wget\nRUN wget https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.0-1_all.deb && dpkg -i cuda-keyring_1.0-1_all.deb\nRUN apt-get install -y libcublas-dev-12-1\n',
    },
    {
      kind: 'good',
      title: 'lists kept in a cache mount',
      text: 'FROM nvidia/cuda:12.8.1-base-ubuntu22.04\nRUN --mount=type=cache,target=/var/lib/apt apt-get install -y libcudnn9-cuda-12=9.8.0.87-1\n',
    },
    {
      kind: 'good',
      title: 'a base image of one’s own',
      text: 'FROM registry.example.com/team/base:1\nRUN apt-get install -y libcudnn8\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const { instruction, actions } of stage.steps) {
        if (instruction.kind !== 'run' || hasListMount(instruction.flags)) continue;
        for (const step of actions) {
          const finding = judge(step, stage, (file) => textOf(file, stack));
          if (finding !== undefined) report(finding);
        }
      }
    }
  },
});

function judge(step: ActionStep, stage: StageStack, read: (file: string) => string): Report<MessageId> | undefined {
  const { action, before } = step;
  if (action.kind !== 'package-install' || action.manager !== 'apt' || action.simulated || action.command.conditional || action.command.failureIgnored) return undefined;
  if (before.apt.updated || before.opaque || !isKnownBase(stage)) return undefined;
  const spec = action.packages.find(({ name, localFile }) => !localFile && !name.value.includes(UNKNOWN) && isNvidiaOnly(name.value));
  if (spec === undefined || isCached(action, stage)) return undefined;
  const added = before.apt.repositories.findLast(({ where }) => where !== undefined)?.where;
  const edit = updateFirst(action, read(action.file));
  return {
    messageId: added === undefined ? 'noLists' : 'repositoryAdded',
    data: { package: spec.name.value },
    location: { file: action.file, range: spec.range },
    evidence: [NO_LISTS],
    related: added === undefined ? [] : [{ location: added, message: msg`The repository is added here.` }],
    fixes: edit === undefined ? [] : [{ title: msg`Run apt-get update first`, safe: true, edits: [edit] }],
  };
}

/** Distribution and CUDA images are published without lists; of others that is not known. */
function isKnownBase({ rootImage }: StageStack): boolean {
  return rootImage !== undefined && (rootImage.family === 'distribution' || rootImage.family === 'nvidia-cuda') && rootImage.packageManager === 'apt';
}

/** Names that Ubuntu and Debian do not have themselves. */
function isNvidiaOnly(name: string): boolean {
  return /^(?:lib(?:nvinfer|nvonnxparsers|nvparsers|cudnn|nccl)|cuda-(?:toolkit|cudart|libraries|nvcc|runtime|drivers|command-line-tools|compat)|python3-libnvinfer|libcublas-)/.test(name) && packageMeaning(name).length > 0;
}

/** `-o Dir::State::lists=…` and the like. */
function isCached({ command }: PackageInstall, { final }: StageStack): boolean {
  return command.words.some(({ text }) => /dir::/i.test(text.value)) || final.env.get('APT_CONFIG') !== undefined;
}

function hasListMount(flags: readonly { readonly name: string; readonly value: { readonly raw: string } | undefined }[]): boolean {
  return flags.some(({ name, value }) => name === 'mount' && /\/var\/lib\/apt|\/var\/lib(?:,|$)|\/var(?:,|$)/.test(value?.raw ?? ''));
}

/** `apt-get update && ` before the command; undefined where the file does not show it as one word after another. */
function updateFirst({ command, file }: PackageInstall, source: string): FileEdit | undefined {
  const { start, end } = command.range;
  const written = /^(?:sudo\s+(?:-\w+\s+)*)?(?:\w+=\S+\s+)*apt(?:-get)?\s/.exec(source.slice(start, end));
  if (written === null) return undefined;
  const sudo = written[0].startsWith('sudo') ? 'sudo ' : '';
  return { file, range: { start, end: start }, newText: `${sudo}apt-get update && ` };
}
