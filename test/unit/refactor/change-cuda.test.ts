import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { changeCuda, listCudaVersions } from '../../../src/core/refactor/change-cuda';

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
