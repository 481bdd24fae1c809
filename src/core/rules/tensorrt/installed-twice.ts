import { parseTensorRTPipPackage, tensorRTPipVersions } from '../../facts/tensorrt-pip';
import { msg, type Text } from '../../l10n/message';
import type { ActionStep, Component, StackReport } from '../../stack/model';
import { findComponent } from '../../stack/query';
import { firstParts } from '../../version/dotted';
import { exactVersionOf } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { nameOf } from '../support/image-uses';
import { listPipUses, type PipUse } from '../support/pip-installs';
import { removeWord } from '../support/remove-word';
import { BOUND_TO_VERSION, differ, installedTensorRT, tensorRTVersion, type InstalledTensorRT } from './engines';
import { requireInstead, versionTaken } from './pip-packages';

type MessageId = 'second' | 'newest';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-installed-twice',
  family: 'tensorrt',
  severity: 'warning',
  summary: 'Two versions of TensorRT come into one stage by different ways.',
  messages: {
    second: '{name} brings TensorRT {version} beside {other} from {origin}: Python loads one, trtexec and C++ programs the other, and engines of one are refused by the other.',
    newest: '{name} without a version brings the newest TensorRT beside {other} from {origin}: Python loads one, trtexec and C++ programs the other, and engines of one are refused by the other.',
  },
  docs: {
    what: 'apt, pip or an archive installs TensorRT where the base image, or another of these, has brought another version of it.',
    why: 'The packages do not know of each other: pip puts its libraries below `site-packages`, apt and the images into the system. Which one a program gets depends on how it was built. An engine [loads only in the version that wrote it](https://github.com/NVIDIA/TensorRT/issues/564), so that what trtexec builds the Python code cannot load.',
    instead: 'Use the TensorRT of the image, or the same version in every way; for another version take the release of the image that has it.',
    silent: 'Both are the same version, one of them is not known, or the second goes to another Python.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'pip over the TensorRT of the image',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3\nRUN pip install «tensorrt==10.0.1» numpy\n',
      messageId: 'second',
      fixed: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3\nRUN pip install numpy\n',
    },
    {
      kind: 'bad',
      title: 'the newest over the TensorRT of the image',
      text: 'FROM nvcr.io/nvidia/pytorch:24.01-py3\nRUN pip install «tensorrt-cu12» onnx\n',
      messageId: 'newest',
      fixed: 'FROM nvcr.io/nvidia/pytorch:24.01-py3\nRUN pip install onnx\n',
    },
    {
      kind: 'bad',
      title: 'apt and pip with different versions',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip libnvinfer10=10.1.0.27-1+cuda12.4 && apt-mark hold libnvinfer10\nRUN pip3 install «tensorrt-cu12==10.3.0»\n',
      messageId: 'second',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip libnvinfer10=10.1.0.27-1+cuda12.4 && apt-mark hold libnvinfer10\nRUN pip3 install tensorrt-cu12==10.1.0\n',
    },
    {
      kind: 'bad',
      title: 'an archive over the TensorRT of the image',
      text: 'FROM nvcr.io/nvidia/tensorrt:22.03-py3\nCOPY TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN «tar xzf /tmp/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt»\n',
      messageId: 'second',
    },
    {
      kind: 'good',
      title: 'the same version in both ways',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip libnvinfer10=10.1.0.27-1+cuda12.4 && apt-mark hold libnvinfer10\nRUN pip3 install tensorrt-cu12==10.1.0\n',
    },
    {
      kind: 'good',
      title: 'the wheel of the archive',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz /opt/\nRUN tar xzf TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-12.0.tar.gz && pip3 install TensorRT-8.6.1.6/python/tensorrt-8.6.1-cp310-none-linux_x86_64.whl\n',
    },
    {
      kind: 'good',
      title: 'one way only',
      text: 'FROM nvcr.io/nvidia/tritonserver:24.01-py3\nRUN pip install transformers\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const { actions } of stage.steps) {
        for (const step of actions) {
          const finding = judge(step, stack);
          if (finding !== undefined) report(finding);
        }
      }
    }
  },
});

