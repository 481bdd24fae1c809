import { describe, expect, it } from 'vitest';
import { formatText } from '../../../src/core/l10n/message';
import type { Wishes } from '../../../src/core/solver/model';
import { matchVersion, readWishes, type VersionWish } from '../../../src/core/solver/wishes';

describe('reading wishes', () => {
  it.each<[Wishes, readonly string[]]>([
    [{}, []],
    [{ tensorrt: ' 8.6 ', cuda: '' }, ['TensorRT 8.6']],
    [{ tensorrt: '8.6.*' }, ['TensorRT 8.6.*']],
    [{ tensorrt: 'any' }, ['TensorRT']],
    [{ ubuntu: 'ubuntu22.04' }, ['Ubuntu 22.04']],
    [{ driver: 'R535', gpu: ['RTX 4090', 'sm_89', '8.9'] }, ['driver 535', 'RTX 4090', 'compute capability 8.9', 'compute capability 8.9']],
    [{ flavor: 'devel', family: 'ngc', compile: true }, ['flavor devel', 'an NGC image', 'compiling against PyTorch']],
    [{ packages: ['libnvinfer8'] }, ['libnvinfer8', 'TensorRT']],
  ])('%j', (wishes, labels) => {
    const read = readWishes(wishes);
    expect(read.problems).toEqual([]);
    expect(read.wishes.map(({ label }) => formatText(label))).toEqual(labels);
  });

  it.each<[Wishes, string]>([
    [{ tensorrt: 'new' }, 'tensorrt'],
    [{ cuda: '12.x.1' }, 'cuda'],
    [{ torch: '>=' }, 'torch'],
    [{ gpu: 'Voodoo 2' }, 'gpu'],
    [{ gpu: '9.9' }, 'gpu'],
    [{ driver: 'newest' }, 'driver'],
    [{ packages: ['libcudnn8'] }, 'packages'],
  ])('%j is a problem', (wishes, key) => {
    expect(readWishes(wishes).problems.map((problem) => problem.key)).toEqual([key]);
  });

  it('never throws', () => {
    for (const text of ['\0', '>=1,,<2', '=='.repeat(99), '1'.repeat(400), '9.'.repeat(99), '*', '…', '\uFFFC']) {
      expect(() => readWishes({ tensorrt: text, ubuntu: text, torch: text, driver: text, gpu: text, packages: [text] })).not.toThrow();
    }
  });
});

describe('matching versions', () => {
  it.each<[string, string, 'yes' | 'no' | 'unknown']>([
    ['8.6', '8.6.1', 'yes'],
    ['8.6', '8.61', 'no'],
    ['8.6.1', '8.6', 'unknown'],
    ['8.6.1', '8', 'unknown'],
    ['8.6.1', '', 'unknown'],
    ['any', '', 'yes'],
    ['>=8.6,<10', '8.6.1', 'yes'],
    ['>=8.6,<10', '8.5.3', 'no'],
    ['>=12.6.2', '12.6', 'unknown'],
    ['>=12.6.2', '12.5', 'no'],
    ['<12.6', '12.5', 'yes'],
    ['~=8.6', '8.9', 'yes'],
  ])('%s and %j: %s', (wish, version, expected) => {
    const [read] = readWishes({ tensorrt: wish }).wishes;
    expect(matchVersion(read?.value as VersionWish, version)).toBe(expected);
  });
});
