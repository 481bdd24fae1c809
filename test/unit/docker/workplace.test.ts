import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkplace, sweepBuilds } from '../../../src/docker/build/workplace';
import { ownerLabels, startOf } from '../../../src/docker/owner';
import { eventually } from '../../eventually';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-workplaces-'));
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('TEMP', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A program that leads a group of its own, as builds do. */
function start(): ChildProcess & { readonly pid: number } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'ignore' });
  children.push(child);
  if (child.pid === undefined) throw new Error('No process');
  return child as ChildProcess & { readonly pid: number };
}

/** A folder of a process that is no more. */
function leave(name: string, program?: { readonly pid: number; readonly started: string }): string {
  const left = path.join(folder, name);
  mkdirSync(left);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path.join(left, 'owner.json'), JSON.stringify({ labels: { ...ownerLabels(name), 'tensorrt-containers.pid': String(pid) }, program }));
  return left;
}

describe('the folder of a build', () => {
  it('goes with the build', async () => {
    const workplace = await openWorkplace();
    expect(existsSync(workplace.folder)).toBe(true);
    sweepBuilds();
    expect(existsSync(workplace.folder)).toBe(true);
    await workplace.close();
    expect(existsSync(workplace.folder)).toBe(false);
  });

  it('is swept when its process is no more; what is not known to be ours stays', async () => {
    const left = leave('trtc-build-left');
    const other = leave('other');
    const empty = path.join(folder, 'trtc-build-empty');
    mkdirSync(empty);
    const workplace = await openWorkplace();
    expect([left, other, empty].map((each) => existsSync(each))).toEqual([false, true, true]);
    await workplace.close();
  });

  // Other systems do not tell when a process began: there its folder goes, and the process is left alone.
  it.runIf(process.platform === 'linux')('takes its docker command along, and never another process of the same number', async () => {
    const [ours, theirs] = [start(), start()];
    leave('trtc-build-ours', { pid: ours.pid, started: startOf(ours.pid) });
    const left = leave('trtc-build-theirs', { pid: theirs.pid, started: 'another boot 1' });
    sweepBuilds();
    await eventually(() => expect(ours.signalCode).toBe('SIGTERM'));
    expect(existsSync(left)).toBe(false);
    expect([theirs.signalCode, theirs.exitCode]).toEqual([null, null]);
  });
});
