import { describe, expect, test } from 'vitest';
import { UNKNOWN } from '../../../../src/core/text/traced';
import { act, actions, at } from '../reading';

const apt = { kind: 'package-install', manager: 'apt' };

describe('apt', () => {
  test.each([
    ['apt-get update', [{ kind: 'package-index-update', manager: 'apt' }]],
    ['apt-get -o Acquire::Retries=3 -qq update', [{ kind: 'package-index-update', manager: 'apt' }]],
    ['apt-get -y dist-upgrade', [{ kind: 'package-upgrade', manager: 'apt' }]],
    [
      'apt-get install -y --no-install-recommends libnvinfer8=8.6.1-1+cuda11.8 "libcudnn8=8.9.*"',
      [{ ...apt, packages: [{ name: 'libnvinfer8', version: '8.6.1-1+cuda11.8' }, { name: 'libcudnn8', version: '8.9.*' }], assumeYes: true, noInstallRecommends: true }],
    ],
    ['apt install -yqq -t jammy a/focal b:arm64 b:arm64=1', [
      {
        ...apt,
        packages: [{ name: 'a', release: 'focal' }, { name: 'b', architecture: 'arm64' }, { name: 'b', architecture: 'arm64', version: '1' }],
        assumeYes: true,
        targetRelease: 'jammy',
      },
    ]],
    ['apt-get install --allow-downgrades --allow-change-held-packages --allow-unauthenticated a', [
      { ...apt, packages: [{ name: 'a' }], allowDowngrades: true, allowChangeHeldPackages: true, allowUnauthenticated: true },
    ]],
    ['apt-get install -o APT::Install-Recommends=false -o=APT::Get::Assume-Yes=true a', [{ ...apt, packages: [{ name: 'a' }], noInstallRecommends: true, assumeYes: true }]],
    ['apt-get install ./x.deb /tmp/y.deb g++ libstdc++6', [
      { ...apt, packages: [{ name: './x.deb', localFile: true }, { name: '/tmp/y.deb', localFile: true }, { name: 'g++' }, { name: 'libstdc++6' }] },
    ]],
    ['apt-get install a b-', [
      { kind: 'package-remove', manager: 'apt', packages: [{ name: 'b' }] },
      { ...apt, packages: [{ name: 'a' }] },
    ]],
    ['apt-get -d install a', [{ ...apt, packages: [{ name: 'a' }], simulated: true }]],
    ['yes | apt-get install a', [{ kind: 'execute' }, { ...apt, packages: [{ name: 'a' }], assumeYes: true }]],
    ['apt-get install $X=$X lib$X', [{ ...apt, packages: [{ name: '?', version: '?' }, { name: 'lib?' }] }]],
    ['apt-get purge --auto-remove -y a', [{ kind: 'package-remove', manager: 'apt', packages: [{ name: 'a' }] }]],
    ['apt-mark hold a b', [{ kind: 'package-hold', hold: true, packages: [{ name: 'a' }, { name: 'b' }] }]],
    ['apt-mark unhold a', [{ kind: 'package-hold', packages: [{ name: 'a' }] }]],
    ['echo "a hold" | dpkg --set-selections', [{ kind: 'execute' }, { kind: 'package-hold', hold: true, packages: [{ name: 'a' }] }]],
    ['apt-get satisfy "a (= 1.2)" "b (>= 2)" c', [{ ...apt, packages: [{ name: 'a', version: '1.2' }, { name: 'b' }, { name: 'c' }] }]],
    ['apt-get clean', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text, { X: UNKNOWN })).toEqual(expected);
  });

  test('places of name, version and the end of the list', () => {
    const text = 'V=8.6.1-1+cuda11.8; apt-get install "libnvinfer8=8.5.3-1+cuda11.8" libnvinfer-dev=$V -y';
    const install = act(text).find(({ kind }) => kind === 'package-install');
    if (install?.kind !== 'package-install') throw new Error('no install');
    const [first, second] = install.packages;
    expect([first?.range, first?.name.locate()?.range, first?.version?.locate()?.range].map((range) => range && at(text, range))).toEqual([
      '"libnvinfer8=8.5.3-1+cuda11.8"',
      'libnvinfer8',
      '8.5.3-1+cuda11.8',
    ]);
    expect(second?.version?.locate()?.range).toEqual({ start: 1000 + text.indexOf('$V'), end: 1000 + text.indexOf('$V') + 2 });
    expect(second?.version?.edit(0, 5, '8.6.0')).toMatchObject({ range: { start: 1002, end: 1007 } });
    expect(text.slice(0, install.insertAt - 1000)).toMatch(/libnvinfer-dev=\$V$/);
  });
});

