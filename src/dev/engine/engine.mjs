// A Docker engine of our own, beside any other, with or without a GPU that is not there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache, setUpDebianPackages, which } from '../set-up.mjs';
import { MACHINE } from './stand-in/gpus.mjs';
import { nvidiaSmi } from './stand-in/nvidia-smi.mjs';
import { makeFolder, startSupervised } from './supervised.mjs';
import { unpackFromTrixie } from './trixie.mjs';

const STAND_IN = fileURLToPath(new URL('stand-in', import.meta.url));

/** What the engine, its images, the registry, the X server, podman, ssh and TLS need. */
const DEBIAN_PACKAGES = [
  ...['docker.io', 'tini', 'iproute2', 'busybox-static', 'docker-registry', 'openssl', 'debootstrap', 'procps', 'binutils'],
  ...['xvfb', 'x11-utils', 'x11-xserver-utils', 'xauth', 'podman', 'uidmap', 'openssh-server', 'docker-compose'],
];

/** Installs the Debian packages that this folder needs; throws with their names where only a person can. */
export function setUpEngine() {
  setUpDebianPackages(DEBIAN_PACKAGES);
}

/** Docker of Debian 13, downloaded once; gives the folder that stands for `/`. Its runc needs a newer C library: Debian 12's serves. */
function setUpModernEngine() {
  const folder = path.join(cache, 'docker-26');
  if (!existsSync(path.join(folder, 'root/usr/sbin/dockerd'))) unpackFromTrixie(folder, ['docker.io', 'containerd']);
  return path.join(folder, 'root');
}

/** What `nvidia-ctk cdi generate` would write for these GPUs: here each device asks the stand-in hook for itself. */
function writeCdiSpecification(folder, { gpus }, hook) {
  mkdirSync(folder);
  const hooks = [{ hookName: 'prestart', path: hook, args: [path.basename(hook), 'prestart'] }];
  const devices = [...gpus.keys(), 'all'].map((name) => ({ name: String(name), containerEdits: { env: [`NVIDIA_VISIBLE_DEVICES=${name}`] } }));
  writeFileSync(path.join(folder, 'nvidia.json'), JSON.stringify({ cdiVersion: '0.5.0', kind: 'nvidia.com/gpu', devices, containerEdits: { hooks } }));
}

/**
 * Starts a Docker engine.
 * `gpu`: `stand-in` for the machine of stand-in/gpus.mjs, another machine of that shape, or `none` (no hook: `--gpus` fails
 * as it does without the NVIDIA Container Toolkit).
 * `runtimes`: registers the stand-in `nvidia` runtime. `mirrors`: addresses of registries that serve Docker Hub's names.
 * `bridge`: containers get a network of their own (without a way out); otherwise none. `registry`: one of `startTlsRegistry`.
 * `listen`: further addresses to listen on, with `flags` for their TLS.
 * `modern`: Docker 26 of Debian 13 instead of 20.10, with the stand-in GPUs as CDI devices (`nvidia.com/gpu=0`, `=all`).
 */
