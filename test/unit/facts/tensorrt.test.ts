import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { aptBuilds } from '../../../src/core/facts/apt-builds';
import { isAptVersionKnown, nearestAptVersions, newestAptBuild, newestKnownTensorRT } from '../../../src/core/facts/apt-versions';
import { chooseBuilds, distributionsOf, tensorRTBuilds, tensorRTCudaSuffixes } from '../../../src/core/facts/tensorrt-builds';
import { aptVersionOf, packageFamily, releaseHasPackage, successorOf } from '../../../src/core/facts/tensorrt-packages';
import { dependencyEvidence, exactDependenciesOf, pinSet } from '../../../src/core/facts/tensorrt-pins';
import { cudaBuildsOf, findTensorRTRelease, lacksCudaBuild, tensorRTReleases, type TensorRTRelease } from '../../../src/core/facts/tensorrt-releases';

function release(version: string): TensorRTRelease {
  const found = findTensorRTRelease(version);
  if (found === undefined) throw new Error(`no release ${version}`);
  return found;
}

describe('TensorRT releases', () => {
  it.each([
    ['8.6.1.6', '8.6.1'],
    ['8.6.1', '8.6.1'],
    ['8.6', '8.6.2'],
    ['10.3.0.30', '10.3.0'],
    ['8.7', undefined],
    ['', undefined],
  ])('%j means %j', (version, expected) => {
    expect(findTensorRTRelease(version)?.version).toBe(expected);
  });

  it('lie in order, and the newest is the last', () => {
    expect(tensorRTReleases().length).toBeGreaterThan(60);
    expect(tensorRTReleases().at(-1)?.version).toBe(newestKnownTensorRT());
  });

  it.each([
    ['8.5.2', '11.8', false],
    ['8.5.2', '10.2', false],
    ['8.5.2', '11.4', true],
    ['8.6.1', '10.2', true],
    ['8.4.3', '10.2', undefined],
    ['7.2.1', '11.2', undefined],
    ['11.4.1', '13.4', undefined],
  ])('%s was never built for CUDA %s: %j', (version, cuda, expected) => {
    expect(lacksCudaBuild(release(version), cuda)).toBe(expected);
  });

  it('knows where packages lie', () => {
    expect(distributionsOf(release('7.2.2'))).toEqual(['ubuntu1604', 'ubuntu1804']);
    expect(distributionsOf(release('8.6.1'))).toEqual(['ubuntu1804', 'ubuntu2004', 'ubuntu2204']);
    expect(distributionsOf(release('11.4.1'))).toEqual([]);
  });

  it('knows the builds of archives and packages', () => {
    expect(cudaBuildsOf(release('8.5.2'))).toEqual(['10.2', '11.8']);
    expect(tensorRTCudaSuffixes('8.6')).toEqual(['11.8', '12.0']);
  });
});

