import { expect, test } from 'vitest';
import { findScriptCall } from '../../../src/core/shell/script-call';
import { read } from './reading';

test.each([
  ['bash /tmp/install.sh x', { path: '/tmp/install.sh', shell: 'bash' }],
  ['sh -ex install', { path: 'install', shell: 'sh' }],
  ['./install.sh', { path: './install.sh', shell: undefined }],
  ['/opt/x/setup.bash && a', undefined],
  ['. ./build.sh', { path: './build.sh', shell: undefined }],
  ['source /opt/venv/bin/activate', undefined],
  ['. /etc/os-release', undefined],
  ['bash Miniconda3-latest-Linux-x86_64.sh -b', undefined],
  ['sh cuda_11.8.0_520.61.05_linux.run --silent', undefined],
  ['bash', undefined],
  ['curl x | bash', undefined],
  ['/usr/bin/python3 x.py', undefined],
])('%s', (text, expected) => {
  const command = read(text).commands[0];
  expect(command && findScriptCall(command)).toEqual(expected);
});
