// Podman's socket, for reading.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, startPodman } from '../../src/dev/engine/index.mjs';
import { connect, inspectContainer, inspectImage, listContainers, listImages, readEngineInfo, watchEngine } from '../../src/docker/index';
import type { Engine } from '../../src/docker/index';
import { addressOf, useEngine } from './engine';
import { eventually } from '../eventually';

let podman: Awaited<ReturnType<typeof startPodman>>;
let engine: Engine;
const env = (): NodeJS.ProcessEnv => ({ ...useEngine().env, DOCKER_HOST: podman.host });

beforeAll(async () => {
  podman = await startPodman();
  const access = { host: podman.host, socket: podman.socket, env: env() };
  docker(access, 'import', '--change', 'ENV CUDA_VERSION=12.4.1', '/dev/null', 'localhost/cuda:12.4.1');
  docker(access, 'create', '--name', 'with-gpu', '--gpus', 'all', 'localhost/cuda:12.4.1', 'true');
  engine = await connect(addressOf(podman.host));
});
afterAll(() => podman.stop());

describe('podman', () => {
  it('is known as what it is', async () => {
    expect(await readEngineInfo(engine)).toMatchObject({ product: 'podman', version: expect.stringMatching(/^4\./) as unknown });
  });

  it('lists containers and images', async () => {
    const [image] = await listImages(engine);
    expect(image).toMatchObject({ tags: ['localhost/cuda:12.4.1'], dangling: false });
    expect((await inspectImage(engine, image?.id ?? '')).environment).toContain('CUDA_VERSION=12.4.1');
    expect(await listContainers(engine)).toMatchObject([{ name: 'with-gpu', state: 'created', image: 'localhost/cuda:12.4.1' }]);
  });

  it('is watched', async () => {
    const watch = watchEngine(addressOf(podman.host), () => undefined);
    watch.setVisible(true);
    await eventually(() => expect(watch.inventory).toMatchObject({ containers: [{ name: 'with-gpu' }], images: [{ tags: ['localhost/cuda:12.4.1'] }] }));
    expect(watch.state).toMatchObject({ kind: 'connected', info: { product: 'podman' } });
    const access = { host: podman.host, socket: podman.socket, env: env() };
    docker(access, 'create', '--name', 'another', 'localhost/cuda:12.4.1', 'true');
    await eventually(() => expect(watch.inventory.containers).toHaveLength(2));
    docker(access, 'rm', 'another');
    await eventually(() => expect(watch.inventory.containers).toHaveLength(1));
    watch.dispose();
  });

  it('is not said to give a GPU that it has dropped', async () => {
    expect((await inspectContainer(engine, 'with-gpu')).gpu).toEqual({ how: 'none' });
  });
});
