// Containers that we run ourselves: what they tell, and that none outlives its run.
import { chmodSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage, docker, startEngine, type TestEngine } from '../../src/dev/engine/index.mjs';
import { connect, disconnect, listContainers, readEngineInfo, readGpuUsage, runContainer, type Engine, type RunSpec } from '../../src/docker/index';
import { isFirstPidNamespace } from '../../src/docker/gpu-usage';
import { addressOf, useEngine } from './engine';
import { eventually } from '../eventually';
import { startProxy } from './proxy';

let engine: Engine;
beforeAll(async () => {
  engine = await connect(addressOf(useEngine().host));
});
afterEach(async () => expect(await ours(engine)).toEqual([]));
afterAll(() => disconnect(engine));

const ours = async (of: Engine): Promise<readonly string[]> => (await listContainers(of)).filter(({ labels }) => 'tensorrt-containers.run' in labels).map(({ name }) => name);

const sh = (script: string, more: Partial<RunSpec> = {}): RunSpec => ({ image: 'busybox', argv: ['sh', '-c', script], ...more });

describe('a run', () => {
  it('tells status, both streams, and files that it wrote', async () => {
    const outcome = await runContainer(
      engine,
      sh('cat /probe/in; echo "$WORD" >&2; echo result > /tmp-out; exit 3', { env: { WORD: 'wörd' }, files: [{ path: '/probe/in', content: 'given\n' }], readAfter: ['/tmp-out', '/missing', '/bin'] }),
    );
    expect(outcome).toMatchObject({ status: 3, timedOut: false, outOfMemory: false, stdout: 'given\n', stderr: 'wörd\n', truncated: false });
    expect([...outcome.files].map(([name, content]) => [name, content.toString()])).toEqual([['/tmp-out', 'result\n']]);
    expect(outcome.durationMs).toBeGreaterThan(0);
  });

  it('is as confined as asked', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-mount-'));
    chmodSync(folder, 0o777);
    const { stdout } = await runContainer(
      engine,
      sh('id -u; pwd; ls /sys/class/net; touch /in/x 2>&1; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; df /dev/shm | tail -1', {
        user: '1234',
        workdir: '/bin',
        memoryBytes: 64 * 1024 * 1024,
        shmBytes: 128 * 1024 * 1024,
        pidsLimit: 50,
        mounts: [{ source: folder, target: '/in', readOnly: true }],
      }),
    );
    rmSync(folder, { recursive: true });
    expect(stdout).toMatch(/^1234\n\/bin\nlo\ntouch: .*Read-only file system\n67108864\n.* 131072 /);
  });

  it('names its end by memory', async () => {
    const outcome = await runContainer(engine, sh('dd if=/dev/zero of=/dev/null bs=200M count=1', { memoryBytes: 32 * 1024 * 1024 }));
    expect(outcome.status).not.toBe(0);
    expect(outcome.outOfMemory || outcome.status === 137).toBe(true);
  });

  it('ends when its time is over, and gives what it had written', async () => {
    const outcome = await runContainer(engine, sh('echo begun; sleep 1000', { timeoutMs: 5_000 }));
    expect(outcome).toMatchObject({ status: null, timedOut: true, stdout: 'begun\n' });
  });

  it('keeps the beginning and the end of a flood, and its memory small', async () => {
    let heard = 0;
    const before = process.memoryUsage().rss;
    const { status, stdout, truncated } = await runContainer(engine, sh('echo BEGIN; dd if=/dev/zero bs=1M count=300 2>/dev/null | tr "\\0" a; echo; echo END', { outputLimitBytes: 10_000 }), {
      onOutput: (text) => (heard += text.length),
    });
    expect([status, truncated, heard]).toEqual([0, true, 10_000]);
    expect(stdout).toMatch(/^BEGIN\na+\n…\na+\nEND\n$/);
    expect(stdout.length).toBeLessThan(11_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('gets the GPU that it asks for', async () => {
    const { stdout } = await runContainer(engine, sh('nvidia-smi -L', { gpu: { how: 'gpus', devices: ['1'], capabilities: [] } }));
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const all = await runContainer(engine, sh('nvidia-smi -L', { gpu: { how: 'runtime', runtime: 'nvidia', devices: 'all', capabilities: ['utility'] } }));
    expect(all.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('says why it could not begin', async () => {
    await expect(runContainer(engine, { image: 'no-such-image' })).rejects.toMatchObject({ problem: { kind: 'api', status: 404 } });
    await expect(runContainer(engine, { image: 'busybox', argv: ['no-such-program'] })).rejects.toMatchObject({ problem: { kind: 'api', detail: expect.stringContaining('no-such-program') as unknown } });
    await expect(runContainer(engine, sh('true', { mounts: [{ source: '/no/such/folder', target: '/x' }] }))).rejects.toMatchObject({ problem: { kind: 'api', status: 400 } });
    await expect(runContainer(engine, sh('true', { gpu: { how: 'gpus', devices: ['7'], capabilities: [] } }))).rejects.toMatchObject({ problem: { detail: expect.stringContaining('unknown device') as unknown } });
  });

  it('is called off at any moment', async () => {
    for (const delayMs of [0, 10, 40, 100, 200, 400]) {
      const run = runContainer(engine, sh('sleep 1000'), { signal: AbortSignal.timeout(delayMs) });
      await expect(run).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
      expect(await ours(engine)).toEqual([]);
    }
  });

  it('is called off while the engine still creates the container', async () => {
    const proxy = await startProxy(useEngine().socket, { hold: /^POST \/containers\/create/ });
    const through = await connect(addressOf(proxy.url));
    const abort = new AbortController();
    const run = runContainer(through, sh('sleep 1000'), { signal: abort.signal });
    const calledOff = expect(run).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
    await eventually(() => expect(proxy.held()).toBe(1));
    abort.abort();
    proxy.release();
    await calledOff;
    expect(await ours(engine)).toEqual([]);
    disconnect(through);
    await proxy.close();
  });
});

describe('an engine of its own', () => {
  let own: TestEngine;
  let client: Engine;
  beforeAll(async () => {
    own = await startEngine({ gpu: 'none', bridge: false });
    await busyboxImage(own);
    client = await connect(addressOf(own.host));
  });
  afterAll(async () => {
    disconnect(client);
    await own.stop();
  });

  it('that has no GPU says so, and the container that could not start is gone', async () => {
    await expect(runContainer(client, sh('true', { gpu: { how: 'gpus', devices: 'all', capabilities: [] } }))).rejects.toMatchObject({
      problem: { kind: 'no-gpu-runtime', detail: expect.stringContaining('could not select device driver') as unknown },
    });
    await expect(runContainer(client, sh('true', { gpu: { how: 'runtime', runtime: 'nvidia', devices: 'all', capabilities: [] } }))).rejects.toMatchObject({ problem: { kind: 'no-gpu-runtime' } });
    expect(docker(own, 'ps', '-aq').trim()).toBe('');
  });

  it('that is killed under a run: the run fails, and its container is removed once the engine is back', async () => {
    const run = runContainer(client, sh('sleep 1000'));
    const failed = expect(run).rejects.toMatchObject({ problem: { kind: 'daemon-down' } });
    await eventually(async () => expect(await ours(client)).toHaveLength(1));
    await eventually(() => expect(docker(own, 'ps', '-q').trim()).not.toBe(''));
    await own.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await own.start();
    await failed;
    await eventually(() => expect(docker(own, 'ps', '-aq').trim()).toBe(''), 60_000);
  });
});

describe('GPU usage on the machine of the engine', () => {
  const ownPath = process.env['PATH'];
  let own: TestEngine;
  let client: Engine;
  beforeAll(async () => {
    own = await startEngine({ bridge: false });
    await busyboxImage(own);
    client = await connect(addressOf(own.host));
    // nvidia-smi of the host is the stand-in.
    process.env['PATH'] = own.env['PATH'];
  });
  afterAll(async () => {
    process.env['PATH'] = ownPath;
    disconnect(client);
    await own.stop();
  });

  it('is that of the processes of each container', async () => {
    const start = (...args: readonly string[]): string => docker(own, 'run', '-d', '--network', 'none', ...args, 'busybox', 'sleep', '1000').trim();
    const [busy, idle] = [start('--gpus', 'all'), start('--gpus', 'all')];
    const pid = Number(docker(own, 'inspect', '--format', '{{.State.Pid}}', busy));
    own.setGpuProcesses([
      { gpu: 1, pid, name: 'python3', usedMiB: 512 },
      { gpu: 0, pid: 999_999, name: 'of somebody else', usedMiB: 64 },
    ]);
    const usage = await readGpuUsage(client, await readEngineInfo(client), [busy, idle, 'no-such-container']);
    expect([...usage.keys()]).toEqual([busy, idle]);
    // In a container processes have other numbers than the engine tells: each container is asked by itself.
    if (!isFirstPidNamespace(readlinkSync('/proc/self/ns/pid'))) return expect(usage.get(busy)).toMatchObject({ processBytes: null, gpus: [{ index: 0 }, { index: 1 }] });
    expect(usage.get(busy)).toMatchObject({ processBytes: 512 * 1024 * 1024, gpus: [{ index: 1 }] });
    expect(usage.get(idle)).toEqual({ processBytes: 0, gpus: [] });
  });
});
