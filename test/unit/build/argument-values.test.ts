import { describe, expect, it } from 'vitest';
import { proposeValues } from '../../../src/core/build/argument-values';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { findCudaImage } from '../../../src/core/facts/cuda-images';

function propose(dockerfile: string, name: string): readonly { readonly value: string; readonly because: string; readonly makes: string }[] {
  const { stack } = analyseDockerfile(dockerfile, 'Dockerfile');
  if (stack === undefined) throw new Error('no Dockerfile');
  return proposeValues(stack, name);
}

describe('values for a build argument', () => {
  it('make tags that are served', () => {
    const values = propose('ARG CUDA=11.6.0\nFROM nvidia/cuda:${CUDA}-cudnn8-devel-ubuntu20.04\n', 'CUDA');
    expect(values.length).toBeGreaterThan(3);
    for (const { value, makes } of values) {
      expect(makes).toBe(`nvidia/cuda:${value}-cudnn8-devel-ubuntu20.04`);
      expect(findCudaImage(makes.slice('nvidia/cuda:'.length))?.status).toBe('served');
    }
  });

  it("begin with those of the solver's combinations", () => {
    const values = propose('ARG CUDA=12.1.1\nFROM nvidia/cuda:${CUDA}-cudnn8-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer8=8.6.1.6-1+cuda12.0\n', 'CUDA');
    expect(values[0]).toMatchObject({ value: '12.1.1', because: 'solver' });
  });

  it('of a pin are versions of that package', () => {
    const values = propose('FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nARG TRT=8.6.1.6-1\nRUN apt-get update && apt-get install -y libnvinfer8=${TRT}+cuda12.0\n', 'TRT');
    expect(values).toContainEqual({ value: '8.6.1.6-1', because: 'solver', makes: 'libnvinfer8=8.6.1.6-1+cuda12.0' });
  });

  it.each([
    ['used for something else', 'ARG USER=me\nFROM nvidia/cuda:12.4.1-base-ubuntu22.04\nARG USER\nRUN useradd $USER\n', 'USER'],
    ['used beside another unknown', 'ARG CUDA\nARG OS\nFROM nvidia/cuda:${CUDA}-base-${OS}\n', 'CUDA'],
    ['not declared', 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n', 'CUDA'],
  ])('there are none for one that is %s', (_, dockerfile, name) => {
    expect(propose(dockerfile, name)).toEqual([]);
  });
});
