import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { architectureOf, architectures, driverFloor, newestGcc, supportedArchitectures, toolkit, toolkits, toolkitsOfMinor } from '../../../src/core/facts/cuda-toolkits';
import { computeCapability, findGpu, gpus } from '../../../src/core/facts/gpus';

describe('CUDA toolkits', () => {
  it('are found by release and minor version', () => {
    expect(toolkit('11.6.0')?.version).toBe('11.6.0');
    expect(toolkit('11.6')?.version).toBe('11.6.2');
    expect(toolkit('11.6.55')).toBeUndefined();
    expect(toolkitsOfMinor('11.6.1').map((row) => row.version)).toEqual(['11.6.0', '11.6.1', '11.6.2']);
    expect(toolkitsOfMinor('11')).toEqual([]);
  });

  it.each([
    // Reported: compute_20 with CUDA 9.0, compute_75 with 9.0, compute_89 with 11.3.
    ['9.0', 20, false],
    ['9.0', 75, false],
    ['9.0', 70, true],
    ['11.3.0', 89, false],
    ['11.8.0', 89, true],
    ['12.4.1', 120, false],
    ['12.8.1', 120, true],
    ['13.0.0', 70, false],
    ['12.0.0', 35, false],
  ])('CUDA %s compiles for sm_%i: %j', (cuda, sm, expected) => {
    const supported = supportedArchitectures(cuda);
    expect(supported?.complete).toBe(true);
    expect(supported?.sm.includes(sm)).toBe(expected);
    expect(formatText(supported?.evidence.fact ?? '')).toContain(`sm_${supported?.sm[0]}`);
  });

  it('says nothing of toolkits it does not know', () => {
    expect(supportedArchitectures('99.0')).toBeUndefined();
    expect(supportedArchitectures('12')).toBeUndefined();
    expect(supportedArchitectures('13.4.1')?.complete).toBe(false);
    expect(supportedArchitectures('7.5')?.complete).toBe(false);
  });

  it('agree with the range of each architecture', () => {
    for (const row of toolkits()) {
      for (const sm of row.sm ?? []) expect(architectureOf(String(sm)), `sm_${sm} of ${row.version}`).toBeDefined();
    }
  });

  it.each([
    ['90a', '9.0'],
    ['86', '8.6'],
    ['120f', '12.0'],
    ['native', undefined],
    ['999', undefined],
  ])('takes %j for compute capability %j', (sm, expected) => {
    expect(architectureOf(sm)?.computeCapability).toBe(expected);
  });

  it.each([
    ['12.4.1', '550.54.15', '525.60.13'],
    ['12.4', '550.54.14', '525.60.13'],
    ['11.6.0', '510.39.01', '450.80.02'],
    ['10.2', '440.33', undefined],
    ['13.4.1', undefined, '580'],
    ['99.1', undefined, undefined],
  ])('CUDA %s asks for driver %j, or %j', (cuda, full, minorCompatible) => {
    expect(driverFloor(cuda)?.full).toBe(full);
    expect(driverFloor(cuda)?.minorCompatible).toBe(minorCompatible);
  });
});

describe('GPUs', () => {
  it.each([
    ['GeForce RTX 4090', '8.9'],
    ['NVIDIA GeForce RTX 4090', '8.9'],
    ['rtx 4090', '8.9'],
    ['RTX4090', '8.9'],
    ['RTX 3060Ti', '8.6'],
    ['NVIDIA A100-SXM4-80GB', '8.0'],
    ['NVIDIA A100 80GB PCIe', '8.0'],
    ['Tesla T4', '7.5'],
    ['Tesla V100-SXM2-16GB', '7.0'],
    ['NVIDIA H100 80GB HBM3', '9.0'],
    ['NVIDIA L40S', '8.9'],
    ['Jetson AGX Orin', '8.7'],
    ['Voodoo 2', undefined],
    ['', undefined],
  ])('%j has compute capability %j', (name, expected) => {
    expect(computeCapability(name)).toBe(expected);
  });

  it('are found by their own name, and their architecture is known', () => {
    const known = new Set(architectures().map((one) => one.computeCapability));
    for (const gpu of gpus()) {
      expect(findGpu(gpu.gpu)?.computeCapability, gpu.gpu).toBe(gpu.computeCapability);
      expect(known.has(gpu.computeCapability), gpu.gpu).toBe(true);
    }
  });
});

it.each([
  ['11.8', 11],
  ['12.4.1', 13],
  ['12.8', 14],
  // Gaps and versions that no table has.
  ['9.0', undefined],
  ['99.9', undefined],
])('nvcc of CUDA %s accepts gcc up to %s', (cuda, major) => {
  expect(newestGcc(cuda)?.major).toBe(major);
});
