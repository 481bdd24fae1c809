import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { changeCuda, listCudaVersions } from '../../../src/core/refactor/change-cuda';
import { SPLIT_CASES } from './split-stage-cases';

/** A build context of these files. */
function contextOf(files: Readonly<Record<string, string>>): { readonly readText: (path: string) => string | undefined; readonly exists: (path: string) => boolean; readonly fileName: (path: string) => string } {
  return { readText: (path) => files[path], exists: (path) => path in files, fileName: (path) => path };
}

describe('a Dockerfile', () => {
  it.each<[string, string, string, string]>([
    ['base image', '12.4', 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\n', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n'],
    ['cuDNN of an image, by its new name', '12.4', 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\n', 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\n'],
    ['a distribution that the new CUDA has no image for', '12.8', 'FROM nvidia/cuda:11.4.3-base-ubuntu18.04\n', 'FROM nvidia/cuda:12.8.1-base-ubuntu20.04\n'],
    ['the ARG that holds the version', '12.4', 'ARG CUDA=11.8.0\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04\n', 'ARG CUDA=12.4.1\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04\n'],
    [
      'all stages',
      '12.4',
      'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS build\nRUN make\nFROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nCOPY --from=build /app /app\n',
      'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nRUN make\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /app /app\n',
    ],
    [
      'pins of TensorRT, to the build for the new CUDA',
      '12.0',
      'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda11.8 libnvinfer-plugin8=8.6.1.6-1+cuda11.8\n',
      'FROM nvidia/cuda:12.0.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0 libnvinfer-plugin8=8.6.1.6-1+cuda12.0 libcudnn8=8.8.0.121-1+cuda12.0\n',
    ],
    [
      'packages of the toolkit, its folder and variables that say its version',
      '12.4',
      'ARG CUDA_DASH=12-2\nFROM nvidia/cuda:12.2.0-base-ubuntu22.04\nARG CUDA_DASH\nENV CUDA_VERSION=12.2.0 CUDA_VER="12.2" PATH=/usr/local/cuda-12.2/bin:$PATH\nRUN apt-get update && apt-get install -y cuda-nvcc-12-2 libcublas-dev-12-2 \\\n    cuda-nvrtc-${CUDA_DASH}\nRUN ln -s /usr/local/cuda-12.2 /opt/cuda\n',
      'ARG CUDA_DASH=12-4\nFROM nvidia/cuda:12.4.1-base-ubuntu22.04\nARG CUDA_DASH\nENV CUDA_VERSION=12.4.1 CUDA_VER="12.4" PATH=/usr/local/cuda-12.4/bin:$PATH\nRUN apt-get update && apt-get install -y cuda-nvcc-12-4 libcublas-dev-12-4 \\\n    cuda-nvrtc-${CUDA_DASH}\nRUN ln -s /usr/local/cuda-12.4 /opt/cuda\n',
    ],
    [
      'the parts of a version that names are put together from',
      '12.4',
      'ARG CUDA_HOME=/usr/local/cuda-11.8\nFROM nvidia/cuda:11.8.0-base-ubuntu22.04\nARG MAJOR=11\nARG MINOR=8\nRUN apt-get update && apt-get install -y cuda-nvcc-${MAJOR}-${MINOR} libcublas-dev-${MAJOR}-${MINOR}\n',
      'ARG CUDA_HOME=/usr/local/cuda-12.4\nFROM nvidia/cuda:12.4.1-base-ubuntu22.04\nARG MAJOR=12\nARG MINOR=4\nRUN apt-get update && apt-get install -y cuda-nvcc-${MAJOR}-${MINOR} libcublas-dev-${MAJOR}-${MINOR}\n',
    ],
    [
      'the folder in a stage that copies it',
      '12.4',
      'FROM nvidia/cuda:12.2.0-devel-ubuntu22.04 AS cuda\nFROM ubuntu:22.04\nCOPY --from=cuda /usr/local/cuda-12.2 /usr/local/cuda-12.2\nENV LD_LIBRARY_PATH=/usr/local/cuda-12.2/lib64\n',
      'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS cuda\nFROM ubuntu:22.04\nCOPY --from=cuda /usr/local/cuda-12.4 /usr/local/cuda-12.4\nENV LD_LIBRARY_PATH=/usr/local/cuda-12.4/lib64\n',
    ],
    [
      'nothing that is of another version, pinned, an architecture or gone with a later CUDA',
      '12.4',
      'FROM nvidia/cuda:12.0.1-base-ubuntu22.04\nENV CUDA_ARCH=12.0 OPENCL=12.0 LD_LIBRARY_PATH=/usr/local/cuda-12.1/lib64\nRUN apt-get update && apt-get install -y libcublas-12-0=12.0.2.224-1 cuda-nvprof-12-0\n',
      'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nENV CUDA_ARCH=12.0 OPENCL=12.0 LD_LIBRARY_PATH=/usr/local/cuda-12.1/lib64\nRUN apt-get update && apt-get install -y libcublas-12-0=12.0.2.224-1 cuda-nvprof-12-0\n',
    ],
    ['TensorFlow 1 of NGC, to a tag that says so', '11.8', 'FROM nvcr.io/nvidia/tensorflow:19.08-py3\n', 'FROM nvcr.io/nvidia/tensorflow:22.12-tf1-py3\n'],
    ['an NGC release', '12.4', 'FROM nvcr.io/nvidia/tensorrt:23.08-py3\n', 'FROM nvcr.io/nvidia/tensorrt:24.05-py3\n'],
    [
      'architectures that the new nvcc does not know',
      '12.4',
      'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nRUN nvcc -gencode arch=compute_35,code=sm_35 -gencode arch=compute_70,code=sm_70 x.cu\n',
      'FROM nvidia/cuda:12.4.1-devel-ubuntu20.04\nRUN nvcc -gencode arch=compute_70,code=sm_70 x.cu\n',
    ],
  ])('changes %s', (_, cuda, before, after) => {
    const change = changeCuda(before, 'Dockerfile', cuda);
    expect(change?.changed.get('Dockerfile')).toBe(after);
    expect(change?.remaining).toEqual([]);
  });

  it('keeps an image of NGC whose kind has no release with the new CUDA', () => {
    expect(changeCuda('FROM nvcr.io/nvidia/tensorflow:19.08-py3\n', 'Dockerfile', '12.4')).toBeUndefined();
  });

  it('brings nothing that is found and was not before', () => {
    const before = `FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04
RUN apt-get update && apt-get install -y --no-install-recommends \\
    libnvinfer8=8.6.1.6-1+cuda11.8 libnvinfer-plugin8=8.6.1.6-1+cuda11.8 libnvonnxparsers8=8.6.1.6-1+cuda11.8 \\
    && rm -rf /var/lib/apt/lists/*
ENV TORCH_CUDA_ARCH_LIST="7.0 8.0 8.6"
`;
    const change = changeCuda(before, 'Dockerfile', '12.2');
    const findings = analyse(change?.changed.get('Dockerfile') ?? '', 'Dockerfile', {}).findings.map(({ rule }) => rule);
    const old = analyse(before, 'Dockerfile', {}).findings.map(({ rule }) => rule);
    expect(findings.filter((rule) => !old.includes(rule))).toEqual([]);
    expect(change?.changed.get('Dockerfile')).toContain('FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04');
  });

  // As NVIDIA's own files have it: the release in ENV, its build put together of two variables.
  const BUILT_OF_VARIABLES = `ARG CUDA_VERSION=11.4.3
FROM nvidia/cuda:\${CUDA_VERSION}-devel-ubuntu20.04
ENV TRT_VERSION 8.2.1.8
RUN v="\${TRT_VERSION%.*}-1+cuda\${CUDA_VERSION%.*}" && apt-get update && apt-get install -y libnvinfer8=\${v} libnvinfer-plugin8=\${v} libcudnn8=8.2.4.15-1+cuda11.4
`;

  it.each<[string, string, string, RegExp]>([
    ['of the next release that has one for the new CUDA', '12.2', BUILT_OF_VARIABLES, /8\.6\.[01]\.\d+-1\+cuda12\.0/],
    [
      'with what they need in that very version',
      '12.4',
      'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.2.1-1+cuda11.4 libnvinfer-dev=8.2.1-1+cuda11.4\n',
      /libnvinfer-dev=8\.6\.[01]\.\d+-1\+cuda12\.0 .*libnvinfer-headers-dev=8\.6/,
    ],
    ['of the same release for an older CUDA', '11.8', 'FROM nvidia/cuda:12.2.2-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libcudnn8=8.9.6.50-1+cuda12.2\n', /libcudnn8=8\.9\.6\.50-1\+cuda11\.8/],
  ])('brings builds of libraries %s', (_, cuda, before, after) => {
    const change = changeCuda(before, 'Dockerfile', cuda);
    expect(change?.remaining).toEqual([]);
    expect(change?.changed.get('Dockerfile')).toMatch(after);
  });

  /** torch 2.1 was not built for CUDA 12.6 and 12.8; TensorRT 8.6 wants cuDNN 8, which no image of these has. */
  const CONFLICTS: Readonly<Record<string, string>> = { 'system pip': 'torch-cuda-mismatch', 'TensorRT pinned': 'cudnn-major-conflict' };

  it.each(SPLIT_CASES.map(({ name, text }) => [name, text] as const))('leaves no new finding that it does not name in: %s', (name, text) => {
    for (const cuda of ['12.8', '12.6', '11.8']) {
      const change = changeCuda(text, 'Dockerfile', cuda);
      if (change === undefined) continue;
      const rulesOf = (whole: string): readonly string[] => analyse(whole, 'Dockerfile').findings.filter(({ severity }) => severity === 'error' || severity === 'warning').map(({ rule }) => rule);
      const named = new Set(change.remaining.map(({ rule }) => rule));
      expect(rulesOf(change.changed.get('Dockerfile') ?? text).filter((rule) => !rulesOf(text).includes(rule) && !named.has(rule))).toEqual([]);
      expect([...named].filter((rule) => rule !== CONFLICTS[name])).toEqual([]);
    }
  });

  it.each<[string, string, string]>([
    ['mxnet has no build for it', 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04\nRUN pip3 install mxnet-cu112\n', 'framework-cuda-mismatch'],
    ['an archive of ONNX Runtime has the other one in it', 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN wget https://github.com/microsoft/onnxruntime/releases/download/v1.15.1/onnxruntime-linux-x64-gpu-1.15.1.tgz && tar -zxf onnxruntime-linux-x64-gpu-1.15.1.tgz -C /opt\n', 'onnxruntime-cuda-mismatch'],
    ['TensorRT 7 ended before it', 'FROM nvidia/cuda:11.1.1-cudnn8-devel-ubuntu18.04\nRUN apt-get update && apt-get install -y libnvinfer7=7.2.3-1+cuda11.1\n', 'tensorrt-'],
  ])('says that %s', (_, text, rule) => {
    const change = changeCuda(text, 'Dockerfile', '12.4');
    expect(change?.remaining.map((finding) => finding.rule).join(' ')).toContain(rule);
    expect(change?.remaining.every(({ message }) => /\w+ \w+/.test(message))).toBe(true);
  });

  it('tells what does not fit and cannot be helped', () => {
    const change = changeCuda('FROM nvidia/cuda:11.0.3-cudnn8-devel-ubuntu18.04\nRUN pip3 install tensorflow-gpu==2.4\n', 'Dockerfile', '12.4');
    expect(change?.remaining.map(({ rule }) => rule)).toContain('tensorflow-cuda-mismatch');
  });

  it.each(['FROM ubuntu:22.04\n', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n', 'FROM example.com/own:1\n', ''])('leaves %j alone', (text) => {
    expect(changeCuda(text, 'Dockerfile', '12.4')).toBeUndefined();
  });

  it('names an image of a variant that ended before', () => {
    expect(changeCuda('FROM nvcr.io/nvidia/tensorflow:20.06-tf1-py3\n', 'Dockerfile', '12.4')).toBeUndefined();
  });
});

it('changes the image of a Compose service and keeps the rest', () => {
  const before = 'services:\n  app:\n    # the server\n    image: nvidia/cuda:11.8.0-base-ubuntu22.04\n    command: nvidia-smi\n';
  expect(changeCuda(before, 'compose.yaml', '12.4')?.changed.get('compose.yaml')).toBe(before.replace('11.8.0', '12.4.1'));
});

it('changes the build argument where Compose gives it', () => {
  const files = { 'Dockerfile': 'ARG CUDA\nFROM nvidia/cuda:${CUDA}-base-ubuntu22.04\n' };
  const before = 'services:\n  app:\n    build:\n      context: .\n      args:\n        CUDA: 11.8.0\n';
  const change = changeCuda(before, 'compose.yaml', '12.4', { context: contextOf(files), folder: '' });
  expect([...(change?.changed ?? [])]).toEqual([['compose.yaml', before.replace('11.8.0', '12.4.1')]]);
});

it('changes the image of a dev container', () => {
  const before = '{\n  // for work\n  "image": "nvidia/cuda:11.8.0-devel-ubuntu22.04",\n  "runArgs": ["--gpus", "all"]\n}\n';
  expect(changeCuda(before, '.devcontainer/devcontainer.json', '12.4')?.changed.get('.devcontainer/devcontainer.json')).toBe(before.replace('11.8.0', '12.4.1'));
});

it('lists the versions with images, newest first', () => {
  const versions = listCudaVersions();
  expect(versions).toContain('12.4');
  expect(versions.indexOf('13.0')).toBeLessThan(versions.indexOf('12.4'));
  expect(versions).not.toContain('8.0');
});
