import { msg } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { judgeDriver, type DriverDemand } from '../../../src/core/target/judge-driver';
import { readTargets } from '../../../src/core/target/read';

/** The verdict on `driver [@ GPU] [# os]`. */
function judge(host: string, demand: Partial<DriverDemand> & { readonly cuda: string }): string | undefined {
  const [, driver = '', gpu, os] = /^([\d.]+)(?: @ ([^#]+?))?(?: # (.+))?$/.exec(host) ?? [];
  const [target] = readTargets([{ name: 'a', driver, gpus: gpu === undefined ? null : [gpu], os: os ?? null }]).targets;
  const verdict = target && judgeDriver(target, { checked: true, compat: true, ...demand });
  return verdict?.kind;
}

describe('judgeDriver', () => {
  it.each<[string, string, string | undefined]>([
    // The driver of the toolkit and newer ones.
    ['550.54.14', '12.4.1', undefined],
    ['550.54.15 @ RTX 4090', '12.4', undefined],
    ['610.43.02', '11.8.0', undefined],
    // A branch stands for its newest driver.
    ['550', '12.4.1', undefined],
    ['525', '12.0.0', undefined],
    // The same major: let through by NVIDIA_REQUIRE_CUDA, or not.
    ['535.183.06', '12.4.1', 'partial'],
    ['535.183.06 @ RTX 4090', '12.4.1', 'partial'],
    ['545.23.08 @ RTX 4090', '12.4.1', 'refused'],
    ['545.23.08 @ A100', '12.4.1', 'refused'],
    ['550.54.15 @ RTX 4090', '12.8.1', 'refused'],
    ['550.54.15 @ A100', '12.8.1', 'partial'],
    ['550.54.15 @ RTX A6000', '12.8.1', 'partial'],
    ['550.54.15', '12.8.1', 'partial'],
    ['550.54.15 @ 8.9', '12.8.1', 'partial'],
    ['470.57.02 @ T4', '11.6.2', 'partial'],
    ['460.32.03 @ RTX 3090', '11.6.2', 'refused'],
    ['450.80.02', '11.2.0', 'partial'],
    // Another major: forward compatibility.
    ['535.183.06 @ RTX 4090', '13.0.1', 'tooOld'],
    ['535.183.06 @ A100', '13.0.1', undefined],
    ['545.23.08 @ A100', '13.0.1', 'tooOld'],
    ['535.183.06 @ RTX A6000', '13.0.1', 'forwardOnly'],
    ['535.183.06', '13.0.1', 'forwardOnly'],
    ['470.57.02 @ RTX 3090', '12.4.1', 'tooOld'],
    ['418.39 @ V100', '12.4.1', 'tooOld'],
    // CUDA 10 knows no minor-version compatibility.
    ['418.39 @ GTX 1080', '10.2', 'tooOld'],
    ['418.39 @ V100', '10.2', undefined],
    // Windows numbers.
    ['551.61 @ RTX 4090 # wsl2', '12.4.1', undefined],
    ['546.12 @ RTX 4090 # wsl2', '12.4.1', 'partial'],
    ['516.01 @ RTX 4090 # wsl2', '12.4.1', 'tooOld'],
    ['546.12 @ RTX 4090 # wsl2', '13.0.1', undefined],
    // Not known.
    ['535.183.06', '99.1', undefined],
    ['440.33.01 @ Jetson Nano', '12.4.1', undefined],
  ])('%s under CUDA %s: %s', (host, cuda, expected) => {
    expect(judge(host, { cuda })).toBe(expected);
  });

  it('holds no driver against NVIDIA_REQUIRE_CUDA of an image that has none', () => {
    expect(judge('545.23.08 @ RTX 4090', { cuda: '12.4.1', checked: false })).toBe('partial');
  });

  it('counts on cuda-compat only where it is', () => {
    expect(judge('535.183.06 @ A100', { cuda: '13.0.1', compat: false })).toBe('tooOld');
  });

  it('takes the branches that the publisher names for data-center GPUs', () => {
    const demand = { cuda: '12.9', checked: false, branches: [470, 525, 535] };
    expect(judge('470.57.02 @ V100', demand)).toBeUndefined();
    expect(judge('515.65.01 @ V100', demand)).toBe('tooOld');
    expect(judge('470.57.02 @ RTX 3090', demand)).toBe('tooOld');
  });

  it('takes the driver that the publisher names', () => {
    const driverMin = { version: '545', evidence: { fact: msg`f`, source: 's', checked: '2026-11-20' } };
    expect(judge('535.183.06 @ A100', { cuda: '12.3.2', checked: false, driverMin })).toBe('partial');
    expect(judge('545.23.08 @ A100', { cuda: '12.3.2', checked: false, driverMin })).toBeUndefined();
  });
});
