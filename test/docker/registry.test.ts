import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  collectRegistryGarbage,
  connect,
  deleteTag,
  describeTag,
  disconnect,
  isInsecureRefusal,
  listLocalRegistries,
  listRepositories,
  listTags,
  openRegistry,
  pullImage,
  pushImage,
  removeImage,
  removeRegistry,
  startRegistry,
  tagImage,
  trustsPlainHttp,
  type Engine,
} from '../../src/docker';
import { docker, freePort } from '../../src/dev/engine/index.mjs';
import { addressOf, useEngine } from './engine';

const shared = useEngine();
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-registry-'));
const IMAGE = 'trtc-test/registry:2';
let engine: Engine;

/** Debian's registry, laid out and configured as in the image registry:2. */
function buildRegistryImage(): void {
  const context = path.join(folder, 'image');
  mkdirSync(context);
  copyFileSync('/usr/bin/docker-registry', path.join(context, 'registry'));
  const libraries = [...execFileSync('ldd', ['/usr/bin/docker-registry'], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file ?? '');
  for (const file of libraries) copyFileSync(file, path.join(context, path.basename(file)));
  writeFileSync(
    path.join(context, 'config.yml'),
    'version: 0.1\nlog: { level: warn }\nstorage: { cache: { blobdescriptor: inmemory }, filesystem: { rootdirectory: /var/lib/registry } }\nhttp: { addr: ":5000" }\n',
  );
  const copies = libraries.map((file) => `COPY ${path.basename(file)} ${file}`);
  writeFileSync(
    path.join(context, 'Dockerfile'),
    ['FROM busybox:latest', ...copies, 'COPY registry /bin/registry', 'COPY config.yml /etc/docker/registry/config.yml', 'VOLUME /var/lib/registry', 'ENTRYPOINT ["/bin/registry"]', 'CMD ["serve", "/etc/docker/registry/config.yml"]', ''].join('\n'),
  );
  execFileSync('/usr/bin/docker', ['build', '--quiet', '--network=none', '--tag', IMAGE, context], { env: { ...shared.env, DOCKER_BUILDKIT: '1' }, stdio: 'pipe' });
}

/** An image of its own: one small file over busybox. */
function buildImage(name: string, content: string): void {
  const context = mkdtempSync(path.join(folder, 'small-'));
  writeFileSync(path.join(context, 'content'), content);
  writeFileSync(path.join(context, 'Dockerfile'), 'FROM busybox:latest\nCOPY content /content\n');
  execFileSync('/usr/bin/docker', ['build', '--quiet', '--network=none', '--tag', name, context], { env: { ...shared.env, DOCKER_BUILDKIT: '1' }, stdio: 'pipe' });
}

const ignore = (): void => undefined;

beforeAll(async () => {
  engine = await connect(addressOf(shared.host));
  buildRegistryImage();
  buildImage('trtc-test/one', 'one');
  buildImage('trtc-test/two', 'two');
});

afterEach(async () => {
  for (const registry of await listLocalRegistries(engine)) await removeRegistry(engine, registry);
});

afterAll(() => {
  docker(shared, 'image', 'rm', '-f', IMAGE, 'trtc-test/one', 'trtc-test/two');
  disconnect(engine);
  rmSync(folder, { recursive: true, force: true });
});

describe('a registry of our own', () => {
  it('starts, takes images, lists and deletes them, and keeps its data', async () => {
    const port = await freePort();
    const data = path.join(folder, 'data');
    mkdirSync(data);
    const spec = { image: IMAGE, name: 'trtc-test-registry', port, dataFolder: data };
    const started = await startRegistry(engine, spec);
    expect(started).toMatchObject({ host: `localhost:${port}`, port, running: true, name: 'trtc-test-registry' });
    expect(await listLocalRegistries(engine)).toEqual([started]);

    const registry = await openRegistry(started.host);
    expect(registry).toMatchObject({ url: `http://localhost:${port}`, challenge: null });
    expect(await listRepositories(registry)).toEqual([]);

    const texts = new Set<string>();
    for (const [image, tag] of [['trtc-test/one', 'a'], ['trtc-test/one', 'b'], ['trtc-test/two', 'c']] as const) {
      const reference = `${started.host}/team/app:${tag}`;
      await tagImage(engine, image, reference);
      await pushImage(engine, reference, ({ layer, text }) => texts.add(`${layer === null ? 'all' : 'layer'}: ${text}`));
      await removeImage(engine, reference);
    }
    expect([...texts]).toEqual(expect.arrayContaining(['layer: Pushed', 'layer: Layer already exists']));
    expect(await listRepositories(registry)).toEqual(['team/app']);
    expect([...(await listTags(registry, 'team/app'))].sort()).toEqual(['a', 'b', 'c']);
    const described = await describeTag(registry, 'team/app', 'a');
    expect(described).toMatchObject({ tag: 'a', platforms: [] });
    expect(described?.sizeBytes).toBeGreaterThan(100_000);
    expect(described?.digest).toBe((await describeTag(registry, 'team/app', 'b'))?.digest);

    // This registry deletes images, and with one all its tags.
    expect(await deleteTag(registry, 'team/app', 'a')).toEqual({ outcome: 'shared', digest: described?.digest, otherTags: ['b'] });
    expect([...(await listTags(registry, 'team/app'))].sort()).toEqual(['a', 'b', 'c']);
    expect(await deleteTag(registry, 'team/app', 'c')).toMatchObject({ outcome: 'deleted', alsoDeleted: [] });
    expect(await deleteTag(registry, 'team/app', 'c')).toEqual({ outcome: 'not-found' });
    expect(await collectRegistryGarbage(engine, started)).toMatch(/eligible for deletion/);
    expect([...(await listTags(registry, 'team/app'))].sort()).toEqual(['a', 'b']);

    await removeRegistry(engine, started);
    await expect(openRegistry(started.host)).rejects.toMatchObject({ problem: { kind: 'context-unreachable' } });
    await startRegistry(engine, spec);
    expect([...(await listTags(registry, 'team/app'))].sort()).toEqual(['a', 'b']);
    await pullImage(engine, `${started.host}/team/app:a`, ignore);
    expect(docker(shared, 'run', '--rm', '--network=none', `${started.host}/team/app:a`, 'cat', '/content')).toBe('one');
    docker(shared, 'image', 'rm', '-f', `${started.host}/team/app:a`);
    expect(await deleteTag(registry, 'team/app', 'a', { withOthers: true })).toMatchObject({ outcome: 'deleted', alsoDeleted: ['b'] });
    expect(await listTags(registry, 'team/app')).toEqual([]);
  }, 120_000);

  it('is started again where it was stopped, and refused where its name is taken', async () => {
    const port = await freePort();
    const spec = { image: IMAGE, name: 'trtc-test-again', port };
    const first = await startRegistry(engine, spec);
    docker(shared, 'stop', '-t', '1', spec.name);
    expect(await listLocalRegistries(engine)).toMatchObject([{ running: false }]);
    expect(await startRegistry(engine, spec)).toMatchObject({ containerId: first.containerId, running: true });
    await expect(startRegistry(engine, { ...spec, port: port + 1 })).rejects.toMatchObject({ problem: { kind: 'api', status: 409 } });
    docker(shared, 'create', '--name', 'trtc-test-taken', 'busybox');
    await expect(startRegistry(engine, { ...spec, name: 'trtc-test-taken' })).rejects.toMatchObject({ problem: { status: 409 } });
    docker(shared, 'rm', 'trtc-test-taken');
    docker(shared, 'rm', '-f', spec.name);
    docker(shared, 'volume', 'rm', spec.name);
  });

  it.each([
    ['an image that is no registry', { image: 'busybox:latest' }],
    ['an image that is not there', { image: 'trtc-test/nowhere:1' }],
    ['a folder that is none', { image: IMAGE, dataFolder: 'relative' }],
  ])('from %s: fails and leaves nothing', async (_, parts) => {
    await expect(startRegistry(engine, { name: 'trtc-test-bad', port: await freePort(), ...parts })).rejects.toMatchObject({ problem: { kind: 'api' } });
    expect(docker(shared, 'ps', '-aq', '--filter', 'name=trtc-test-bad')).toBe('');
    docker(shared, 'volume', 'rm', '-f', 'trtc-test-bad');
  });

  it('on a port that is taken: fails and leaves nothing', async () => {
    const taken = Number(shared.registry.split(':')[1]);
    await expect(startRegistry(engine, { image: IMAGE, name: 'trtc-test-port', port: taken })).rejects.toMatchObject({ problem: { kind: 'api' } });
    expect(docker(shared, 'ps', '-aq', '--filter', 'name=trtc-test-port')).toBe('');
    docker(shared, 'volume', 'rm', '-f', 'trtc-test-port');
  });

  it('called off: leaves nothing', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    await expect(startRegistry(engine, { image: 'busybox:latest', name: 'trtc-test-off', port: await freePort() }, { signal: stop.signal })).rejects.toMatchObject({ problem: expect.anything() as unknown });
    expect(docker(shared, 'ps', '-aq', '--filter', 'name=trtc-test-off')).toBe('');
    docker(shared, 'volume', 'rm', '-f', 'trtc-test-off');
  });
});

describe('a registry without TLS on another machine', () => {
  it('is not trusted, and a push says why', async (context) => {
    expect(await trustsPlainHttp(engine, 'localhost:5000')).toBe(true);
    expect(await trustsPlainHttp(engine, '10.1.2.3:5000')).toBe(false);
    // The machine's own name leads to the same registry, by an address that is not a loopback one.
    const port = shared.registry.split(':')[1] ?? '';
    const address = Object.values(os.networkInterfaces()).flat().find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (address === undefined) return context.skip('this machine has no address but its loopback one');
    const reference = `${address}:${port}/x:1`;
    await tagImage(engine, 'busybox:latest', reference);
    const refusal = await pushImage(engine, reference, ignore).then(
      () => '',
      (error: unknown) => String(error),
    );
    docker(shared, 'image', 'rm', reference);
    // A registry that listens on the loopback address alone refuses the connection instead.
    expect(isInsecureRefusal(refusal) || /connection refused/.test(refusal)).toBe(true);
  });

  it('refuses what says so', () => {
    expect(isInsecureRefusal('Get "https://10.0.0.1:5000/v2/": http: server gave HTTP response to HTTPS client')).toBe(true);
    expect(isInsecureRefusal('unauthorized')).toBe(false);
  });
});
