import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import { defineRule, type Fix, type Report } from '../model';
import { rootStage } from '../support/absence';
import { listRepositoryAdds, locateDistro, repositoryOf, updateAfter, type CudaRepositoryAdd } from './repository';

type MessageId = 'distribution' | 'weakKey' | 'architecture' | 'conflict' | 'twice';

const NETWORK: Evidence = {
  fact: msg`NVIDIA keeps a repository for each distribution, with packages that depend on those of that distribution.`,
  source: 'https://docs.nvidia.com/cuda/cuda-installation-guide-linux/',
  checked: '2026-11-20',
};
const WEAK_KEY: Evidence = {
  fact: msg`apt of Debian 13 refuses the SHA-1 signature of the key 3bf863cc since 2026-02-01; of NVIDIA’s repositories only that for Debian 13 has another key.`,
  source: 'https://github.com/NVIDIA/cuda-repo-management/issues/39',
  checked: '2026-11-20',
};
const CONFLICT: Evidence = {
  fact: msg`cuda-keyring brings a list that names its keyring; beside a list of the same repository that names none, apt-get update stops.`,
  source: 'https://github.com/NVIDIA/cuda-repo-management/issues/4',
  checked: '2026-11-20',
};
const IN_IMAGE: Evidence = {
  fact: msg`The nvidia/cuda images hold the list and the key of NVIDIA’s repository for their distribution.`,
  source: 'https://gitlab.com/nvidia/container-images/cuda/-/tree/master/dist',
  checked: '2026-11-20',
};

/** Repositories that exist, of the distributions whose packages apt and dnf read. */
const KNOWN = /^(?:ubuntu(?:1604|1804|2004|2204|2404)|debian1[0-3]|rhel[789])$/;
/** Images of these have a list without keyring; later ones have cuda-keyring itself. */
const PLAIN_LIST = /^ubuntu(?:1604|1804|2004)$/;

