// What a suite does with the engine that the launcher started for it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a docker command against the suite's engine; gives its output, rejects with its errors. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/** `127.0.0.1:PORT` of the suite's registry. */
export function registryHost(): string {
  return process.env['TRTC_REGISTRY'] ?? '';
}

/** Kills dockerd as a crash would, starts it again, or both in good order; resolves when that is done. */
export async function control(deed: 'kill' | 'start' | 'restart'): Promise<void> {
  await post(deed);
}

/** Creates so many containers, `synthetic-0` and so on, every fourth with GPUs. */
export async function createMany(count: number): Promise<void> {
  await post('containers', String(count));
}

/** Loads so many images, `synthetic/0:0` to `synthetic/0:19` and so on; every tenth has no name. */
export async function createManyImages(count: number): Promise<void> {
  await post('images', String(count));
}

/** What the host's nvidia-smi shows as running on its GPUs. */
export async function setGpuProcesses(processes: readonly { readonly gpu: number; readonly pid: number; readonly name: string; readonly usedMiB: number }[]): Promise<void> {
  await post('processes', JSON.stringify(processes));
}

async function post(deed: string, body = ''): Promise<void> {
  const response = await fetch(`${process.env['TRTC_ENGINE_CONTROL']}/${deed}`, { method: 'POST', body });
  if (!response.ok) throw new Error(await response.text());
}
