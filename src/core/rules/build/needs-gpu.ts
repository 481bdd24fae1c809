import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { ShellCommand } from '../../shell/model';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { baseName } from '../../text/path';
import { defineRule, type Severity } from '../model';
import { endsBuild } from '../support/build-failure';
import { runsWithoutGpu } from '../support/build-gpu';

type MessageId = 'nvidiaSmi' | 'engine' | 'engineScript' | 'python' | 'demo';

const NO_GPU: Evidence = {
  fact: msg`A build has no access to a GPU: the options that give one to a container do not reach RUN.`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1734',
  checked: '2026-11-20',
};
const NO_SMI: Evidence = {
  fact: msg`nvidia-smi is mounted from the host into a container with a GPU; during a build it is not there.`,
  source: 'https://github.com/docker/compose/issues/9681',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'build-needs-gpu',
  family: 'build',
  severity: 'error',
  summary: 'A RUN needs a GPU, and there is none while an image is built.',
  messages: {
    nvidiaSmi: 'nvidia-smi comes with the driver of the host and is not there while an image is built: `nvidia-smi: not found`.',
    engine: '{tool} builds the engine on a GPU, and `docker build` has none: `no CUDA-capable device is detected`.',
    engineScript: '{tool} makes an engine of {model}: TensorRT does that on a GPU, and `docker build` has none: `no CUDA-capable device is detected`.',
    python: 'The code uses the GPU (`{code}`), and `docker build` has none: `{error}`.',
    demo: '{tool} asks the driver for a GPU, and `docker build` has none: `no CUDA-capable device is detected`.',
  },
  docs: {
    what: 'nvidia-smi, a build of a TensorRT engine, or Python code that uses `cuda` in a `RUN`.',
    why: 'The toolkit gives the GPU and the driver to containers that are started with `--gpus`. The containers in which `RUN` is executed are not: there is no nvidia-smi, no libcuda and no device. Only the classic builder, with `nvidia` as the default runtime of the daemon, gives them one.',
    instead: 'Do it when the container starts: check in a HEALTHCHECK or an entrypoint, build engines on the GPU that will run them. Compile for architectures that are named. Where a build must have a GPU, `RUN --device=nvidia.com/gpu=all` asks BuildKit for one.',
    silent: 'The failure is caught (`|| true`, `if`), the code asks for the GPU before it uses it, the RUN has a `--device`, or an nvidia-smi was put into the image.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a look at the GPU',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY . /src\nRUN «nvidia-smi» && python3 /src/setup.py build_ext\n',
      messageId: 'nvidiaSmi',
    },
    {
      kind: 'bad',
      title: 'an engine is built',
      text: 'FROM nvcr.io/nvidia/tensorrt:24.05-py3\nCOPY model.onnx /m/\nRUN «trtexec --onnx=/m/model.onnx --saveEngine=/m/model.plan»\n',
      messageId: 'engine',
    },
    {
      kind: 'bad',
      title: 'a script that makes a plan of a model',
      text: 'FROM nvcr.io/nvidia/pytorch:24.01-py3\nCOPY model.onnx build.py /m/\nRUN «python /m/build.py /m/model.onnx /m/model.plan»\n',
      messageId: 'engineScript',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'a test of PyTorch',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\nRUN «python3 -c "import torch; assert torch.cuda.is_available()"»\n',
      messageId: 'python',
    },
    {
      kind: 'bad',
      title: 'a here-document for Python',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\nRUN «python3 <<EOF»\nimport torch\ntorch.zeros(1).cuda()\nEOF\n',
      messageId: 'python',
    },
    {
      kind: 'bad',
      title: 'a sample that lists the devices',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY deviceQuery /usr/local/bin/\nRUN «deviceQuery»\n',
      messageId: 'demo',
    },
    {
      kind: 'good',
      title: 'in the container that runs',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nHEALTHCHECK CMD nvidia-smi || exit 1\nCMD ["nvidia-smi", "-l", "5"]\n',
    },
    {
      kind: 'good',
      title: 'the failure does not matter',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN nvidia-smi || true; if nvidia-smi; then echo gpu; fi\n',
    },
    {
      kind: 'good',
      title: 'code that works without',
      text: 'FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\nRUN python3 -c "import torch; print(torch.cuda.is_available())"\n',
    },
    {
      kind: 'good',
      title: 'BuildKit gives it a GPU',
      text: '# syntax=docker/dockerfile:1-labs\nFROM nvcr.io/nvidia/tensorrt:24.05-py3\nRUN --device=nvidia.com/gpu=all trtexec --onnx=/m/model.onnx --saveEngine=/m/model.plan\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const sure = isSureOfBase(stage);
      for (const step of stage.steps) {
        if (!runsWithoutGpu(step)) continue;
        for (const command of step.commands) {
          const need = command.failureIgnored || command.conditional || command.substitution ? undefined : findNeed(command, step, stack);
          if (need === undefined) continue;
          const { severity = sure ? 'error' : 'warning', messageId, data } = need;
          report({ messageId, severity, data, location: { file: command.file, range: command.range }, evidence: [messageId === 'nvidiaSmi' ? NO_SMI : NO_GPU] });
        }
      }
    }
  },
});

/** Those who build on a Jetson make the NVIDIA runtime the default one; what is behind an image that nobody knows cannot be told. */
function isSureOfBase({ rootImage, initial }: StageStack): boolean {
  return rootImage !== undefined && rootImage.family !== 'ngc-l4t' && !initial.components.some(({ kind }) => kind === 'l4t');
}

