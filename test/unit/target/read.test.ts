import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { findTargetGpu, readTargets } from '../../../src/core/target/read';

describe('findTargetGpu', () => {
  it.each([
    ['RTX 4090', 'GeForce RTX 4090', '8.9', 'geforce'],
    ['NVIDIA A100-SXM4-80GB', 'A100', '8.0', 'datacenter'],
    ['Tesla T4', 'T4', '7.5', 'datacenter'],
    ['Jetson AGX Orin', 'Jetson AGX Orin', '8.7', 'jetson'],
    ['8.9', 'compute capability 8.9', '8.9', undefined],
    ['sm_120', 'compute capability 12.0', '12.0', undefined],
    ['12.0', 'compute capability 12.0', '12.0', undefined],
  ])('%s', (text, name, computeCapability, segment) => {
    expect(findTargetGpu(text)).toEqual({ name, computeCapability, segment });
  });

  it.each(['RTX 9999', '4.2', '', 'sm_999'])('does not know %s', (text) => {
    expect(findTargetGpu(text)).toBeUndefined();
  });
});

describe('readTargets', () => {
  it('reads a whole target', () => {
    const { targets, faults } = readTargets([{ name: 'edge', gpus: ['RTX 4090', '8.6'], driver: '535.183.06', platform: 'linux/amd64', os: 'ubuntu22.04' }]);
    expect(faults).toEqual([]);
    expect(targets).toMatchObject([
      { name: 'edge', driver: '535.183.06', platform: 'linux/amd64', os: { text: 'ubuntu22.04', windows: false, l4t: undefined } },
    ]);
    expect(targets[0]?.gpus.map(({ computeCapability }) => computeCapability)).toEqual(['8.9', '8.6']);
  });

  it.each([
    ['wsl2', { windows: true, l4t: undefined }],
    ['l4t32.6.1', { windows: false, l4t: '32.6.1' }],
    ['L4T r36.3', { windows: false, l4t: '36.3' }],
    ['jetpack4.6', { windows: false, l4t: '32.6.1' }],
    ['JetPack 6.0', { windows: false, l4t: '36.3.0' }],
    ['rhel9', { windows: false, l4t: undefined }],
  ])('reads the operating system %s', (os, expected) => {
    expect(readTargets([{ name: 'a', os }]).targets[0]?.os).toMatchObject(expected);
  });

  it('takes Jetson modules for the platform jetson', () => {
    expect(readTargets([{ name: 'a', gpus: ['Jetson Nano'] }]).targets[0]?.platform).toBe('jetson');
    expect(readTargets([{ name: 'a', gpus: ['RTX 4090'] }]).targets[0]?.platform).toBeUndefined();
  });

  it.each([
    [[{ gpus: ['T4'] }], [0], '`name` is missing.'],
    [[{ name: 'a', gpus: ['RTX 4900'] }], [0, 'gpus', 0], 'The GPU RTX 4900 is not in the tables; did you mean'],
    [[{ name: 'a', driver: 'latest' }], [0, 'driver'], 'It must be the version of a driver, such as 535 or 535.183.06.'],
    [[{ name: 'a', platform: 'linux/arm' }], [0, 'platform'], 'did you mean linux/arm64?'],
    [[{ name: 'a', gpu: 'T4' }], [0, 'gpu'], 'There is no `gpu` here; did you mean `gpus`?'],
    [[{ name: 'a' }, { name: 'a' }], [1, 'name'], 'Another target is called a.'],
    [[{ name: 'a', os: 'jetpack3.9' }], [0, 'os'], 'jetpack3.9 is not in the tables'],
    [{ name: 'a' }, [], 'It must be a list.'],
  ])('finds the fault of %j', (value, path, message) => {
    const { faults } = readTargets(value);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.path).toEqual(path);
    expect(formatText(faults[0]?.message ?? '')).toContain(message);
  });

  it('reads what is right beside what is wrong', () => {
    const { targets } = readTargets([{ name: 'a', gpus: ['RTX 9999', 'T4'], driver: 'new', colour: 'red' }]);
    expect(targets).toMatchObject([{ name: 'a', gpus: [{ name: 'T4' }], driver: undefined }]);
  });
});
