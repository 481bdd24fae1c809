import { describe, expect, it } from 'vitest';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { readTargets } from '../../../src/core/target/read';
import type { TargetSource } from '../../../src/core/target/model';

// What people reported, with what their machines had: https://github.com/<name>.

const REPORTS: readonly { readonly name: string; readonly text: string; readonly target: Omit<TargetSource, 'name'>; readonly rule: string; readonly line: number }[] = [
  {
    name: 'rbnhln/smi2mqtt/issues/1',
    text: 'FROM nvidia/cuda:13.0.0-base-ubuntu24.04\nCOPY . /app\n',
    target: { gpus: ['RTX 3060'], driver: '550.163.01' },
    rule: 'cuda-driver-too-old',
    line: 1,
  },
  {
    name: 'nvidia-cosmos/cosmos-reason1/issues/21',
    text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip install torch==2.2.2\n',
    target: { gpus: ['NVIDIA GeForce RTX 5090'] },
    rule: 'cuda-gpu-unsupported',
    line: 1,
  },
  {
    name: 'nvidia-cosmos/cosmos-reason1/issues/21, the wheel',
    text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip install torch==2.2.2\n',
    target: { gpus: ['NVIDIA GeForce RTX 5090'] },
    rule: 'torch-arch-misses-target',
    line: 2,
  },
  {
    name: 'ultralytics/ultralytics/pull/19833',
    text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install torch==2.6.0 torchvision ultralytics\n',
    target: { gpus: ['RTX 5090'] },
    rule: 'torch-arch-misses-target',
    line: 3,
  },
  {
    name: 'hummat/mini-mesh/issues/29',
    text: 'ARG CMAKE_CUDA_ARCHITECTURES=75;80;86;89\nFROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG CMAKE_CUDA_ARCHITECTURES\nENV TCNN_CUDA_ARCHITECTURES=${CMAKE_CUDA_ARCHITECTURES}\nRUN pip install git+https://github.com/NVlabs/tiny-cuda-nn.git#subdirectory=bindings/torch\n',
    target: { gpus: ['H100', 'H200'] },
    rule: 'cuda-arch-misses-target',
    line: 4,
  },
  {
    name: 'xtreme1-io/xtreme1/issues/73',
    text: 'FROM pytorch/pytorch:1.9.0-cuda11.1-cudnn8-devel\nENV TORCH_CUDA_ARCH_LIST="6.0 6.1 7.0 7.5"\nRUN python setup.py develop\n',
    target: { gpus: ['RTX 3090'] },
    rule: 'cuda-arch-misses-target',
    line: 2,
  },
  {
    name: 'dusty-nv/jetson-containers/issues/52',
    text: 'FROM nvcr.io/nvidia/l4t-base:r32.4.3\nRUN apt-get update && apt-get install -y python3-pip\n',
    target: { platform: 'linux/amd64' },
    rule: 'image-target-platform',
    line: 1,
  },
  {
    name: 'dusty-nv/jetson-containers/issues/149',
    text: 'FROM nvcr.io/nvidia/l4t-ml:r34.1.0-py3\nRUN python3 -c "import torch"\n',
    target: { platform: 'jetson', os: 'jetpack4.6' },
    rule: 'image-target-platform',
    line: 1,
  },
];

describe('reports from people', () => {
  it.each(REPORTS)('$name', ({ text, target, rule, line }) => {
    const { targets, faults } = readTargets([{ ...target, name: 'theirs' }]);
    expect(faults).toEqual([]);
    const found = analyseDockerfile(text, 'Dockerfile', { targets }).findings.filter((finding) => finding.rule === rule);
    expect(found.map(({ location }) => text.slice(0, location.range.start).split('\n').length)).toEqual([line]);
    expect(found[0]?.message).toContain('theirs');
  });

  it.each(REPORTS)('$name: nothing of the kind without a target', ({ text, rule }) => {
    expect(analyseDockerfile(text, 'Dockerfile').findings.filter((finding) => finding.rule === rule)).toEqual([]);
  });

  it('names every target that fails, and none that does not', () => {
    const { targets } = readTargets([
      { name: 'laptop', gpus: ['RTX 4090'], driver: '535.183.06' },
      { name: 'cluster', gpus: ['V100'], driver: '470.57.02' },
      { name: 'spare', gpus: ['H100'], driver: '590.44.01' },
      { name: 'old', gpus: ['RTX 3090'], driver: '525.85.12' },
    ]);
    const [finding] = analyseDockerfile('FROM nvidia/cuda:13.0.1-base-ubuntu22.04\n', 'Dockerfile', { targets }).findings.filter(({ rule }) => rule === 'cuda-driver-too-old');
    expect(finding?.message).toContain('laptop has 535.183.06 for its GeForce RTX 4090');
    expect(finding?.message).toContain('old has 525.85.12');
    expect(finding?.message).not.toContain('spare');
  });
});
