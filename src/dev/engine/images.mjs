// Images and containers made on this machine: there is no registry to pull them from.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pack } from 'tar-stream';
import { cache, root } from '../set-up.mjs';
import { debianMirror } from './debian.mjs';

/** Runs a docker command against an engine; gives its output, throws with its errors. */
export function docker(engine, ...args) {
  const { status, stdout, stderr } = spawnSync('/usr/bin/docker', args, { env: engine.env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`docker ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout.trim();
}

/** `busybox:latest`: nothing but busybox and its links. Gives the name. */
export async function busyboxImage(engine) {
  await load(engine, [{ tags: ['busybox:latest'], config: { Cmd: ['sh'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] } }], await busyboxLayer());
  return 'busybox:latest';
}

/**
 * An image that is to Docker what nvidia/cuda of that tag (`12.4.1-cudnn-runtime-ubuntu22.04`) is: its variables and
 * labels, from our tables, over busybox. `repository` may name another registry's copy. Gives the name.
 */
export async function fakeCudaImage(engine, tag, { repository = 'nvidia/cuda', env = {}, labels = {} } = {}) {
  const known = cudaVariables(tag);
  const name = `${repository}:${tag}`;
  const config = {
    Cmd: ['sh'],
    Env: Object.entries({ ...known.env, ...env }).map(([key, value]) => `${key}=${value}`),
    Labels: { ...known.labels, ...labels },
  };
  await load(engine, [{ tags: [name], config }], await busyboxLayer());
  return name;
}

/** A Debian 12 with further packages (`python3-pip`, `x11-apps`), kept in the cache as a tar. Gives the name. */
export function debootstrapImage(engine, { packages = [], name = 'debian:bookworm-slim' } = {}) {
  docker(engine, 'import', '--change', 'CMD ["bash"]', debootstrapTar(packages), name);
  return name;
}

/** `count` images `synthetic/I:T`, every tenth dangling, with one small layer in common. */
export async function syntheticImages(engine, count) {
  const tags = ['12.4.1-cudnn-runtime-ubuntu22.04', '11.8.0-devel-ubuntu20.04', '12.6.3-base-ubuntu24.04'];
  const images = Array.from({ length: count }, (_, i) => {
    const { env, labels } = cudaVariables(tags[i % tags.length]);
    const config = { Cmd: ['sh'], Env: Object.entries({ ...env, NUMBER: i }).map(([key, value]) => `${key}=${value}`), Labels: labels };
    return { tags: i % 10 === 9 ? [] : [`synthetic/${Math.floor(i / 20)}:${i % 20}`], config };
  });
  await load(engine, images, await busyboxLayer());
}

/** `count` created containers `synthetic-I` of an image. */
export async function syntheticContainers(engine, count, image = 'busybox:latest') {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const create = async () => {
    for (let i = numbers.shift(); i !== undefined; i = numbers.shift()) {
      const gpus = [{ Driver: '', Count: -1, Capabilities: [['gpu']] }];
      await post(engine, `/containers/create?name=synthetic-${i}`, { Image: image, Cmd: ['sh'], HostConfig: { NetworkMode: 'none', ...(i % 4 === 0 && { DeviceRequests: gpus }) } });
    }
  };
  await Promise.all(Array.from({ length: 4 }, create));
}

/** POSTs JSON to an engine's API; rejects with its message. */
function post(engine, target, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: engine.socket, path: target, method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => (response.statusCode < 300 ? resolve(text) : reject(new Error(text))));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

/** Variables and labels of an nvidia/cuda image, as src/core/facts/tables tell them. */
function cudaVariables(tag) {
  const [cuda, ...rest] = tag.split('-');
  const os = rest.at(-1);
  const flavor = ['devel', 'runtime', 'base'].find((name) => rest.includes(name)) ?? 'base';
  const contents = findRow('cuda-image-contents', (row) => row.cuda === cuda && row.os === os);
  const short = cuda.split('.').slice(0, 2).join('.');
  const env = {
    PATH: '/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    NVARCH: 'x86_64',
    NVIDIA_REQUIRE_CUDA: `cuda>=${short} brand=tesla,driver>=470,driver<471`,
    NV_CUDA_CUDART_VERSION: `${contents.cudart}-1`,
    CUDA_VERSION: contents.cudaVersion,
    LD_LIBRARY_PATH: contents.libraryPath,
    NVIDIA_VISIBLE_DEVICES: 'all',
    NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
    ...(flavor !== 'base' && { NV_CUDA_LIB_VERSION: `${cuda}-1`, NV_LIBCUBLAS_VERSION: `${contents.cublas}-1`, NCCL_VERSION: `${contents.nccl}-1`, NVIDIA_PRODUCT_NAME: 'CUDA' }),
    ...(flavor === 'devel' && { LIBRARY_PATH: '/usr/local/cuda/lib64/stubs' }),
  };
  const cudnn = rest.some((part) => part.startsWith('cudnn')) ? findRow('cuda-images', (row) => row.tag === tag).cudnnVersions?.split(' ').at(-1) : undefined;
  if (cudnn === undefined) return { env, labels: { maintainer: 'NVIDIA CORPORATION <cudatools@nvidia.com>' } };
  const version = cudnn.startsWith('9.') ? `${cudnn}-1` : cudnn;
  return { env: { ...env, NV_CUDNN_VERSION: version }, labels: { maintainer: 'NVIDIA CORPORATION <cudatools@nvidia.com>', 'com.nvidia.cudnn.version': version } };
}

/** The first row of a table for which `isWanted` holds, by its columns' names. */
function findRow(name, isWanted) {
  const { columns, rows } = JSON.parse(readFileSync(path.join(root, `src/core/facts/tables/${name}.json`), 'utf8'));
  for (const row of rows) {
    const named = Object.fromEntries(columns.map((column, i) => [column, row[i]]));
    if (isWanted(named)) return named;
  }
  throw new Error(`${name}.json has no such row`);
}

/** A tar of a file system: busybox in /bin with a link for each of its programs. */
async function busyboxLayer() {
  const names = spawnSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n').filter((name) => name !== 'busybox');
  const layer = pack();
  // The same bytes each time, so that images share the layer.
  const mtime = new Date(0);
  for (const folder of ['bin', 'etc', 'root', 'tmp', 'usr', 'usr/bin', 'usr/lib', 'usr/lib/x86_64-linux-gnu']) layer.entry({ name: `${folder}/`, type: 'directory', mtime, mode: folder === 'tmp' ? 0o1777 : 0o755 });
  layer.entry({ name: 'etc/passwd', mtime }, 'root:x:0:0:root:/root:/bin/sh\n');
  layer.entry({ name: 'bin/busybox', mtime, mode: 0o755 }, readFileSync('/bin/busybox'));
  for (const name of names) layer.entry({ name: `bin/${name}`, type: 'symlink', mtime, linkname: 'busybox' });
  layer.finalize();
  return collect(layer);
}

/** One `docker load` of images { tags, config } that all consist of one layer. */
async function load(engine, images, layer) {
  const diffId = sha256(layer);
  const archive = pack();
  archive.entry({ name: 'layer.tar' }, layer);
  const manifest = images.map(({ tags, config }) => {
    const text = JSON.stringify({
      architecture: { x64: 'amd64' }[process.arch] ?? process.arch,
      os: 'linux',
      created: '2024-04-02T10:00:00Z',
      config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
      history: [{ created: '2024-04-02T10:00:00Z', created_by: 'COPY busybox /bin/' }],
    });
    const name = `${sha256(text)}.json`;
    archive.entry({ name }, text);
    return { Config: name, RepoTags: tags, Layers: ['layer.tar'] };
  });
  archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  archive.finalize();
  const child = spawn('/usr/bin/docker', ['load', '--quiet'], { env: engine.env, stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  archive.pipe(child.stdin);
  const status = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (status !== 0) throw new Error(`docker load: ${errors}`);
}

/** The tar of a Debian 12 with further packages; made once. */
function debootstrapTar(packages) {
  const suite = 'bookworm';
  const sorted = [...packages].sort();
  const file = path.join(cache, `debootstrap/${suite}-${sha256(sorted.join(' ')).slice(0, 12)}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  const folder = mkdtempSync('/var/tmp/trtc-debootstrap-');
  try {
    const include = sorted.length > 0 ? [`--include=${sorted.join(',')}`] : [];
    // Mounts that debootstrap makes go with the namespace.
    const args = ['--mount', '--pid', '--fork', '--kill-child', 'debootstrap', '--variant=minbase', ...include, suite, `${folder}/root`, debianMirror()];
    const made = spawnSync('unshare', args, { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`debootstrap: ${made.stdout}${made.stderr}`);
    rmSync(`${folder}/root/var/cache/apt/archives`, { recursive: true, force: true });
    const part = `${file}.${process.pid}`;
    const packed = spawnSync('tar', ['--numeric-owner', '--exclude=./dev/*', '-cf', part, '-C', `${folder}/root`, '.'], { encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(`tar: ${packed.stderr}`);
    renameSync(part, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return file;
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
