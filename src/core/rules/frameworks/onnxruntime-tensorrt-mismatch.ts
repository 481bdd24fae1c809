import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import { findComponent, findComponents, knownVersion } from '../../stack/query';
import type { Location } from '../../text/range';
import { majorOf } from '../../version/dotted';
import { defineRule, type Report } from '../model';
import { isBuiltUpon, mayHold, rootUse } from '../support/absence';
import { allActions, listKeptPipUses, locateRequirement, type PipUse } from '../support/pip-installs';
import { onnxruntimeEvidence, onnxruntimeTaken } from './onnxruntime';

type MessageId = 'absent' | 'major';

const NOT_IN_WHEEL: Evidence = {
  fact: msg`The TensorRT provider of ONNX Runtime loads libnvinfer from the system; neither the wheel nor nvidia/cuda images hold it.`,
  source: 'https://github.com/FocoosAI/focoos/pull/145',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'onnxruntime-tensorrt-mismatch',
  family: 'frameworks',
  severity: 'warning',
  summary: 'ONNX Runtime’s TensorRT provider finds no TensorRT, or another major version than it is linked with.',
  messages: {
    absent: 'The program asks ONNX Runtime for TensorRT, and nothing brings TensorRT into this image: `libonnxruntime_providers_tensorrt.so … {soname}: cannot open shared object file`, and the session falls back to CUDA.',
    major: 'onnxruntime-gpu {version} is linked with TensorRT {built}, and this stage has {loaded}: the TensorRT provider does not load (`{soname}: cannot open shared object file`).',
  },
  docs: {
    what: 'A stage uses `TensorrtExecutionProvider` without having TensorRT, or has TensorRT in another major version than onnxruntime-gpu was built with.',
    why: 'The provider is a library beside ONNX Runtime that loads `libnvinfer.so.10` (or `.8`) from the system when it is asked for. [Each release is linked with one version](https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html#requirements). When it is missing the session is made without the provider, and what was to be fast is not.',
    instead: 'Start from an image with that TensorRT, or install `libnvinfer` in the version that the release names.',
    silent: 'What the image holds is not known in full, or TensorRT may have come unseen.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'asked for, and not there',
      text: 'FROM «nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04»\nRUN apt-get update && apt-get install -y python3-pip && pip3 install onnxruntime-gpu==1.22.0\nCMD ["python3", "-c", "import onnxruntime as o; o.InferenceSession(\'m.onnx\', providers=[\'TensorrtExecutionProvider\'])"]\n',
      messageId: 'absent',
    },
    {
      kind: 'bad',
      title: 'another major version',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.08-py3\nRUN pip install «onnxruntime-gpu==1.20.1»\nENV ORT_TENSORRT_ENGINE_CACHE_ENABLE=1\n',
      messageId: 'major',
    },
    {
      kind: 'bad',
      title: 'another major version, that nobody asks for',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.08-py3\nRUN pip install «onnxruntime-gpu==1.20.1»\n',
      messageId: 'major',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'TensorRT in the version that it is linked with',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip libnvinfer10=10.9.0.34-1+cuda12.8 libnvinfer-plugin10=10.9.0.34-1+cuda12.8 libnvonnxparsers10=10.9.0.34-1+cuda12.8 && pip3 install onnxruntime-gpu==1.22.0\nENV ORT_TENSORRT_ENGINE_CACHE_ENABLE=1\n',
    },
    {
      kind: 'good',
      title: 'CUDA alone',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install onnxruntime-gpu==1.22.0\nCMD ["python3", "-c", "import onnxruntime as o; o.InferenceSession(\'m.onnx\', providers=[\'CUDAExecutionProvider\'])"]\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      if (use.requirement.name !== 'onnxruntime-gpu') continue;
      const finding = judge(use, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

function judge(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const { stage } = use;
  const asked = findRequest(stage, stack);
  const taken = onnxruntimeTaken(use);
  const built = taken?.build.tensorrt ?? undefined;
  const major = built === undefined ? undefined : majorOf(built);
  const soname = major === undefined ? 'libnvinfer.so' : `libnvinfer.so.${major}`;
  const present = findComponents(stage.final, 'tensorrt');
  if (present.length === 0) {
    const from = rootUse(stack, stage);
    const location = from?.reference.locate();
    if (asked === undefined || from?.image.componentsComplete !== true || location === undefined || mayBring(stage)) return undefined;
    return {
      messageId: 'absent',
      data: { soname },
      location,
      evidence: [NOT_IN_WHEEL, ...(taken === undefined || built === undefined ? [] : [onnxruntimeEvidence(taken.build, 'tensorrt')])],
      related: [
        { location: asked, message: msg`TensorRT is asked for here.` },
        { location: locateRequirement(use), message: msg`ONNX Runtime is installed here.` },
      ],
    };
  }
  const loaded = present.map(({ version }) => knownVersion(version));
  const [other] = present;
  if (taken === undefined || built === undefined || other === undefined || loaded.some((version) => version === undefined || majorOf(version) === major) || findComponent(stage.final, 'l4t') !== undefined) return undefined;
  return {
    messageId: 'major',
    severity: asked === undefined ? 'information' : 'warning',
    data: { version: taken.version, built, loaded: loaded[0] ?? '', soname },
    location: locateRequirement(use),
    evidence: [onnxruntimeEvidence(taken.build, 'tensorrt')],
    related: [{ location: other.where, message: msg`TensorRT ${loaded[0] ?? ''} comes from here.` }],
  };
}

/** Where the stage, or one built upon it, names the TensorRT provider or its settings. */
function findRequest(stage: StageStack, { stages, dockerfile }: StackReport): Location | undefined {
  for (const other of stages) {
    if (!isBuiltUpon(other, stage)) continue;
    for (const { instruction, commands } of other.steps) {
      const variable = instruction.kind === 'env' ? instruction.assignments.find(({ name }) => name.startsWith('ORT_TENSORRT_')) : undefined;
      if (variable !== undefined) return { file: dockerfile.file, range: variable.nameRange };
      const command = commands.find(({ words }) => words.some(({ text }) => /\bTensorrtExecutionProvider\b/.test(text.value)));
      if (command !== undefined) return { file: command.file, range: command.range };
    }
  }
  return undefined;
}

function mayBring(stage: StageStack): boolean {
  if (mayHold(stage, stage.final, /tensorrt|nvinfer|trt/i)) return true;
  return allActions(stage).some((action) => action.kind === 'pip-install' && action.requirementFiles.some(({ found }) => !found));
}
