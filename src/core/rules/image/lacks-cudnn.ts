import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, onnxruntimeRelease, otherFrameworks, tensorflowRelease } from '../../facts/frameworks';
import { cudnnConsumerEvidence, cudnnConsumers } from '../../facts/source-packages';
import { nearestServedCudaTags } from '../../image/suggest';
import { msg, type Text } from '../../l10n/message';
import type { Compile, PipInstall, PipRequirement } from '../../shell/installers/model';
import type { StackReport, StageStack } from '../../stack/model';
import { findComponent, stageCuda } from '../../stack/query';
import type { Location } from '../../text/range';
import { majorMinorOf, majorOf } from '../../version/dotted';
import { comparePep440, exactVersionOf, satisfiesPep440 } from '../../version/pep440';
import { defineRule, type Severity } from '../model';
import { chainOf, isBuiltUpon, isKnownCudaImage, mayHold, rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { locateTag, nameOf, retag } from '../support/image-uses';
import { findUnpackedTensorRT, unpackedEvidence } from '../support/unpacked-tensorrt';

const OPENCV: Evidence = {
  fact: msg`cmake of OpenCV stops when OPENCV_DNN_CUDA is asked for and cuDNN is not found`,
  source: 'https://github.com/opencv/opencv/issues/25426',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'image-lacks-cudnn',
  family: 'image',
  severity: 'error',
  summary: 'Something that needs cuDNN runs on a CUDA image without it.',
  messages: {
    stops: '{image} has no cuDNN, and {package} loads cuDNN {cudnn} from the system: `{error}`.',
    build: '{image} has no cuDNN, and {package} cannot be built without: `{error}`.',
    cpu: '{image} has no cuDNN, and {package} needs cuDNN {cudnn} from the system to use the GPU; it runs on the CPU: `{error}`.',
  },
  docs: {
    what: 'A package whose wheel loads cuDNN from the system, or TensorRT up to 8 from an archive, on an `nvidia/cuda` image whose tag does not say `cudnn`.',
    why: 'Only the [cudnn tags](https://gitlab.com/nvidia/container-images/cuda/-/blob/master/doc/supported-tags.md) of `nvidia/cuda` hold cuDNN; the devel flavor alone does not. Wheels of PyTorch bring their own. ctranslate2 ([faster-whisper](https://github.com/SYSTRAN/faster-whisper/issues/998)), paddlepaddle-gpu, onnxruntime-gpu and TensorFlow without `[and-cuda]` do not.',
    instead: 'Take the cudnn tag of the same CUDA version, with the major version of cuDNN that the package was built for.',
    silent: 'cuDNN was installed by apt, pip, conda or an archive, or may have been; PyTorch is installed, whose cuDNN is then loaded; the stage is not shipped; the version of the package is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'ctranslate2 before its change to cuDNN 9',
      text: 'FROM nvidia/cuda:«12.2.2-runtime-ubuntu22.04»\nRUN apt-get update && apt-get install -y python3-pip && pip3 install faster-whisper==1.0.3 ctranslate2==4.4.0\n',
      messageId: 'stops',
      fixed: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install faster-whisper==1.0.3 ctranslate2==4.4.0\n',
    },
    {
      kind: 'bad',
      title: 'Paddle on a devel image',
      text: 'FROM nvidia/cuda:«11.2.2-devel-ubuntu20.04»\nRUN pip3 install paddlepaddle-gpu==2.4.2.post112 -f https://www.paddlepaddle.org.cn/whl/linux/mkl/avx/stable.html\n',
      messageId: 'stops',
      fixed: 'FROM nvidia/cuda:11.2.2-cudnn8-devel-ubuntu20.04\nRUN pip3 install paddlepaddle-gpu==2.4.2.post112 -f https://www.paddlepaddle.org.cn/whl/linux/mkl/avx/stable.html\n',
    },
    {
      kind: 'bad',
      title: 'TensorRT 8 from its archive',
      text: 'FROM nvidia/cuda:«11.8.0-runtime-ubuntu22.04»\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN tar -xzf TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt\n',
      messageId: 'stops',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nADD TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/\nRUN tar -xzf TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz -C /opt\n',
    },
    {
      kind: 'bad',
      title: 'OpenCV is built with cuDNN',
      text: 'FROM nvidia/cuda:«12.4.1-devel-ubuntu22.04»\nRUN cmake -D WITH_CUDA=ON -D OPENCV_DNN_CUDA=ON ../opencv && make\n',
      messageId: 'build',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\nRUN cmake -D WITH_CUDA=ON -D OPENCV_DNN_CUDA=ON ../opencv && make\n',
    },
    {
      kind: 'bad',
      title: 'ONNX Runtime falls back to the CPU',
      text: 'FROM nvidia/cuda:«11.8.0-runtime-ubuntu22.04»\nRUN pip install onnxruntime-gpu==1.17.1\n',
      messageId: 'cpu',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN pip install onnxruntime-gpu==1.17.1\n',
    },
    {
      kind: 'good',
      title: 'cuDNN by pip',
      text: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu22.04\nRUN pip3 install ctranslate2==4.4.0 nvidia-cudnn-cu12==8.9.7.29\n',
    },
    {
      kind: 'good',
      title: 'PyTorch brings it',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip3 install torch==2.5.1 ctranslate2==4.5.0\n',
    },
    {
      kind: 'good',
      title: 'the cudnn tag',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN pip3 install ctranslate2==4.4.0\n',
    },
    {
      kind: 'good',
      title: 'no CUDA at all: a program for the CPU',
      text: 'FROM ubuntu:22.04\nRUN pip3 install ctranslate2==4.4.0\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const use = rootUse(stack, stage);
      const location = use && locateTag(use);
      if (use === undefined || location === undefined || !isKnownCudaImage(use.image) || !staysWithout(stack, stage)) continue;
      for (const need of findNeeds(stage)) {
        // What is only built here may run where cuDNN is.
        if (need.effect !== 'build' && !stage.shipped) continue;
        const { image } = use;
        const tags = isCudaImage(image) ? nearestServedCudaTags({ ...wishOf(image), cudnn: need.cudnn }) : [];
        report({
          messageId: need.effect,
          ...(need.effect === 'cpu' ? { severity: 'warning' satisfies Severity } : undefined),
          data: { image: nameOf(image), package: need.package, cudnn: need.cudnn, error: need.error },
          location,
          evidence: [need.evidence],
          related: [{ location: need.where, message: msg`${need.package} is installed here.` }],
          fixes: retag(use, tags.slice(0, 1)),
        });
      }
    }
  },
});

