import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/core/assist/complete';
import type { Completion } from '../../../src/core/assist/completion/model';
import { analyse } from '../../../src/core/engine/analyse';
import { allCudaImages } from '../../../src/core/facts/cuda-images';
import { decodeImage } from '../../../src/core/image/decode';
import { formatText } from '../../../src/core/l10n/message';
import { toPlain } from '../../../src/core/schema/plain';
import { readTargets } from '../../../src/core/target/read';
import type { TargetSource } from '../../../src/core/target/model';

/** What is offered at `│` in a Dockerfile. */
function completeAt(marked: string, targets: readonly TargetSource[] = []): readonly Completion[] {
  const { stack } = analyse(marked.replace('│', ''), 'Dockerfile', {});
  return stack === undefined ? [] : complete(stack, marked.indexOf('│'), readTargets(toPlain(targets)).targets);
}

const CUDA_11_6 = 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\n';
const CUDA_11_8 = 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\n';
const CUDA_12_4 = 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n';
const BUILDER = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nRUN make\n';

describe('the first item is what an expert would take', () => {
  it.each<[string, string, (readonly TargetSource[])?]>([
    ['FROM nv│\n', 'nvidia/cuda:'],
    ['FROM nvcr.io/nvidia/t│\n', 'nvcr.io/nvidia/tensorrt:'],
    ['FROM nvidia/cuda:12.4│\n', '12.4.1-devel-ubuntu22.04'],
    ['FROM nvidia/cuda:12.4.1-│\nRUN cmake . && make\n', '12.4.1-devel-ubuntu22.04'],
    ['FROM --platform=linux/amd64 nvidia/cuda:12.4.1-r│\n', '12.4.1-runtime-ubuntu22.04'],
    ['FROM nvidia/cuda:│\nRUN pip install torch==2.1.0+cu118\n', '11.8.0-runtime-ubuntu22.04'],
    ['FROM nvidia/cuda:11│\nRUN apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8\n', '11.8.0-cudnn8-runtime-ubuntu22.04'],
    ['FROM nvidia/cuda:11.8│\nRUN pip install onnxruntime-gpu==1.16.3\n', '11.8.0-cudnn8-runtime-ubuntu22.04'],
    ['FROM nvidia/cuda:│\nRUN apt-get install -y cuda-toolkit-12-2\n', '12.2.2-devel-ubuntu22.04'],
    [`${BUILDER}FROM nvidia/cuda:│\nCOPY --from=build /app /app\n`, '12.4.1-runtime-ubuntu22.04'],
    ['FROM nvidia/cuda:│\n', '12.2.2-devel-ubuntu22.04', [{ name: 'server', driver: '535.183.06' }]],
    ['ARG BASE=nvidia/cuda:12.2.│\nFROM ${BASE}\n', '12.2.2-devel-ubuntu22.04'],
    ['ARG CUDA_VERSION=│\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04\nRUN pip install torch==2.1.0+cu118\n', '11.8.0'],
    ['ARG CUDA_VERSION=12.│\nARG OS=22.04\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu${OS} AS a\nFROM nvidia/cuda:$CUDA_VERSION-cudnn8-runtime-ubuntu$OS\n', '12.2.2'],
    ['ARG CUDA=12.4.1 OS=ubuntu2│\nFROM nvidia/cuda:${CUDA}-devel-${OS}\n', 'ubuntu22.04'],
    ['ARG TAG="12.4│"\nFROM nvidia/cuda:${TAG}\n', '12.4.1-devel-ubuntu22.04'],
    ['ARG RELEASE=│\nFROM nvcr.io/nvidia/tensorrt:${RELEASE}-py3\n', '23.09', [{ name: 'server', driver: '535' }]],
    [`${CUDA_12_4}COPY --from=nvidia/cuda:12.4│ /usr/local/cuda /usr/local/cuda\n`, '12.4.1-runtime-ubuntu22.04'],
    ['FROM nvcr.io/nvidia/tensorrt:23│\n', '23.12-py3'],
    ['FROM nvcr.io/nvidia/tensorrt:│\n', '23.09-py3', [{ name: 'server', driver: '535' }]],
    ['FROM nvcr.io/nvidia/tritonserver:24.0│\n', '24.09-py3'],
    [`${CUDA_11_6}RUN apt-get update && apt-get install -y libnvinfer8=│\n`, '8.4.3-1+cuda11.6'],
    [`${CUDA_11_6}RUN apt-get install -y libnvinfer8=8.4.1-1+cuda11.6 libnvinfer-plugin8=│\n`, '8.4.1-1+cuda11.6'],
    [`${CUDA_11_6}RUN apt-get install -y libnvinfer8=8.4.1-1+cuda11.6\nRUN apt-get install -y python3-libnvinfer=│\n`, '8.4.1-1+cuda11.6'],
    [`${CUDA_11_6}RUN apt-get install -y libnvinfer-plug│\n`, 'libnvinfer-plugin8=8.4.3-1+cuda11.6 libnvinfer8=8.4.3-1+cuda11.6'],
    [`${CUDA_11_6}RUN apt-get install -y curl \\\n    libnvinfer-plug│\n`, 'libnvinfer-plugin8=8.4.3-1+cuda11.6 \\\n    libnvinfer8=8.4.3-1+cuda11.6'],
    [`${CUDA_12_4}RUN apt-get install -y tensorrt=│\n`, '10.1.0.27-1+cuda12.4'],
    [`${CUDA_12_4}RUN apt-get install -y libcudnn9-cuda-12=│\n`, '9.10.2.21-1'],
    [`${CUDA_11_8}RUN apt-get install -y libcud│\n`, 'libcudnn8=8.9.6.50-1+cuda11.8'],
    [`${CUDA_11_6}RUN apt-get install -y libnccl2=│\n`, '2.12.12-1+cuda11.6'],
    [`${CUDA_12_4}RUN pip3 install torch==2.│\n`, '2.6.0'],
    ['FROM python:3.8\nRUN pip install "torch==│\n', '2.4.1'],
    [`${CUDA_11_8}RUN pip install torch --index-url │\n`, 'https://download.pytorch.org/whl/cu118'],
    [`${CUDA_11_8}RUN pip install torch==2.1.0 --index-url │\n`, 'https://download.pytorch.org/whl/cu118'],
    [`${CUDA_11_8}RUN pip install tensorflow==│\n`, '2.14.0'],
    [`${CUDA_11_8}RUN pip install onnxruntime-gpu==│\n`, '1.18.*'],
    [`${CUDA_11_8}ENV TORCH_CUDA_ARCH_LIST="│\n`, '8.0;8.9', [{ name: 'lab', gpus: ['RTX 4090', 'A100'] }]],
    [`${CUDA_11_8}ENV TORCH_CUDA_ARCH_LIST="8.0;│\n`, '8.6'],
    [`${CUDA_11_8}RUN cmake -DCMAKE_CUDA_ARCHITECTURES=│ .\n`, '75;89', [{ name: 'lab', gpus: ['RTX 4090', 'T4'] }]],
    [`${CUDA_11_8}ENV NVIDIA_DR│\n`, 'NVIDIA_DRIVER_CAPABILITIES='],
    [`${CUDA_11_8}ENV NVIDIA_DRIVER_CAPABILITIES=│\n`, 'compute,utility'],
    [`${CUDA_11_8}ENV NVIDIA_DRIVER_CAPABILITIES compute,utility,v│\n`, 'video'],
    [`${CUDA_11_8}ENV NVIDIA_VISIBLE_DEVICES=│\n`, 'all'],
  ])('%j', (marked, text, targets) => {
    expect(completeAt(marked, targets)[0]?.newText).toBe(text);
  });
});

