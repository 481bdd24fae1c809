import { imageFact } from '../../facts/image-facts';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { RepositoryKey } from '../../shell/installers/model';
import type { ActionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { findComponent } from '../../stack/query';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { endsBuild } from '../support/build-failure';
import { listRepositoryAdds, locateDistro, updateAfter } from './repository';

type MessageId = 'oldKey' | 'oldKeyOnly' | 'machineLearning' | 'aptKey';

const ROTATED: Evidence = imageFact('key-rotation') ?? {
  fact: msg`NVIDIA changed the signing key of its CUDA repositories on 2022-04-27`,
  source: 'https://developer.nvidia.com/blog/updating-the-cuda-linux-gpg-repository-key/',
  checked: '2026-11-20',
};
const MACHINE_LEARNING: Evidence = {
  fact: msg`The machine-learning repository is no longer kept up and has answered 404; newer packages are in the CUDA repository.`,
  source: 'https://github.com/OCR-D/ocrd_all/pull/310',
  checked: '2026-11-20',
};
const APT_KEY: Evidence = {
  fact: msg`apt 2.9.26 and later have no apt-key; Debian 13 has apt 3.0.`,
  source: 'https://github.com/neurodebian/dockerfiles/issues/18',
  checked: '2026-11-20',
};

const OLD_KEY = /7fa2af80/i;

export const rule = defineRule<MessageId>({
  id: 'cuda-repository-key-obsolete',
  family: 'cuda',
  severity: 'error',
  summary: 'NVIDIA’s repository is trusted by the key of before 2022, added with apt-key where there is none, or is the abandoned one for machine learning.',
  messages: {
    oldKey: 'The key 7fa2af80 no longer signs NVIDIA’s repository: apt-get update stops with `NO_PUBKEY A4B469963BF863CC`.',
    oldKeyOnly: 'The key 7fa2af80 no longer signs NVIDIA’s CUDA repository since 2022-04-27; 3bf863cc does.',
    machineLearning: 'NVIDIA’s machine-learning repository is no longer kept up: `404 Not Found` at apt-get update, or only old packages. Newer ones are in the CUDA repository.',
    aptKey: '{os} has no apt-key: `apt-key: not found`.',
  },
  docs: {
    what: 'The key `7fa2af80` is fetched for the CUDA repository, the machine-learning repository is added, or apt-key is called in Debian 13 and later.',
    why: 'NVIDIA [replaced](https://developer.nvidia.com/blog/updating-the-cuda-linux-gpg-repository-key/) the key on 2022-04-27 and moved cuDNN, NCCL and TensorRT into the CUDA repository. apt-key was deprecated for years and is [gone](https://github.com/neurodebian/dockerfiles/issues/18) from Debian 13.',
    instead: 'Install cuda-keyring: `curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb`. It holds the key and the list.',
    silent: 'The new key is there, from the base image or by another command, the command may not run, or the key is for the machine-learning repository or [that of Nsight](https://docs.nvidia.com/nsight-systems/InstallationGuide/index.html).',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the old key alone',
      text: 'FROM ubuntu:20.04\nRUN apt-get update && apt-get install -y gnupg curl && «apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/7fa2af80.pub» && echo "deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64 /" > /etc/apt/sources.list.d/cuda.list && apt-get update\n',
      messageId: 'oldKey',
      fixed:
        'FROM ubuntu:20.04\nRUN apt-get update && apt-get install -y gnupg curl && apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/3bf863cc.pub && echo "deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64 /" > /etc/apt/sources.list.d/cuda.list && apt-get update\n',
    },
    {
      kind: 'bad',
      title: 'nothing reads the lists yet',
      text: 'FROM ubuntu:20.04\nRUN «apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/7fa2af80.pub»\n',
      messageId: 'oldKeyOnly',
      severity: 'warning',
      fixed: 'FROM ubuntu:20.04\nRUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/3bf863cc.pub\n',
    },
    {
      kind: 'bad',
      title: 'the repository of former times',
      text: 'FROM ubuntu:18.04\nRUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64/7fa2af80.pub && «echo "deb https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64 /" > /etc/apt/sources.list.d/nvidia-ml.list» && apt-get update\n',
      messageId: 'machineLearning',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'a command that is gone',
      text: 'FROM debian:13\nRUN «apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/debian13/x86_64/8793F200.pub» && apt-get update\n',
      messageId: 'aptKey',
    },
    {
      kind: 'good',
      title: 'the key in force',
      text: 'FROM ubuntu:20.04\nRUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/3bf863cc.pub && echo "deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64 /" > /etc/apt/sources.list.d/cuda.list && apt-get update\n',
    },
    {
      kind: 'good',
      title: 'the old key is taken away',
      text: 'FROM ubuntu:20.04\nRUN apt-key del 7fa2af80 && curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update\n',
    },
    {
      kind: 'good',
      title: 'the repository of Nsight Systems is signed with it',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y gnupg && echo "deb http://developer.download.nvidia.com/devtools/repos/ubuntu2204/amd64 /" > /etc/apt/sources.list.d/nvidia-devtools.list && apt-key adv --fetch-keys http://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/7fa2af80.pub && apt-get update && apt-get install -y nsight-systems-cli\n',
    },
    {
      kind: 'good',
      title: 'the image has the new key, the old one does no harm',
      text: 'FROM nvidia/cuda:12.0.1-cudnn8-devel-ubuntu20.04\nRUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/7fa2af80.pub && apt-get update\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const step of stage.steps) {
        for (const action of step.actions) if (action.action.kind === 'repository-key') checkKey(action, action.action, step.commands, stage, stack, report);
      }
      for (const step of listRepositoryAdds(stage)) {
        if (step.nvidia.repository !== 'machine-learning' || step.action.command.conditional) continue;
        const place = step.url === undefined ? { file: step.action.file, range: step.action.range } : locateDistro(step);
        report({ messageId: 'machineLearning', severity: 'warning', location: isWrittenList(step.action.command.name) ? { file: step.action.file, range: step.action.range } : place, evidence: [MACHINE_LEARNING] });
      }
    }
  },
});

