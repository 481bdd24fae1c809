// Whatever becomes of a run or of a reader, the engine is left as it was.
import { spawn } from 'node:child_process';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../src/dev/engine/index.mjs';
import { connect, disconnect, followLogs, pullImage, runContainer, sweepRuns } from '../../src/docker/index';
import type { Engine, RunSpec } from '../../src/docker/index';
import { addressOf, useEngine } from './engine';
import { eventually } from '../eventually';
import { startProxy } from './proxy';
import type { Proxy } from './proxy';

let proxy: Proxy;
let engine: Engine;
beforeAll(async () => {
  proxy = await startProxy(useEngine().socket);
  engine = await connect(addressOf(proxy.url));
});
afterAll(async () => {
  disconnect(engine);
  await proxy.close();
});

/** Containers that some run of ours has made. */
const ours = (): string => docker(useEngine(), 'ps', '-aq', '--filter', 'label=tensorrt-containers.run');

const nothingIsLeft = (): Promise<void> =>
  eventually(() => {
    expect(ours()).toBe('');
    expect(proxy.open()).toEqual([]);
  });

const SLEEP: RunSpec = { image: 'busybox', argv: ['sleep', '1000'] };

describe('nothing is left', () => {
  it('of runs that end well, fail, or cannot start', async () => {
    expect(await runContainer(engine, { image: 'busybox', argv: ['true'] })).toMatchObject({ status: 0 });
    expect(await runContainer(engine, { image: 'busybox', argv: ['sh', '-c', 'exit 3'] })).toMatchObject({ status: 3 });
    await expect(runContainer(engine, { image: 'busybox', argv: ['no-such-program'] })).rejects.toMatchObject({ problem: { kind: 'api' } });
    await expect(runContainer(engine, { image: 'no-such-image', argv: ['true'] })).rejects.toMatchObject({ problem: { kind: 'api', status: 404 } });
    await expect(runContainer(engine, { ...SLEEP, gpu: { how: 'gpus', devices: ['7'], capabilities: [] } })).rejects.toMatchObject({ problem: { kind: 'api' } });
    await nothingIsLeft();
  });

  it('of a run whose time is over', async () => {
    expect(await runContainer(engine, { ...SLEEP, timeoutMs: 500 })).toMatchObject({ timedOut: true, status: null });
    await nothingIsLeft();
  });

  it.each([0, 10, 40, 100, 300, 1_000])('of a run that is called off after %i ms', async (delayMs) => {
    const abort = new AbortController();
    const run = runContainer(engine, SLEEP, { signal: abort.signal });
    setTimeout(() => abort.abort(), delayMs);
    await expect(run).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
    await nothingIsLeft();
  });

  it('of logs that nobody follows any more', async () => {
    const id = docker(useEngine(), 'run', '-d', 'busybox', 'sh', '-c', 'while true; do echo line; sleep 0.05; done');
    const abort = new AbortController();
    let lines = 0;
    const followed = followLogs(engine, id, { follow: true, tailLines: 10, signal: abort.signal }, () => void lines++);
    await eventually(() => expect(lines).toBeGreaterThan(3));
    abort.abort();
    await followed.catch(() => undefined);
    await eventually(() => expect(proxy.open()).toEqual([]));
    docker(useEngine(), 'rm', '-f', id);
  });

  it('of a pull that is called off', async () => {
    const abort = new AbortController();
    const pull = pullImage(engine, `${useEngine().registry}/none:1`, () => undefined, { signal: abort.signal });
    abort.abort();
    await expect(pull).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
    await eventually(() => expect(proxy.open()).toEqual([]));
  });

  it('after the next sweep, of a process that was killed, and nothing of one that lives', async () => {
    // Within the repository, so that it finds dockerode.
    const script = path.resolve('.cache/docker-tests/run.cjs');
    await esbuild.build({
      stdin: {
        contents: `import { connect, runContainer } from './src/docker/index';
          void connect(${JSON.stringify(addressOf(useEngine().host))}).then((engine) => runContainer(engine, ${JSON.stringify(SLEEP)}));`,
        resolveDir: process.cwd(),
      },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['dockerode'],
    });
    const child = spawn(process.execPath, [script], { stdio: 'inherit' });
    await eventually(() => expect(ours()).not.toBe(''));
    expect(await sweepRuns(engine)).toEqual([]);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(ours()).not.toBe('');
    expect(await sweepRuns(engine)).toHaveLength(1);
    await nothingIsLeft();
  });
});