/** Nothing in the stage, nor in one built upon it, brings cuDNN or may bring it. */
function staysWithout(stack: StackReport, stage: StageStack): boolean {
  return stack.stages.every(
    (other) =>
      !isBuiltUpon(other, stage) ||
      (findComponent(other.final, 'cudnn') === undefined &&
        findComponent(other.final, 'torch') === undefined &&
        !mayHold(other, other.final, /cudnn|torch/i) &&
        !chainOf(other).some(readsUnknownRequirements)),
  );
}

function readsUnknownRequirements({ steps }: StageStack): boolean {
  return steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'pip-install' && action.requirementFiles.some(({ found }) => !found)));
}

interface Need {
  readonly package: Text;
  /** Major version of cuDNN, empty for any. */
  readonly cudnn: string;
  readonly effect: 'stops' | 'cpu' | 'build';
  readonly error: string;
  readonly where: Location;
  readonly evidence: Evidence;
}

function findNeeds(stage: StageStack): readonly Need[] {
  const needs: Need[] = [];
  for (const { actions } of stage.steps) {
    for (const { action } of actions) {
      if (action.command.conditional) continue;
      const opencv = action.kind === 'compile' ? needOfOpenCv(action) : undefined;
      if (opencv !== undefined) needs.push({ ...opencv, where: { file: action.file, range: action.range } });
      if (action.kind !== 'pip-install') continue;
      for (const requirement of action.requirements) {
        const need = requirement.marker === undefined ? needOf(requirement, action, stage) : undefined;
        if (need !== undefined) needs.push({ ...need, where: { file: requirement.file, range: requirement.range } });
      }
    }
  }
  const tensorrt = needOfTensorRT(stage);
  return tensorrt === undefined ? needs : [...needs, tensorrt];
}

