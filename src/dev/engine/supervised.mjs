// Programs that cannot outlive whoever starts them, and leave nothing behind however that ends.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BASE, ownerText, PREFIX, SPEC_FILE, sweep } from './clean-up.mjs';

const SUPERVISOR = fileURLToPath(new URL('supervise.mjs', import.meta.url));

/** A new folder for a supervised program; `startSupervised` takes it over. What killed runs have left goes first. */
export function makeFolder() {
  if (process.getuid?.() !== 0) throw new Error('A test engine needs root: it mounts file systems and starts dockerd.');
  sweep();
  return mkdtempSync(path.join(BASE, PREFIX));
}

/**
 * Starts a program (argv) in a mount and process namespace of its own.
 * `mounts`: files or folders to lay over others, target to source. `emptyFolders`: laid over with empty ones.
 * `undo`: what is taken back at the end besides the folder: `bridge` { name, address }, `cgroup`, `files`.
 * `graceMs`: how long it may take to end by itself before it is killed; 0 kills at once.
 * `isReady`: asked until it resolves to true.
 */
export async function startSupervised(folder, { program, args, env = { PATH: process.env.PATH, HOME: process.env.HOME }, mounts = {}, emptyFolders = [], undo = {}, graceMs = 0, isReady }) {
  writeFileSync(path.join(folder, SPEC_FILE), JSON.stringify({ program, args, env, mounts, emptyFolders, undo, graceMs }));
  const namespaces = ['--pid', '--mount', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('unshare', [...namespaces, 'tini', '--', process.execPath, SUPERVISOR, folder], {
    // Away from the terminal's group: Ctrl+C reaches us, and the closed pipe tells the supervisor.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  // Known by its failure in `stop`, not as an unhandled one.
  gone.catch(() => undefined);
  if (child.pid !== undefined) writeFileSync(path.join(folder, 'owner.json'), ownerText(child.pid));
  const lines = createInterface({ input: child.stdout });

  /** Says something to the supervisor and waits for its word. */
  const ask = async (command, answer) => {
    // Only while something is awaited do we keep this process alive: a forgotten `stop` must not.
    child.stdout.ref();
    let read;
    try {
      await new Promise((resolve, reject) => {
        read = (line) => {
          if (line === answer) resolve();
          else if (line === 'failed') reject(new Error(logOf(folder)));
        };
        lines.on('line', read);
        gone.then(() => reject(new Error(`The supervisor of ${program} ended: ${logOf(folder)}`)), reject);
        if (command !== undefined) child.stdin.write(`${command}\n`);
      });
    } finally {
      lines.off('line', read);
      child.stdout.unref();
    }
  };

  const start = async () => {
    let ended = false;
    const read = (line) => (ended ||= line === 'ended');
    lines.on('line', read);
    await ask('start', 'started');
    while (!(await isReady())) {
      if (ended) throw new Error(`${program} did not start:\n${logOf(folder)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    lines.off('line', read);
  };

  const supervised = {
    start,
    /** Ends the program alone, as its service manager would (it may be started again). */
    end: () => ask('stop', 'ended'),
    /** Ends the program alone, as a crash would. */
    kill: () => ask('kill', 'ended'),
    /** Ends all and takes all back; resolves when it is gone. */
    stop: async () => {
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
  try {
    await ask(undefined, 'ready');
    await start();
  } catch (error) {
    await supervised.stop();
    throw error;
  }
  child.unref();
  child.stdin.unref();
  return supervised;
}

/** The end of what a program has said. */
function logOf(folder) {
  const file = path.join(folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-4000) : '';
}

/** Whether something accepts connections: `{ path }` or `{ port, host }`. */
export function answers(address) {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
