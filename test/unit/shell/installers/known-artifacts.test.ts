import { expect, test } from 'vitest';
import { recogniseArtifact, recogniseUrl } from '../../../../src/core/shell/installers/known-artifacts';
import { UNKNOWN } from '../../../../src/core/text/traced';
import { compact } from '../reading';

test.each([
  ['TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz', { kind: 'tensorrt-tar', version: '8.6.1.6', cuda: '11.8', os: 'Linux', arch: 'x86_64' }],
  [
    'TensorRT-7.0.0.11.Ubuntu-18.04.x86_64-gnu.cuda-10.2.cudnn7.6.tar.gz',
    { kind: 'tensorrt-tar', version: '7.0.0.11', cuda: '10.2', cudnn: '7.6', os: 'Ubuntu-18.04', arch: 'x86_64' },
  ],
  [`TensorRT-${UNKNOWN}.Linux.x86_64-gnu.cuda-11.8.tar.gz`, { kind: 'tensorrt-tar' }],
  ['cudnn-linux-x86_64-8.9.7.29_cuda12-archive.tar.xz', { kind: 'cudnn-tar', version: '8.9.7.29', cuda: '12', arch: 'x86_64' }],
  ['cudnn-11.2-linux-x64-v8.1.0.77.tgz', { kind: 'cudnn-tar', version: '8.1.0.77', cuda: '11.2', os: 'linux', arch: 'x64' }],
  ['cuda_11.8.0_520.61.05_linux.run', { kind: 'cuda-runfile', version: '11.8.0', cuda: '11.8.0', os: 'linux' }],
  ['cuda_9.0.176_384.81_linux-run', { kind: 'cuda-runfile', version: '9.0.176', cuda: '9.0.176', os: 'linux' }],
  ['NVIDIA-Linux-x86_64-470.57.02.run', { kind: 'driver-runfile', version: '470.57.02', arch: 'x86_64' }],
  [
    'nv-tensorrt-local-repo-ubuntu2004-8.6.1-cuda-11.8_1.0-1_amd64.deb',
    { kind: 'tensorrt-local-repo', version: '8.6.1', cuda: '11.8', os: 'ubuntu2004', arch: 'amd64' },
  ],
  [
    'nv-tensorrt-repo-ubuntu1804-cuda10.2-trt7.1.3.4-ga-20200617_1-1_amd64.deb',
    { kind: 'tensorrt-local-repo', version: '7.1.3.4', cuda: '10.2', os: 'ubuntu1804', arch: 'amd64' },
  ],
  [
    'cuda-repo-ubuntu2004-11-4-local_11.4.0-470.42.01-1_amd64.deb',
    { kind: 'cuda-local-repo', version: '11.4.0', cuda: '11.4', os: 'ubuntu2004', arch: 'amd64' },
  ],
  ['cuda-keyring_1.1-1_all.deb', { kind: 'cuda-keyring', version: '1.1' }],
  ['nccl-local-repo-ubuntu2004-2.8.4-cuda11.2_1.0-1_amd64.deb', { kind: 'nccl-local-repo', version: '2.8.4', cuda: '11.2', os: 'ubuntu2004', arch: 'amd64' }],
  ['onnxruntime-linux-x64-gpu-1.16.3.tgz', { kind: 'onnxruntime-tar', version: '1.16.3', os: 'linux', arch: 'x64' }],
  ['onnxruntime-linux-x64-gpu-cuda12-1.17.1.tgz', { kind: 'onnxruntime-tar', version: '1.17.1', cuda: '12', os: 'linux', arch: 'x64' }],
  ['Anaconda3-2023.03-Linux-x86_64.sh', { kind: 'conda-installer', version: '2023.03', os: 'Linux', arch: 'x86_64' }],
  ['Miniconda3-latest-Linux-x86_64.sh', { kind: 'conda-installer', os: 'Linux', arch: 'x86_64' }],
  ['torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl', { kind: 'wheel', version: '2.1.0+cu118', arch: 'linux_x86_64' }],
  ['cuda-repo-ubuntu1804_10.0.130-1_amd64.deb', { kind: 'cuda-network-repo', version: '10.0.130', os: 'ubuntu1804', arch: 'amd64' }],
  ['nvidia-machine-learning-repo-ubuntu1804_1.0.0-1_amd64.deb', { kind: 'machine-learning-repo', version: '1.0.0', os: 'ubuntu1804', arch: 'amd64' }],
  ['nvidia-machine-learning-repo-*.deb', { kind: 'machine-learning-repo' }],
  ['cuda-repository.txt', undefined],
  ['a%zz.whl', undefined],
  ['model.tar.gz', undefined],
])('%s', (name, expected) => {
  const artifact = recogniseArtifact(name);
  expect(artifact && compact(artifact)).toEqual(expected);
});

test.each([
  ['https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb', { kind: 'cuda-keyring', version: '1.1', os: 'ubuntu2204', arch: 'x86_64' }],
  ['https://mirror.example.com/cuda-keyring_1.1-1_all.deb?x=1', { kind: 'cuda-keyring', version: '1.1' }],
  ['https://example.com/index.html', undefined],
])('%s', (url, expected) => {
  const artifact = recogniseUrl(url);
  expect(artifact && compact(artifact)).toEqual(expected);
});