interface Need {
  readonly messageId: MessageId;
  readonly data: Readonly<Record<string, string>>;
  /** Where it is not that of the rule. */
  readonly severity?: Severity;
}

const DEMOS = new Set(['deviceQuery', 'bandwidthTest', 'nbody', 'vectorAdd']);

const CANDIDATE = /^(?:nvidia-smi|trtexec|polygraphy|trtllm-build|tao-converter|onnx2trt|yolo|python[\d.]*|deviceQuery|bandwidthTest|nbody|vectorAdd)$/;

function findNeed(command: ShellCommand, step: InstructionStep, stack: StackReport): Need | undefined {
  if (!CANDIDATE.test(command.name)) return undefined;
  const ends = endsBuild(command, step, stack);
  const weaker = ends ? undefined : ({ severity: 'warning' } as const);
  const words = command.words.map(({ text }) => text.value);
  if (command.name === 'nvidia-smi' || DEMOS.has(command.name)) {
    // A message in the log does no harm, and a program of that name may have been put there.
    if (!ends || words.some((word) => /^(?:-h|--help|--version)$/.test(word)) || (command.name === 'nvidia-smi' && holdsSmi(step))) return undefined;
    return command.name === 'nvidia-smi' ? { messageId: 'nvidiaSmi', data: {} } : { messageId: 'demo', data: { tool: command.name } };
  }
  if (buildsEngine(command.name, words)) return { messageId: 'engine', data: { tool: command.name }, ...weaker };
  if (!/^python[\d.]*$/.test(command.name)) return undefined;
  const code = pythonCode(command, words, step, stack);
  if (code !== undefined) {
    const use = findGpuUse(code);
    return use && { messageId: 'python', data: use, ...weaker };
  }
  const model = words.find((word) => /\.(?:onnx|uff)$/i.test(word));
  if (model === undefined || !words.some((word) => /\.(?:plan|engine|trt)$/i.test(word))) return undefined;
  return { messageId: 'engineScript', data: { tool: baseName(words.find((word) => word.endsWith('.py')) ?? command.name), model: baseName(model) }, severity: 'warning' };
}

/** What `python -c` is given, or a here-document that python reads. */
function pythonCode({ file }: ShellCommand, words: readonly string[], { instruction }: InstructionStep, { dockerfile }: StackReport): string | undefined {
  if (words.includes('-c')) return words[words.indexOf('-c') + 1];
  if (instruction.kind !== 'run' || file !== dockerfile.file || words.slice(1).some((word) => !word.startsWith('-'))) return undefined;
  const [document, ...others] = instruction.heredocs;
  return document === undefined || others.length > 0 ? undefined : dockerfile.text.slice(document.bodyRange.start, document.bodyRange.end);
}

function holdsSmi({ before }: InstructionStep): boolean {
  return before.paths.some(({ path }) => path.endsWith('/nvidia-smi'));
}

function buildsEngine(name: string, words: readonly string[]): boolean {
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  switch (name) {
    case 'trtexec':
      return has(/^--(?:onnx|uff|deploy|model|saveEngine|loadEngine)\b/);
    case 'polygraphy':
      return has(/^--trt(?:-\w+)*$/) || (words[1] === 'convert' && has(/\.(?:plan|engine|trt)$/));
    case 'trtllm-build':
    case 'tao-converter':
    case 'onnx2trt':
      return words.length > 1 && !has(/^(?:-h|--help|--version)$/);
    case 'yolo':
      return words.includes('export') && has(/^format=engine$/);
    default:
      return false;
  }
}

const NO_DRIVER = 'Found no NVIDIA driver on your system';

/** Code that fails without a GPU, with the error that it gives. Nothing of it where the code first asks whether there is one. */
const GPU_CODE: readonly { readonly pattern: RegExp; readonly error: string }[] = [
  { pattern: /\bassert\s*\(?\s*(?:torch\.cuda\.(?:is_available|device_count)|tf\.config\.(?:experimental\.)?list_physical_devices|tf\.test\.is_gpu_available)\b/, error: 'AssertionError' },
  { pattern: /\bexit\(\s*(?:int\()?\s*not torch\.cuda\.is_available\b/, error: 'exit code: 1' },
  { pattern: /\bimport pycuda\.auto(?:init|primaryctx)\b/, error: 'cuInit failed: no CUDA-capable device is detected' },
  { pattern: /\btorch\.\w+\([^)]*\bdevice\s*=\s*(?:torch\.device\()?\s*['"]cuda(?::\d)?['"]/, error: NO_DRIVER },
  { pattern: /\.to\(\s*(?:device\s*=\s*)?['"]cuda(?::\d)?['"]/, error: NO_DRIVER },
  { pattern: /[\w)\]]\.cuda\(\s*\d?\s*\)/, error: NO_DRIVER },
  { pattern: /\btorch\.cuda\.(?:current_device|get_device_(?:name|capability|properties)|init|set_device|mem_get_info|synchronize)\(/, error: NO_DRIVER },
];

function findGpuUse(code: string): { readonly code: string; readonly error: string } | undefined {
  if (/\bif\b.*(?:is_available|device_count|list_physical_devices)|\btry\s*:|\bexcept\b/.test(code)) return undefined;
  for (const { pattern, error } of GPU_CODE) {
    const found = pattern.exec(code);
    if (found !== null) return { code: found[0], error };
  }
  return undefined;
}
