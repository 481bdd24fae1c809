// Runs one program in namespaces of its own and answers for it. Started by supervised.mjs as
//   unshare --pid --mount … tini -- node supervise.mjs FOLDER
// and never by hand. Reads commands from standard input, one a line: start, stop (SIGTERM), kill (SIGKILL). When the
// input ends, because whoever started it is done or dead, everything in the namespace is killed and cleaned up.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { cleanUp, SPEC_FILE } from './clean-up.mjs';

const folder = process.argv[2];
const spec = JSON.parse(readFileSync(path.join(folder, SPEC_FILE), 'utf8'));
const log = path.join(folder, 'log');
let program;

prepare();
createInterface({ input: process.stdin }).on('line', obey).on('close', end);
console.log('ready');

/** Mounts that only this namespace sees, and the network that Docker's containers get. */
function prepare() {
  for (const target of spec.emptyFolders) {
    mkdirSync(target, { recursive: true });
    must('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', target]);
  }
  for (const [target, source] of Object.entries(spec.mounts)) {
    if (existsSync(target)) must('mount', ['--bind', source, target]);
  }
  const { bridge } = spec.undo;
  if (bridge !== undefined) {
    must('ip', ['link', 'add', bridge.name, 'type', 'bridge']);
    must('ip', ['address', 'add', bridge.address, 'dev', bridge.name]);
    must('ip', ['link', 'set', bridge.name, 'up']);
  }
}

function must(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  appendFileSync(log, `${[command, ...args].join(' ')}: ${stderr}`);
  console.log('failed');
}

function obey(command) {
  if (command === 'start') {
    const out = openSync(log, 'a');
    program = spawn(spec.program, spec.args, { env: spec.env, stdio: ['ignore', out, out] });
    program.on('error', (error) => appendFileSync(log, `${error.message}\n`));
    program.on('close', () => console.log('ended'));
    console.log('started');
  } else {
    program?.kill(command === 'stop' ? 'SIGTERM' : 'SIGKILL');
  }
}

async function end() {
  if (spec.graceMs > 0 && program?.exitCode === null && program.signalCode === null) {
    program.kill('SIGTERM');
    await Promise.race([new Promise((resolve) => program.on('exit', resolve)), new Promise((resolve) => setTimeout(resolve, spec.graceMs))]);
  }
  // Reaches what is in this namespace of processes, but for this one and the first, tini: never without one.
  if (process.ppid === 1) {
    try {
      process.kill(-1, 'SIGKILL');
    } catch {
      // There was nobody left.
    }
  }
  for (const target of mountsBelow(folder)) spawnSync('umount', ['--lazy', target]);
  cleanUp(folder, spec.undo);
  process.exit(0);
}

/** Mount points in a folder, the inner ones first. */
function mountsBelow(top) {
  const targets = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '');
  return targets.filter((target) => target.startsWith(`${top}/`)).reverse();
}
