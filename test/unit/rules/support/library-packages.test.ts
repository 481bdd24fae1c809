import { formatText } from '../../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../../src/core/dockerfile/read';
import { findInstalled, findLocalRepository, hasAptPreferences, isForArm, isNamed, listLibraryInstalls, listNames, networkDistro, type StageInstalls } from '../../../../src/core/rules/support/library-packages';
import { interpret } from '../../../../src/core/stack/interpret';

function installsOf(text: string): readonly StageInstalls[] {
  const dockerfile = readDockerfile(text, 'Dockerfile');
  if ('problem' in dockerfile) throw new Error(dockerfile.problem);
  return listLibraryInstalls(interpret(dockerfile));
}

/** The last install of a file, with those of its stage. */
function lastOf(text: string) {
  const installs = installsOf(text).at(-1);
  const install = installs?.own.at(-1);
  if (installs === undefined || install === undefined) throw new Error('installs nothing');
  return { installs, install };
}

describe('listLibraryInstalls', () => {
  it.each([
    ['no version', 'apt-get install -y libnvinfer8', ['libnvinfer8 no']],
    ['a version', 'apt-get install -y libnvinfer8=8.4.1-1+cuda11.6', ['libnvinfer8 exact 8.4.1-1+cuda11.6']],
    ['a pattern', 'apt-get install -y "libnvinfer8=8.4.1*"', ['libnvinfer8 pattern 8.4.1*']],
    ['any version', 'apt-get install -y "libnvinfer8=*"', ['libnvinfer8 no']],
    ['a version that only the build knows', 'apt-get install -y libnvinfer8=$(cat version)', ['libnvinfer8 unknown']],
    ['a release', 'apt-get install -y libnvinfer8/stable', ['libnvinfer8 unknown']],
    ['the names of RPM', 'yum install -y libnvinfer-devel-8.2.0-1.cuda10.2', ['libnvinfer-dev exact 8.2.0-1+cuda10.2']],
    ['several libraries, and others between them', 'apt-get install -y libcudnn8 curl libnccl2', ['libcudnn8 no', 'libnccl2 no']],
    ['a simulation', 'apt-get install --simulate libnvinfer8', []],
    ['a file', 'apt-get install -y ./libnvinfer8.deb', []],
  ])('reads %s', (_, command, expected) => {
    const found = installsOf(`FROM nvidia/cuda:11.6.1-base-ubuntu20.04\nRUN ${command}\n`).flatMap(({ own }) => own.flatMap(({ packages }) => packages));
    expect(found.map(({ name, pinned, version }) => [name, pinned, ...(version === undefined ? [] : [version])].join(' '))).toEqual(expected);
  });

  it('knows what the stages before installed', () => {
    const [, second] = installsOf('FROM nvidia/cuda:11.6.1-base-ubuntu20.04 AS a\nRUN apt-get install -y libcudnn8\nFROM a\nRUN apt-get install -y libnvinfer8\n');
    expect(second?.inherited.map(({ packages }) => packages[0]?.name)).toEqual(['libcudnn8']);
  });
});

describe('findInstalled', () => {
  const FROM = 'FROM nvidia/cuda:11.6.1-base-ubuntu20.04\n';
  it.each([
    ['the version', 'RUN apt-get install -y libcudnn8=8.4.1.50-1+cuda11.6', { upstream: '8.4.1.50', cuda: '11.6', certain: true }],
    ['the last one', 'RUN apt-get install -y libcudnn8=8.4.0.27-1+cuda11.6\nRUN apt-get install -y libcudnn8=8.4.1.50-1+cuda11.6', { upstream: '8.4.1.50', cuda: '11.6', certain: true }],
    ['one of a branch, which is not certain', 'RUN if [ -e /x ]; then apt-get install -y libcudnn8=8.4.1.50-1+cuda11.6; fi', { upstream: '8.4.1.50', cuda: '11.6', certain: false }],
    ['nothing where it floats', 'RUN apt-get install -y libcudnn8', undefined],
    ['nothing of another package', 'RUN apt-get install -y libnccl2=2.11.4-1+cuda11.6', undefined],
  ])('finds %s', (_, before, expected) => {
    const { install, installs } = lastOf(`${FROM}${before}\nRUN apt-get install -y libnvinfer8\n`);
    expect(findInstalled('libcudnn8', install, installs)).toEqual(expected);
  });
});

