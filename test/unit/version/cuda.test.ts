import { describe, expect, it } from 'vitest';
import { aptSuffixOfCuda, cudaMinorOf, cudaOfAptSuffix, cudaOfPipTag, isCudaCompatible, pipTagOfCuda } from '../../../src/core/version/cuda';

describe('CUDA versions', () => {
  it.each([
    ['cu118', '11.8'],
    ['cu12', '12'],
    ['cu121', '12.1'],
    ['cu92', '9.2'],
    ['cu100', '10.0'],
    ['cu1210', '12.10'],
    ['cu', undefined],
    ['cpu', undefined],
    ['cu118_full', undefined],
  ])('reads the tag %j', (tag, version) => {
    expect(cudaOfPipTag(tag)).toBe(version);
    if (version !== undefined) expect(pipTagOfCuda(version)).toBe(tag);
  });

  it('writes tags and suffixes', () => {
    expect([pipTagOfCuda('11.8.0'), pipTagOfCuda('12'), pipTagOfCuda('x')]).toEqual(['cu118', 'cu12', undefined]);
    expect([cudaOfAptSuffix('12-4'), cudaOfAptSuffix('12'), cudaOfAptSuffix('dev')]).toEqual(['12.4', undefined, undefined]);
    expect([aptSuffixOfCuda('12.4.1'), aptSuffixOfCuda('12')]).toEqual(['12-4', undefined]);
    expect([cudaMinorOf('11.8.0'), cudaMinorOf('11')]).toEqual(['11.8', undefined]);
  });

  it.each([
    ['12.0', '12.3', true],
    ['12.8', '12.4', true],
    ['12', '12.4', true],
    ['11.8', '12.0', false],
    ['10.2', '10.1', false],
    ['10.2', '10.2.89', true],
    ['10', '10.2', undefined],
    ['', '12', undefined],
  ])('a build for %j on %j: %j', (built, present, expected) => {
    expect(isCudaCompatible(built, present)).toBe(expected);
  });
});
