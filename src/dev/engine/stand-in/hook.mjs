// The stand-in for NVIDIA's prestart hook: node hook.mjs MACHINE-FILE WORK-FOLDER, with the OCI state on standard input.
// Gives the container what the real one would (nvidia-smi, libraries, device nodes), or fails in its words.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findGpus } from './gpus.mjs';
import { nvidiaSmi } from './nvidia-smi.mjs';

/** Libraries that come with each driver capability. */
const LIBRARIES = {
  utility: ['libnvidia-ml.so.1'],
  compute: ['libcuda.so.1', 'libnvidia-ptxjitcompiler.so.1'],
  video: ['libnvcuvid.so.1', 'libnvidia-encode.so.1'],
  graphics: ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'],
  display: ['libGLX_nvidia.so.0'],
};
/** What the toolkit gives where NVIDIA_DRIVER_CAPABILITIES is not set. */
const DEFAULT_CAPABILITIES = 'compute,utility';

const [machineFile, workFolder] = process.argv.slice(2);
const machine = JSON.parse(readFileSync(machineFile, 'utf8'));
const state = JSON.parse(readFileSync(0, 'utf8'));
const config = JSON.parse(readFileSync(path.join(state.bundle, 'config.json'), 'utf8'));
// Of a variable that is there twice the last counts: Docker appends its own to the image's.
const env = Object.fromEntries(config.process.env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));

const visible = env.NVIDIA_VISIBLE_DEVICES ?? '';
if (visible !== '' && visible !== 'void') give(visible);

function give(visible) {
  checkRequirements();
  let gpus;
  try {
    gpus = findGpus(machine.gpus, visible);
  } catch (error) {
    fail(`device error: ${error.message}: unknown device`);
  }
  const asked = env.NVIDIA_DRIVER_CAPABILITIES || DEFAULT_CAPABILITIES;
  const capabilities = asked === 'all' ? Object.keys(LIBRARIES) : asked.split(',').filter((name) => name in LIBRARIES);
  const rootFolder = path.resolve(state.bundle, config.root.path);
  const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib64'].find((folder) => existsSync(path.join(rootFolder, folder))) ?? 'usr/lib/x86_64-linux-gnu';

  const work = path.join(workFolder, state.id);
  mkdirSync(work, { recursive: true });
  const sources = new Map();
  if (capabilities.includes('utility')) sources.set('usr/bin/nvidia-smi', writeSource(work, 'nvidia-smi', nvidiaSmi({ ...machine, gpus })));
  for (const library of new Set(capabilities.flatMap((name) => LIBRARIES[name]))) {
    const own = path.join(path.dirname(machineFile), library);
    sources.set(`${libraries}/${library}`, existsSync(own) ? own : writeSource(work, library, ''));
  }
  const steps = [...sources].flatMap(([target, source]) => bind(source, path.join(rootFolder, target)));
  const nodes = gpus.length === 0 ? [] : [...gpus.map((gpu) => [`nvidia${machine.gpus.indexOf(gpu)}`, machine.gpus.indexOf(gpu)]), ['nvidiactl', 255]];
  for (const [name, minor] of nodes) steps.push(`mknod -m 666 '${rootFolder}/dev/${name}' c 195 ${minor}`);
  const { status, stderr } = spawnSync('nsenter', [`--mount=/proc/${state.pid}/ns/mnt`, 'sh', '-e'], { input: steps.join('\n'), encoding: 'utf8' });
  if (status !== 0) fail(`mount error: ${stderr.trim()}`);
}

function writeSource(folder, name, text) {
  const file = path.join(folder, name);
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

/** Shell commands that lay a file over a target, read-only. */
function bind(source, target) {
  return [`mkdir -p '${path.dirname(target)}'`, `[ -e '${target}' ] || : > '${target}'`, `mount --bind '${source}' '${target}'`, `mount -o remount,ro,bind '${target}'`];
}

/** NVIDIA_REQUIRE_*: all must hold; in one, spaces are OR and commas are AND. */
function checkRequirements() {
  if (/^(true|1)$/.test(env.NVIDIA_DISABLE_REQUIRE ?? '')) return;
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('NVIDIA_REQUIRE_') || value === '') continue;
    const alternatives = value.split(/\s+/);
    if (alternatives.some((alternative) => alternative.split(',').every(isMet))) continue;
    const unmet = alternatives.at(0).split(',').find((condition) => !isMet(condition));
    fail(`requirement error: unsatisfied condition: ${unmet}, please update your driver to a newer version, or use an earlier cuda container`);
  }
}

function isMet(condition) {
  const [, kind, operator, wanted] = /^(cuda|driver|arch|brand)(>=|<=|!=|=|<|>)(.+)$/.exec(condition) ?? [];
  if (kind === undefined) return true;
  if (kind === 'brand') return (wanted === 'geforcertx') === (operator === '=');
  const own = { cuda: machine.cuda, driver: machine.driver, arch: machine.gpus[0]?.computeCapability ?? '0' }[kind];
  const order = compare(own, wanted);
  return { '>=': order >= 0, '<=': order <= 0, '<': order < 0, '>': order > 0, '=': order === 0, '!=': order !== 0 }[operator];
}

/** Compares as many parts as the wanted version names: driver 418.40 is 418. */
function compare(own, wanted) {
  const parts = wanted.split('.').map(Number);
  const ours = own.split('.').map(Number);
  for (const [i, part] of parts.entries()) {
    if ((ours[i] ?? 0) !== part) return (ours[i] ?? 0) - part;
  }
  return 0;
}

function fail(message) {
  console.error(`nvidia-container-cli: ${message}`);
  process.exit(1);
}
