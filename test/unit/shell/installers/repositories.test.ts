import { describe, expect, test } from 'vitest';
import { parseNvidiaRepositoryUrl } from '../../../../src/core/shell/installers/nvidia-repository';
import type { Action } from '../../../../src/core/shell/installers/model';
import { UNKNOWN } from '../../../../src/core/text/traced';
import { act, compact } from '../reading';

const REPOS = 'https://developer.download.nvidia.com/compute/cuda/repos';

/** The actions on repositories and keys only. */
function repositories(text: string): unknown {
  return act(text, { OS: 'ubuntu2004', UNSURE: UNKNOWN })
    .filter(({ kind }: Action) => kind.startsWith('repository'))
    .map(compact);
}

const cuda = (distro: string, arch = 'x86_64') => ({ repository: 'cuda', distro, arch });

describe('repositories', () => {
  test.each([
    [
      `echo "deb [signed-by=/x] ${REPOS}/$OS/x86_64 /" > /etc/apt/sources.list.d/cuda.list`,
      [{ kind: 'repository-add', manager: 'apt', url: `${REPOS}/ubuntu2004/x86_64`, nvidia: cuda('ubuntu2004') }],
    ],
    [
      'echo "deb http://archive.ubuntu.com/ubuntu focal-updates main" | sudo tee -a /etc/apt/sources.list',
      [{ kind: 'repository-add', manager: 'apt', url: 'http://archive.ubuntu.com/ubuntu', codename: 'focal' }],
    ],
    [
      "printf 'deb http://a x main\\ndeb-src http://b cloud-sdk main' > /etc/apt/sources.list.d/x.list",
      [
        { kind: 'repository-add', manager: 'apt', url: 'http://a', codename: 'x' },
        { kind: 'repository-add', manager: 'apt', url: 'http://b' },
      ],
    ],
    [
      'cat <<EOF > /etc/apt/sources.list.d/x.sources\nTypes: deb\nURIs: http://a\nSuites: jammy\nEOF\n',
      [{ kind: 'repository-add', manager: 'apt', url: 'http://a', codename: 'jammy' }],
    ],
    [
      `printf '[cuda]\\nbaseurl=${REPOS}/rhel9/x86_64\\n' > /etc/yum.repos.d/cuda.repo`,
      [{ kind: 'repository-add', manager: 'yum', url: `${REPOS}/rhel9/x86_64`, nvidia: cuda('rhel9') }],
    ],
    [
      'curl -sL https://nvidia.github.io/libnvidia-container/ubuntu20.04/x.list | sed "s#a#b#" | tee /etc/apt/sources.list.d/x.list',
      [
        {
          kind: 'repository-add',
          manager: 'apt',
          url: 'https://nvidia.github.io/libnvidia-container/ubuntu20.04/x.list',
          nvidia: { repository: 'nvidia-docker', distro: 'ubuntu2004' },
        },
      ],
    ],
    [
      `cd /etc/yum.repos.d && curl -O ${REPOS}/rhel8/sbsa/cuda-rhel8.repo`,
      [{ kind: 'repository-add', manager: 'yum', url: `${REPOS}/rhel8/sbsa/cuda-rhel8.repo`, nvidia: cuda('rhel8', 'sbsa') }],
    ],
    [`yum-config-manager --add-repo ${REPOS}/rhel7/x86_64/cuda-rhel7.repo`, [
      { kind: 'repository-add', manager: 'yum', url: `${REPOS}/rhel7/x86_64/cuda-rhel7.repo`, nvidia: cuda('rhel7') },
    ]],
    [`dnf config-manager --add-repo=${REPOS}/rhel9/x86_64`, [{ kind: 'repository-add', manager: 'yum', url: `${REPOS}/rhel9/x86_64`, nvidia: cuda('rhel9') }]],
    ['add-apt-repository -y ppa:deadsnakes/ppa', [{ kind: 'repository-add', manager: 'apt', url: 'ppa:deadsnakes/ppa' }]],
    [`add-apt-repository "deb ${REPOS}/ubuntu2204/x86_64/ /"`, [
      { kind: 'repository-add', manager: 'apt', url: `${REPOS}/ubuntu2204/x86_64/`, nvidia: cuda('ubuntu2204') },
    ]],
    [`zypper ar ${REPOS}/sles15/x86_64 cuda`, [{ kind: 'repository-add', manager: 'zypper', url: `${REPOS}/sles15/x86_64`, nvidia: cuda('sles15') }]],
    ['echo "deb x y" > /tmp/x.list', []],
    ['rm -f /etc/apt/sources.list.d/cuda.list', [{ kind: 'repository-remove', path: '/etc/apt/sources.list.d/cuda.list' }]],
    ['mv /etc/apt/sources.list.d/cuda.list /tmp', [{ kind: 'repository-remove', path: '/etc/apt/sources.list.d/cuda.list' }]],
    ["sed -i '/developer.download.nvidia.com/d' /etc/apt/sources.list.d/*", [{ kind: 'repository-remove', path: '/etc/apt/sources.list.d/*' }]],
    ["sed -i 's/archive/mirror/' /etc/apt/sources.list", []],
  ])('%s', (text, expected) => {
    expect(repositories(text)).toEqual(expected);
  });
});

