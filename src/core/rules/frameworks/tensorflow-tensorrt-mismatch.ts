import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, tensorflowWheel, type TensorFlowRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import type { Component, StackReport } from '../../stack/model';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import { majorOf } from '../../version/dotted';
import { exactVersionOf } from '../../version/pep440';
import { defineRule, type Report } from '../model';
import { isBuiltUpon, mayHold, rootUse } from '../support/absence';
import { listKeptPipUses, locateRequirement, type PipUse } from '../support/pip-installs';

type MessageId = 'major' | 'absent' | 'without';

export const rule = defineRule<MessageId>({
  id: 'tensorflow-tensorrt-mismatch',
  family: 'frameworks',
  severity: 'warning',
  summary: 'TensorFlow is linked with another TensorRT than the one in the stage, or finds none.',
  messages: {
    major: 'TensorFlow {version} is linked with TensorRT {built}, and this is {loaded}: `Could not load dynamic library libnvinfer.so.{major}`, or `Linked TensorRT version: {built} … Loaded TensorRT version: {loaded}`. TF-TRT does not work.',
    absent: 'TensorFlow up to 2.17 looks for TensorRT, and nothing brings it into this stage: `TF-TRT Warning: Could not find TensorRT`. Everything but TF-TRT works.',
    without: 'TensorFlow {version} is built without TensorRT; what is installed here it does not use.',
  },
  docs: {
    what: 'TensorFlow meets a TensorRT of another major version than it was built with, or none at all.',
    why: 'TensorFlow up to 2.17 loads `libnvinfer.so` by the major version that it was linked with, for TF-TRT alone. With another one [the conversion refuses to work](https://github.com/tensorflow/tensorflow/issues/53697); without one there is [a warning in the log](https://github.com/tensorflow/tensorflow/issues/46354) and nothing else is lost. From 2.18 on it is built without.',
    instead: 'Install the TensorRT that the release was built with, for example `libnvinfer7=7.2.2-1+cuda11.1` for TensorFlow 2.5 to 2.11.',
    silent: 'One of the versions is not known, or TensorRT may have come unseen.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'TensorRT 8 beside a TensorFlow for TensorRT 7',
      text: 'FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip «libnvinfer8=8.0.0-1+cuda11.0» libnvinfer-plugin8=8.0.0-1+cuda11.0\nRUN pip3 install tensorflow==2.7.0\n',
      messageId: 'major',
    },
    {
      kind: 'bad',
      title: 'no TensorRT',
      text: 'FROM nvidia/cuda:10.1-cudnn7-devel-ubuntu18.04\nRUN pip3 install «tensorflow==2.1.0»\n',
      messageId: 'absent',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'a TensorFlow that is built without',
      text: 'FROM nvidia/cuda:12.5.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip «libnvinfer10=10.2.0.19-1+cuda12.5»\nRUN pip3 install tensorflow==2.18.0\n',
      messageId: 'without',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'TensorFlow 1 without TensorRT',
      text: 'FROM nvidia/cuda:10.0-cudnn7-devel-ubuntu18.04\nRUN pip3 install tensorflow-gpu==1.14.0\n',
    },
    {
      kind: 'good',
      title: 'the TensorRT that it was built with',
      text: 'FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip libnvinfer7=7.2.2-1+cuda11.1 libnvinfer-plugin7=7.2.2-1+cuda11.1\nRUN pip3 install tensorflow==2.7.0\n',
    },
    {
      kind: 'good',
      title: 'no GPU in the stage',
      text: 'FROM python:3.8-slim\nRUN pip install tensorflow==2.7.0\n',
    },
    {
      kind: 'good',
      title: 'built without TensorRT',
      text: 'FROM nvidia/cuda:12.5.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install "tensorflow[and-cuda]==2.18.0"\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      const finding = judge(use, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

function judge(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const { requirement, stage } = use;
  const version = exactVersionOf(requirement.specifier);
  const release = version === undefined ? undefined : tensorflowWheel(requirement.name, version);
  const built = release?.tensorrt ?? undefined;
  if (version === undefined || release === undefined || built === undefined || use.action.command.conditional || stage.final.components.some(({ kind }) => kind === 'l4t')) return undefined;
  const present = findComponents(stage.final, 'tensorrt').filter(({ certainty }) => certainty !== 'assumed');
  const [first] = present;
  return first === undefined ? judgeAbsence(use, release, stack) : judgePresent(use, release, { version, built }, first, present, stack);
}

function judgePresent(use: PipUse, release: TensorFlowRelease, { version, built }: { readonly version: string; readonly built: string }, first: Component, present: readonly Component[], stack: StackReport): Report<MessageId> | undefined {
  const loaded = knownVersion(first.version);
  // What a base image brings is there for other programs; only an installation beside TensorFlow speaks of its use.
  const isInstalled = first.via !== 'base-image' && first.via !== 'pip';
  if (loaded === undefined || !isInstalled) return undefined;
  const common = {
    location: first.where,
    evidence: [evidenceOf(release)],
    related: [{ location: locateRequirement(use), message: msg`TensorFlow ${version} is installed here.` }],
  };
  if (built === 'none') return usesElsewhere(use, stack) ? undefined : { ...common, messageId: 'without', severity: 'information', data: { version } };
  const major = majorOf(built);
  if (present.some(({ version: other }) => knownVersion(other) === undefined || majorOf(knownVersion(other) ?? '') === major)) return undefined;
  return { ...common, messageId: 'major', data: { version, built, loaded, major: String(major ?? '') } };
}

/** Something else in the stage may be what TensorRT is installed for. */
function usesElsewhere({ stage }: PipUse, { stages }: StackReport): boolean {
  return stages.some(
    (other) =>
      isBuiltUpon(other, stage) &&
      (other.final.components.some(({ kind }) => kind === 'onnxruntime' || kind === 'torch-tensorrt' || kind === 'torch' || kind === 'tensorrt-python' || kind === 'tensorrt-headers' || kind === 'trtexec') || other.steps.some(({ commands }) => commands.some(({ name }) => name === 'trtexec'))),
  );
}

function judgeAbsence(use: PipUse, release: TensorFlowRelease, stack: StackReport): Report<MessageId> | undefined {
  const { stage, requirement } = use;
  const cuda = stageCuda(use.before);
  // In a stage for CPUs TensorRT is no question; TensorFlow 1 looks for none before it is asked to.
  if (release.tensorrt === 'none' || (majorOf(release.version) ?? 0) < 2 || requirement.extras.length > 0 || cuda === undefined) return undefined;
  if (rootUse(stack, stage)?.image.componentsComplete !== true || findComponents(stage.final, 'tensorrt').length > 0 || findComponents(stage.final, 'tensorrt-python').length > 0) return undefined;
  if (mayHold(stage, stage.final, /tensorrt|nvinfer|trt/i)) return undefined;
  return {
    messageId: 'absent',
    severity: 'information',
    location: locateRequirement(use),
    evidence: [evidenceOf(release)],
    related: [{ location: cuda.component.where, message: msg`This image has none.` }],
  };
}

function evidenceOf({ version, tensorrt, source }: TensorFlowRelease): Evidence {
  return { fact: tensorrt === 'none' ? msg`TensorFlow ${version} is built without TensorRT.` : msg`TensorFlow ${version} is built with TensorRT ${tensorrt ?? ''}.`, source, checked: frameworksChecked() };
}
