import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { findImageKey } from '../../../src/core/facts/apt-keys';
import { allCudaImages, cudaImageEvidence, cudaImagesOf, findCudaImage, findCudaImageContents } from '../../../src/core/facts/cuda-images';
import { findDistribution, findDistributionByCodename } from '../../../src/core/facts/distributions';
import { findFrameworkImage, frameworkImageEvidence } from '../../../src/core/facts/framework-images';
import { sharedImageVariable } from '../../../src/core/facts/image-env';
import { imageFact } from '../../../src/core/facts/image-facts';
import { findJetsonRelease } from '../../../src/core/facts/jetson';
import { newestNgcRelease, ngcReleases, ngcValue } from '../../../src/core/facts/ngc-images';

const DATE = /^20[12]\d-[01]\d-[0-3]\d$/;

describe('cuda-images', () => {
  it('has known words in every row, a date, and evidence that fits the status', () => {
    const fits: Record<string, readonly string[]> = {
      served: ['list', 'hub'],
      'end-of-life': ['end-of-life-list'],
      delisted: ['list-history', 'hub'],
      removed: ['hub', 'issue', 'sibling'],
      unknown: ['list', 'pin'],
    };
    for (const row of allCudaImages()) {
      expect(fits[row.status], row.tag).toContain(row.evidence);
      expect(row.date, row.tag).toMatch(DATE);
      expect(row.source.length, row.tag).toBeGreaterThan(10);
      expect(formatText(cudaImageEvidence(row).fact)).toContain(row.tag);
    }
  });

  it('has a witness of the same CUDA and distribution for every tag that is gone with its siblings', () => {
    for (const row of allCudaImages()) {
      if (row.evidence !== 'sibling') continue;
      const witnesses = cudaImagesOf(row.cuda ?? '').filter(({ os, status, evidence }) => os === row.os && status === 'removed' && evidence !== 'sibling');
      expect(witnesses.length, row.tag).toBeGreaterThan(0);
    }
  });

  it('is looked up by tag', () => {
    expect(findCudaImage('11.6.2-devel-ubuntu20.04')).toMatchObject({ cuda: '11.6.2', flavor: 'devel', cudnn: false, os: 'ubuntu20.04' });
    expect(findCudaImage('nonsense')).toBeUndefined();
    expect(findCudaImage('__proto__')).toBeUndefined();
  });
});

describe('cuda-image-contents', () => {
  it('speaks of images that have tags', () => {
    const contents = findCudaImageContents('11.8.0', 'ubuntu22.04');
    expect(contents).toMatchObject({ cudaVersion: '11.8.0', cudart: '11.8.89', cublas: '11.11.3.6', heldRuntime: 'libcublas-11-8 libnccl2' });
  });

  it('covers every CUDA version of the lists up to 13.1.0 on Ubuntu', () => {
    const lacking = allCudaImages().filter(({ cuda, os, status }) => os?.startsWith('ubuntu') && cuda !== null && (status === 'served' || status === 'end-of-life') && !/^(?:12\.8\.2|12\.9\.2|13\.0\.3|13\.1\.[12]|13\.[2-9])/.test(cuda) && findCudaImageContents(cuda, os) === undefined);
    expect(lacking.map(({ tag }) => tag)).toEqual([]);
  });
});

describe('the other tables', () => {
  it('answer by key', () => {
    expect(findImageKey('11.1', 'ubuntu20.04')?.oldKeyBuilds).toBe('always');
    expect(findImageKey('11.8.0', 'ubuntu22.04')?.oldKeyBuilds).toBe('no');
    expect(findDistribution('ubuntu20.04')).toMatchObject({ codename: 'focal', standardEol: '2025-05-31' });
    expect(findDistributionByCodename('focal')?.os).toBe('ubuntu20.04');
    expect(findDistributionByCodename('')).toBeUndefined();
    expect(findJetsonRelease('32.7.1')?.cuda).toBe('10.2');
    expect(findJetsonRelease('34.1.0')).toBe(findJetsonRelease('34.1'));
    expect(sharedImageVariable('nvidia-cuda', 'NVIDIA_VISIBLE_DEVICES')).toBe('all');
    expect(sharedImageVariable('nvidia-cuda', 'CUDA_VERSION')).toBeUndefined();
  });

  it('match a tag before a pattern', () => {
    expect(findFrameworkImage('nvcr.io/nvidia/deepstream', '6.2-triton')?.tag).toBe('6.2-*');
    expect(findFrameworkImage('tensorflow/tensorflow', '2.11.0-gpu')?.tag).toBe('2.11.*-gpu');
    expect(findFrameworkImage('tensorflow/tensorflow', '2.11.0')).toBeUndefined();
    const row = findFrameworkImage('tensorflow/tensorflow', '1.14.0-gpu');
    expect(row).toMatchObject({ tag: '1.14.0-gpu', cuda: '10.0', tensorrt: '5.0.2' });
    expect(row && frameworkImageEvidence(row).source).toContain('https://');
  });

  it('have every fact that the decoders name', () => {
    for (const id of ['cuda-tag-lists', 'cuda-tag-three-parts', 'cuda-image-libraries', 'cuda-tensorrt-image', 'pytorch-devel-old-key', 'pytorch-runtime-base', 'tensorflow-gpu-old-key', 'tensorflow-py3-suffix', 'triton-variants', 'ngc-release-name', 'ngc-release-skipped', 'triton-renamed', 'ngc-tag-python', 'ngc-tensorflow-1-end', 'triton-client-image', 'ngc-pytorch-conda', 'l4t-host-match', 'l4t-base-mounts']) {
      expect(imageFact(id)?.checked, id).toMatch(DATE);
    }
    expect(imageFact('nothing')).toBeUndefined();
  });
});

describe('ngc-images', () => {
  it('has releases in order, and a source for every value', () => {
    const releases = ngcReleases('nvcr.io/nvidia/tensorrt');
    expect(releases.length).toBe(96);
    expect(newestNgcRelease()).toMatch(/^2[67]\.\d\d$/);
    for (const row of releases) {
      const tensorrt = ngcValue(row, 'tensorrt');
      if (tensorrt === undefined) continue;
      expect(tensorrt.value).toMatch(/^\d+(\.\d+)+$/);
      expect(tensorrt.evidence.source).not.toBe('');
    }
  });

  it('lowers the certainty of what sources dispute', () => {
    const row = ngcReleases('nvcr.io/nvidia/tritonserver').find(({ release }) => release === '21.10');
    expect(row && ngcValue(row, 'cuda')?.certainty).toBe('assumed');
  });
});
