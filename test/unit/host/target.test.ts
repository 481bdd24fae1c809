import { describe, expect, it } from 'vitest';
import { readImageConfig } from '../../../src/core/image/config';
import { readTargets } from '../../../src/core/target/read';
import { judgeImage } from '../../../src/host/judge-image';
import { formatText } from '../../../src/core/l10n/message';
import { readHostTarget, renderTargets, toTarget } from '../../../src/host/to-target';
import type { TargetSource } from '../../../src/core/target/model';
import { readConfig } from '../../../src/core/config/read';
import { findRecording, toEvidence } from './recording';

describe('toTarget', () => {
  it.each<[string, TargetSource | undefined]>([
    ['good-h100', { name: 'h100', gpus: ['H100'], driver: '550.90.07', platform: 'linux/amd64', os: 'ubuntu22.04' }],
    ['good-h200-without-docker', { name: 'h200', gpus: ['H200'], driver: '580.159.04', platform: 'linux/amd64', os: 'ubuntu24.04' }],
    ['good-cdi-two-gpus', { name: 'geforce-rtx-4090', gpus: ['GeForce RTX 4090', 'GeForce RTX 2080 Ti'], driver: '555.58.02', platform: 'linux/amd64' }],
    ['systemd-cgroups', { name: 'a10', gpus: ['A10', 'T4'], driver: '570.133.20', platform: 'linux/amd64', os: 'ubuntu22.04' }],
    ['wsl-good', { name: 'quadro-rtx-4000', gpus: ['Quadro RTX 4000'], driver: '527.27', platform: 'linux/amd64', os: 'wsl2' }],
    ['windows', { name: 'geforce-rtx-3080', gpus: ['GeForce RTX 3080'], driver: '552.22', platform: 'linux/amd64', os: 'wsl2' }],
    ['jetson-good', { name: 'jetson-32.5.0', platform: 'jetson', os: 'l4t32.5.0' }],
    ['desktop-linux', { name: 'linux-amd64', platform: 'linux/amd64' }],
    ['nouveau', undefined],
    ['no-gpu', undefined],
    ['driver-updated', undefined],
  ])('reads %s', (name, target) => {
    expect(toTarget(toEvidence(findRecording(name)))).toEqual(target);
  });

  it('names the compute capability of a GPU that is not in the tables', () => {
    const evidence = toEvidence({ machine: { commands: { smi: { stdout: 'Driver Version: 700.10' }, smiGpus: { stdout: '0, NVIDIA Fantasy 9000, 700.10, 1 MiB\n' }, smiCapabilities: { stdout: '0, 8.9\n' } } } });
    expect(toTarget(evidence)?.gpus).toEqual(['8.9']);
  });

  it('is a target that the config file takes, and that rules can read', () => {
    for (const name of ['good-h100', 'good-cdi-two-gpus', 'wsl-good', 'jetson-good', 'systemd-cgroups']) {
      const source = toTarget(toEvidence(findRecording(name)));
      const text = source === undefined ? '' : renderTargets(source);
      expect(readConfig(text, '.trtc.yaml').problems, text).toEqual([]);
      const target = readHostTarget(toEvidence(findRecording(name)));
      expect(target?.gpus.length).toBe(source?.gpus?.length ?? 0);
      expect(target?.driver).toBe(source?.driver);
    }
  });
});

describe('judgeImage', () => {
  const judge = (image: string, target: TargetSource, environment: readonly string[] = [], architecture = 'amd64'): readonly [string, string] => {
    const stack = readImageConfig({ tags: [image], environment, labels: {} });
    const read = readTargets([{ ...target, ...(target.gpus && { gpus: [...target.gpus] }) }]).targets[0];
    if (read === undefined) throw new Error('no target');
    const { runs, reason } = judgeImage({ stack, architecture }, read);
    return [runs, formatText(reason)];
  };
  const H100 = { name: 'h100', gpus: ['H100'], driver: '550.90.07', platform: 'linux/amd64' } as const;

  it.each<[string, TargetSource, readonly string[], string, RegExp]>([
    ['nvidia/cuda:12.4.1-runtime-ubuntu22.04', H100, [], 'yes', /serves CUDA 12\.4/],
    ['nvidia/cuda:13.0.1-runtime-ubuntu22.04', { ...H100, gpus: ['GeForce RTX 4090'] }, [], 'no', /needs driver 580/],
    ['nvidia/cuda:12.8.1-runtime-ubuntu22.04', { ...H100, gpus: ['GeForce RTX 4090'] }, ['NVIDIA_REQUIRE_CUDA=cuda>=12.8 brand=unknown'], 'no', /NVIDIA_REQUIRE_CUDA/],
    ['nvidia/cuda:12.8.1-runtime-ubuntu22.04', { ...H100, gpus: ['GeForce RTX 4090'] }, [], 'limited', /minor-version/],
    ['nvidia/cuda:11.8.0-runtime-ubuntu22.04', { name: 'new', gpus: ['GeForce RTX 5090'], driver: '570.133.20' }, [], 'no', /older than the GeForce RTX 5090/],
    ['nvidia/cuda:13.0.1-runtime-ubuntu22.04', { name: 'old', gpus: ['V100'], driver: '580.159.04' }, [], 'no', /no code for the V100/],
    ['nvcr.io/nvidia/tensorrt:25.02-py3', { name: 'mixed', gpus: ['V100', 'A100'], driver: '580.159.04' }, [], 'limited', /V100/],
    ['ubuntu:22.04', H100, [], 'yes', /no GPU/],
    ['busybox:latest', { name: 'none', driver: '535' }, [], 'yes', /no GPU/],
    ['nvidia/cuda:12.4.1-runtime-ubuntu22.04', { name: 'unknown', gpus: ['H100'] }, [], 'unknown', /driver/],
  ])('%s', (image, target, environment, runs, reason) => {
    const [verdict, text] = judge(image, target, environment);
    expect([verdict, text]).toEqual([runs, expect.stringMatching(reason)]);
  });

  it('looks at the processor first', () => {
    expect(judge('nvidia/cuda:12.4.1-runtime-ubuntu22.04', H100, [], 'arm64')).toEqual(['no', 'It is for arm64, and this host is amd64: exec format error.']);
    expect(judge('ubuntu:22.04', { name: 'nano', platform: 'jetson' }, [], 'amd64')[0]).toBe('no');
  });
});
