import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../../src/core/image/decode';
import { endOfSupport, nearestCudaTags, wishOf } from '../../../../src/core/rules/support/cuda-tags';

describe('nearestCudaTags', () => {
  it.each([
    ['nvidia/cuda:11.2.0-devel-ubuntu20.04', '11.2.2-devel-ubuntu20.04', true],
    ['nvidia/cuda:11.0-base', '11.0.3-base-ubuntu20.04', true],
    ['nvidia/cuda:12.4.1-cudnn8-devel-ubuntu22.04', '12.4.1-cudnn-devel-ubuntu22.04', false],
    ['nvidia/cuda:10.2-cudnn7-devel-ubuntu18.04', '11.0.3-cudnn8-devel-ubuntu18.04', false],
  ])('%s → %s', (reference, tag, patchOnly) => {
    const image = decodeImage(reference);
    expect(image && nearestCudaTags(wishOf(image))[0]).toEqual({ tag, patchOnly });
  });

  it('keeps flavor and cuDNN', () => {
    const image = decodeImage('nvidia/cuda:11.2.0-cudnn8-runtime-ubuntu20.04');
    for (const { tag } of image === undefined ? [] : nearestCudaTags(wishOf(image))) expect(tag).toMatch(/-cudnn\d*-runtime-/);
  });
});

describe('endOfSupport', () => {
  it('tells the day for what is past it', () => {
    expect(endOfSupport('ubuntu18.04')?.date).toBe('2023-05-31');
  });

  it('is silent for what is supported or unknown', () => {
    expect(endOfSupport('ubuntu24.04')).toBeUndefined();
    expect(endOfSupport('rockylinux9')).toBeUndefined();
  });
});