export const rule = defineRule<MessageId>({
  id: 'cuda-repository-mismatch',
  family: 'cuda',
  severity: 'warning',
  summary: 'NVIDIA’s repository for another distribution or architecture is added, or the one that the image has.',
  messages: {
    distribution: 'The repository is for {named}, the stage is {os}: packages can depend on what this distribution does not have, `… but it is not installable`, and packages of its own repository are missing.',
    weakKey: 'The repository for {named} is signed with the key 3bf863cc, whose SHA-1 signature apt of {os} refuses: `The repository … is not signed`.',
    architecture: 'The repository holds packages for {arch}, the stage is {platform}: `E: Unable to locate package`.',
    conflict: 'The image has a list of this repository without a keyring, and cuda-keyring brings one with: apt-get update stops with `Conflicting values set for option Signed-By`.',
    twice: 'The image has this repository already: the list is read twice, `Target Packages … is configured multiple times`.',
  },
  docs: {
    what: 'A `deb` line, a `.repo` file or cuda-keyring of NVIDIA’s network repository that does not fit the distribution or the architecture of the stage, or that is there already.',
    why: 'Packages of another release depend on libraries that this one has under another name or not at all. Debian 13 does not even read lists that are signed with the [old kind of key](https://github.com/NVIDIA/cuda-repo-management/issues/39). And `nvidia/cuda` images up to Ubuntu 20.04 list the repository without naming its keyring: with the list of cuda-keyring beside it apt [stops](https://github.com/NVIDIA/nvidia-docker/issues/1631).',
    instead: 'In an `nvidia/cuda` image take the repository that is there. Elsewhere take cuda-keyring from the folder of the distribution and architecture of the stage.',
    silent: 'The distribution is not known, or NVIDIA has no repository for it, the command may not run, or the image’s list is removed before.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the repository of another Ubuntu',
      text: 'FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y wget && wget https://developer.download.nvidia.com/compute/cuda/repos/«ubuntu2204»/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update && apt-get install -y cuda-toolkit-12-8\n',
      messageId: 'distribution',
      fixed: 'FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y wget && wget https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2404/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update && apt-get install -y cuda-toolkit-12-8\n',
    },
    {
      kind: 'bad',
      title: 'cuda-keyring of another Ubuntu, under another name',
      text: 'FROM ubuntu:24.04\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /tmp/k.deb\nRUN «dpkg -i /tmp/k.deb» && apt-get update\n',
      messageId: 'distribution',
    },
    {
      kind: 'bad',
      title: 'Debian 13 refuses the key',
      text: 'FROM debian:13\nRUN apt-get update && apt-get install -y wget && wget https://developer.download.nvidia.com/compute/cuda/repos/«debian12»/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update\n',
      messageId: 'weakKey',
      severity: 'error',
      fixed: 'FROM debian:13\nRUN apt-get update && apt-get install -y wget && wget https://developer.download.nvidia.com/compute/cuda/repos/debian13/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update\n',
    },
    {
      kind: 'bad',
      title: 'packages of another architecture',
      text: 'FROM --platform=linux/amd64 ubuntu:22.04\nRUN «echo "deb [signed-by=/k.gpg] https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/sbsa/ /" > /etc/apt/sources.list.d/cuda.list» && apt-get update\n',
      messageId: 'architecture',
    },
    {
      kind: 'bad',
      title: 'cuda-keyring beside the list of the image',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu20.04\nRUN curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb && «dpkg -i cuda-keyring_1.1-1_all.deb» && apt-get update\n',
      messageId: 'conflict',
      severity: 'error',
      fixed:
        'FROM nvidia/cuda:11.8.0-base-ubuntu20.04\nRUN rm -f /etc/apt/sources.list.d/cuda.list\nRUN curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update\n',
    },
    {
      kind: 'bad',
      title: 'the same list once more',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu20.04\nRUN «echo "deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64 /" > /etc/apt/sources.list.d/nvidia.list» && apt-get update\n',
      messageId: 'twice',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'the repository of the distribution',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y wget && wget https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update\n',
    },
    {
      kind: 'good',
      title: 'the list of the image is removed first',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu20.04\nRUN rm /etc/apt/sources.list.d/cuda.list && curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb && apt-get update\n',
    },
    {
      kind: 'good',
      title: 'the line of the image is removed by what it says',
      text: "FROM nvidia/cuda:11.8.0-base-ubuntu20.04\nRUN curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.0-1_all.deb && dpkg -i cuda-keyring_1.0-1_all.deb && add-apt-repository --remove 'deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/ /'\nRUN apt-get update && apt-get install -y git\n",
    },
    {
      kind: 'good',
      title: 'rhel stands for its rebuilds',
      text: 'FROM rockylinux:9\nRUN dnf config-manager --add-repo https://developer.download.nvidia.com/compute/cuda/repos/rhel9/x86_64/cuda-rhel9.repo\n',
    },
    {
      kind: 'good',
      title: 'one repository an architecture',
      text: 'FROM ubuntu:22.04\nARG TARGETARCH\nRUN if [ "$TARGETARCH" = arm64 ]; then a=sbsa; else a=x86_64; fi && curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/$a/cuda-keyring_1.1-1_all.deb\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const step of listRepositoryAdds(stage)) {
        if (step.nvidia.repository === 'cuda' && !step.action.command.conditional) checkRepository(step, stage, stack, report);
      }
    }
  },
});

type Reporter = (report: Report<MessageId>) => void;

