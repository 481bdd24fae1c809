import { parseTensorRTPipPackage, tensorRTPipFacts } from '../../facts/tensorrt-pip';
import { msg } from '../../l10n/message';
import { stageCuda } from '../../stack/query';
import { majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { isBuiltUpon } from '../support/absence';
import { listPipUses, locateRequirement, reachesNvidiaIndex, severityFor, type PipUse } from '../support/pip-installs';
import { brokenBuild, hasBuildFor, modernRequirement, requireInstead, versionTaken } from './pip-packages';

type MessageId = 'renamed' | 'pyindex' | 'broken';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-pip-obsolete',
  family: 'tensorrt',
  severity: 'warning',
  summary: 'A pip package of TensorRT that is of the past: renamed, not needed any more, or withdrawn.',
  messages: {
    renamed: '{requirement} is the name of before 8.5 and ends with 8.4; pip has TensorRT as `tensorrt` since, on PyPI, and nothing newer comes under this name.',
    pyindex: 'nvidia-pyindex only points pip to NVIDIA’s index for {package}; TensorRT is on PyPI since 8.5. It is a source package that edits pip’s configuration while it is built, which newer tools do not carry out.',
    broken: '{requirement} requires {dependency}, a placeholder by now that refuses to be installed: the build for CUDA 13 was published again as 10.14.1.48.post1.',
  },
  docs: {
    what: 'pip installs `nvidia-tensorrt`, `nvidia-pyindex` on the way to TensorRT, or a TensorRT for CUDA 13 whose dependency was withdrawn.',
    why: 'With 8.5 [TensorRT moved to PyPI](https://docs.nvidia.com/deeplearning/tensorrt/archives/tensorrt-852/release-notes/tensorrt-8.html) under the name `tensorrt`; what is left under the old name is 8.4 and older, for CUDA 11 and Python up to 3.10. `nvidia-cuda-runtime-cu13`, which the first packages for CUDA 13 require, [is a placeholder](https://github.com/NVIDIA/TensorRT/issues/4614) since 2025-10-31.',
    instead: 'Install `tensorrt-cu12==…` (or `-cu11`, `-cu13`) from PyPI.',
    silent: '`nvidia-pyindex` is there for other packages of NVIDIA’s index.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the old name, with its index',
      text: 'FROM nvidia/cuda:11.4.3-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «nvidia-tensorrt==8.4.3.1» --extra-index-url https://pypi.ngc.nvidia.com\n',
      messageId: 'renamed',
      fixed: 'FROM nvidia/cuda:11.4.3-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt==8.5.3.1 --extra-index-url https://pypi.ngc.nvidia.com\n',
    },
    {
      kind: 'bad',
      title: 'the package that sets up the index',
      text: 'FROM python:3.8-slim\nRUN pip install «nvidia-pyindex»\nRUN pip install tensorrt==8.5.3.1\n',
      messageId: 'pyindex',
    },
    {
      kind: 'bad',
      title: 'for CUDA 13, before it was published again',
      text: 'FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages «tensorrt-cu13==10.13.3.9»\n',
      messageId: 'broken',
      severity: 'error',
      fixed: 'FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages tensorrt-cu13==10.14.1.48.post1\n',
    },
    {
      kind: 'bad',
      title: 'the plain name means the same build',
      text: 'FROM python:3.12-slim\nRUN pip install «tensorrt==10.13.2.6»\n',
      messageId: 'broken',
      severity: 'error',
      fixed: 'FROM python:3.12-slim\nRUN pip install tensorrt-cu12==10.13.2.6\n',
    },
    {
      kind: 'good',
      title: 'the present name',
      text: 'FROM python:3.10-slim\nRUN pip install tensorrt-cu12==10.9.0.34\n',
    },
    {
      kind: 'good',
      title: 'the index for something else',
      text: 'FROM python:3.8-slim\nRUN pip install nvidia-pyindex && pip install tritonclient[all]\n',
    },
    {
      kind: 'good',
      title: 'published again',
      text: 'FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages tensorrt-cu13==10.14.1.48.post1\n',
    },
  ],
  check({ report, stack }) {
    const uses = listPipUses(stack);
    for (const use of uses) {
      const finding = judge(use, uses);
      if (finding !== undefined) report({ location: locateRequirement(use), ...finding });
    }
  },
});

function judge(use: PipUse, uses: readonly PipUse[]): Omit<Report<MessageId>, 'location'> | undefined {
  const { requirement } = use;
  const data = { requirement: requirement.text.value.trim() };
  const renamed = tensorRTPipFacts('nvidia-tensorrt', 'renamed')[0];
  if (requirement.name === 'nvidia-tensorrt') {
    // Without the index there is nothing to install: another rule tells that.
    if (reachesNvidiaIndex(use) === 'no' || requirement.wheel !== undefined) return undefined;
    const modern = modernRequirement(use);
    return { messageId: 'renamed', data, evidence: renamed === undefined ? [] : [renamed.evidence], fixes: modern === undefined ? [] : requireInstead(use, modern.name, modern.specifier) };
  }
  if (requirement.name === 'nvidia-pyindex') {
    const wanting = uses.find((other) => uses.indexOf(other) > uses.indexOf(use) && isBuiltUpon(other.stage, use.stage) && parseTensorRTPipPackage(other.requirement.name) !== undefined);
    if (wanting === undefined) return undefined;
    return {
      messageId: 'pyindex',
      data: { package: wanting.requirement.name },
      evidence: renamed === undefined ? [] : [renamed.evidence],
      related: [{ location: locateRequirement(wanting), message: msg`${wanting.requirement.name} is installed here.` }],
    };
  }
  const broken = brokenBuild(use);
  const cuda = majorOf(stageCuda(use.before)?.version ?? '');
  // On an older CUDA the build itself is the wrong one: another rule tells that.
  if (broken === undefined || (cuda !== undefined && cuda < 13)) return undefined;
  return { messageId: 'broken', severity: severityFor(use, 'error'), data: { ...data, dependency: broken.value }, evidence: [broken.evidence], fixes: replaceBroken(use, cuda) };
}

function replaceBroken(use: PipUse, cuda: number | undefined): readonly Fix[] {
  const version = versionTaken(use);
  if (version === undefined) return [];
  if (cuda === undefined && hasBuildFor(version, '12')) return requireInstead(use, 'tensorrt-cu12', `==${version}`);
  const again = tensorRTPipFacts('tensorrt-cu13', 'yanked')[0]?.value;
  return again === undefined ? [] : requireInstead(use, 'tensorrt-cu13', `==${again}`);
}
