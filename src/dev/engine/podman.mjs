// Podman's Docker-compatible socket.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answers, makeFolder, startSupervised } from './supervised.mjs';

/** Starts podman's service on data of its own, without network. Gives `{ host: 'unix://…', socket, podman: argv in front of a podman command, stop }`. */
export async function startPodman() {
  const folder = makeFolder();
  const socket = path.join(folder, 'podman.sock');
  mkdirSync(path.join(folder, 'tmp'));
  writeFileSync(path.join(folder, 'containers.conf'), '[engine]\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\n[containers]\nlog_driver = "k8s-file"\n');
  const where = ['--root', path.join(folder, 'root'), '--runroot', path.join(folder, 'run'), '--tmpdir', path.join(folder, 'tmp')];
  const supervised = await startSupervised(folder, {
    program: 'podman',
    args: [...where, 'system', 'service', '--time=0', `unix://${socket}`],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, TMPDIR: path.join(folder, 'tmp'), CONTAINERS_CONF: path.join(folder, 'containers.conf') },
    isReady: () => answers({ path: socket }),
  });
  return { host: `unix://${socket}`, socket, stop: supervised.stop };
}