function checkRepository(step: CudaRepositoryAdd, stage: StageStack, stack: StackReport, report: Reporter): void {
  const { nvidia, before } = step;
  const expected = repositoryOf(before);
  if (expected !== undefined && KNOWN.test(expected.distro) && KNOWN.test(nvidia.distro) && expected.distro !== nvidia.distro) {
    const weak = expected.distro === 'debian13' && !nvidia.distro.startsWith('rhel');
    const surely = weak && updateAfter(stage, step) !== undefined;
    report({
      messageId: weak ? 'weakKey' : 'distribution',
      severity: surely ? 'error' : 'warning',
      data: { named: nvidia.distro, os: expected.os },
      location: locateDistro(step),
      evidence: [weak ? WEAK_KEY : NETWORK],
      related: [{ location: expected.where, message: msg`The stage is ${expected.os}.` }],
      fixes: useRepository(step, expected.distro),
    });
    return;
  }
  const platform = platformOf(stage);
  if (platform !== undefined && nvidia.arch !== '' && !ARCHITECTURES[platform]?.has(nvidia.arch) && (ARCHITECTURES['linux/amd64']?.has(nvidia.arch) === true || ARCHITECTURES['linux/arm64']?.has(nvidia.arch) === true)) {
    report({ messageId: 'architecture', data: { arch: nvidia.arch, platform }, location: { file: step.action.file, range: step.action.range }, evidence: [NETWORK] });
    return;
  }
  reportDouble(step, stage, stack, report);
}

/** Architectures of repositories that serve a platform; `cross-linux-…` serve others. */
const ARCHITECTURES: Readonly<Record<string, ReadonlySet<string>>> = {
  'linux/amd64': new Set(['x86_64']),
  'linux/arm64': new Set(['sbsa', 'arm64', 'aarch64']),
};

/** The platform of a stage where FROM names it. */
function platformOf(stage: StageStack): string | undefined {
  const platform = rootStage(stage).base.platform;
  return platform?.known === true && platform.value in ARCHITECTURES ? platform.value : undefined;
}

/** The repository that the base image lists itself, added once more. */
function reportDouble(step: CudaRepositoryAdd, stage: StageStack, stack: StackReport, report: Reporter): void {
  const { action, manager, nvidia, before, instruction } = step;
  const image = stage.rootImage;
  const own = before.apt.repositories.some(({ repository, distro, arch, where }) => where === undefined && repository === 'cuda' && distro === nvidia.distro && arch === nvidia.arch);
  if (!own || image === undefined || image.mirrored || manager !== 'apt') return;
  const location = { file: action.file, range: action.range };
  const from = rootStage(stage).base.reference.locate();
  const related = from === undefined ? [] : [{ location: from, message: msg`This image has the repository.` }];
  if (!bringsKeyring(step)) {
    report({ messageId: 'twice', severity: 'information', location, evidence: [IN_IMAGE], related });
    return;
  }
  if (!PLAIN_LIST.test(nvidia.distro)) return;
  const update = updateAfter(stage, step);
  // Where the list goes before the next update, nothing happens.
  if (update === undefined || !update.before.apt.repositories.some(({ where, repository }) => where === undefined && repository === 'cuda')) return;
  const start = instruction.range.start;
  report({
    messageId: 'conflict',
    severity: 'error',
    location,
    evidence: [CONFLICT],
    related,
    fixes: isRoot(before.user) ? [{ title: msg`Remove the list of the image first`, safe: false, edits: [{ file: stack.dockerfile.file, range: { start, end: start }, newText: 'RUN rm -f /etc/apt/sources.list.d/cuda.list\n' }] }] : [],
  });
}

function bringsKeyring({ action }: CudaRepositoryAdd): boolean {
  return action.kind !== 'repository-add' || action.command.words.some(({ text }) => /cuda-keyring[^/]*\.deb$/.test(text.value));
}

function isRoot(user: string | undefined): boolean {
  return user === undefined || /^(?:root|0)(?::|$)/.test(user);
}

function useRepository({ url, nvidia }: CudaRepositoryAdd, distro: string): readonly Fix[] {
  // A package of rhel is no package of Debian.
  if (nvidia.distro.startsWith('rhel') !== distro.startsWith('rhel')) return [];
  const at = url?.value.indexOf(`/${nvidia.distro}/`) ?? -1;
  const edit = at < 0 ? undefined : url?.edit(at + 1, at + 1 + nvidia.distro.length, distro);
  return edit === undefined ? [] : [{ title: msg`Use the repository for ${distro}`, safe: false, edits: [edit] }];
}
