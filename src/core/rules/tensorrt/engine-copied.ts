import type { ComponentKind, StageStack } from '../../stack/model';
import { defineRule } from '../model';
import { BOUND_TO_VERSION, ENGINE_FILE } from './engines';

/** `.plan` and `.engine` mean other things to other programs: only a stage with one of these can load a TensorRT engine. */
const GPU_KINDS: ReadonlySet<ComponentKind> = new Set(['cuda', 'cudart', 'tensorrt', 'triton', 'deepstream', 'l4t', 'tensorrt-llm', 'torch', 'onnxruntime']);

export const rule = defineRule({
  id: 'tensorrt-engine-copied',
  family: 'tensorrt',
  severity: 'information',
  summary: 'A built TensorRT engine is copied into the image.',
  messages: {
    copied: '{file} is a built TensorRT engine: it loads only in the TensorRT version and on the GPU architecture that it was built with.',
  },
  docs: {
    what: 'A `COPY` or `ADD` brings a `.engine`, `.plan` or `.trt` file into a GPU image.',
    why: 'An engine is bound to the TensorRT version that wrote it, down to the last part of the number, and to the compute capability of the GPU it was built on. In an image with another version, or on another GPU, loading fails: `The engine plan file is not compatible with this version of TensorRT`.',
    instead: 'Copy the ONNX model and build the engine when the container first starts, on the GPU that will run it; or build it version-compatible (`trtexec --versionCompatible`) and hardware-compatible (`--hardwareCompatibilityLevel=ampere+`).',
    silent: 'The stage holds nothing that could load an engine.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an engine beside a Triton model',
      text: 'FROM nvcr.io/nvidia/tritonserver:23.05-py3\nCOPY «models/detector/1/model.plan» /models/detector/1/\n',
      messageId: 'copied',
    },
    {
      kind: 'bad',
      title: 'several sources, one of them an engine',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY labels.txt «yolo.engine» /app/\n',
      messageId: 'copied',
    },
    {
      kind: 'good',
      title: 'the model is copied, the engine built at start',
      text: 'FROM nvcr.io/nvidia/tensorrt:23.05-py3\nCOPY model.onnx start.sh /app/\nCMD ["/app/start.sh"]\n',
    },
    {
      kind: 'good',
      title: 'a plan of another program',
      text: 'FROM alpine:3.20\nCOPY deploy.plan /plans/\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const { instruction } of stage.steps) {
        if (instruction.kind !== 'copy' && instruction.kind !== 'add') continue;
        for (const source of instruction.sources) {
          if (!ENGINE_FILE.test(source.raw) || !holdsGpuSoftware(stage)) continue;
          report({
            messageId: 'copied',
            data: { file: source.raw.slice(source.raw.lastIndexOf('/') + 1) },
            location: { file: stack.dockerfile.file, range: source.range },
            evidence: [BOUND_TO_VERSION],
          });
        }
      }
    }
  },
});

function holdsGpuSoftware({ final }: StageStack): boolean {
  return final.components.some(({ kind }) => GPU_KINDS.has(kind));
}
