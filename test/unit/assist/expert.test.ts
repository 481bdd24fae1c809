// Half-typed lines as they are found in real files, each with the rest of its file: what stands first is what an expert
// would take, for the reason given.
import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/core/assist/complete';
import { completeCompose } from '../../../src/core/assist/completion/compose';
import { completeDevcontainer } from '../../../src/core/assist/completion/devcontainer';
import type { Completion } from '../../../src/core/assist/completion/model';
import { completeRequirements } from '../../../src/core/assist/completion/requirements';
import { analyse } from '../../../src/core/engine/analyse';
import { toPlain } from '../../../src/core/schema/plain';
import type { Target, TargetSource } from '../../../src/core/target/model';
import { readTargets } from '../../../src/core/target/read';

type Offer = (text: string, offset: number, targets: readonly Target[]) => readonly Completion[];

const completeDockerfile: Offer = (text, offset, targets) => {
  const { stack } = analyse(text, 'Dockerfile', {});
  return stack === undefined ? [] : complete(stack, offset, targets);
};

/** A line with `│` where the cursor stands, what is written first, and why. */
interface Case {
  readonly line: string;
  readonly before?: string;
  readonly after?: string;
  readonly targets?: readonly TargetSource[];
  readonly top: string;
  readonly why: string;
}

function check(offer: Offer, { line, before = '', after = '', targets = [], top }: Case): void {
  const marked = `${before}${line}${after}`;
  const offers = offer(marked.replace('│', ''), marked.indexOf('│'), readTargets(toPlain(targets)).targets);
  expect(offers[0]?.newText).toBe(top);
}

const rows = (cases: readonly Case[]): [string, Case][] => cases.map((one) => [`${one.line.trim()}: ${one.why}`, one]);

const OFFICE: TargetSource = { name: 'office', gpus: ['RTX 4090', 'RTX A6000'], driver: '535.183.06' };
const ROBOT: TargetSource = { name: 'robot', platform: 'jetson' };

const TRAINING = 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\n';
const INFERENCE = 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n';
const OLD = 'FROM nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04\n';