/** What a requirement needs, where its version is certain. */
function needOf(requirement: PipRequirement, { requirements }: PipInstall, stage: StageStack): Omit<Need, 'where'> | undefined {
  const { name, specifier, extras } = requirement;
  const version = exactVersionOf(specifier);
  if (name === 'paddlepaddle-gpu') return version === undefined ? undefined : needOfPaddle(version, stage);
  if (name === 'tensorflow' || name === 'tensorflow-gpu') return version === undefined || extras.includes('and-cuda') ? undefined : needOfTensorFlow(name, version);
  if (name === 'onnxruntime-gpu') return version === undefined || extras.includes('cudnn') ? undefined : needOfOnnxRuntime(version);
  // The ctranslate2 that is named beside faster-whisper is the one that loads cuDNN.
  if (name === 'faster-whisper' && requirements.some((other) => other.name === 'ctranslate2')) return undefined;
  const rows = cudnnConsumers(name);
  const row = version !== undefined ? rows.find(({ versions }) => satisfiesPep440(version, versions) === true) : specifier === '' ? rows.at(-1) : undefined;
  return row && { package: name, cudnn: row.cudnn, effect: row.effect, error: row.error, evidence: cudnnConsumerEvidence(row) };
}

function needOfPaddle(version: string, stage: StageStack): Omit<Need, 'where'> | undefined {
  const row = otherFrameworks('paddlepaddle-gpu').find((one) => majorMinorOf(one.version) === majorMinorOf(version));
  const cuda = /\.post(\d{2})(\d)$/.exec(version)?.slice(1).join('.') ?? majorMinorOf(stageCuda(stage.final)?.version ?? '');
  if (row === undefined || !Array.isArray(row.cudnn) || cuda === undefined) return undefined;
  const pairs = row.cudnn as readonly (readonly [string, string])[];
  const pair = pairs.find(([one]) => one === cuda) ?? pairs.findLast(([one]) => majorOf(one) === majorOf(cuda));
  if (pair === undefined) return undefined;
  const fact = msg`paddlepaddle-gpu ${row.version} for CUDA ${pair[0]} loads cuDNN ${pair[1]}`;
  return {
    package: 'paddlepaddle-gpu',
    cudnn: String(majorOf(pair[1])),
    effect: 'stops',
    error: 'Cannot load cudnn shared library',
    evidence: { fact, source: row.source, checked: frameworksChecked() },
  };
}

function needOfTensorFlow(name: string, version: string): Omit<Need, 'where'> | undefined {
  const row = tensorflowRelease(version);
  // Before 2.1 the plain package is for the CPU.
  if (row === undefined || (name === 'tensorflow' && (comparePep440(version, '2.1') ?? -1) < 0)) return undefined;
  const cudnn = String(majorOf(row.cudnn));
  const fact = msg`TensorFlow ${row.version} was built with cuDNN ${row.cudnn}`;
  return { package: name, cudnn, effect: 'cpu', error: 'Cannot dlopen some GPU libraries', evidence: { fact, source: row.source, checked: frameworksChecked() } };
}

function needOfOnnxRuntime(version: string): Omit<Need, 'where'> | undefined {
  const row = onnxruntimeRelease(version);
  const major = majorOf(row?.cudnn ?? '');
  if (row === undefined || major === undefined) return undefined;
  const fact = msg`onnxruntime-gpu ${row.version} was built with cuDNN ${row.cudnn ?? ''}`;
  const error = `libcudnn.so.${major}: cannot open shared object file`;
  return { package: 'onnxruntime-gpu', cudnn: String(major), effect: 'cpu', error, evidence: { fact, source: row.source, checked: frameworksChecked() } };
}

/** OpenCV's CUDA backend of its dnn module is not configured without cuDNN and its headers; any major version will do. */
function needOfOpenCv({ defines }: Compile): Omit<Need, 'where'> | undefined {
  if (!/^(?:1|on|yes|true)$/i.test(defines.get('OPENCV_DNN_CUDA')?.value ?? '')) return undefined;
  return { package: msg`OpenCV with OPENCV_DNN_CUDA`, cudnn: '', effect: 'build', error: 'DNN: CUDA backend requires cuDNN', evidence: OPENCV };
}

function needOfTensorRT(stage: StageStack): Need | undefined {
  const found = findUnpackedTensorRT(stage.final);
  const cudnn = found?.release.cudnn ?? undefined;
  const major = cudnn === undefined ? undefined : majorOf(cudnn);
  if (found === undefined || cudnn === undefined || major === undefined) return undefined;
  return {
    package: `TensorRT ${found.version}`,
    cudnn: String(major),
    effect: 'stops',
    error: `libcudnn.so.${major}: cannot open shared object file`,
    where: found.component.where,
    evidence: unpackedEvidence(found, msg`TensorRT ${found.release.version} links cuDNN ${cudnn}; from 10.0 on TensorRT does without`),
  };
}
