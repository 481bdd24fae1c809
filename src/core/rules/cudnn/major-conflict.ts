import type { Evidence } from '../../facts/evidence';
import { cudaOfTorch, torchRelease } from '../../facts/frameworks';
import { parseCudnnPackage } from '../../facts/cudnn';
import { msg } from '../../l10n/message';
import type { Component, StackState } from '../../stack/model';
import { findComponent, findComponents, knownVersion } from '../../stack/query';
import { exactVersionOf } from '../../version/pep440';
import { pipTagOfCuda } from '../../version/cuda';
import { majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { listLibraryInstalls, locatePackage, type LibraryInstall } from '../support/library-packages';
import { listPipUses, locateRequirement, severityFor, type PipUse } from '../support/pip-installs';

type MessageId = 'together' | 'replaced' | 'headers';

export const rule = defineRule<MessageId>({
  id: 'cudnn-major-conflict',
  family: 'cudnn',
  severity: 'error',
  summary: 'Two parts of one environment need different major versions of cuDNN in one place.',
  messages: {
    together: '{package}=={version} is cuDNN {major}, and torch {torch} depends on {package}=={wanted}: pip stops with `ResolutionImpossible`.',
    replaced: '{package}=={version} takes the place of the cuDNN {wanted} that torch {torch} was installed with: `import torch` stops with `libcudnn.so.{wantedMajor}: cannot open shared object file`.',
    headers: '{package} brings the headers of cuDNN {major} beside those of cuDNN {present}: what is compiled finds one of the two `cudnn.h`, and links to the other library.',
  },
  docs: {
    what: 'pip gives an environment another major version of the `nvidia-cudnn-cu12` wheel than the torch in it depends on; or apt installs the development package of another cuDNN major beside that of the image.',
    why: 'torch wheels do not use the cuDNN of the image: they [depend on the wheel](https://github.com/pytorch/pytorch/blob/main/RELEASE.md#release-compatibility-matrix) of the very version they were built with, 8.9 up to torch 2.3 and 9 from 2.4 on. Another major has other file names, and the libraries of torch are not found. In `/usr/include` there is one place for `cudnn.h`.',
    instead: 'Leave the wheel to torch; give a program that needs the other major its own environment, or the cuDNN package of the distribution: run-time libraries of two majors stand side by side without harm.',
    silent: 'torch is not pinned, was built for another CUDA major than the wheel, or its cuDNN is not known; only the run-time libraries of two majors are there.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'both in one command',
      text: 'FROM python:3.11\nRUN pip install torch==2.4.1 «nvidia-cudnn-cu12==8.9.7.29»\n',
      messageId: 'together',
      fixed: 'FROM python:3.11\nRUN pip install torch==2.4.1 nvidia-cudnn-cu12==9.1.0.70\n',
    },
    {
      kind: 'bad',
      title: 'the wheel is replaced afterwards',
      text: 'FROM python:3.11\nRUN pip install torch==2.4.1\nRUN pip install «nvidia-cudnn-cu12==8.9.7.29»\n',
      messageId: 'replaced',
      fixed: 'FROM python:3.11\nRUN pip install torch==2.4.1\nRUN pip install nvidia-cudnn-cu12==9.1.0.70\n',
    },
    {
      kind: 'bad',
      title: 'headers of two majors',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.5.1.17-1 «libcudnn9-dev-cuda-12=9.5.1.17-1»\n',
      messageId: 'headers',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'the major that torch wants',
      text: 'FROM python:3.11\nRUN pip install torch==2.4.1 nvidia-cudnn-cu12==9.1.0.70\n',
    },
    {
      kind: 'good',
      title: 'the cuDNN of the image does not matter to wheels',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install torch==2.4.1\n',
    },
    {
      kind: 'good',
      title: 'run-time libraries side by side',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn9-cuda-12=9.5.1.17-1\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const finding = /^nvidia-cudnn-cu\d+$/.test(use.requirement.name) ? judgeWheel(use) : undefined;
      if (finding !== undefined) report(finding);
    }
    for (const { own } of listLibraryInstalls(stack)) for (const install of own) for (const finding of judgeHeaders(install)) report(finding);
  },
});

