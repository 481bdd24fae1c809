// What is read of a real engine, and what is done to it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, fakeCudaImage } from '../../src/dev/engine/index.mjs';
import {
  commitContainer,
  connect,
  disconnect,
  execIn,
  followLogs,
  imageHistory,
  inspectContainer,
  inspectImage,
  inspectRaw,
  listAddresses,
  listContainers,
  listImages,
  pullImage,
  pushImage,
  readEngineInfo,
  readGpuUsage,
  removeContainer,
  removeImage,
  renameContainer,
  restartContainer,
  startContainer,
  stopContainer,
  tagImage,
  type Engine,
  type GpuAccess,
  type TransferProgress,
} from '../../src/docker/index';
import { addressOf, useEngine } from './engine';
import { eventually } from '../eventually';

let engine: Engine;
const made: string[] = [];

beforeAll(async () => {
  engine = await connect(addressOf(useEngine().host));
});
afterAll(() => {
  if (made.length > 0) docker(useEngine(), 'rm', '-f', '-v', ...made);
  disconnect(engine);
});

/** Runs `docker create` or `docker run -d` and gives the container's id; it is removed in the end. */
function make(...args: readonly string[]): string {
  const id = docker(useEngine(), ...args).trim();
  made.push(id);
  return id;
}

const create = (...args: readonly string[]): string => make('create', '--network', 'none', ...args);

