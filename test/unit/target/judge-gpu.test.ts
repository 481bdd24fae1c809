import { describe, expect, it } from 'vitest';
import { judgeCudaForGpu, judgeTensorRTForGpu, runsOn, toCapability } from '../../../src/core/target/judge-gpu';
import { findTargetGpu } from '../../../src/core/target/read';

function gpu(name: string) {
  const found = findTargetGpu(name);
  if (found === undefined) throw new Error(`no GPU ${name}`);
  return found;
}

describe('judgeCudaForGpu', () => {
  it.each<[string, string, string | undefined]>([
    ['12.4.1', 'A100', undefined],
    ['12.4.1', 'RTX 5090', 'newer 12.8'],
    ['12.8.1', 'RTX 5090', undefined],
    ['12.8.1', '12.1', undefined],
    ['11.4.3', 'RTX 4090', undefined],
    ['11.4.3', 'H100', 'newer 11.8'],
    ['13.0.1', 'V100', 'dropped 12.9'],
    ['12.9.1', 'V100', undefined],
    ['12.0.0', 'K80', 'dropped 11.8'],
    ['11.0.3', '3.0', 'dropped 10.2'],
    ['12.8.1', '11.0', undefined],
    ['99.1', 'A100', undefined],
    ['13.4.1', 'A100', undefined],
  ])('CUDA %s on %s: %s', (cuda, name, expected) => {
    const verdict = judgeCudaForGpu(cuda, gpu(name));
    expect(verdict && `${verdict.kind} ${verdict.bound}`).toBe(expected);
  });
});

describe('judgeTensorRTForGpu', () => {
  it.each<[string, string, string | undefined]>([
    ['10.7.0.23', 'RTX 5090', 'newer 9.0 10.7.0'],
    ['10.8.0.43', 'RTX 5090', undefined],
    ['10.3.0', 'RTX 5090', 'newer 9.0 10.7.0'],
    ['8.4.1', 'RTX 4090', 'newer 8.7 8.4.1'],
    ['8.2.5', 'RTX 4090', 'newer 8.7 8.4.1'],
    ['8.6.1', 'RTX 4090', undefined],
    ['8.6.1', 'GTX 980', 'dropped 6.0 8.6.1'],
    ['8.4.1', 'K80', undefined],
    ['10.0.1', 'GTX 1080', 'dropped 7.0 10.0.1'],
    ['10.13.3', 'V100', 'dropped 7.5 10.13.3'],
    ['11.0.0', 'V100', 'dropped 7.5 10.16.1'],
    ['9.3.0', 'GTX 1080', undefined],
    ['99.0', 'A100', undefined],
  ])('TensorRT %s on %s: %s', (version, name, expected) => {
    const verdict = judgeTensorRTForGpu(version, gpu(name));
    expect(verdict && `${verdict.kind} ${verdict.bound} ${verdict.release}`).toBe(expected);
  });
});

describe('compute capabilities', () => {
  it.each([
    [75, '7.5'],
    [120, '12.0'],
    [103, '10.3'],
  ])('sm_%s is %s', (sm, capability) => {
    expect(toCapability(sm)).toBe(capability);
  });

  it.each([
    ['8.0', '8.9', true],
    ['8.9', '8.0', false],
    ['8.0', '9.0', false],
    ['1.2', '12.0', false],
  ])('code for %s runs on %s: %s', (compiled, wanted, expected) => {
    expect(runsOn(compiled, wanted)).toBe(expected);
  });
});
