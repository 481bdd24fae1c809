// What NVIDIA's container runtime does before it hands over to runc, for a machine without the toolkit:
// node give-gpus.mjs MACHINE-FILE … create --bundle FOLDER … adds the machine's GPUs and its driver's files to the container's configuration.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [machineFile, ...args] = process.argv.slice(2);
const machine = JSON.parse(readFileSync(machineFile, 'utf8'));
const at = args.findIndex((argument) => argument === '--bundle' || argument === '-b');
const file = path.join(at < 0 ? '.' : args[at + 1], 'config.json');
const config = JSON.parse(readFileSync(file, 'utf8'));
// Of a variable that is there twice the last counts: Docker appends its own to the image's.
const env = Object.fromEntries(config.process.env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
const visible = env.NVIDIA_VISIBLE_DEVICES ?? '';
if (visible !== '' && visible !== 'void') give(visible);

function give(visible) {
  config.mounts.push(...machine.files.map(([source, destination]) => ({ source, destination, type: 'bind', options: ['rbind', 'ro', 'nosuid', 'nodev'] })));
  const all = visible === 'all';
  const wanted = new Set(visible.split(',').map((index) => `/dev/nvidia${index}`));
  config.linux.devices ??= [];
  config.linux.resources ??= {};
  config.linux.resources.devices ??= [];
  for (const node of machine.devices) {
    if (!existsSync(node) || (!all && /\/nvidia\d+$/.test(node) && !wanted.has(node))) continue;
    const { major, minor } = numbersOf(statSync(node).rdev);
    config.linux.devices.push({ path: node, type: 'c', major, minor, fileMode: 0o666, uid: 0, gid: 0 });
    config.linux.resources.devices.push({ allow: true, type: 'c', major, minor, access: 'rwm' });
  }
  writeFileSync(file, JSON.stringify(config));
}

/** Linux packs the numbers of a device as makedev(3) says. */
function numbersOf(rdev) {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}