describe('an engine', () => {
  it('tells of itself', async () => {
    const info = await readEngineInfo(engine);
    expect(info).toMatchObject({ product: 'docker', os: 'linux', defaultRuntime: 'runc', storageDriver: 'overlay2' });
    expect(info.version).toMatch(/^\d+\.\d+/);
    expect(info.apiVersion).toMatch(/^1\.\d+$/);
    expect(info.runtimes).toEqual(expect.arrayContaining(['nvidia', 'runc']));
    expect(info.dataRoot).toMatch(/^\//);
    expect(['cgroupfs', 'systemd']).toContain(info.cgroupDriver);
  });

  it('is found through the environment', async () => {
    const [address] = await listAddresses({ env: { ...useEngine().env } });
    expect(address).toMatchObject({ name: 'DOCKER_HOST', url: useEngine().host, current: true });
  });
});

describe('containers', () => {
  it.each<[string, readonly string[], GpuAccess]>([
    ['no GPU', ['busybox'], { how: 'none' }],
    ['--gpus all', ['--gpus', 'all', 'busybox'], { how: 'gpus', devices: 'all', capabilities: [] }],
    ['--gpus 1', ['--gpus', '1', 'busybox'], { how: 'gpus', devices: 1, capabilities: [] }],
    ['--gpus with devices', ['--gpus', '"device=0,1"', 'busybox'], { how: 'gpus', devices: ['0', '1'], capabilities: [] }],
    ['--gpus with capabilities', ['--gpus', '"capabilities=compute,utility"', 'busybox'], { how: 'gpus', devices: 1, capabilities: ['compute', 'utility'] }],
    ['--runtime=nvidia', ['--runtime', 'nvidia', '-e', 'NVIDIA_VISIBLE_DEVICES=1', 'busybox'], { how: 'runtime', runtime: 'nvidia', devices: ['1'], capabilities: [] }],
    ['--runtime=nvidia without the variable', ['--runtime', 'nvidia', 'busybox'], { how: 'runtime', runtime: 'nvidia', devices: 'none', capabilities: [] }],
    ['a device node', ['--device', '/dev/null:/dev/nvidia0', 'busybox'], { how: 'none' }],
  ])('get their GPU: %s', async (_, args, gpu) => {
    expect((await inspectContainer(engine, create(...args))).gpu).toEqual(gpu);
  });

  it('are listed with all that one call tells', async () => {
    const id = make(
      ...['run', '-d', '--name', 'listed', '--network', 'host', '--health-cmd', 'true', '--health-interval', '1s'],
      ...['--label', 'com.docker.compose.project=lab', '--label', 'com.docker.compose.service=trainer', 'busybox', 'sleep', '1000'],
    );
    const find = async (): Promise<Awaited<ReturnType<typeof listContainers>>[number] | undefined> => (await listContainers(engine)).find((row) => row.id === id);
    await eventually(async () => expect((await find())?.health).toBe('healthy'));
    expect(await find()).toMatchObject({ name: 'listed', image: 'busybox', state: 'running', compose: { project: 'lab', service: 'trainer' }, ports: [] });
    expect((await find())?.imageId).toMatch(/^sha256:/);
    expect((await find())?.createdSeconds).toBeGreaterThan(1_600_000_000);
  });

  it('are started, stopped, restarted, renamed and removed', async () => {
    const id = create('--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
    const state = async (): Promise<string | undefined> => (await listContainers(engine)).find((row) => row.id === id)?.state;
    expect(await state()).toBe('created');
    await startContainer(engine, id);
    expect(await state()).toBe('running');
    await startContainer(engine, id);
    await restartContainer(engine, id, { graceSeconds: 0 });
    expect(await state()).toBe('running');
    await expect(removeContainer(engine, id)).rejects.toMatchObject({ problem: { kind: 'api', status: 409, detail: expect.stringContaining('running') as unknown } });
    await stopContainer(engine, id, { graceSeconds: 0 });
    await stopContainer(engine, id);
    expect(await state()).toBe('exited');
    await renameContainer(engine, id, 'renamed-by-us');
    expect((await listContainers(engine)).find((row) => row.id === id)?.name).toBe('renamed-by-us');
    await removeContainer(engine, id, { volumes: true });
    expect(await state()).toBeUndefined();
    await expect(inspectRaw(engine, 'container', id)).rejects.toMatchObject({ problem: { kind: 'api', status: 404 } });
    made.splice(made.indexOf(id), 1);
  });

  it('run commands, whose status and output come back', async () => {
    const id = make('run', '-d', '--network', 'none', 'busybox', 'sleep', '1000');
    expect(await execIn(engine, id, ['sh', '-c', 'echo out; echo err >&2; exit 4'])).toEqual({ status: 4, stdout: 'out\n', stderr: 'err\n' });
    expect((await execIn(engine, id, ['no-such-program'])).status).toBeGreaterThanOrEqual(126);
    await expect(execIn(engine, id, ['sleep', '100'], { timeoutMs: 300 })).rejects.toMatchObject({ problem: { kind: 'api', status: null, detail: 'sleep did not end within 0.3 s' } });
    await expect(execIn(engine, id, ['sleep', '100'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
  });

  it('show what they wrote, with a terminal and without, and go on as they write', async () => {
    const script = 'echo one; sleep 0.3; echo two >&2; sleep 1; echo three';
    const read = async (id: string, options: Parameters<typeof followLogs>[2]): Promise<string> => {
      let text = '';
      await followLogs(engine, id, options, (piece) => (text += piece));
      return text;
    };
    const plain = make('run', '-d', '--network', 'none', 'busybox', 'sh', '-c', script);
    expect(await read(plain, { follow: true })).toBe('one\ntwo\nthree\n');
    expect(await read(plain, { tailLines: 1 })).toBe('three\n');
    const terminal = make('run', '-d', '-t', '--network', 'none', 'busybox', 'sh', '-c', script);
    expect(await read(terminal, { follow: true })).toBe('one\r\ntwo\r\nthree\r\n');
  });

  it('tell their GPU usage: of the stand-in GPU from inside', async () => {
    const [with1, without] = [make('run', '-d', '--gpus', 'device=1', 'busybox', 'sleep', '1000'), make('run', '-d', 'busybox', 'sleep', '1000')];
    const info = { ...(await readEngineInfo(engine)), hostName: 'a machine elsewhere' };
    const usage = await readGpuUsage(engine, info, [with1, without]);
    expect([...usage.keys()]).toEqual([with1]);
    expect(usage.get(with1)?.gpus).toHaveLength(1);
    expect(usage.get(with1)?.gpus[0]?.totalBytes).toBeGreaterThan(1e9);
    expect(usage.get(with1)?.processBytes).toBeNull();
  });
});

describe('images', () => {
  it('are listed and described', async () => {
    const name = await fakeCudaImage(useEngine(), '12.4.1-base-ubuntu22.04', { labels: { maintainer: 'nobody' } });
    const row = (await listImages(engine, { shared: true })).find(({ tags }) => tags.includes(name));
    expect(row).toMatchObject({ dangling: false, labels: { maintainer: 'nobody' } });
    expect(row?.sizeBytes).toBeGreaterThan(0);
    expect(row?.sharedBytes).toBeGreaterThanOrEqual(0);
    const details = await inspectImage(engine, row?.id ?? '');
    expect(details).toMatchObject({ id: row?.id, os: 'linux', architecture: 'amd64' });
    expect(details.environment).toContain('NVIDIA_VISIBLE_DEVICES=all');
    expect(details.layers.length).toBeGreaterThan(0);
  });

  it('are made of containers, tagged, told the history of, and removed', async () => {
    const id = create('busybox', 'true');
    const image = await commitContainer(engine, id, { repository: 'lab/committed', tag: 'v1', comment: 'by a test' });
    expect((await imageHistory(engine, image))[0]).toMatchObject({ id: image, comment: 'by a test', tags: ['lab/committed:v1'] });
    await tagImage(engine, image, 'lab/other');
    expect((await listImages(engine)).find((row) => row.id === image)?.tags).toEqual(['lab/committed:v1', 'lab/other:latest']);
    await expect(removeImage(engine, image)).rejects.toMatchObject({ problem: { kind: 'api', status: 409 } });
    await removeImage(engine, 'lab/other:latest');
    await removeImage(engine, image);
    expect((await listImages(engine)).find((row) => row.id === image)).toBeUndefined();
  });

  it('are pushed and pulled, with progress', async () => {
    const name = `${useEngine().registry}/lab/busybox:moved`;
    await tagImage(engine, 'busybox', name);
    const seen: TransferProgress[] = [];
    await pushImage(engine, name, (progress) => seen.push(progress));
    expect(seen.some(({ layer, text }) => layer !== null && /^(Pushed|Layer already exists|Mounted)/.test(text))).toBe(true);
    await removeImage(engine, name);
    await pullImage(engine, name, () => undefined);
    expect((await listImages(engine)).flatMap(({ tags }) => tags)).toContain(name);
    await removeImage(engine, name);
    await expect(pullImage(engine, `${useEngine().registry}/lab/busybox:never`, () => undefined)).rejects.toMatchObject({ problem: { kind: 'api', detail: expect.stringContaining('manifest') as unknown } });
    await expect(pushImage(engine, `${useEngine().registry}/lab/nothing:here`, () => undefined)).rejects.toMatchObject({ problem: { kind: 'api' } });
  });
});
