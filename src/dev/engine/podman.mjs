// Podman: its Docker-compatible socket, and its command line without root.
import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nvidiaSmi } from './stand-in/nvidia-smi.mjs';
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

/** Where Podman looks for CDI specifications: version 4 cannot be told another folder. */
const SPECIFICATION = '/var/run/cdi/trtc-stand-in.json';
/** Numbers of users and groups that a user without root may give away. */
const SUBORDINATES = '300000:65536';

/**
 * Podman as a user without root has it, on data of its own, without network, and with the GPUs of a machine (see
 * stand-in/gpus.mjs) as CDI devices. Gives `{ run(argv, { cwd, env }), stop }`; `run` gives what spawnSync gives.
 */
export function setUpRootlessPodman({ user, uid, gid, machine }) {
  const folder = mkdtempSync('/var/tmp/trtc-podman-');
  const place = (name) => path.join(folder, name);
  const subordinate = `${user}:${SUBORDINATES}\n`;
  for (const file of ['/etc/subuid', '/etc/subgid']) appendFileSync(file, subordinate);
  // The kernel of some sandboxes refuses the limits that Podman asks for by itself.
  writeFileSync(place('containers.conf'), '[engine]\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\nruntime = "runc"\n[containers]\nlog_driver = "k8s-file"\nnetns = "none"\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n');
  for (const name of ['home', 'run']) mkdirSync(place(name), { mode: 0o700 });
  writeCdiSpecification(folder, machine);
  for (const name of ['', 'home', 'run']) chownSync(place(name), uid, gid);
  const run = (argv, { cwd = folder, env = {} } = {}) => {
    const words = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--', ...argv];
    return spawnSync(words[0], words.slice(1), { cwd, encoding: 'utf8', timeout: 180_000, env: { PATH: process.env.PATH, HOME: place('home'), USER: user, XDG_RUNTIME_DIR: place('run'), CONTAINERS_CONF: place('containers.conf'), ...env } });
  };
  const stop = () => {
    run(['podman', 'system', 'reset', '--force']);
    // Ends the process that keeps the user namespace.
    run(['podman', 'system', 'migrate']);
    rmSync(SPECIFICATION, { force: true });
    for (const file of ['/etc/subuid', '/etc/subgid']) writeFileSync(file, readFileSync(file, 'utf8').replace(subordinate, ''));
    rmSync(folder, { recursive: true, force: true });
  };
  return { run, stop };
}

/** What `nvidia-ctk cdi generate` writes, cut down: each device brings an nvidia-smi that shows it. */
function writeCdiSpecification(folder, machine) {
  const devices = [...machine.gpus.map((gpu, i) => [String(i), [gpu]]), ['all', machine.gpus]].map(([name, gpus]) => {
    const hostPath = path.join(folder, `nvidia-smi-${name}`);
    writeFileSync(hostPath, nvidiaSmi({ ...machine, gpus }), { mode: 0o755 });
    return { name, containerEdits: { mounts: [{ hostPath, containerPath: '/usr/bin/nvidia-smi', options: ['ro', 'bind'] }] } };
  });
  mkdirSync(path.dirname(SPECIFICATION), { recursive: true });
  writeFileSync(SPECIFICATION, JSON.stringify({ cdiVersion: '0.5.0', kind: 'nvidia.com/gpu', devices, containerEdits: {} }));
}