describe('TensorRT packages', () => {
  it('reads families', () => {
    expect(packageFamily('libnvinfer-plugin8')).toMatchObject({ family: 'libnvinfer-plugin{M}', major: 8 });
    expect(packageFamily('libnvinfer-dev')).toMatchObject({ family: 'libnvinfer-dev', major: undefined });
    expect(packageFamily('libnvparsers8')).toMatchObject({ removedIn: '10.0.0' });
    expect(packageFamily('libnvidia-compute-535')).toBeUndefined();
  });

  it.each([
    ['10.0.1', 'libnvparsers-dev', false],
    ['8.6.1', 'libnvparsers-dev', true],
    ['10.3.0', 'libnvinfer8', false],
    ['10.3.0', 'libnvinfer10', true],
    ['8.5.3', 'libnvinfer-lean8', false],
    ['10.14.1', 'libnvinfer-samples', false],
    ['10.1.0', 'onnx-graphsurgeon', false],
    ['8.6.1', 'libnvinfer-doc', undefined],
    ['8.6.1', 'bash', undefined],
  ])('%s has %s: %j', (version, name, expected) => {
    expect(releaseHasPackage(release(version), name)).toBe(expected);
  });

  it('names successors', () => {
    expect(successorOf('libnvinfer8', 10)).toBe('libnvinfer10');
    expect(successorOf('libnvinfer-dev', 10)).toBe('libnvinfer-dev');
    expect(successorOf('libnvparsers8', 10)).toBeUndefined();
    expect(successorOf('libnvinfer8', 99)).toBeUndefined();
    expect(successorOf('bash', 10)).toBeUndefined();
  });

  it.each([
    ['libnvinfer8', '8.4.3', '11.6', '8.4.3-1+cuda11.6'],
    ['tensorrt', '8.4.3', '11.6', '8.4.3.1-1+cuda11.6'],
    ['libnvinfer8', '8.6.1', '12.0', '8.6.1.6-1+cuda12.0'],
    ['tensorrt', '8.0.2', '11.3', undefined],
  ])('%s of %s for %s is %j', (name, version, cuda, expected) => {
    expect(aptVersionOf(name, release(version), cuda)).toBe(expected);
  });

  it('gives every seen package the version that the naming rule says', () => {
    const wrong = tensorRTBuilds().flatMap((build) =>
      build.sightings.flatMap((sighting) =>
        sighting.packages
          .filter((name) => build.release.fullVersion !== null && aptVersionOf(name, build.release, build.cuda) !== sighting.version)
          .map((name) => `${name} ${sighting.version}`),
      ),
    );
    // The early-access packages of 8.0.0 came before its final fourth part.
    expect(wrong).toEqual(['tensorrt 8.0.0.1-1+cuda10.2']);
  });

  it('has every seen package in its release', () => {
    const wrong = tensorRTBuilds().flatMap((build) =>
      build.sightings.flatMap((sighting) => sighting.packages.filter((name) => releaseHasPackage(build.release, name) === false).map((name) => `${name} ${sighting.version}`)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('apt versions of TensorRT', () => {
  it.each([
    // Published for CUDA 10.2 and 11.8 only; Jetson has a build of its own.
    ['libnvinfer8', '8.5.2-1+cuda11.4', 'ubuntu2004', 'absent'],
    ['libnvinfer8', '8.5.2-1+cuda11.4', 'jetpack5.1', 'known'],
    ['libnvinfer8', '8.5.2-1+cuda11.4', undefined, 'known'],
    ['libnvinfer8', '8.5.2.2-1+cuda11.8', 'ubuntu2004', 'absent'],
    ['tensorrt', '8.5.2-1+cuda11.8', 'ubuntu2004', 'absent'],
    ['libnvinfer8', '8.2.1-1+cuda11.2', 'ubuntu2004', 'absent'],
    ['libnvinfer8', '8.2.0-1.cuda10', 'rhel7', 'absent'],
    ['libnvinfer8', '8.2.0-1.cuda10.2', 'rhel7', 'unknown'],
    ['libnvinfer8', '8.2.1-1+cuda10.2', 'ubuntu2004', 'absent'],
    ['libnvinfer8', '8.0.1-1+cuda11.1', 'ubuntu2004', 'absent'],
    ['libnvinfer8', '8.0.0-1+cuda11.0', 'ubuntu2004', 'known'],
    ['libnvinfer8', '8.6.1.6-1+cuda12.0', 'ubuntu2204', 'known'],
    ['libnvinfer-headers-plugin-dev', '8.6.1.6-1+cuda12.0', 'ubuntu2204', 'known'],
    ['libnvinfer-vc-plugin8', '8.6.1.6-1+cuda12.0', 'ubuntu2004', 'known'],
    ['libnvinfer10', '10.8.0.43-1+cuda12.8', 'ubuntu2204', 'known'],
    ['libnvonnxparsers10', '10.9.0.*', 'ubuntu2204', 'known'],
    ['libnvinfer8', '8.4.3-1+cuda11.6', 'ubuntu2004', 'known'],
    ['libnvinfer7', '7.2.2-1+cuda11.1', 'ubuntu1804', 'known'],
    ['libnvinfer5', '5.0.2-1+cuda10.0', 'ubuntu1804', 'unknown'],
    ['libnvinfer10', '10.99.0.1-1+cuda12.9', 'ubuntu2204', 'unknown'],
    ['libnvinfer10', '10.99.*', 'ubuntu2204', 'unknown'],
    // The saved index has the libraries of 8.2.5, the metapackage only from 8.4.1 on.
    ['libnvinfer8', '8.2.5-1+cuda11.4', 'ubuntu2004', 'known'],
    ['tensorrt', '8.2.5.1-1+cuda11.4', 'ubuntu2004', 'absent'],
    ['libnvinfer8', '8.6.1.6', 'ubuntu2204', 'absent'],
    ['libnvinfer8', '8.6.1-1+cuda12.0', 'ubuntu2204', 'absent'],
    ['libnvinfer8', '8.6.1.6', 'rhel8', 'unknown'],
    ['libnvinfer8', 'nonsense', 'ubuntu2204', 'unknown'],
    ['bash', '8.6.1.6-1+cuda12.0', 'ubuntu2204', 'unknown'],
  ])('%s %s on %s: %s', (name, version, distro, status) => {
    const answer = isAptVersionKnown(name, version, distro);
    expect(answer.status).toBe(status);
    if (status !== 'unknown') expect(formatText(answer.evidence?.fact ?? '')).toMatch(/\.$/);
  });

  it('calls nothing absent that was seen in a network repository', () => {
    const wrong = tensorRTBuilds().flatMap((build) =>
      build.sightings.flatMap((sighting) =>
        sighting.packages.filter((name) => isAptVersionKnown(name, sighting.version, sighting.distro ?? 'ubuntu2204').status === 'absent').map((name) => `${name} ${sighting.version}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    // What plain `apt-get install libnvinfer8` takes on a CUDA 11.6 image: a build for CUDA 12.
    ['libnvinfer8', 'ubuntu2004', '8.6.1.6-1+cuda12.0', '12.0'],
    ['libnvinfer-dev', 'ubuntu2004', '10.13.0.35-1+cuda12.9', '12.9'],
    ['libnvinfer8', 'ubuntu2404', undefined, undefined],
    ['bash', 'ubuntu2204', undefined, undefined],
  ])('takes for %s on %s: %j', (name, distro, version, cuda) => {
    expect(newestAptBuild(name, distro)?.version).toBe(version);
    expect(newestAptBuild(name, distro)?.cuda).toBe(cuda);
  });

  it('offers what exists instead', () => {
    expect(nearestAptVersions('libnvinfer8', '8.5.2-1+cuda11.4', 'ubuntu2004')[0]).toBe('8.5.2-1+cuda11.8');
    expect(nearestAptVersions('libnvinfer8', '8.2.0-1.cuda10', 'rhel7')[0]).toBe('8.2.0-1+cuda11.4');
    expect(nearestAptVersions('libnvinfer8', 'x', 'ubuntu2004')).toEqual([]);
  });

  it('lists sightings', () => {
    expect(aptBuilds({ package: 'libnvinfer8', distro: 'ubuntu2004', version: '8.4.*' }).map((build) => build.version)).toContain('8.4.3-1+cuda11.6');
    expect(aptBuilds({ version: '8.4.3-1+cuda11.6' }).length).toBeGreaterThan(1);
    expect(aptBuilds({ package: 'bash' })).toEqual([]);
  });
});

describe('the build for a stage', () => {
  it.each([
    [{ package: 'libnvinfer8', cuda: '11.6.0', distro: 'ubuntu2004' }, '8.4.3-1+cuda11.6'],
    [{ package: 'tensorrt', cuda: '11.6.2', distro: 'ubuntu2004' }, '8.4.3.1-1+cuda11.6'],
    [{ package: 'libnvinfer8', cuda: '11.4.3', distro: 'ubuntu1804' }, '8.2.5-1+cuda11.4'],
    [{ package: 'libnvinfer8', cuda: '12.3.2', distro: 'ubuntu2204' }, '8.6.1.6-1+cuda12.0'],
    [{ package: 'libnvinfer10', cuda: '12.4.1', distro: 'ubuntu2204' }, '10.1.0.27-1+cuda12.4'],
    [{ package: 'libnvinfer10', cuda: '12.3.2', distro: 'ubuntu2204' }, '10.1.0.27-1+cuda12.4'],
    [{ package: 'libnvinfer-dev', cuda: '11.8.0', distro: 'ubuntu2004' }, '10.6.0.26-1+cuda11.8'],
    [{ package: 'libnvinfer8', version: '8.5', cuda: '11.8.0', distro: 'ubuntu2004' }, '8.5.3-1+cuda11.8'],
    [{ package: 'libnvinfer8', cuda: '13.0.1', distro: 'ubuntu2204' }, undefined],
    [{ package: 'libnvinfer8', cuda: '11.6.0', distro: 'alpine' }, undefined],
    [{ packages: ['libnvinfer-dev', 'libnvparsers-dev'], cuda: '12.4.1', distro: 'ubuntu2204' }, '8.6.1.6-1+cuda12.0'],
  ])('%j: %j', (wish, expected) => {
    expect(chooseBuilds(wish)[0]?.aptVersion).toBe(expected);
  });

  it('puts releases that need another cuDNN last', () => {
    const [first] = chooseBuilds({ package: 'tensorrt', cuda: '12.2', cudnn: '9.1', distro: 'ubuntu2204' });
    expect(first?.release.version.startsWith('10.')).toBe(true);
  });

  it('says why and on what evidence', () => {
    const [first] = chooseBuilds({ package: 'libnvinfer8', cuda: '11.6.0', distro: 'ubuntu2004' });
    expect(first?.reason).toContain('CUDA 11.6');
    expect(formatText(first?.evidence?.fact ?? '')).toContain('ubuntu2004');
  });

  it('never crosses a CUDA major', () => {
    for (const cuda of ['10.2', '11.2', '11.8', '12.0', '12.9', '13.0']) {
      for (const candidate of chooseBuilds({ cuda, distro: 'ubuntu2204' })) expect(candidate.cuda.split('.')[0]).toBe(cuda.split('.')[0]);
    }
  });
});

describe('pins', () => {
  const names = (packages: readonly string[], version: string, cuda: string): readonly string[] | undefined =>
    pinSet(packages, { release: release(version), cuda })?.map((pin) => pin.package);

  it('knows exact dependencies by release', () => {
    expect(exactDependenciesOf('libnvinfer-dev', release('8.4.3'))).toEqual(['libnvinfer8']);
    expect(exactDependenciesOf('libnvinfer-dev', release('8.6.1'))).toEqual(['libnvinfer8', 'libnvinfer-headers-dev']);
    expect(exactDependenciesOf('libnvinfer-dev', release('10.9.0'))).toEqual(['libnvinfer10', 'libnvinfer-headers-dev']);
    expect(exactDependenciesOf('libnvinfer8', release('8.6.1'))).toEqual([]);
    expect(formatText(dependencyEvidence('libnvinfer-dev', release('8.6.1'))?.fact ?? '')).toContain('libnvinfer-headers-dev');
    expect(dependencyEvidence('libnvinfer8', release('8.6.1'))).toBeUndefined();
  });

  it('closes over them', () => {
    expect(names(['libnvinfer8'], '8.4.3', '11.6')).toEqual(['libnvinfer8']);
    expect(names(['libnvinfer-dev', 'curl'], '8.4.3', '11.6')).toEqual(['libnvinfer-dev', 'libnvinfer8']);
    expect(names(['python3-libnvinfer'], '8.2.2', '11.4')).toEqual(['python3-libnvinfer', 'libnvinfer8', 'libnvinfer-plugin8', 'libnvparsers8', 'libnvonnxparsers8']);
    expect(new Set(names(['tensorrt'], '8.4.3', '11.6'))).toEqual(
      new Set([
        'tensorrt',
        'libnvinfer8',
        'libnvinfer-plugin8',
        'libnvparsers8',
        'libnvonnxparsers8',
        'libnvinfer-bin',
        'libnvinfer-dev',
        'libnvinfer-plugin-dev',
        'libnvparsers-dev',
        'libnvonnxparsers-dev',
        'libnvinfer-samples',
      ]),
    );
  });

  it('gives metapackages and libraries their own form of version', () => {
    const pins = pinSet(['tensorrt'], { release: release('8.4.3'), cuda: '11.6' });
    expect(pins?.[0]).toEqual({ package: 'tensorrt', version: '8.4.3.1-1+cuda11.6', added: false });
    expect(pins?.[1]).toEqual({ package: 'libnvinfer8', version: '8.4.3-1+cuda11.6', added: true });
  });

  it('refuses a release that lacks the package', () => {
    expect(names(['libnvparsers8'], '10.0.1', '12.4')).toBeUndefined();
    expect(names(['libnvinfer8'], '10.0.1', '12.4')).toBeUndefined();
  });

  it('pins only what the release has, and is closed', () => {
    for (const build of tensorRTBuilds()) {
      const major = build.release.version.split('.')[0] ?? '';
      for (const name of ['tensorrt', 'libnvinfer-bin', 'libnvinfer-samples', 'python3-libnvinfer-dev', `libnvonnxparsers${major}`]) {
        if (releaseHasPackage(build.release, name) !== true) continue;
        const pins = pinSet([name], build) ?? [];
        const pinned = new Set(pins.map((pin) => pin.package));
        for (const pin of pins) {
          expect(releaseHasPackage(build.release, pin.package)).not.toBe(false);
          for (const dependency of exactDependenciesOf(pin.package, build.release)) expect(pinned.has(dependency)).toBe(true);
        }
      }
    }
  });
});