describe('nothing is offered', () => {
  it.each([
    'FROM ubu│\n',
    'FROM ubuntu:│\n',
    '# FROM nvidia/cuda:│\n',
    `${CUDA_11_8}RUN apt-get install -y curl=│\n`,
    `${CUDA_11_8}RUN pip install numpy==│\n`,
    'ARG TAG=│\nFROM ubuntu:${TAG}\n',
    'ARG V=12│\nFROM nvidia/cuda:${V}-${V}\n',
    'ARG V=12│\nFROM nvidia/cuda:${V}-devel-${OS}\n',
    'ARG V=12│\nARG V=11.8.0\nFROM nvidia/cuda:${V}-devel-ubuntu22.04\n',
    `${CUDA_11_8}RUN pip install --index-url │ numpy\n`,
    `${CUDA_11_8}RUN echo libnvinfer8=│\n`,
    `${CUDA_11_8}RUN apt-get install -y curl && make libnvinfer│\n`,
    `${CUDA_11_8}ENV OTHER=│\n`,
    `${CUDA_11_8}COPY libnvinfer│\n`,
    'FROM ubuntu:22.04\nRUN apt-get install -y libnvinfer│\n',
    '│',
  ])('at %j', (marked) => {
    expect(completeAt(marked)).toEqual([]);
  });
});

it('replaces what was typed and nothing else', () => {
  const [first] = completeAt('FROM nvidia/cuda:12.4│ AS base\n');
  expect(first?.range).toEqual({ start: 'FROM nvidia/cuda:'.length, end: 'FROM nvidia/cuda:12.4'.length });
});

it('offers no tag that is not served', () => {
  const served = new Set(allCudaImages().flatMap(({ tag, status }) => (status === 'served' ? tag : [])));
  for (const prefix of ['', '8', '9.2', '10', '11', '11.0', '11.7', '12', '12.0.1', '13']) {
    for (const { newText } of completeAt(`FROM nvidia/cuda:${prefix}│\n`)) {
      expect(served).toContain(newText);
      expect(decodeImage(`nvidia/cuda:${newText}`)?.status).toBe('served');
    }
  }
});

it('offers no version of a library that apt is known not to have', () => {
  for (const base of [CUDA_11_6, CUDA_11_8, CUDA_12_4]) {
    for (const name of ['libnvinfer8', 'libnvinfer10', 'libnvinfer-dev', 'libcudnn8', 'libcudnn9-cuda-12', 'libnccl2', 'tensorrt']) {
      for (const { newText } of completeAt(`${base}RUN apt-get install -y ${name}=│\n`).slice(0, 8)) {
        const { findings } = analyse(`${base}RUN apt-get update && apt-get install -y ${name}=${newText}\n`, 'Dockerfile', {});
        expect(findings.filter(({ rule }) => /unavailable|cuda-mismatch/.test(rule)), `${base}${name}=${newText}`).toEqual([]);
      }
    }
  }
});

it('says what an image holds', () => {
  expect(formatText(completeAt('FROM nvidia/cuda:12.4.1-d│\n')[0]?.detail ?? '')).toBe('driver ≥ 550.54');
});
