// The stand-ins behave as the real parts do; what other tests prove rests on it.
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, fakeCudaImage, MACHINE, startEngine } from '../../src/dev/engine/index.mjs';
import type { TestEngine } from '../../src/dev/engine/index.mjs';
import { useEngine } from './engine';

const [first, second] = MACHINE.gpus;

/** Exit status and both outputs of a `docker run --rm`. */
function run(env: NodeJS.ProcessEnv, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync('docker', ['run', '--rm', '--network', 'none', ...args], { env, encoding: 'utf8' });
}

describe('--gpus with the stand-in', () => {
  const { env } = useEngine();
  const uuids = (...args: string[]): string[] => {
    const { stdout } = run(env, ...args, 'busybox', 'nvidia-smi', '--query-gpu=uuid', '--format=csv,noheader');
    return stdout.split('\n').filter((line) => line !== '');
  };

  it.each([
    ['all', [first?.uuid, second?.uuid]],
    ['1', [first?.uuid]],
    ['device=1', [second?.uuid]],
    [`device=${second?.uuid}`, [second?.uuid]],
    ['"device=1,0"', [second?.uuid, first?.uuid]],
  ])('gives the devices of --gpus %s', (gpus, expected) => {
    expect(uuids('--gpus', gpus)).toEqual(expected);
  });

  it('gives the devices that the nvidia runtime is told by the variable, and none without it', () => {
    expect(uuids('--runtime', 'nvidia', '-e', 'NVIDIA_VISIBLE_DEVICES=1')).toEqual([second?.uuid]);
    expect(run(env, '--runtime', 'nvidia', 'busybox', 'nvidia-smi').status).toBe(127);
  });

  it('fails in the words of the real hook', () => {
    expect(run(env, '--gpus', 'device=7', 'busybox', 'true').stderr).toContain('nvidia-container-cli: device error: 7: unknown device: unknown');
    expect(run(env, '--gpus', 'all', '-e', 'NVIDIA_REQUIRE_CUDA=cuda>=12.6', 'busybox', 'true').stderr).toContain('requirement error: unsatisfied condition: cuda>=12.6');
    expect(run(env, '--gpus', 'all', '-e', 'NVIDIA_REQUIRE_CUDA=cuda>=12.6', '-e', 'NVIDIA_DISABLE_REQUIRE=1', 'busybox', 'true').status).toBe(0);
  });

  it('gives only what the driver capabilities ask for', () => {
    expect(run(env, '--gpus', 'all,capabilities=compute', 'busybox', 'ls', '/usr/lib/x86_64-linux-gnu').stdout).toContain('libcuda.so.1');
    expect(run(env, '--gpus', 'all,capabilities=compute', 'busybox', 'nvidia-smi').status).toBe(127);
  });

  it('makes images with the variables and labels of nvidia/cuda', async () => {
    const name = await fakeCudaImage(useEngine(), '12.4.1-cudnn-runtime-ubuntu22.04');
    const config = JSON.parse(docker(useEngine(), 'image', 'inspect', '--format', '{{json .Config}}', name)) as { Env: string[]; Labels: Record<string, string> };
    expect(config.Env).toEqual(expect.arrayContaining(['CUDA_VERSION=12.4.1', 'NVIDIA_VISIBLE_DEVICES=all', 'NV_CUDNN_VERSION=9.1.0.70-1']));
    expect(config.Labels['com.nvidia.cudnn.version']).toBe('9.1.0.70-1');
    docker(useEngine(), 'rmi', name);
  });
});

describe('nvidia-smi on the host', () => {
  const { env } = useEngine();
  const smi = (...args: string[]): string => execFileSync('nvidia-smi', args, { env, encoding: 'utf8' });

  it('lists GPUs and answers queries with and without units', () => {
    expect(smi('-L').split('\n')[1]).toBe(`GPU 1: ${second?.name} (UUID: ${second?.uuid})`);
    expect(smi('-i', '1', '--query-gpu=index,memory.total,driver_version', '--format=csv')).toBe('index, memory.total [MiB], driver_version\n1, 24564 MiB, 550.54.15\n');
    expect(smi('--query-gpu=memory.total', '--format=csv,noheader,nounits')).toBe('24564\n24564\n');
  });

  it('refuses a field that it does not know', () => {
    const { status, stdout } = spawnSync('nvidia-smi', ['--query-gpu=name,colour', '--format=csv'], { env, encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, 'Field "colour" is not a valid field to query.\n\n']);
  });
});

describe('an engine without GPU', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine({ gpu: 'none', bridge: false });
  });
  afterAll(() => engine.stop());

  it('refuses --gpus as Docker does without the toolkit', () => {
    docker(engine, 'import', '/dev/null', 'nothing');
    const { status, stderr } = run(engine.env, '--gpus', 'all', 'nothing', 'true');
    expect(status).toBe(125);
    expect(stderr).toContain('could not select device driver "" with capabilities: [[gpu]]');
  });
});
