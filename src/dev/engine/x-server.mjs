// An X server without a screen that lets in only who holds its cookie.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { answers, makeFolder, startSupervised } from './supervised.mjs';

/** Starts Xvfb on a free display. Gives `{ display: ':N', authority: FILE, env, stop }`; `env` is what a client on this machine needs. */
export async function startXServer() {
  const folder = makeFolder();
  const authority = path.join(folder, 'authority');
  const number = freeDisplay();
  const display = `:${number}`;
  const { status, stderr } = spawnSync('xauth', ['-f', authority, 'add', display, '.', randomBytes(16).toString('hex')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`xauth: ${stderr}`);
  const socket = `/tmp/.X11-unix/X${number}`;
  const supervised = await startSupervised(folder, {
    program: 'Xvfb',
    args: [display, '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset', '-auth', authority],
    graceMs: 3000,
    undo: { files: [socket, `/tmp/.X${number}-lock`] },
    isReady: () => answers({ path: socket }),
  });
  return { display, authority, env: { ...process.env, DISPLAY: display, XAUTHORITY: authority }, stop: supervised.stop };
}

/** A display of which there is neither a lock nor a socket, with or without a file. */
function freeDisplay() {
  const sockets = readFileSync('/proc/net/unix', 'utf8').split('\n').map((line) => line.split(' ').at(-1));
  for (let number = 90 + Math.floor(Math.random() * 400); ; number++) {
    const socket = `/tmp/.X11-unix/X${number}`;
    if (!existsSync(`/tmp/.X${number}-lock`) && !existsSync(socket) && !sockets.includes(`@${socket}`)) return number;
  }
}
