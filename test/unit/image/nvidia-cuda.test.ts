import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { allCudaImages } from '../../../src/core/facts/cuda-images';
import { decodeImage } from '../../../src/core/image/decode';
import { osOf } from '../../../src/core/image/distribution';
import type { DecodedImage } from '../../../src/core/image/model';
import { cudaTagFor, nearestServedCudaTags } from '../../../src/core/image/suggest';
import { UNKNOWN } from '../../../src/core/text/traced';

function decode(text: string): DecodedImage {
  const image = decodeImage(text);
  if (image === undefined) throw new Error(`not decoded: ${text}`);
  return image;
}

function components(image: DecodedImage): Record<string, string> {
  return Object.fromEntries(
    image.components.map(({ kind, version }) => [kind, version.type === 'exact' ? version.version : version.type === 'prefix' ? `${version.version}*` : version.type]),
  );
}

describe('every tag of the table', () => {
  const images = allCudaImages().filter(({ cuda }) => cuda !== null);

  it('is there', () => {
    expect(images.length).toBeGreaterThanOrEqual(2378);
  });

  it('decodes to what its row says', () => {
    const wrong: string[] = [];
    for (const row of images) {
      const image = decode(`nvidia/cuda:${row.tag}`);
      const found = components(image);
      const cuda = row.cuda?.split('.').length === 3 ? row.cuda : `${row.cuda ?? ''}*`;
      const problems = [
        image.status !== row.status && 'status',
        image.statusEvidence?.source !== row.source && 'source',
        image.flavor !== row.flavor && 'flavor',
        found['cuda'] !== cuda && 'cuda',
        osOf(image.components) !== (row.os ?? undefined) && 'os',
        (found['cudnn'] === undefined) !== (row.cudnn === false) && 'cudnn',
        typeof row.cudnn === 'string' && found['cudnn']?.split('.')[0]?.replace('*', '') !== row.cudnn && 'cudnn major',
        (found['nvcc'] !== undefined) !== (row.flavor === 'devel') && 'nvcc',
        (found['cublas'] !== undefined) !== (row.flavor !== 'base') && 'cublas',
        found['python'] !== undefined && 'python',
        image.parts.some(({ value, range }) => row.tag.slice(range.start, range.end) !== value) && 'parts',
      ].filter((problem) => problem !== false);
      if (problems.length > 0) wrong.push(`${row.tag}: ${problems.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is of unknown status behind a mirror', () => {
    const image = decode('registry.example.com:5000/dockerhub/nvidia/cuda:11.0-base');
    expect(image).toMatchObject({ mirrored: true, status: 'unknown', canonical: 'nvidia/cuda', flavor: 'base', componentsComplete: false });
  });
});

describe('status', () => {
  it.each([
    ['10.2-cudnn7-devel-ubuntu18.04', 'removed'],
    ['10.2-devel-ubuntu18.04', 'removed'],
    ['11.0-base', 'removed'],
    ['11.0-base-ubuntu20.04', 'removed'],
    ['11.2.0-devel-ubuntu20.04', 'removed'],
    ['11.5.0-base-ubuntu20.04', 'removed'],
    ['11.7.0-cudnn8-runtime-ubuntu18.04', 'removed'],
    ['11.4.2-devel-ubuntu20.04', 'removed'],
    ['9.2-devel-ubuntu18.04', 'removed'],
    ['10.0-base-ubuntu18.04', 'removed'],
    ['latest', 'removed'],
    ['9.0-cudnn7-devel', 'delisted'],
    ['11.6.2-devel-ubuntu20.04', 'served'],
    ['12.9.2-cudnn-devel-ubuntu24.04', 'served'],
    ['13.0.0-base-ubuntu24.04', 'end-of-life'],
    ['12.2.1-devel-ubuntu22.04', 'never-existed'],
    ['11.4.4-base-ubuntu20.04', 'never-existed'],
    ['12.7.0-base-ubuntu22.04', 'never-existed'],
    ['12.4.0-cudnn-devel-ubuntu22.04', 'never-existed'],
    ['12.4.1-cudnn8-devel-ubuntu22.04', 'never-existed'],
    ['12.4.1-devel-ubuntu24.04', 'never-existed'],
    ['11.6-runtime-ubuntu20.04', 'never-existed'],
    ['10.2-devel-ubuntu20.04', 'never-existed'],
    ['14.0.0-base-ubuntu26.04', 'newer'],
    ['13.4.3-devel-ubuntu24.04', 'newer'],
    // A patch release of 2026 may have come after the lists that were read.
    ['12.8.2-devel-rockylinux9', 'unknown'],
    ['12.9.3-base-ubuntu24.04', 'unknown'],
    ['13.1.0-cudnn-devel-ubuntu24.04', 'unknown'],
    ['13.2.2-base-ubuntu24.04', 'unknown'],
    // Tags without a distribution were not all listed: 11.0.3-base was served in 2022.
    ['11.0.3-base', 'unknown'],
    ['11.1-cudnn8-runtime-ubuntu20.04', 'unknown'],
    ['7.5-cudnn9-devel-ubuntu14.04', 'unknown'],
    ['11.8.0-devel-ubuntu22.04-custom', 'unknown'],
    ['devel-ubuntu22.04', 'unknown'],
    [`${UNKNOWN}-devel-ubuntu22.04`, 'unknown'],
    [`12.2.1-${UNKNOWN}`, 'unknown'],
  ])('%s: %s', (tag, status) => {
    const image = decode(`nvidia/cuda:${tag}`);
    expect(image.status).toBe(status);
    if (status !== 'unknown' && status !== 'newer') expect(image.statusEvidence?.source).toMatch(/^https:/);
  });

  it('of a tag that is gone from Docker Hub is weaker for nvcr.io, where nobody looked', () => {
    expect(decode('nvcr.io/nvidia/cuda:10.2-devel-ubuntu18.04').status).toBe('delisted');
    expect(decode('docker.io/nvidia/cuda:10.2-devel-ubuntu18.04').status).toBe('removed');
    expect(decode('nvidia/cuda').status).toBe('removed');
  });
});

describe('contents', () => {
  it('are those of the flavor', () => {
    expect(components(decode('nvidia/cuda:11.6.2-base-ubuntu20.04'))).toEqual({ os: '20.04', cuda: '11.6.2', cudart: '11.6*', 'cuda-compat': '11.6*' });
    expect(components(decode('nvidia/cuda:11.6.2-runtime-ubuntu20.04'))).toMatchObject({ cublas: '11.9.2.110', nccl: '2.12.10' });
    const devel = decode('nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04');
    expect(components(devel)).toMatchObject({ nvcc: '11.6*', 'cuda-headers': '11.6*', cudnn: '8.4.0.27', 'cudnn-headers': '8.4.0.27' });
    expect(devel.componentsComplete).toBe(true);
    expect(devel.heldPackages).toEqual(['libcublas-11-6', 'libnccl2', 'libcublas-dev-11-6', 'libnccl-dev', 'libcudnn8']);
    expect(devel.aptRepositories).toEqual([{ repository: 'cuda', distro: 'ubuntu2004', arch: 'x86_64' }]);
    expect(devel.platforms).toEqual(['linux/amd64', 'linux/arm64']);
    expect(devel).toMatchObject({ driverMin: '450.80.02', driverEvidence: { source: expect.any(String) as string } });
    expect(Object.fromEntries(devel.env)).toEqual({
      CUDA_VERSION: '11.6.2',
      NVIDIA_VISIBLE_DEVICES: 'all',
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
      PATH: '/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LD_LIBRARY_PATH: '/usr/local/nvidia/lib:/usr/local/nvidia/lib64',
      LIBRARY_PATH: '/usr/local/cuda/lib64/stubs',
    });
  });

  it('name the cuDNN package, and are less certain where the tag was rebuilt with another', () => {
    const cudnnOf = (tag: string): unknown => decode(`nvidia/cuda:${tag}`).components.find(({ kind }) => kind === 'cudnn');
    expect(cudnnOf('12.6.3-cudnn-runtime-ubuntu24.04')).toMatchObject({ name: 'libcudnn9-cuda-12', version: { version: '9.5.1.17' }, certainty: 'derived' });
    expect(cudnnOf('11.8.0-cudnn8-runtime-ubuntu22.04')).toMatchObject({ name: 'libcudnn8', version: { version: '8.9.6.50' }, certainty: 'assumed' });
    expect(cudnnOf('12.6.3-cudnn-runtime-rockylinux9')).toMatchObject({ name: undefined });
  });

  it('are told as far as the tag is known', () => {
    const image = decode(`nvidia/cuda:${UNKNOWN}-cudnn8-devel-ubuntu20.04`);
    expect(image).toMatchObject({ flavor: 'devel', componentsComplete: false, packageManager: 'apt', platforms: undefined });
    expect(image.parts.map(({ kind }) => kind)).toEqual(['cudnn', 'flavor', 'os']);
    expect(components(image)['os']).toBe('20.04');
    expect(components(decode(`nvidia/cuda:11.8.0-${UNKNOWN}`))).toMatchObject({ cuda: '11.8.0' });
  });

  it('of the TensorRT tags are for Arm only', () => {
    const image = decode('nvidia/cuda:13.0.0-tensorrt-devel-ubuntu24.04');
    expect(image.platforms).toEqual(['linux/arm64']);
    expect(components(image)).toMatchObject({ tensorrt: '10.13.2.6', 'tensorrt-headers': '10.13.2.6' });
  });

  it('of nvidia/opengl begin with the version of the image, not of CUDA', () => {
    const image = decode('nvidia/opengl:1.1-glvnd-devel-ubuntu16.04');
    expect(image.parts.map(({ kind }) => kind)).toEqual(['flavor', 'os']);
    expect(image.components.map(({ kind }) => kind)).not.toContain('cuda');
  });

  it('of nvidia/cudagl are not those of nvidia/cuda', () => {
    const image = decode('nvidia/cudagl:11.3.0-devel-ubuntu20.04');
    expect(components(image)).toMatchObject({ cuda: '11.3.0', nvcc: '11.3*', os: '20.04' });
    expect(image).toMatchObject({ componentsComplete: false, status: 'unknown', heldPackages: [] });
  });
});

describe('repository key', () => {
  it.each([
    ['nvidia/cuda:11.1-devel-ubuntu18.04', 'old', 'was ever published'],
    ['nvidia/cuda:11.7.1-devel-ubuntu20.04', 'new', 'first built after'],
    ['nvidia/cuda:11.6.2-devel-ubuntu20.04', 'new', 'rebuilt'],
    [`nvidia/cuda:11.6.2-devel-ubuntu20.04@sha256:${'0'.repeat(64)}`, undefined, 'rebuilt'],
    ['registry.example.com/nvidia/cuda:11.6.2-devel-ubuntu20.04', undefined, 'rebuilt'],
    ['nvidia/cuda:11.2.1-runtime-ubuntu20.04', undefined, 'rebuilt'],
  ])('%s: %s', (text, key, fact) => {
    const image = decode(text);
    expect(image.repositoryKey).toBe(key);
    expect(formatText(image.repositoryKeyEvidence?.fact ?? '')).toContain(fact);
  });

  it('comes with the machine-learning repository where that was never taken out', () => {
    expect(decode('nvidia/cuda:11.1-devel-ubuntu18.04').aptRepositories.map(({ repository }) => repository)).toEqual(['cuda', 'machine-learning']);
    expect(decode('nvidia/cuda:11.6.2-devel-ubuntu20.04').aptRepositories.map(({ repository }) => repository)).toEqual(['cuda']);
  });
});

describe('suggestions', () => {
  it.each([
    [{ cuda: '11.0', flavor: 'base', cudnn: undefined, os: 'ubuntu20.04' }, '11.0.3-base-ubuntu20.04'],
    [{ cuda: '11.2.0', flavor: 'devel', cudnn: undefined, os: 'ubuntu20.04' }, undefined],
    [{ cuda: '11.4.2', flavor: 'devel', cudnn: undefined, os: 'ubuntu20.04' }, '11.4.3-devel-ubuntu20.04'],
    [{ cuda: '11.5.0', flavor: 'base', cudnn: undefined, os: 'ubuntu20.04' }, '11.5.2-base-ubuntu20.04'],
    [{ cuda: '11.7.0', flavor: 'runtime', cudnn: '8', os: 'ubuntu18.04' }, '11.7.1-cudnn8-runtime-ubuntu18.04'],
    [{ cuda: '12.2.1', flavor: 'devel', cudnn: undefined, os: 'ubuntu22.04' }, '12.2.2-devel-ubuntu22.04'],
    [{ cuda: '12.4.0', flavor: 'devel', cudnn: '', os: 'ubuntu22.04' }, '12.4.1-cudnn-devel-ubuntu22.04'],
  ] as const)('%o: %s first', (wish, tag) => {
    const tags = nearestServedCudaTags(wish);
    expect(tags.length).toBeGreaterThan(0);
    if (tag !== undefined) expect(tags[0]).toBe(tag);
    for (const each of tags) expect(decode(`nvidia/cuda:${each}`)).toMatchObject({ status: 'served', flavor: wish.flavor });
  });

  it('offers a neighbour of another major for a CUDA that is gone, and nothing for a distribution that never was', () => {
    expect(nearestServedCudaTags({ cuda: '10.2', flavor: 'devel', cudnn: undefined, os: 'ubuntu18.04' })[0]).toMatch(/^11\..*-devel-ubuntu18\.04$/);
    expect(nearestServedCudaTags({ cuda: '12.4.1', flavor: 'devel', cudnn: undefined, os: 'debian12' })).toEqual([]);
  });

  it('finds the very tag', () => {
    expect(cudaTagFor({ cuda: '11.6', flavor: 'devel', cudnn: '8', os: 'ubuntu20.04' })).toBe('11.6.2-cudnn8-devel-ubuntu20.04');
    expect(cudaTagFor({ cuda: '12.6.3', flavor: 'runtime', cudnn: '', os: 'ubuntu24.04' })).toBe('12.6.3-cudnn-runtime-ubuntu24.04');
    expect(cudaTagFor({ cuda: '10.2', flavor: 'devel', cudnn: undefined, os: 'ubuntu18.04' })).toBeUndefined();
  });
});
