// Smoke-tests an image with a real GPU, on a Linux machine that has an NVIDIA driver and nothing else: no Docker, no toolkit,
// no network. As root: node run.mjs ENGINE-FOLDER TRTC-FILE [ROOT]. The folder has bin (dockerd, containerd, containerd-shim-runc-v2,
// runc, docker-init, busybox) and lib, out of Debian's packages docker.io, containerd, runc, tini and busybox-static.
// The image is made of ROOT, by default the machine's own file system with its CUDA and Python. Runs the GPU profile three times: as it should be, on an engine
// that has no NVIDIA runtime, and with one that gives no device; ends with status 1 unless the first passes and the others fail.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const [engineFolder, trtc, root = '/'] = process.argv.slice(2).map((argument) => path.resolve(argument));
const IMAGE = 'real-gpu:latest';
/** The profile takes half a minute; one that hangs must not keep the machine. */
const LIMIT_MS = 180_000;
const folder = '/var/tmp/trtc-real-gpu';
const socket = path.join(folder, 'docker.sock');
const bin = path.join(folder, 'bin');
const machineFile = path.join(folder, 'machine.json');

/** Where a machine keeps its driver besides the places that ldconfig knows. */
const DRIVER_FOLDERS = ['/usr/local/nvidia/lib64', '/usr/local/nvidia/lib', '/usr/lib/x86_64-linux-gnu'];
const DRIVER_LIBRARY = /^lib(cuda|nvidia-ml|nvidia-ptxjitcompiler|nvidia-nvvm\d*|nvidia-gpucomp|cudadebugger|nvcuvid|nvidia-encode)\.so/;
/** Folders of the machine that are no part of the image. */
const LEFT_OUT = [
  ...['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/src', 'usr/local/nvidia', 'opt/nvidia', 'tmp/*'],
  ...['*/nsight*', '*/libcuda.so*', '*/libnvidia-*.so*', '*/libcudadebugger.so*', '*/libnvcuvid.so*', '*/site-packages/jax*', '*/site-packages/cupy*', '*/libcu[bfs]*_static.a', '*/libnpp*_static.a'],
];

rmSync(folder, { recursive: true, force: true });
mkdirSync(bin, { recursive: true });
const env = { ...process.env, PATH: `${bin}:${engineFolder}/bin:${process.env.PATH}`, LD_LIBRARY_PATH: [path.join(engineFolder, 'lib'), process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':') };

const files = findDriver();
const devices = readdirSync('/dev').filter((name) => /^nvidia(\d+|ctl|-uvm|-uvm-tools)$/.test(name)).map((name) => `/dev/${name}`);
console.log(`${devices.join(' ')}; ${files.length} files of the driver`);
script('nvidia-container-runtime-hook', 'exit 0');
script('nvidia-container-runtime', `case " $* " in *" create "*) '${process.execPath}' '${import.meta.dirname}/give-gpus.mjs' '${machineFile}' "$@" || exit;; esac\nexec runc "$@"`);