describe('keys', () => {
  test.each([
    [`apt-key adv --fetch-keys ${REPOS}/$OS/x86_64/3bf863cc.pub`, [
      { kind: 'repository-key', tool: 'apt-key', url: `${REPOS}/ubuntu2004/x86_64/3bf863cc.pub`, keyId: '3bf863cc' },
    ]],
    ['apt-key adv --keyserver keyserver.ubuntu.com --recv-keys A4B469963BF863CC', [{ kind: 'repository-key', tool: 'apt-key', keyId: 'A4B469963BF863CC' }]],
    ['apt-key del 7fa2af80', [{ kind: 'repository-key', tool: 'apt-key', keyId: '7fa2af80', removed: true }]],
    ['curl -fsSL https://x/7fa2af80.pub | apt-key add -', [{ kind: 'repository-key', tool: 'apt-key', url: 'https://x/7fa2af80.pub', keyId: '7fa2af80' }]],
    ['wget https://x/3bf863cc.pub && apt-key add 3bf863cc.pub', [{ kind: 'repository-key', tool: 'apt-key', url: 'https://x/3bf863cc.pub', keyId: '3bf863cc' }]],
    ['curl -s https://x/gpgkey | gpg --dearmor -o /usr/share/keyrings/x.gpg', [{ kind: 'repository-key', tool: 'gpg', url: 'https://x/gpgkey' }]],
    ['wget -O /etc/apt/trusted.gpg.d/x.asc https://x/key', [{ kind: 'repository-key', tool: 'gpg', url: 'https://x/key' }]],
    [`wget ${REPOS}/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb`, [
      { kind: 'repository-key', tool: 'keyring-package', url: `${REPOS}/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb` },
      { kind: 'repository-add', manager: 'apt', url: `${REPOS}/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb`, nvidia: cuda('ubuntu2204') },
    ]],
    ['dpkg -i cuda-repo-ubuntu1804_10.0.130-1_amd64.deb', [{ kind: 'repository-add', manager: 'apt', nvidia: cuda('ubuntu1804') }]],
    ['curl -s https://x/key > /tmp/key', []],
  ])('%s', (text, expected) => {
    expect(repositories(text)).toEqual(expected);
  });
});

test.each([
  [`${REPOS}/ubuntu2004/x86_64/`, cuda('ubuntu2004')],
  ['http://developer.download.nvidia.cn/compute/cuda/repos/ubuntu2204/sbsa/x.deb', cuda('ubuntu2204', 'sbsa')],
  ['https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64', { repository: 'machine-learning', distro: 'ubuntu1804', arch: 'x86_64' }],
  ['https://nvidia.github.io/libnvidia-container/stable/deb/amd64', { repository: 'nvidia-docker', distro: '', arch: '' }],
  ['https://nvidia.github.io/nvidia-docker/ubuntu18.04/amd64', { repository: 'nvidia-docker', distro: 'ubuntu1804', arch: 'amd64' }],
  [`${REPOS}/${UNKNOWN}/x86_64`, undefined],
  [`${REPOS}/ubuntu2004/${UNKNOWN}/`, undefined],
  ['https://developer.download.nvidia.com/devtools/repos/ubuntu2204/amd64/', undefined],
])('reads the repository in %s', (url, expected) => {
  expect(parseNvidiaRepositoryUrl(url)).toEqual(expected);
});
