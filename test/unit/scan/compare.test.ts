import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { describeStack, type ComponentOutput, type StageOutput } from '../../../src/core/engine/stack-output';
import { compareStacks } from '../../../src/core/scan/compare';

function component(kind: ComponentOutput['kind'], version: string | null, cuda: string | null = null): ComponentOutput {
  return { kind, name: kind, version, cuda, certainty: 'stated', via: 'other', file: 'f', line: 1 };
}

function stage(...components: readonly ComponentOutput[]): StageOutput {
  return { name: null, index: 0, line: 1, from: 'x', basedOn: null, copiesFrom: [], components };
}

describe('two versions', () => {
  it.each([
    ['8.6.1', '8.6.1.6', 'same'],
    ['8.6.1', '8.6.1', 'same'],
    ['8.6.1', '8.6.2', 'different'],
    ['12.4.*', '12.4.127', 'same'],
    ['12.4.*', '12.40.1', 'different'],
    ['12.4.*', '12', 'unknown'],
    ['newest', '12.4', 'unknown'],
    [null, '12.4', 'unknown'],
    ['>=2,<3', '2.4.0', 'same'],
    ['>=2,<3', '3.0.0', 'different'],
    ['>=2,<3', '>=2', 'unknown'],
    ['2.1.0rc1', '2.1.0rc1', 'same'],
    ['2.1.0rc1', '2.1.0rc2', 'different'],
    ['gibberish', '1.0', 'unknown'],
  ])('%s and %s: %s', (left, right, outcome) => {
    expect(compareStacks(stage(component('cudart', left)), stage(component('cudart', right)))[0]?.outcome).toBe(outcome);
    expect(compareStacks(stage(component('cudart', right)), stage(component('cudart', left)))[0]?.outcome).toBe(outcome);
  });

  it('of other CUDAs are different', () => {
    expect(compareStacks(stage(component('tensorrt', '8.6.1', '11.8')), stage(component('tensorrt', '8.6.1', '12.0')))[0]?.outcome).toBe('different');
    expect(compareStacks(stage(component('cudnn', '9.1', '12')), stage(component('cudnn', '9.1.0', '12.4')))[0]?.outcome).toBe('same');
  });
});

describe('stacks', () => {
  it('have one row a kind, and none for kinds that a scan cannot find', () => {
    const rows = compareStacks(stage(component('os', '22.04'), component('cudnn', '8.9'), component('engine-file', null)), stage(component('os', '24.04'), component('torch', '2.1')));
    expect(rows.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['os', 'different'],
      ['cudnn', 'left-only'],
      ['torch', 'right-only'],
    ]);
  });

  it('may have a component twice on one side: one that fits is enough for the other side', () => {
    const both = stage(component('cudnn', '8.9.0'), component('cudnn', '9.1.0'));
    expect(compareStacks(both, stage(component('cudnn', '9.1.0.70')))[0]?.outcome).toBe('same');
    expect(compareStacks(stage(component('cudnn', '9.2.0')), both)[0]?.outcome).toBe('different');
    expect(compareStacks(both, stage(component('cudnn', '8.9.0'), component('cudnn', '8.6.0')))[0]?.outcome).toBe('different');
  });

  it('of a Dockerfile and of the image that it gives agree', () => {
    const { stack } = analyse('FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN pip install torch==2.4.0\n', 'Dockerfile', { kind: 'dockerfile', rules: [] });
    const [predicted] = stack === undefined ? [] : describeStack(stack).stages;
    if (predicted === undefined) throw new Error('no stage');
    const rows = compareStacks(predicted, stage(component('os', '22.04'), component('cuda', '12.4.1'), component('cudart', '12.4.127'), component('cublas', '12.4.5.8'), component('cudnn', '9.1.0.70', '12'), component('torch', '2.4.1')));
    expect(Object.fromEntries(rows.map(({ kind, outcome }) => [kind, outcome]))).toMatchObject({ os: 'same', cuda: 'same', cudart: 'same', cublas: 'same', cudnn: 'same', torch: 'different', nccl: 'left-only' });
  });
});