function judge({ action, before, after }: ActionStep, stack: StackReport): Report<MessageId> | undefined {
  if (action.command.conditional || before.components === after.components || findComponent(before, 'l4t') !== undefined) return undefined;
  const present = installedTensorRT(before);
  if (present.length === 0) return undefined;
  const added = after.components.filter((item) => (item.kind === 'tensorrt' || item.kind === 'tensorrt-python') && !before.components.includes(item));
  const use = action.kind === 'pip-install' ? listPipUses(stack).find((one) => one.action === action && parseTensorRTPipPackage(one.requirement.name) !== undefined) : undefined;
  if (use !== undefined && action.kind === 'pip-install') {
    const isOther = action.interpreter !== undefined && !/^(?:\/usr\/bin\/)?(?:python3?|pip3?)$/.test(action.interpreter);
    // The front end brings its parts in its own version.
    return isOther || use.requirement.url?.includes('*') === true ? undefined : judgePip(use, present, stack);
  }
  for (const item of added) {
    if (item.version.type !== 'exact') continue;
    const version = tensorRTVersion(item.version.version, item.via);
    const other = version === undefined ? undefined : findOther(present, item.via, version);
    if (version === undefined || other === undefined) continue;
    return { messageId: 'second', data: { name: item.name, version, ...describe(other, stack) }, location: item.where, ...background(other) };
  }
  return undefined;
}

function judgePip(use: PipUse, present: readonly InstalledTensorRT[], stack: StackReport): Report<MessageId> | undefined {
  const { requirement } = use;
  const written = requirement.wheel?.version ?? exactVersionOf(requirement.specifier) ?? versionTaken(use);
  const location = { file: requirement.file, range: requirement.range };
  if (written === undefined) {
    const other = present.find(({ component }) => component.via !== 'pip');
    const isOpen = requirement.specifier === '' && requirement.url === undefined && use.action.constraintFiles.length === 0;
    // pip leaves a distribution of that very name alone: the images install `tensorrt` as one.
    if (other === undefined || !isOpen || (other.component.via === 'base-image' && requirement.name === 'tensorrt' && !use.action.upgrade)) return undefined;
    return { messageId: 'newest', data: { name: requirement.name, ...describe(other, stack) }, location, ...background(other), fixes: fixesFor(use, other, stack) };
  }
  const version = tensorRTVersion(written, 'pip');
  const other = version === undefined ? undefined : findOther(present, 'pip', version);
  if (version === undefined || other === undefined) return undefined;
  return { messageId: 'second', data: { name: requirement.name, version, ...describe(other, stack) }, location, ...background(other), fixes: fixesFor(use, other, stack) };
}

/** A TensorRT that came another way in another release. */
function findOther(present: readonly InstalledTensorRT[], via: Component['via'], version: string): InstalledTensorRT | undefined {
  return present.find((one) => one.component.via !== via && one.component.via !== 'copy' && differ(firstParts(one.version, 3), firstParts(version, 3)) === true && one.version.split('.').length >= 2);
}

function describe({ component, version }: InstalledTensorRT, stack: StackReport): { readonly other: string; readonly origin: Text } {
  const image = stack.stages.find(({ rootImage }) => rootImage?.reference.text === component.name)?.rootImage;
  const origin = component.via === 'base-image' ? (image === undefined ? msg`the image` : nameOf(image)) : component.via === 'archive' ? msg`an archive` : component.via;
  return { other: version, origin };
}

function background({ component }: InstalledTensorRT): Pick<Report, 'evidence' | 'related'> {
  return {
    evidence: [...(component.evidence === undefined ? [] : [component.evidence]), BOUND_TO_VERSION],
    related: [{ location: component.where, message: msg`The other TensorRT comes from here.` }],
  };
}

/** Leaving it out where the image has the bindings, else the version that is there already. */
function fixesFor(use: PipUse, { component, version }: InstalledTensorRT, { dockerfile, files }: StackReport): readonly Fix[] {
  const { requirement, action, before } = use;
  const hasBindings = before.components.some(({ kind, via }) => kind === 'tensorrt-python' && via === component.via);
  const text = requirement.file === dockerfile.file ? dockerfile.text : files.get(requirement.file);
  if (hasBindings && text !== undefined && requirement.origin === 'command' && action.requirements.length > 1) {
    return [{ title: msg`Leave ${requirement.name} out`, safe: false, edits: [removeWord(text, requirement.file, requirement.range)] }];
  }
  const same = requirement.url === undefined ? tensorRTPipVersions(requirement.name).find((candidate) => differ(tensorRTVersion(candidate, 'pip') ?? '', version) === false) : undefined;
  return same === undefined ? [] : requireInstead(use, requirement.name, `==${same}`);
}