describe('dpkg and rpm', () => {
  test.each([
    ['dpkg -i a.deb /tmp/*.deb', [{ kind: 'local-package-install', tool: 'dpkg', files: [{ path: 'a.deb' }, { path: '/tmp/*.deb' }] }]],
    ['dpkg -r a', [{ kind: 'package-remove', manager: 'apt', packages: [{ name: 'a' }] }]],
    ['dpkg -x a.deb /opt', [{ kind: 'extract', archive: 'a.deb', into: '/opt' }]],
    ['dpkg --add-architecture i386', [{ kind: 'execute' }]],
    ['rpm -Uvh https://x/a.rpm', [{ kind: 'local-package-install', tool: 'rpm', files: [{ path: 'https://x/a.rpm' }] }]],
    ['rpm --import https://x/KEY', [{ kind: 'repository-key', tool: 'rpm', url: 'https://x/KEY' }]],
    ['rpm -e a', [{ kind: 'package-remove', manager: 'yum', packages: [{ name: 'a' }] }]],
    ['rpm -qa', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text)).toEqual(expected);
  });
});

describe('yum and dnf', () => {
  const yum = { kind: 'package-install', manager: 'yum' };
  test.each([
    ['yum install -y libnvinfer8-8.2.0-1.cuda10.2', [{ ...yum, packages: [{ name: 'libnvinfer8', version: '8.2.0-1.cuda10.2' }], assumeYes: true }]],
    ['dnf install cuda-toolkit-11-8 cuda-cudart-11-8-11.8.89-1.x86_64', [
      { ...yum, packages: [{ name: 'cuda-toolkit-11-8' }, { name: 'cuda-cudart-11-8', version: '11.8.89-1', architecture: 'x86_64' }] },
    ]],
    ['yum install libnvinfer8-$V-1.cuda11.8 libcudnn8-8.9.*', [
      { ...yum, packages: [{ name: 'libnvinfer8', version: '?-1.cuda11.8' }, { name: 'libcudnn8', version: '8.9.*' }] },
    ]],
    ['dnf module install -y nvidia-driver:latest', [{ ...yum, packages: [{ name: 'nvidia-driver' }], assumeYes: true }]],
    ['microdnf remove a', [{ kind: 'package-remove', manager: 'yum', packages: [{ name: 'a' }] }]],
    ['yum update -y', [{ kind: 'package-upgrade', manager: 'yum' }]],
    ['yum makecache', [{ kind: 'package-index-update', manager: 'yum' }]],
    ['yum versionlock add a', [{ kind: 'package-hold', hold: true, packages: [{ name: 'a' }] }]],
    ['yum clean all', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text, { V: UNKNOWN })).toEqual(expected);
  });
});

describe('other managers', () => {
  test.each([
    ['apk add --no-cache -t .deps a=1.2-r0 "b~=1"', [
      { kind: 'package-install', manager: 'apk', packages: [{ name: 'a', version: '1.2-r0' }, { name: 'b', version: '~=1' }], assumeYes: true },
    ]],
    ['apk del a', [{ kind: 'package-remove', manager: 'apk', packages: [{ name: 'a' }] }]],
    ['zypper -n in --no-recommends a', [{ kind: 'package-install', manager: 'zypper', packages: [{ name: 'a' }], assumeYes: true, noInstallRecommends: true }]],
    ['zypper refresh', [{ kind: 'package-index-update', manager: 'zypper' }]],
    ['pacman -Syu --noconfirm a', [
      { kind: 'package-index-update', manager: 'pacman' },
      { kind: 'package-upgrade', manager: 'pacman' },
      { kind: 'package-install', manager: 'pacman', packages: [{ name: 'a' }], assumeYes: true },
    ]],
    ['pacman -Qs a', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text)).toEqual(expected);
  });
});