let engine;
const failed = [];
try {
  await startEngine({ nvidia: true });
  await importMachine();
  writeFileSync(machineFile, JSON.stringify({ files, devices }));
  await judge('with the GPU', 0);
  writeFileSync(machineFile, JSON.stringify({ files, devices: [] }));
  await judge('with a runtime that gives no device', 1);
  await stopEngine();
  rmSync(path.join(bin, 'nvidia-container-runtime-hook'));
  await startEngine({ nvidia: false });
  await judge('on an engine without the NVIDIA runtime', 1);
} finally {
  await stopEngine();
  rmSync(folder, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.log(`Not as expected: ${failed.join('; ')}`);
  process.exitCode = 1;
}

/** Runs the GPU profile, and notes when it ends otherwise than it should. */
async function judge(title, expected) {
  console.log(`\n== ${title}`);
  const trtcEnv = { ...process.env, DOCKER_HOST: `unix://${socket}` };
  const program = spawn(process.execPath, [trtc, 'smoke', IMAGE, '--profile', 'gpu', '--no-record'], { stdio: ['ignore', 'inherit', 'inherit'], env: trtcEnv });
  const timer = setTimeout(() => program.kill(), LIMIT_MS);
  const status = await new Promise((resolve) => program.once('exit', resolve));
  clearTimeout(timer);
  console.log(`exit status ${status}`);
  if (status !== expected) failed.push(title);
}

/** The driver's files with the place each has in a container. */
function findDriver() {
  const known = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout.matchAll(/=> (\S+)/g);
  const folders = new Set([...DRIVER_FOLDERS, ...(process.env.LD_LIBRARY_PATH ?? '').split(':'), ...[...known].map(([, file]) => path.dirname(file))]);
  const found = new Map();
  for (const each of folders) {
    if (!existsSync(each)) continue;
    for (const name of readdirSync(each)) if (DRIVER_LIBRARY.test(name) && !found.has(name)) found.set(name, realpathSync(path.join(each, name)));
  }
  const smi = spawnSync('sh', ['-c', 'command -v nvidia-smi'], { encoding: 'utf8' }).stdout.trim();
  return [...[...found].map(([name, source]) => [source, `/usr/lib/x86_64-linux-gnu/${name}`]), ...(smi === '' ? [] : [[realpathSync(smi), '/usr/bin/nvidia-smi']])];
}

function script(name, body) {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(path.join(bin, name), 0o755);
}

async function startEngine({ nvidia }) {
  const runtime = nvidia ? ['--add-runtime', `nvidia=${bin}/nvidia-container-runtime`, '--default-runtime', 'nvidia'] : [];
  const where = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`, '-H', `unix://${socket}`];
  engine = spawn('dockerd', [...where, '--iptables=false', '--ip6tables=false', '--bridge=none', ...runtime], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [engine.stdout, engine.stderr]) stream.on('data', (data) => (log = (log + data).slice(-8_000)));
  for (let round = 0; round < 120; round++) {
    if (engine.exitCode !== null) break;
    if (await ask('GET', '/_ping').then(({ status }) => status === 200, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`dockerd did not start:\n${log}`);
}

async function stopEngine() {
  if (engine === undefined || engine.exitCode !== null) return;
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  engine.kill('SIGTERM');
  await ended;
}

/** Makes the image of the machine's own file system. */
async function importMachine() {
  const start = Date.now();
  const python = path.dirname(spawnSync('sh', ['-c', 'command -v python3'], { encoding: 'utf8' }).stdout.trim() || '/usr/bin/python3');
  const version = '/usr/local/cuda/version.json';
  const cuda = existsSync(version) ? JSON.parse(readFileSync(version, 'utf8')).cuda.version : undefined;
  const changes = [`ENV PATH=${python}:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, ...(cuda === undefined ? [] : [`ENV CUDA_VERSION=${cuda}`]), 'ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility'];
  const query = new URLSearchParams([['fromSrc', '-'], ['repo', 'real-gpu'], ['tag', 'latest'], ['platform', ''], ...changes.map((change) => ['changes', change])]);
  const parts = ['bin', 'sbin', 'lib', 'lib64', 'usr', 'etc', 'opt', 'tmp', 'var/lib/dpkg'].filter((name) => existsSync(path.join(root, name)));
  const tar = spawn('tar', ['-C', root, ...LEFT_OUT.map((pattern) => `--exclude=${pattern}`), '-cf', '-', ...parts], { stdio: ['ignore', 'pipe', 'ignore'] });
  const { status, body } = await ask('POST', `/images/create?${query}`, tar.stdout);
  if (status !== 200 || /"error"/.test(body)) throw new Error(`The image could not be made: ${body}`);
  console.log(`The image was made in ${Math.round((Date.now() - start) / 1000)} s.`);
}

function ask(method, target, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: socket, method, path: target, headers: body === undefined ? {} : { 'content-type': 'application/x-tar' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => (text += data)).on('end', () => resolve({ status: response.statusCode, body: text }));
    });
    request.on('error', reject);
    if (body === undefined) request.end();
    else body.pipe(request);
  });
}