export async function startEngine({ gpu = 'stand-in', runtimes = gpu !== 'none', mirrors = [], bridge = true, registry, listen = [], flags = [], modern = false } = {}) {
  // Before there is a folder: a download may take longer than one without an owner is left alone.
  const root = modern ? setUpModernEngine() : '';
  const folder = makeFolder();
  const machine = gpu === 'stand-in' ? MACHINE : gpu;
  const bin = path.join(folder, 'bin');
  const processesFile = path.join(folder, 'gpu/processes.csv');
  for (const name of ['bin', 'gpu', 'docker-config', 'exec', 'root']) mkdirSync(path.join(folder, name));
  symlinkSync('/usr/bin/docker', path.join(bin, 'docker'));
  if (machine !== 'none') {
    writeFileSync(path.join(folder, 'gpu/machine.json'), JSON.stringify(machine));
    writeFileSync(processesFile, '');
    const node = `'${process.execPath}' '${STAND_IN}`;
    const script = (name, text) => writeFileSync(path.join(bin, name), text, { mode: 0o755 });
    script('nvidia-smi', nvidiaSmi(machine, processesFile));
    script('nvidia-container-runtime-hook', `#!/bin/sh\nexec ${node}/hook.mjs' '${folder}/gpu/machine.json' '${folder}/gpu/containers'\n`);
    script('nvidia-container-runtime', `#!/bin/sh\ncase " $* " in *" create "*) ${node}/add-hook.mjs' '${bin}/nvidia-container-runtime-hook' "$@" || exit;; esac\nexec runc "$@"\n`);
  }

  if (modern && machine !== 'none') writeCdiSpecification(path.join(folder, 'cdi'), machine, path.join(bin, 'nvidia-container-runtime-hook'));

  const id = path.basename(folder).replace(/[^a-zA-Z0-9]/g, '').slice(-6);
  const network = bridge ? { name: `trtc${id}`, address: freeSubnet() } : undefined;
  const socket = path.join(folder, 'docker.sock');
  const cgroup = `trtc-${id}`;
  writeFileSync(
    path.join(folder, 'daemon.json'),
    JSON.stringify({
      hosts: [`unix://${socket}`, ...listen],
      'data-root': path.join(folder, 'root'),
      'exec-root': path.join(folder, 'exec'),
      pidfile: path.join(folder, 'docker.pid'),
      bridge: network?.name ?? 'none',
      iptables: false,
      'ip-masq': false,
      'cgroup-parent': `/${cgroup}`,
      'exec-opts': ['native.cgroupdriver=cgroupfs'],
      'shutdown-timeout': 2,
      'registry-mirrors': mirrors,
      ...(modern && { experimental: true, features: { cdi: true }, 'cdi-spec-dirs': [path.join(folder, 'cdi')], ip6tables: false }),
      ...(runtimes && { runtimes: { nvidia: { path: path.join(bin, 'nvidia-container-runtime') } } }),
    }),
  );
  const searchPath = `${bin}:${modern ? `${root}/usr/sbin:${root}/usr/bin:` : ''}/usr/sbin:/usr/bin:/sbin:/bin`;
  const supervised = await startSupervised(folder, {
    program: `${root}/usr/sbin/dockerd`,
    args: ['--config-file', path.join(folder, 'daemon.json'), ...flags],
    env: { PATH: searchPath, HOME: folder, ...registry?.daemonEnv },
    // Beside a system's containerd dockerd would use that one, and our containers would be its children.
    emptyFolders: ['/run/containerd'],
    mounts: registry?.mounts,
    undo: { bridge: network, cgroup },
    isReady: () => isUp(socket),
  });
  return {
    /** `unix:///…/docker.sock` */
    host: `unix://${socket}`,
    socket,
    folder,
    /** What a program needs in its environment to use it: this engine, `/usr/bin/docker`, its own configuration, the stand-in nvidia-smi. */
    env: { ...process.env, DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: path.join(folder, 'docker-config'), PATH: `${bin}:${process.env.PATH}` },
    machine: machine === 'none' ? null : machine,
    /** What `nvidia-smi` of the host shows as running: `{ gpu, pid, name, usedMiB }[]`. */
    setGpuProcesses: (processes) => writeFileSync(processesFile, processes.map(({ gpu, pid, name, usedMiB }) => `${gpu},${pid},${name},${usedMiB}\n`).join('')),
    /** Stops dockerd, and with it the containers, and starts it again. */
    restart: async () => {
      await supervised.end();
      await supervised.start();
    },
    /** Ends dockerd as a crash would; containers go on. */
    kill: supervised.kill,
    /** Starts it again after `kill`. */
    start: supervised.start,
    /** Ends everything and removes what there was of it. */
    stop: supervised.stop,
  };
}

/** Whether an engine answers on its socket. */
function isUp(socketPath) {
  return new Promise((resolve) => {
    http.get({ socketPath, path: '/_ping', timeout: 1000 }, (response) => (response.resume(), resolve(response.statusCode === 200))).on('error', () => resolve(false));
  });
}

/** The address of a bridge in a network that this machine has not got yet. */
function freeSubnet() {
  // Also of bridges to which nothing is connected, which Node.js does not list.
  const { stdout } = spawnSync('ip', ['-4', '-oneline', 'address'], { encoding: 'utf8' });
  const taken = new Set([...(stdout ?? '').matchAll(/ inet (\d+\.\d+\.\d+)\./g)].map(([, prefix]) => prefix));
  for (;;) {
    const prefix = `10.213.${Math.floor(Math.random() * 256)}`;
    if (!taken.has(prefix)) return `${prefix}.1/24`;
  }
}

/** Why no engine can be started here, or null. */
export function whyNoEngine() {
  if (process.platform !== 'linux') return 'dockerd runs on Linux only';
  if (process.getuid?.() !== 0) return 'only root can start dockerd';
  const missing = ['dockerd', 'tini', 'unshare', 'docker-registry'].filter((program) => which(program) === undefined);
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : null;
}
