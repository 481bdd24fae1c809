import { driverFloor } from '../../facts/cuda-toolkits';
import { parseTensorRTPipPackage, tensorRTPipFacts } from '../../facts/tensorrt-pip';
import { msg } from '../../l10n/message';
import type { StackState } from '../../stack/model';
import { stageCuda } from '../../stack/query';
import { majorOf } from '../../version/dotted';
import { exactVersionOf } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { rootUse } from '../support/absence';
import { listKeptPipUses, locateRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { brokenBuild, cudaTaken, hasBuildFor, newestFor, requireInstead } from './pip-packages';

type MessageId = 'unpinned' | 'newer' | 'older' | 'broken' | 'floats';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-pip-cuda-mismatch',
  family: 'tensorrt',
  severity: 'warning',
  summary: 'pip installs TensorRT for another CUDA than the stage’s.',
  messages: {
    unpinned: '{requirement} takes the newest TensorRT, built for CUDA {built}; this stage has CUDA {cuda}. It needs driver {needs}, the image starts from {offers} on: `CUDA driver version is insufficient for CUDA runtime version`.',
    newer: '{requirement} is the build for CUDA {built}; this stage has CUDA {cuda}. It needs driver {needs}, the image starts from {offers} on: `CUDA driver version is insufficient for CUDA runtime version`.',
    older: '{requirement} is the build for CUDA {built} and brings that CUDA’s runtime beside CUDA {cuda} of this stage; code compiled here does not link with it.',
    broken: '{requirement} is the build for CUDA 13, which requires {dependency}: a placeholder by now that refuses to be installed. This stage has CUDA {cuda}.',
    floats: '{requirement} names neither version nor CUDA: pip takes the newest TensorRT, today for CUDA {built}, which needs driver {needs}.',
  },
  docs: {
    what: 'A pip package of TensorRT is built for another CUDA major version than the stage has: `tensorrt-cu13` on CUDA 12, or plain `tensorrt`, which means CUDA 13 from 10.13.2 on.',
    why: 'The wheels bring their own CUDA runtime, so the installation passes. What they do not bring is the driver: CUDA 13 wants 580, and an image for CUDA 12 is started by drivers from 525 on. The CUDA 13 packages before 10.14.1.48.post1 [cannot be installed at all](https://github.com/NVIDIA/TensorRT/issues/4614).',
    instead: 'Name the CUDA of the stage in the package, and a version: `tensorrt-cu12==10.12.0.36`.',
    silent: 'The stage’s CUDA is not known, or a file of constraints chooses the version.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the plain name means CUDA 13',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorrt»\n',
      messageId: 'unpinned',
      fixed: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt-cu12==11.3.0.99\n',
    },
    {
      kind: 'bad',
      title: 'an older Python, which the fix gives an older release',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnx «tensorrt» numpy\n',
      messageId: 'unpinned',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnx tensorrt-cu12==10.12.0.36 numpy\n',
    },
    {
      kind: 'bad',
      title: 'a range that is open above, in quotes',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnx «"tensorrt>=10"»\n',
      messageId: 'unpinned',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install onnx "tensorrt-cu12>=10"\n',
    },
    {
      kind: 'bad',
      title: 'the suffix of another CUDA',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorrt-cu13==10.15.1.29»\n',
      messageId: 'newer',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt-cu12==10.15.1.29\n',
    },
    {
      kind: 'bad',
      title: 'CUDA 11 ends with 10.13.0',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorrt==10.9.0.34»\n',
      messageId: 'newer',
      fixed: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt-cu11==10.9.0.34\n',
    },
    {
      kind: 'bad',
      title: 'a version whose dependency was withdrawn',
      text: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorrt==10.13.3.9»\n',
      messageId: 'broken',
      severity: 'error',
      fixed: 'FROM nvidia/cuda:12.8.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt-cu12==10.13.3.9\n',
    },
    {
      kind: 'bad',
      title: 'a build for an older CUDA',
      text: 'FROM nvidia/cuda:13.0.1-devel-ubuntu24.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages «tensorrt-cu12==10.12.0.36»\n',
      messageId: 'older',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'no CUDA in the stage',
      text: 'FROM python:3.12-slim\nRUN pip install «tensorrt»\n',
      messageId: 'floats',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'the build for the stage’s CUDA',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt-cu12==10.9.0.34\n',
    },
    {
      kind: 'good',
      title: 'the plain name before CUDA 13',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorrt==10.7.0\n',
    },
    {
      kind: 'good',
      title: 'a file of constraints',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install -c constraints.txt tensorrt\n',
    },
    {
      kind: 'good',
      title: 'CUDA 13 throughout',
      text: 'FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages tensorrt\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      const taken = cudaTaken(use);
      if (taken === undefined || isThere(use)) continue;
      const cuda = stageCuda(use.before);
      const finding = cuda === undefined ? judgeFloating(use, isWithoutCuda(use.before) && rootUse(stack, use.stage)?.image.componentsComplete === true) : judge(use, cuda.version);
      if (finding === undefined) continue;
      const related = cuda === undefined ? [] : [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }];
      report({ location: locateRequirement(use), related, ...finding, evidence: [...(finding.evidence ?? []), taken.evidence] });
    }
  },
});