/** torch with an exact version, and where it is asked for. */
interface Torch {
  readonly version: string;
  readonly together: boolean;
  readonly where: Component['where'];
}

function judgeWheel(use: PipUse): Report<MessageId> | undefined {
  const { requirement, action } = use;
  const version = exactVersionOf(requirement.specifier);
  const cudaMajor = /cu(\d+)$/.exec(requirement.name)?.[1];
  const torch = action.noDependencies && !isInstalled(use.before) ? undefined : findTorch(use);
  if (version === undefined || torch === undefined || cudaMajor === undefined) return undefined;
  const release = torchRelease(torch.version);
  const cuda = cudaOfTorch(torch.version);
  if (release === undefined || cuda === undefined || String(majorOf(cuda)) !== cudaMajor) return undefined;
  // The wheel for CUDA 11 is a dependency of what PyPI serves only; others have cuDNN inside.
  if (cudaMajor === '11' && cuda !== release.defaultCuda) return undefined;
  const wanted = release.cudnn.get(cuda);
  const majors = new Set([...release.cudnn.values()].map((cudnn) => majorOf(cudnn)));
  const wantedMajor = wanted === undefined ? undefined : majorOf(wanted);
  if (wanted === undefined || wantedMajor === undefined || majors.size !== 1 || majorOf(version) === wantedMajor) return undefined;
  const evidence: Evidence = { fact: msg`The wheel of torch ${torch.version} for CUDA ${cuda} is built with cuDNN ${wanted}.`, source: release.source, checked: release.checked };
  const edit = requirement.text.value.includes(version) ? requirement.text.edit(requirement.text.value.indexOf(version), requirement.text.value.indexOf(version) + version.length, wanted) : undefined;
  const fixes: readonly Fix[] = edit === undefined ? [] : [{ title: msg`Use cuDNN ${wanted}, as torch does`, safe: false, edits: [edit] }];
  return {
    messageId: torch.together && !action.noDependencies ? 'together' : 'replaced',
    severity: severityFor(use, 'error'),
    data: { package: requirement.name, version, major: String(majorOf(version) ?? ''), torch: torch.version, wanted, wantedMajor: String(wantedMajor) },
    location: locateRequirement(use),
    evidence: [evidence],
    related: [{ location: torch.where, message: msg`torch ${torch.version} is installed here.` }],
    fixes,
  };
}

function isInstalled(state: StackState): boolean {
  return findComponent(state, 'torch')?.via === 'pip';
}

/** torch in the same command, else the one that pip installed before. */
function findTorch({ action, before }: PipUse): Torch | undefined {
  const beside = action.requirements.find(({ name }) => name === 'torch');
  if (beside !== undefined) {
    const version = exactVersionOf(beside.specifier);
    return version === undefined ? undefined : { version, together: true, where: { file: beside.file, range: beside.range } };
  }
  const installed = findComponent(before, 'torch');
  if (installed?.via !== 'pip' || installed.certainty === 'assumed' || installed.version.type !== 'exact') return undefined;
  const tag = installed.cuda === undefined ? undefined : pipTagOfCuda(installed.cuda);
  return { version: tag === undefined ? installed.version.version : `${installed.version.version}+${tag}`, together: false, where: installed.where };
}

function judgeHeaders(install: LibraryInstall): readonly Report<MessageId>[] {
  if (install.action.command.conditional) return [];
  return install.packages.flatMap((item): readonly Report<MessageId>[] => {
    const parsed = parseCudnnPackage(item.name);
    if (parsed === undefined || (parsed.part !== 'dev' && parsed.part !== 'headers')) return [];
    const other = findComponents(install.before, 'cudnn-headers').find(({ version }) => {
      const major = majorOf(knownVersion(version) ?? '');
      return major !== undefined && major !== parsed.major;
    });
    if (other === undefined) return [];
    const present = knownVersion(other.version) ?? '';
    return [
      {
        messageId: 'headers',
        severity: 'warning',
        data: { package: item.spec.name.value, major: String(parsed.major), present },
        location: locatePackage(install, item),
        related: [{ location: other.where, message: msg`The headers of cuDNN ${present} come from here.` }],
      },
    ];
  });
}
