// An ssh server for one key, at whose other end `docker` talks to an engine of ours.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './registry.mjs';
import { answers, makeFolder, startSupervised } from './supervised.mjs';

/**
 * Starts sshd on a port of 127.0.0.1. Gives `{ url: 'ssh://root@127.0.0.1:PORT', env, stop }`: with `env` (its PATH) `ssh`
 * is one that knows key and host; without, it is refused as anybody is.
 */
export async function startSshServer(engine) {
  const folder = makeFolder();
  const port = await freePort();
  const file = (name) => path.join(folder, name);
  for (const name of ['host-key', 'user-key']) keygen('-q', '-t', 'ed25519', '-N', '', '-f', file(name));
  copyFileSync(file('user-key.pub'), file('authorized_keys'));
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(file('host-key.pub'), 'utf8')}`);
  writeFileSync(
    file('sshd_config'),
    [
      ...[`ListenAddress 127.0.0.1:${port}`, `HostKey ${file('host-key')}`, `AuthorizedKeysFile ${file('authorized_keys')}`, 'PermitRootLogin yes'],
      // The folder lies in /var/tmp, where anybody may write.
      ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PidFile none', `SetEnv DOCKER_HOST=${engine.host} PATH=/usr/bin:/bin`],
    ].join('\n'),
  );
  writeFileSync(file('ssh_config'), [`IdentityFile ${file('user-key')}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${file('known_hosts')}`, ''].join('\n'));
  mkdirSync(file('bin'));
  writeFileSync(file('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${file('ssh_config')}' "$@"\n`, { mode: 0o755 });
  const supervised = await startSupervised(folder, {
    program: '/usr/sbin/sshd',
    args: ['-D', '-e', '-f', file('sshd_config')],
    emptyFolders: ['/run/sshd'],
    isReady: () => answers({ host: '127.0.0.1', port }),
  });
  return { url: `ssh://root@127.0.0.1:${port}`, env: { ...engine.env, PATH: `${file('bin')}:${engine.env.PATH}` }, stop: supervised.stop };
}

function keygen(...args) {
  const { status, stderr } = spawnSync('ssh-keygen', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
}