function isWrittenList(name: string): boolean {
  return /^(?:echo|printf|cat|tee|add-apt-repository)$/.test(name);
}

type Reporter = (report: Report<MessageId>) => void;

function checkKey(step: ActionStep, key: RepositoryKey, commands: StageStack['steps'][number]['commands'], stage: StageStack, stack: StackReport, report: Reporter): void {
  const location = { file: key.file, range: key.range };
  const os = withoutAptKey(step.before);
  if (key.tool === 'apt-key' && os !== undefined && key.command.name === 'apt-key') {
    if (endsBuild(key.command, { instruction: step.instruction, commands }, stack)) report({ messageId: 'aptKey', data: { os }, location, evidence: [APT_KEY] });
    return;
  }
  const url = key.url?.value ?? '';
  if (key.removed || key.tool === 'rpm' || key.command.conditional || url.includes('/machine-learning/') || !OLD_KEY.test(`${url} ${key.keyId ?? ''}`)) return;
  // The key file of a local repository package signs that repository, and fits it.
  if (!/^https?:/.test(url) && !key.command.words.some(({ text }) => text.value.startsWith('--recv'))) return;
  if (step.before.apt.key === 'new' || hasNewKey(stage) || usesDeveloperTools(stage)) return;
  const update = updateAfter(stage, step);
  const lists = update?.before.apt.repositories.some(({ repository, where }) => repository === 'cuda' && where !== undefined) === true;
  // With an image that may know the new key, or a repository that may not be NVIDIA's, nothing is certain.
  const surely = lists && isPlain(stage) && !key.command.failureIgnored;
  report({ messageId: surely ? 'oldKey' : 'oldKeyOnly', ...(surely ? undefined : { severity: 'warning' }), location, evidence: [ROTATED], fixes: useNewKey(key) });
}

/** An image of the distribution itself, which trusts no key of NVIDIA's. */
function isPlain({ rootImage }: StageStack): boolean {
  return rootImage?.family === 'distribution' && !rootImage.mirrored;
}

/** Any other key that the stage adds may be the new one. */
function hasNewKey(stage: StageStack): boolean {
  return stage.steps.some(({ actions }) =>
    actions.some(({ action }) => {
      if (action.kind !== 'repository-key' || action.removed || OLD_KEY.test(`${action.url?.value ?? ''} ${action.keyId ?? ''}`)) return false;
      const url = action.url?.value;
      return action.tool === 'keyring-package' || url === undefined || url.includes('nvidia') || !url.startsWith('http');
    }),
  );
}

/** The repository of Nsight, which the old key signs to this day: NVIDIA's guide to Nsight Systems says to fetch it. */
function usesDeveloperTools(stage: StageStack): boolean {
  return stage.steps.some(({ commands }) => commands.some(({ words }) => words.some(({ text }) => text.value.includes('developer.download.nvidia.com/devtools/repos/'))));
}

/** The name of a distribution that has no apt-key any more. */
function withoutAptKey(state: StackState): string | undefined {
  const os = findComponent(state, 'os');
  if (os === undefined || os.certainty === 'assumed' || os.version.type !== 'exact') return undefined;
  const gone = os.name === 'debian' && compareDotted(os.version.version, '13') >= 0;
  return gone && !state.paths.some(({ path }) => path.endsWith('/apt-key')) ? `Debian ${os.version.version}` : undefined;
}

function useNewKey({ url }: RepositoryKey): readonly Fix[] {
  const at = url?.value.search(OLD_KEY) ?? -1;
  const edit = url === undefined || at < 0 || !/\/(?:ubuntu\d+|debian1[0-2])\//.test(url.value) ? undefined : url.edit(at, at + '7fa2af80'.length, '3bf863cc');
  return edit === undefined ? [] : [{ title: msg`Fetch the key 3bf863cc`, safe: false, edits: [edit] }];
}
