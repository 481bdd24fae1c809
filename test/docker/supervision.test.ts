// However a run ends, the machine is as it was.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRegistry } from '../../src/dev/engine/index.mjs';
import { eventually } from '../eventually';

/** Starts an engine with a running container in a process of its own; gives that process and what the engine holds of the machine. */
async function startElsewhere(): Promise<{ readonly pid: number; readonly folder: string; readonly bridge: string }> {
  // Its input closes with that process: the command does not outlive it.
  const command = 'docker run -d --gpus all busybox sleep 1000 >&2; echo "$DOCKER_HOST"; exec cat';
  const child = spawn(process.execPath, ['src/dev/engine/with-engine.mjs', '--busybox', '--', 'sh', '-c', command], { stdio: ['pipe', 'pipe', 'ignore'] });
  const folder = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(path.dirname(new URL(line).pathname)));
    child.on('exit', (code) => reject(new Error(`with-engine ended with ${code}`)));
  });
  const { undo } = JSON.parse(readFileSync(path.join(folder, 'spec.json'), 'utf8')) as { undo: { bridge: { name: string } } };
  return { pid: child.pid ?? 0, folder, bridge: undo.bridge.name };
}

/** What is left of an engine: processes, mounts, its bridge, control groups, its folder. */
function leftOf(folder: string, bridge: string): string[] {
  const left: string[] = [];
  if (existsSync(folder)) left.push(folder);
  if (existsSync(`/sys/class/net/${bridge}`)) left.push(bridge);
  left.push(...commandLines().filter((line) => line.includes(folder)));
  left.push(...readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes(folder)));
  const group = `trtc-${bridge.slice('trtc'.length)}`;
  left.push(...spawnSync('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', group], { encoding: 'utf8' }).stdout.split('\n').filter((line) => line !== ''));
  return left;
}

/** The command lines of all processes. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
}

describe('an engine of our own', () => {
  it('goes with its containers when whoever started it is killed', async () => {
    const { pid, folder, bridge } = await startElsewhere();
    expect(leftOf(folder, bridge).length).toBeGreaterThan(3);
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(leftOf(folder, bridge)).toEqual([]));
  });

  it('is cleaned up by the next one when its supervisor, too, is killed', async () => {
    const { pid, folder, bridge } = await startElsewhere();
    const owner = JSON.parse(readFileSync(path.join(folder, 'owner.json'), 'utf8')) as { pid: number };
    process.kill(owner.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(leftOf(folder, bridge).filter((line) => line.includes('dockerd'))).toEqual([]));
    const registry = await startRegistry();
    expect(leftOf(folder, bridge)).toEqual([]);
    await registry.stop();
  });
});
