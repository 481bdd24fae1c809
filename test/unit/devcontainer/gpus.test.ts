import { describe, expect, it } from 'vitest';
import { readGpus } from '../../../src/core/devcontainer/gpus';

describe('readGpus', () => {
  it.each([
    ['all', { count: 'all', devices: [], capabilities: [] }],
    ['2', { count: 2, devices: [], capabilities: [] }],
    ['device=0', { count: undefined, devices: ['0'], capabilities: [] }],
    ['"device=0,1"', { count: undefined, devices: ['0', '1'], capabilities: [] }],
    ['"device=0,1",capabilities=video', { count: undefined, devices: ['0', '1'], capabilities: ['video'] }],
    ['all,"capabilities=compute,utility"', { count: 'all', devices: [], capabilities: ['compute', 'utility'] }],
    ['driver=nvidia,count=1', { count: 1, devices: [], capabilities: [] }],
    ['capabilities=utility', { count: 1, devices: [], capabilities: ['utility'] }],
  ])('takes %s', (value, expected) => {
    expect(readGpus(value)).toEqual({ kind: 'request', ...expected });
  });

  it.each([
    ['device=0,1', 'cannot set both Count and DeviceIDs on device request'],
    ["'all'", 'invalid count (\'all\'): value must be either "all" or an integer'],
    [`'"device=0,1"'`, 'bare " in non-quoted field'],
    ['all,capabilities=compute,utility', 'invalid count (utility): value must be either "all" or an integer'],
    ['devices=0', "unexpected key 'devices' in 'devices=0'"],
    ['', 'invalid count (): value must be either "all" or an integer'],
    ['device=0,device=1', "gpu request key 'device' can be specified only once"],
    ['"all', 'bare " in non-quoted field'],
  ])('refuses %s', (value, message) => {
    expect(readGpus(value)).toEqual({ kind: 'error', message });
  });
});