describe('findLocalRepository', () => {
  const DEB = 'nv-tensorrt-local-repo-ubuntu2204-10.3.0-cuda-12.5_1.0-1_amd64.deb';
  it.each([
    ['downloaded', `RUN wget https://example.com/${DEB} && dpkg -i ${DEB}`],
    ['copied', `COPY ${DEB} /tmp/\nRUN dpkg -i /tmp/${DEB}`],
    ['installed by apt', `COPY *.deb /tmp/\nRUN apt-get install -y /tmp/${DEB}`],
  ])('recognises a package that was %s', (_, before) => {
    const { install } = lastOf(`FROM nvidia/cuda:12.5.1-base-ubuntu22.04\n${before}\nRUN apt-get update && apt-get install -y libnvinfer10\n`);
    expect(findLocalRepository(install.stage, install.before)?.version).toBe('10.3.0');
  });

  it('finds none where nothing was added', () => {
    const { install } = lastOf('FROM nvidia/cuda:12.5.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y libnvinfer10\n');
    expect(findLocalRepository(install.stage, install.before)).toBeUndefined();
  });
});

describe('the state of apt', () => {
  it.each([
    ['a CUDA image', 'FROM nvidia/cuda:12.5.1-base-ubuntu22.04', 'ubuntu2204'],
    ['a plain image', 'FROM ubuntu:22.04', undefined],
    ['an image of Jetson', 'FROM nvcr.io/nvidia/l4t-base:r32.7.1', undefined],
  ])('tells the repository of %s', (_, from, expected) => {
    const { install } = lastOf(`${from}\nRUN apt-get install -y libnvinfer10\n`);
    expect(networkDistro(install.before)).toBe(expected);
  });

  it.each([
    ['a platform', 'FROM --platform=linux/arm64 nvidia/cuda:12.5.1-base-ubuntu22.04', true],
    ['a repository', 'FROM ubuntu:22.04\nRUN wget https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/sbsa/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb', true],
    ['nothing', 'FROM nvidia/cuda:12.5.1-base-ubuntu22.04', false],
  ])('knows ARM by %s', (_, head, expected) => {
    const { install } = lastOf(`${head}\nRUN apt-get install -y libnvinfer10\n`);
    expect(isForArm(install.stage)).toBe(expected);
  });

  it.each([
    ['a file of the project', 'COPY nvidia.pref /etc/apt/preferences.d/tensorrt', true],
    ['the one of the repository', 'COPY pin /etc/apt/preferences.d/cuda-repository-pin-600', false],
  ])('knows preferences: %s', (_, copy, expected) => {
    const { install } = lastOf(`FROM nvidia/cuda:12.5.1-base-ubuntu22.04\n${copy}\nRUN apt-get install -y libnvinfer10\n`);
    expect(hasAptPreferences(install.before)).toBe(expected);
  });
});

describe('isNamed', () => {
  it('knows patterns of names', () => {
    const { install } = lastOf('FROM nvidia/cuda:12.5.1-base-ubuntu22.04\nRUN apt-get install -y "libnvinfer*"\n');
    const [item] = install.packages;
    expect(item && isNamed(item, 'libnvinfer-dev')).toBe(true);
    expect(item && isNamed(item, 'libcudnn8')).toBe(false);
  });
});

describe('listNames', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd'], 'a, b and 2 more'],
  ])('%j → %s', (names, expected) => {
    expect(formatText(listNames(names))).toBe(expected);
  });
});
