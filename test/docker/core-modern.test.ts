// An engine of today: it confirms subscriptions late, knows CDI, and words its refusals anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage, docker, startEngine, type TestEngine } from '../../src/dev/engine/index.mjs';
import { clientOf } from '../../src/docker/connect';
import { connect, disconnect, followLogs, inspectContainer, listContainers, listImages, readEngineInfo, runContainer, watchEngine, type Engine } from '../../src/docker/index';
import { addressOf } from './engine';
import { eventually } from '../eventually';

let own: TestEngine;
let engine: Engine;
beforeAll(async () => {
  own = await startEngine({ modern: true, bridge: false });
  await busyboxImage(own);
  engine = await connect(addressOf(own.host));
});
afterAll(async () => {
  disconnect(engine);
  await own.stop();
});

describe('Docker 26', () => {
  it('tells of itself, and where it looks for CDI devices', async () => {
    const info = await readEngineInfo(engine);
    expect(info).toMatchObject({ product: 'docker', version: expect.stringMatching(/^2[6-9]\./) as unknown, cdiSpecFolders: [expect.stringMatching(/\/cdi$/) as unknown] });
    expect((await listImages(engine, { shared: true }))[0]).toMatchObject({ tags: ['busybox:latest'], sharedBytes: 0 });
  });

  it('is shown at once, although it says nothing of the subscription before the first event', async () => {
    const began = performance.now();
    const watch = watchEngine(addressOf(own.host), () => undefined);
    watch.setVisible(true);
    await eventually(() => expect([watch.inventory.containers?.length, watch.inventory.images?.length]).toEqual([0, 1]));
    const shownMs = performance.now() - began;
    docker(own, 'create', '--name', 'seen', '--network', 'none', 'busybox');
    await eventually(() => expect(watch.inventory.containers).toMatchObject([{ name: 'seen' }]));
    docker(own, 'rm', 'seen');
    await eventually(() => expect(watch.inventory.containers).toEqual([]));
    watch.dispose();
    // It would keep silent for ever.
    expect(shownMs).toBeLessThan(15_000);
  });

  it('gives CDI devices, and they are told from other ways', async () => {
    const { stdout } = await runContainer(engine, { image: 'busybox', argv: ['nvidia-smi', '-L'], gpu: { how: 'cdi', devices: ['nvidia.com/gpu=1'] } });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const HostConfig = { NetworkMode: 'none', DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=all'] }] };
    const { id } = await clientOf(engine).createContainer({ _query: {}, _body: { Image: 'busybox', Cmd: ['true'], HostConfig } } as object);
    expect((await inspectContainer(engine, id)).gpu).toEqual({ how: 'cdi', devices: ['nvidia.com/gpu=all'] });
    docker(own, 'rm', id);
  });

  it('runs, tells status, output and logs as the old one does', async () => {
    expect(await runContainer(engine, { image: 'busybox', argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] })).toMatchObject({ status: 3, stdout: 'out\n', stderr: 'err\n' });
    const id = docker(own, 'run', '-d', '--network', 'none', 'busybox', 'sh', '-c', 'sleep 0.5; echo late').trim();
    let text = '';
    await followLogs(engine, id, { follow: true }, (piece) => (text += piece));
    expect(text).toBe('late\n');
    docker(own, 'rm', id);
  });

  it('says in its own words what it cannot give', async () => {
    const run = (gpu: Parameters<typeof runContainer>[1]['gpu']): Promise<unknown> => runContainer(engine, { image: 'busybox', argv: ['true'], ...(gpu && { gpu }) });
    await expect(run({ how: 'cdi', devices: ['nvidia.com/gpu=9'] })).rejects.toMatchObject({ problem: { kind: 'no-gpu-runtime', detail: expect.stringContaining('unresolvable CDI devices') as unknown } });
    await expect(run({ how: 'runtime', runtime: 'nvidia-cdi', devices: 'all', capabilities: [] })).rejects.toMatchObject({ problem: { kind: 'no-gpu-runtime', detail: 'unknown or invalid runtime name: nvidia-cdi' } });
    expect(await listContainers(engine)).toEqual([]);
  });
});