describe('in a Dockerfile', () => {
  it.each(rows([
    { line: 'FROM nvidia/cuda:12.4.1-│', after: '\nRUN git clone https://github.com/ggml-org/llama.cpp && cmake -B build llama.cpp && cmake --build build\n', top: '12.4.1-devel-ubuntu22.04', why: 'CUDA code is compiled, which only devel can' },
    { line: 'FROM nvidia/cuda:│', before: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nRUN make\n', after: '\nCOPY --from=build /app /app\n', top: '12.4.1-runtime-ubuntu22.04', why: 'the second stage runs what the first one compiled: same CUDA, same Ubuntu, no compiler' },
    { line: 'FROM nvidia/cuda:11│', after: '\nRUN apt-get update && apt-get install -y python3-pip && pip3 install torch==2.0.1+cu118 --extra-index-url https://download.pytorch.org/whl/cu118\n', top: '11.8.0-runtime-ubuntu22.04', why: 'the wheel is made for CUDA 11.8 and nothing is compiled' },
    { line: 'FROM nvidia/cuda:12.6│', after: '\nRUN pip3 install ctranslate2==4.5.0\n', top: '12.6.3-cudnn-runtime-ubuntu24.04', why: 'ctranslate2 loads cuDNN 9 from the system' },
    { line: 'FROM nvidia/cuda:│', after: '\nRUN pip install tensorflow==2.14.0\n', top: '11.8.0-cudnn8-runtime-ubuntu22.04', why: 'TensorFlow 2.14 was built for CUDA 11.8 and cuDNN 8 and brings neither' },
    { line: 'FROM nvidia/cuda:12│', after: '\nRUN conda install -y pytorch pytorch-cuda=12.1 -c pytorch -c nvidia\n', top: '12.1.1-runtime-ubuntu22.04', why: 'conda brings PyTorch for CUDA 12.1 and nothing is compiled' },
    { line: 'FROM nvidia/cuda:12│', after: '\nRUN pip install flash-attn==2.5.8 --no-build-isolation torch==2.3.0\n', top: '12.1.1-devel-ubuntu22.04', why: 'flash-attn is compiled when it is installed, against the CUDA of the torch wheel' },
    { line: 'FROM nvidia/cuda:11.8│', after: ' AS base\nFROM base AS build\nRUN nvcc -o /app main.cu\nFROM base\nCOPY --from=build /app /app\n', top: '11.8.0-devel-ubuntu22.04', why: 'a stage that is built upon it compiles' },
    { line: 'FROM nvidia/cuda:│', targets: [OFFICE], top: '12.2.2-devel-ubuntu22.04', why: 'driver 535 serves no CUDA newer than 12.2' },
    { line: 'FROM nvcr.io/nvidia/pytorch:23.│', top: '23.12-py3', why: 'the newest release of the year' },
    { line: 'FROM nvcr.io/nvidia/tritonserver:24.08│', top: '24.08-py3', why: 'the server itself, not its SDK or a build for one backend' },
    { line: 'FROM nvcr.io/nvidia/tensorrt:│', targets: [{ name: 'server', driver: '525.147.05' }], top: '23.02-py3', why: 'the newest release that runs on driver 525' },
    { line: 'ARG BASE_IMAGE=nvidia/cuda:12.1.│', after: '\nFROM ${BASE_IMAGE}\n', top: '12.1.1-devel-ubuntu22.04', why: 'an image behind an ARG is completed as one behind FROM; 12.1.1 is the last patch of 12.1' },
    { line: '    libnvinfer8=│ \\', before: `${OLD}RUN apt-get update && apt-get install -y --no-install-recommends \\\n    ca-certificates \\\n`, after: '\n    libnvinfer-plugin8\n', top: '8.4.3-1+cuda11.6', why: 'the newest TensorRT that was made for this very CUDA' },
    { line: 'RUN apt-get install -y libnvinfer8=8.4.1-1+cuda11.6 libnvonnxparsers8=│', before: OLD, top: '8.4.1-1+cuda11.6', why: 'all packages of TensorRT must have one version' },
    { line: 'RUN apt-get update && apt-get install -y libnvinfer-dev│', before: OLD, top: 'libnvinfer-dev=8.4.3-1+cuda11.6 libnvinfer8=8.4.3-1+cuda11.6', why: 'without the pin of libnvinfer8 apt takes the newest and stops' },
    { line: 'RUN apt-get install -y --no-install-recommends libcudnn8=│', before: TRAINING, top: '8.9.6.50-1+cuda11.8', why: 'the newest cuDNN 8 that was made for CUDA 11.8' },
    { line: 'RUN apt-get install -y libcudnn│', before: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n', top: 'libcudnn9-cuda-12=9.10.2.21-1', why: 'images with CUDA 12.4 have cuDNN 9' },
    { line: 'RUN pip3 install torch==│', before: INFERENCE, top: '2.6.0', why: 'the newest whose wheel on PyPI is made for CUDA 12.4' },
    { line: 'RUN pip3 install torch==│', before: TRAINING, top: '2.7.1+cu118 --extra-index-url https://download.pytorch.org/whl/cu118', why: 'no wheel on PyPI is made for CUDA 11.8: it takes the index of PyTorch, too' },
    { line: 'RUN pip install torch==2.1.0 torchvision --index-url │', before: TRAINING, top: 'https://download.pytorch.org/whl/cu118', why: 'the index for the CUDA of the image' },
    { line: 'RUN pip install --extra-index-url https://download.pytorch.org/whl/cu121 torch==2.3│', before: 'FROM python:3.11-slim\n', top: '2.3.1+cu121', why: 'the newest patch, and no doubt which of the two indexes has it' },
    { line: 'RUN pip install tensorflow==│', before: TRAINING, top: '2.14.0', why: 'the newest that was built for CUDA 11.8' },
    { line: 'RUN pip install onnxruntime-gpu==│', before: TRAINING, top: '1.18.*', why: 'the last series whose wheel on PyPI is for CUDA 11' },
    { line: 'RUN pip install tensorrt-cu12==10.3│', before: INFERENCE, top: '10.3.0', why: 'the release that is half written' },
    { line: 'ENV TORCH_CUDA_ARCH_LIST="│', before: TRAINING, targets: [OFFICE], top: '8.6;8.9', why: 'the GPUs of the targets, and no time for others' },
    { line: 'ENV TORCH_CUDA_ARCH_LIST="│"', before: TRAINING, top: '7.5;8.0;8.6;8.9;9.0+PTX', why: 'without a target every GPU that is not too old, and PTX for those to come' },
    { line: 'RUN cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES="80;│" && cmake --build build', before: TRAINING, top: '86', why: 'lists ascend' },
    { line: 'ENV NVIDIA_DRIVER_CAPABILITIES=│', before: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n', after: '\nRUN apt-get update && apt-get install -y ffmpeg\n', top: 'compute,utility,video', why: 'ffmpeg decodes on the GPU with the Video Codec SDK' },
    { line: 'ENV NVIDIA_DRIVER_CAPABILITIES compute,utility,gr│', before: INFERENCE, top: 'graphics', why: 'only this capability begins so' },
    { line: 'ENV NVIDIA_VISIBLE_DEVICES │', before: INFERENCE, top: 'all', why: 'an image leaves the choice to who runs it' },
  ]))('%s', (_, one) => check(completeDockerfile, one));
});

describe('in a requirements file', () => {
  it.each(rows([
    { line: 'torch==│', before: '--extra-index-url https://download.pytorch.org/whl/cu118\nnumpy<2\n', top: '2.7.1+cu118', why: 'the newest that the index of the file has for its CUDA' },
    { line: 'torch==2.1│', before: '--index-url https://download.pytorch.org/whl/cu121\n', top: '2.1.2', why: 'the only index has wheels for CUDA 12.1 alone: the version says enough' },
    { line: 'torch==2.4.│', targets: [OFFICE], top: '2.4.1', why: 'its wheel for CUDA 12.1 runs on driver 535' },
    { line: 'torch==│', after: '\ntensorrt-cu12==10.3.0\n', targets: [{ name: 'server', driver: '550.54.15' }], top: '2.6.0', why: 'the newest whose wheel is made for the CUDA that driver 550 serves' },
    { line: '--extra-index-url │', after: '\ntorch==2.1.0+cu118\n', top: 'https://download.pytorch.org/whl/cu118', why: 'the version has its CUDA behind it' },
    { line: '-f │', after: '\ntorch==1.10.1+cu111\n', top: 'https://download.pytorch.org/whl/cu111/torch_stable.html', why: 'wheels of that time lie on pages of links, one for each CUDA' },
    { line: 'onnxruntime-gpu==│  # inference', before: 'nvidia-cudnn-cu12==9.1.0.70\n', top: '1.26.*', why: 'the last series for CUDA 12, which the file speaks of' },
    { line: 'tensorflow[and-cuda]==2.1│', before: 'nvidia-cublas-cu12\n', top: '2.19.0', why: 'the newest 2.1x for CUDA 12' },
    { line: 'TensorRT-cu12 == 10.│', top: '10.12.0.36', why: 'the newest release of TensorRT 10 that was seen on PyPI' },
  ]))('%s', (_, one) => check(completeRequirements, one));
});

const SERVICE = 'services:\n  app:\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n';
const DEVICES = `${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n`;
const REQUEST = 'driver: nvidia\n              count: all\n              capabilities: [gpu]';

describe('in a Compose file', () => {
  it.each(rows([
    { line: '    gp│', before: SERVICE, top: 'gpus: all', why: 'the short form' },
    { line: '    gpus:│', before: SERVICE, top: ' all', why: 'a blank stands behind the colon' },
    { line: '    dep│', before: `version: "3.8"\n${SERVICE}`, top: `deploy:\n      resources:\n        reservations:\n          devices:\n            - ${REQUEST}`, why: 'the whole way down to a request, whose parts all are needed' },
    { line: '            - dr│', before: DEVICES, top: REQUEST, why: 'a request without capabilities is refused' },
    { line: '              cap│', before: `${DEVICES}            - driver: nvidia\n              count: 1\n`, top: 'capabilities: [gpu]', why: 'the capability that asks for a GPU' },
    { line: '              device_ids: │', before: `${DEVICES}            - driver: nvidia\n`, after: '\n              capabilities: [gpu]\n', top: '["0"]', why: 'ids are strings' },
    { line: '    │', before: SERVICE, targets: [ROBOT], top: 'runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: all', why: 'on Jetson nothing else works' },
    { line: '    image: nvidia/cuda:12.4│', before: 'services:\n  smi:\n', after: '\n    command: nvidia-smi\n', top: '12.4.1-runtime-ubuntu22.04', why: 'a service runs and compiles nothing' },
    { line: '      - NVIDIA_DRIVER_CAPABILITIES=│', before: 'services:\n  tv:\n    image: jellyfin/jellyfin\n    environment:\n', top: 'compute,utility,video', why: 'Jellyfin transcodes on the GPU' },
    { line: '    shm│', before: `${SERVICE}    gpus: all\n`, top: 'shm_size: 8gb', why: 'workers of a data loader share more than 64 MB' },
  ]))('%s', (_, one) => check(completeCompose, one));
});

describe('in devcontainer.json', () => {
  it.each(rows([
    { line: '  "runArgs": ["--g│"]', before: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n', after: '\n}\n', top: '"--gpus", "all"', why: 'every GPU, as two elements, as most write it' },
    { line: '  "host│"', before: '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n', after: '\n}\n', top: '"hostRequirements": { "gpu": "optional" }', why: 'it opens on a laptop without a GPU, too' },
    { line: '  "hostRequirements": { "gpu": │ }', before: '{\n', after: '\n}\n', top: '"optional"', why: 'a GPU where there is one' },
    { line: '  "runArgs": ["--gpus", "all", "--s│"]', before: '{\n', after: '\n}\n', top: '"--shm-size=8g"', why: 'more shared memory, and nothing else begins so' },
    { line: '  "runArgs": ["│"]', before: '{\n', after: '\n}\n', targets: [ROBOT], top: '"--runtime=nvidia"', why: 'on Jetson nothing else works' },
    { line: '  "image": "nvidia/cuda:12.1│"', before: '{\n', after: '\n}\n', top: '12.1.1-devel-ubuntu22.04', why: 'people develop in it: nvcc and headers' },
    { line: '  "image": "nvcr.io/nvidia/pytorch:24│"', before: '{\n', after: '\n}\n', targets: [OFFICE], top: '24.01-py3', why: 'all of that year ask for a newer driver than 535, this one for the least' },
    { line: '    "NVIDIA_DR│"', before: '{\n  "containerEnv": {\n', after: '\n  }\n}\n', top: '"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"', why: 'CUDA and nvidia-smi, with the value in place' },
  ]))('%s', (_, one) => check(completeDevcontainer, one));
});
