import { expect, test } from 'vitest';
import { findScriptCall } from '../../../src/core/shell/script-call';
import { read } from './reading';

test.each([
  ['bash /tmp/install.sh x', { path: '/tmp/install.sh', shell: 'bash', harmless: false }],
  ['sh -ex install', { path: 'install', shell: 'sh', harmless: false }],
  ['./install.sh', { path: './install.sh', shell: undefined, harmless: false }],
  ['/opt/x/setup.bash && a', { path: '/opt/x/setup.bash', shell: undefined, harmless: true }],
  ['. ./build.sh', { path: './build.sh', shell: undefined, harmless: false }],
  ['source /opt/venv/bin/activate', { path: '/opt/venv/bin/activate', shell: undefined, harmless: true }],
  ['. /etc/os-release', { path: '/etc/os-release', shell: undefined, harmless: true }],
  ['bash Miniconda3-latest-Linux-x86_64.sh -b', undefined],
  ['sh cuda_11.8.0_520.61.05_linux.run --silent', undefined],
  ['bash', undefined],
  ['curl x | bash', undefined],
  ['/usr/bin/python3 x.py', undefined],
])('%s', (text, expected) => {
  const command = read(text).commands[0];
  expect(command && findScriptCall(command)).toEqual(expected);
});
