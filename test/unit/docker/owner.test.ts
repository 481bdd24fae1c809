import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isOrphan, ownerLabels } from '../../../src/docker/owner';

describe('isOrphan', () => {
  const own = ownerLabels('run-1');
  /** A process that has been, and is no more. */
  const deadPid = String(spawnSync(process.execPath, ['-e', '']).pid);

  it.each([
    ['what this process made', own, false],
    ['what a dead process made', { ...own, 'tensorrt-containers.pid': deadPid }, true],
    ['what another process of the same id made, before', { ...own, 'tensorrt-containers.started': 'another boot 1' }, true],
    ['what a process of another machine made', { ...own, 'tensorrt-containers.host': 'elsewhere', 'tensorrt-containers.pid': deadPid }, false],
    ['a process id that is none', { ...own, 'tensorrt-containers.pid': '-1' }, false],
    ['labels that are not ours', { maintainer: 'nobody' }, false],
  ])('%s', (_, labels, expected) => {
    expect(isOrphan(labels)).toBe(expected);
  });
});
