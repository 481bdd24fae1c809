import { describe, expect, it } from 'vitest';
import { isFirstPidNamespace, readGpus, readProcesses } from '../../../src/docker/gpu-usage';

const MIB = 1024 * 1024;

describe('answers of nvidia-smi', () => {
  it('reads GPUs', () => {
    const csv = '0, GPU-8f2c1a, NVIDIA H200, 1024, 143771, 37\r\n1, GPU-8f2c1b, NVIDIA GeForce RTX 4090, 0, 24564, 0\n';
    expect(readGpus(csv)).toEqual([
      { index: 0, uuid: 'GPU-8f2c1a', name: 'NVIDIA H200', usedBytes: 1024 * MIB, totalBytes: 143771 * MIB, utilizationPercent: 37 },
      { index: 1, uuid: 'GPU-8f2c1b', name: 'NVIDIA GeForce RTX 4090', usedBytes: 0, totalBytes: 24564 * MIB, utilizationPercent: 0 },
    ]);
  });

  it('is silent on what the driver does not tell', () => {
    expect(readGpus('0, GPU-1, Orin (nvgpu), [N/A], [N/A], [Not Supported]')).toEqual([{ index: 0, uuid: 'GPU-1', name: 'Orin (nvgpu)', usedBytes: null, totalBytes: null, utilizationPercent: null }]);
    expect(readProcesses('GPU-1, 42, [N/A]')).toEqual([{ gpuUuid: 'GPU-1', pid: 42, usedBytes: null }]);
  });

  it('reads processes', () => {
    expect(readProcesses('GPU-1, 42, 512\nGPU-1, 43, 8\n')).toEqual([
      { gpuUuid: 'GPU-1', pid: 42, usedBytes: 512 * MIB },
      { gpuUuid: 'GPU-1', pid: 43, usedBytes: 8 * MIB },
    ]);
  });

  it('reads no rows out of messages', () => {
    for (const text of ['', 'No devices were found', 'Failed to initialize NVML: Unknown Error\n', 'a, b, c, d, e, f']) {
      expect(readGpus(text)).toEqual([]);
      expect(readProcesses(text)).toEqual([]);
    }
  });
});

it.each([
  ['pid:[4026531836]', true],
  // As `unshare --pid` gives it.
  ['pid:[4026532190]', false],
  ['', false],
])('processes have the numbers of the host where the namespace is %j: %s', (link, first) => expect(isFirstPidNamespace(link)).toBe(first));