/** pip leaves a TensorRT of the image as it is when no version is asked for; on Jetson there are no wheels at all. */
function isThere({ requirement, action, before: { components } }: PipUse): boolean {
  if (components.some(({ kind }) => kind === 'l4t')) return true;
  const hasOwn = components.some(({ kind, via }) => kind === 'tensorrt-python' && via === 'base-image');
  return hasOwn && requirement.name === 'tensorrt' && requirement.specifier === '' && !action.upgrade;
}

function isWithoutCuda({ components, opaque }: StackState): boolean {
  return !opaque && !components.some(({ kind }) => kind === 'cuda' || kind === 'cudart' || kind === 'l4t');
}

function judge(use: PipUse, cuda: string): Omit<Report<MessageId>, 'location'> | undefined {
  const built = cudaTaken(use)?.value ?? '';
  const major = String(majorOf(cuda) ?? '');
  if (built === '' || major === '' || built === major) return undefined;
  const data = { requirement: writtenName(use), built, cuda };
  if (Number(built) < Number(major)) return { messageId: 'older', severity: 'information', data };
  const broken = brokenBuild(use);
  const fixes = fixesFor(use, major);
  if (broken !== undefined) return { messageId: 'broken', severity: severityFor(use, 'error'), data: { ...data, dependency: broken.value }, evidence: [broken.evidence], fixes };
  const isNamed = parseTensorRTPipPackage(use.requirement.name)?.cuda !== undefined || exactVersionOf(use.requirement.specifier) !== undefined;
  const needs = driverFloor(`${built}.0`);
  const offers = driverFloor(cuda);
  return {
    messageId: isNamed ? 'newer' : 'unpinned',
    data: { ...data, needs: needs?.minorCompatible ?? msg`of that CUDA`, offers: offers?.minorCompatible ?? offers?.full ?? msg`an older one` },
    evidence: needs === undefined ? [] : [needs.evidence],
    fixes,
  };
}

/** Nothing in the stage says which CUDA is wanted: the plain name then floats with the newest. */
function judgeFloating(use: PipUse, isBare: boolean): Omit<Report<MessageId>, 'location'> | undefined {
  const { name, specifier } = use.requirement;
  const built = cudaTaken(use)?.value;
  const needs = built === undefined ? undefined : driverFloor(`${built}.0`);
  const broken = brokenBuild(use);
  if (!isBare || name !== 'tensorrt' || specifier !== '' || broken !== undefined || built === undefined || needs?.minorCompatible === undefined) return undefined;
  return { messageId: 'floats', severity: 'information', data: { requirement: writtenName(use), built, needs: needs.minorCompatible }, evidence: [needs.evidence] };
}

function writtenName({ requirement: { text } }: PipUse): string {
  return text.value.trim();
}

/** The same version for the stage's CUDA, where it was built; the last one for that CUDA otherwise. */
function fixesFor(use: PipUse, major: string): readonly Fix[] {
  const { requirement } = use;
  const part = parseTensorRTPipPackage(requirement.name)?.part;
  const name = `tensorrt-cu${major}${part === 'front' || part === undefined ? '' : `-${part}`}`;
  const exact = exactVersionOf(requirement.specifier);
  // 10.14.1.48.post1 was published for CUDA 13 alone.
  const plain = exact?.replace(/\.post\d+$/, '');
  if (plain !== undefined && hasBuildFor(plain, major)) return requireInstead(use, name, requirement.specifier.replace(exact ?? plain, plain));
  if (exact === undefined && requirement.specifier !== '') return requireInstead(use, name, requirement.specifier);
  const version = tensorRTPipFacts(`tensorrt-cu${major}`, 'last')[0]?.value ?? newestFor(use, major);
  return version === undefined ? [] : requireInstead(use, name, `==${version}`);
}
