import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rangeOf, TestClient } from './client';

const COMPOSE = 'services:\n  app:\n    build:\n      context: ..\n      args:\n        CUDA: "11.2.0"\n    gpus: all\n';
const DOCKERFILE = 'ARG CUDA=12.4.1\nFROM nvidia/cuda:${CUDA}-base-ubuntu20.04\n';

let client: TestClient;
beforeEach(async () => {
  client = await new TestClient().start();
});
afterEach(() => client.dispose());

describe('Compose files', () => {
  it('are checked with the Dockerfile that they build', async () => {
    client.write('Dockerfile', DOCKERFILE);
    const uri = await client.open('docker/compose.yaml', COMPOSE, 'yaml');
    const [diagnostic] = (await client.pull(uri)).filter(({ code }) => code === 'image-tag-removed');
    expect(diagnostic).toMatchObject({ range: rangeOf(client.document(uri), '11.2.0') });
    expect(diagnostic?.relatedInformation?.[0]?.location.uri).toBe(client.uri('Dockerfile'));
  });

  it('are checked anew when that Dockerfile changes in the editor', async () => {
    const dockerfile = await client.open('Dockerfile', DOCKERFILE);
    const uri = await client.open('docker/compose.yaml', COMPOSE, 'yaml');
    expect(await client.rules(uri)).toContain('image-tag-removed');
    const { refreshes } = client;
    await client.change(dockerfile, 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n');
    await client.until(() => client.refreshes > refreshes);
    expect(await client.rules(uri)).not.toContain('image-tag-removed');
  });

  it('are known by their language', async () => {
    const uri = await client.open('stack.txt', 'services:\n  a:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n', 'dockercompose');
    expect(await client.rules(uri)).toEqual(['compose-gpu-not-reserved']);
  });

  it('are fixed where the fix belongs', async () => {
    client.write('Dockerfile', DOCKERFILE);
    const uri = await client.open('docker/compose.yaml', COMPOSE, 'yaml');
    const actions = await client.actions(uri, rangeOf(client.document(uri), '11.2.0'), ['quickfix']);
    expect(client.apply(actions[0], uri)).toBe(COMPOSE.replace('11.2.0', '11.2.2'));
  });

  it('offer other ways to ask for the GPU anywhere in the service', async () => {
    const uri = await client.open('compose.yaml', 'services:\n  app:\n    image: app\n    gpus: all\n', 'yaml');
    const actions = await client.actions(uri, rangeOf(client.document(uri), 'image'));
    expect(actions.map(({ title, kind }) => [title, kind])).toEqual([
      ['Ask for the GPU with deploy.resources.reservations.devices', 'refactor.rewrite'],
      ['Ask for the GPU with a CDI device', 'refactor.rewrite'],
      ['Ask for the GPU with runtime: nvidia', 'refactor.rewrite'],
    ]);
    expect(client.apply(actions[1], uri)).toBe('services:\n  app:\n    image: app\n    devices:\n      - nvidia.com/gpu=all\n');
    expect(await client.actions(uri, rangeOf(client.document(uri), 'services'))).toEqual([]);
  });

  it('are silenced by a comment above the line', async () => {
    const uri = await client.open('compose.yaml', 'services:\n  a:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n', 'yaml');
    const actions = await client.actions(uri, rangeOf(client.document(uri), 'nvidia/cuda'));
    await client.change(uri, client.apply(actions.find(({ title }) => title.startsWith('Ignore')), uri));
    expect(client.document(uri).getText()).toContain('    # trtc ignore=compose-gpu-not-reserved -- reason\n    image:');
    expect(await client.rules(uri)).toEqual([]);
  });
});

describe('devcontainer.json', () => {
  const TEXT = '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus all"]\n}\n';

  it('is checked and fixed', async () => {
    const uri = await client.open('.devcontainer/devcontainer.json', TEXT, 'jsonc');
    const range = rangeOf(client.document(uri), '--gpus all');
    const actions = await client.actions(uri, range);
    expect(client.apply(actions[0], uri)).toBe(TEXT.replace('--gpus all', '--gpus", "all'));
    await client.change(uri, client.apply(actions.find(({ title }) => title.startsWith('Ignore')), uri));
    expect(client.document(uri).getText()).toContain('  // trtc ignore=devcontainer-run-arg-joined -- reason\n');
    expect(await client.rules(uri)).not.toContain('devcontainer-run-arg-joined');
  });

  it('reads the Compose file that it names', async () => {
    client.write('compose.yaml', 'services:\n  dev:\n    image: dev\n');
    const uri = await client.open('.devcontainer/devcontainer.json', '{ "dockerComposeFile": "../compose.yaml", "service": "dev", "hostRequirements": { "gpu": "optional" } }', 'jsonc');
    expect(await client.rules(uri)).toEqual(['devcontainer-compose-gpu']);
    client.write('compose.yaml', 'services:\n  dev:\n    image: dev\n    gpus: all\n');
    await client.touch('compose.yaml');
    expect(await client.rules(uri)).toEqual([]);
  });
});

describe('bake files', () => {
  it('are checked with the Dockerfile that they build', async () => {
    client.write('Dockerfile', DOCKERFILE);
    const uri = await client.open('docker-bake.hcl', 'target "app" {\n  args = { CUDA = "11.2.0" }\n}\n', 'plaintext');
    expect((await client.pull(uri)).filter(({ code }) => code === 'image-tag-removed')).toMatchObject([{ range: rangeOf(client.document(uri), '11.2.0') }]);
  });
});
