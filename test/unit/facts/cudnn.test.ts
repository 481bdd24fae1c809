import { describe, expect, it } from 'vitest';
import { isAptVersionKnown, newestAptBuild } from '../../../src/core/facts/apt-versions';
import { chooseCudnnBuilds, cudnnAptBuilds, cudnnPackageOf, cudnnRelease, cudnnReleases, parseCudnnPackage } from '../../../src/core/facts/cudnn';

describe('cuDNN', () => {
  it('finds releases by any number of parts', () => {
    expect(cudnnRelease('8.4.0.27')?.version).toBe('8.4.0');
    expect(cudnnRelease('8.4.0')?.fullVersion).toBe('8.4.0.27');
    expect(cudnnRelease('9')?.version).toBe(cudnnReleases().at(-1)?.version);
    expect(cudnnRelease('99')).toBeUndefined();
  });

  it.each([
    ['libcudnn8', { major: 8, cuda: undefined, part: 'runtime' }],
    ['libcudnn8-dev', { major: 8, cuda: undefined, part: 'dev' }],
    ['libcudnn9-cuda-12', { major: 9, cuda: '12', part: 'runtime' }],
    ['libcudnn9-headers-cuda-13', { major: 9, cuda: '13', part: 'headers' }],
    ['cudnn9-cuda-12-4', { major: 9, cuda: '12.4', part: 'meta' }],
    ['libcublas-12-4', undefined],
    ['cudnn9', undefined],
  ])('reads %s', (name, expected) => {
    expect(parseCudnnPackage(name)).toEqual(expected);
  });

  it('names packages', () => {
    expect([cudnnPackageOf('8.6', '11.8'), cudnnPackageOf('9', '12.4.1'), cudnnPackageOf('x', '12')]).toEqual(['libcudnn8', 'libcudnn9-cuda-12', undefined]);
  });

  it.each([
    ['libcudnn9-cuda-12', '9.10.2.21-1', 'ubuntu2204', 'known'],
    ['libcudnn9-cuda-12', '9.10.2.21-1+cuda12.8', 'ubuntu2204', 'absent'],
    ['libcudnn8', '8.9.5.29-1+cuda12.2', 'ubuntu2204', 'known'],
    ['libcudnn8', '8.9.7.29-1+cuda12.2', 'ubuntu2204', 'known'],
    ['libcudnn8', '8.2.1.32-1+cuda10.2', 'ubuntu2004', 'known'],
    ['libcudnn8', '8.2.4.15-1+cuda11.2', 'ubuntu2004', 'absent'],
    ['libcudnn8', '8.2.4.15-1+cuda11', 'ubuntu1804', 'absent'],
    ['libcudnn5', '5.1.3-1+cuda7.5', 'ubuntu1404', 'unknown'],
    ['libnccl2', '2.26.2-1+cuda12.8', 'ubuntu2204', 'known'],
    ['libnccl2', '2.4.8-1+cuda10.1', 'ubuntu1804', 'known'],
    ['libnccl2', '2.99.1-1+cuda12.8', 'ubuntu2204', 'unknown'],
    ['libnccl2', '2.13.4-1+cuda11.7', 'ubuntu2004', 'known'],
    ['libnccl2', '2.8.4-1+cuda11.7', 'ubuntu2004', 'absent'],
  ])('%s %s on %s: %s', (name, version, distro, status) => {
    expect(isAptVersionKnown(name, version, distro).status).toBe(status);
  });

  it.each([
    // Reported: not found on a rebuilt nvidia/cuda:10.1 image, which no longer names that repository.
    ['libnccl2', '2.4.8-1+cuda10.1', 'machine-learning'],
    ['libcudnn7', '7.6.5.32-1+cuda10.1', 'machine-learning'],
    ['libnccl2', '2.15.5-1+cuda11.8', undefined],
    ['libnccl2', '2.15.5-1+cuda10.2', undefined],
  ])('%s %s lies only in the repository %j', (name, version, repository) => {
    expect(isAptVersionKnown(name, version, 'ubuntu1804')).toMatchObject({ status: 'known', onlyIn: repository });
  });

  it('calls nothing absent that was seen', () => {
    for (const name of ['libcudnn7', 'libcudnn8', 'libcudnn8-dev', 'libcudnn9-cuda-12']) {
      for (const build of cudnnAptBuilds({ package: name })) {
        expect(isAptVersionKnown(name, build.version, build.distro ?? 'ubuntu2004').status).toBe('known');
      }
    }
  });

  it.each([
    [{ cuda: '11.8.0', major: 8, distro: 'ubuntu2204' }, /^8\.\d.*\+cuda11\.8$/],
    [{ cuda: '12.4.1', major: 9, distro: 'ubuntu2204' }, /^9\.[\d.]+-1$/],
    [{ cuda: '11.6.2', major: 8, distro: 'ubuntu2004' }, /^8\.[\d.]+-1\+cuda11\.[0-6]$/],
  ])('chooses for %j', (wish, expected) => {
    const [first] = chooseCudnnBuilds(wish);
    expect(first?.version).toMatch(expected);
  });

  it('never crosses a CUDA major', () => {
    for (const candidate of chooseCudnnBuilds({ cuda: '11.8.0', distro: 'ubuntu2004' })) expect(candidate.cuda).toMatch(/^11(\.|$)/);
  });

  it('knows the newest cuDNN 8, which was built for CUDA 12', () => {
    expect(newestAptBuild('libcudnn8', 'ubuntu2204')?.cuda).toBe('12.2');
  });
});
