// An engine that goes away, in whatever way, in the midst of what takes long: that is said, nothing is called done, and nothing stays.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage, docker, startEngine, type TestEngine } from '../../src/dev/engine/index.mjs';
import { buildImage, commitContainer, connect, disconnect, DockerError, followLogs, pullImage, pushImage, type Engine } from '../../src/docker/index';
import { addressOf } from './engine';
import { eventually } from '../eventually';
import { startProxy, type Proxy } from './proxy';

let own: TestEngine;
let proxy: Proxy;
let engine: Engine;
let registry: Awaited<ReturnType<typeof startStuckRegistry>>;

beforeAll(async () => {
  own = await startEngine({ gpu: 'none', bridge: false });
  await busyboxImage(own);
  proxy = await startProxy(own.socket);
  engine = await connect(addressOf(proxy.url));
  registry = await startStuckRegistry();
});
afterAll(async () => {
  disconnect(engine);
  registry.stop();
  await proxy.close();
  await own.stop();
});

/** A registry that gives and takes the beginning of a layer and then nothing more. `begun` tells when it is there. */
async function startStuckRegistry(): Promise<{ readonly host: string; readonly begun: () => boolean; readonly stop: () => void }> {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } }));
  const digest = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digest(config) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 1_000_000, digest: `sha256:${'1'.repeat(64)}` }],
    }),
  );
  let begun = false;
  const server = http.createServer((request, response) => {
    const { method = '', url = '' } = request;
    request.resume();
    if (url.includes('/manifests/')) response.writeHead(200, { 'Content-Length': manifest.length, 'Content-Type': 'application/vnd.docker.distribution.manifest.v2+json', 'Docker-Content-Digest': digest(manifest) }).end(manifest);
    else if (method === 'GET' && url.endsWith(digest(config))) response.end(config);
    else if (method === 'GET' && url.includes('/blobs/')) {
      response.writeHead(200, { 'Content-Length': 1_000_000 }).write(Buffer.alloc(1000));
      begun = true;
    } else if (method === 'POST') response.writeHead(202, { Location: `/v2/stuck/blobs/uploads/1`, Range: '0-0' }).end();
    else if (method === 'PATCH') begun = true;
    else response.writeHead(url === '/v2/' ? 200 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    begun: () => {
      const was = begun;
      begun = false;
      return was;
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Does something to the engine as soon as the task is under way; gives the problem that the task ends with. */
async function interrupt(deed: 'kill' | 'restart', task: Promise<unknown>, isUnderWay: () => boolean): Promise<unknown> {
  const result = task.then(
    () => 'done',
    (error: unknown) => (error instanceof DockerError ? error.problem : error),
  );
  let early: unknown;
  void result.then((value) => (early = value));
  await eventually(() => {
    expect(early, 'how it ended before').toBeUndefined();
    expect(isUnderWay()).toBe(true);
  });
  await own[deed]();
  try {
    return await result;
  } finally {
    if (deed === 'kill') await own.start();
  }
}

const lost = { kind: 'daemon-down', lost: true };

describe.each(['kill', 'restart'] as const)('an engine in whose midst comes a %s', (deed) => {
  it('breaks off a log, which is told from the end of its container', async () => {
    const id = docker(own, 'run', '-d', '--network', 'none', 'busybox', 'sh', '-c', 'echo begun; exec sleep 1000');
    let text = '';
    const problem = await interrupt(deed, followLogs(engine, id, { follow: true }, (piece) => void (text += piece)), () => text.includes('begun'));
    docker(own, 'rm', '-f', id);
    // One that is stopped in good order stops its containers first.
    if (deed === 'kill') expect(problem).toMatchObject(lost);
    else expect(['done', 'daemon-down']).toContain(typeof problem === 'string' ? problem : (problem as { kind: string }).kind);
  });

  it('breaks off a pull', async () => {
    expect(await interrupt(deed, pullImage(engine, `${registry.host}/stuck:1`, () => undefined), registry.begun)).toMatchObject(lost);
    expect(docker(own, 'images', '-q', `${registry.host}/stuck`)).toBe('');
  });

  it('breaks off a push', async () => {
    docker(own, 'tag', 'busybox', `${registry.host}/stuck:1`);
    expect(await interrupt(deed, pushImage(engine, `${registry.host}/stuck:1`, () => undefined), registry.begun)).toMatchObject(lost);
    docker(own, 'rmi', `${registry.host}/stuck:1`);
  });

  it('breaks off a build, which is not taken for one that succeeded', async () => {
    const context = mkdtempSync(path.join(os.tmpdir(), 'trtc-broken-off-'));
    writeFileSync(path.join(context, 'Dockerfile'), `FROM busybox\nRUN echo begun; exec sleep ${1_000_000 + Math.floor(Math.random() * 1_000_000_000)}\n`);
    let text = '';
    const built = buildImage(addressOf(own.host), { context, network: 'none' }, { dockerPath: '/usr/bin/docker', env: own.env, onEvent: (event) => void (text += 'text' in event ? event.text : '') });
    expect(await interrupt(deed, built, () => text.includes('begun'))).toBe('done');
    const { ended, imageId, log } = await built;
    expect({ ended, imageId }).toEqual({ ended: 'failed', imageId: null });
    // What the words are is Docker's business; that there are some is ours.
    expect(log.error ?? '').toMatch(/EOF|clos|connect|cancel/i);
    expect(docker(own, 'ps', '-aq')).toBe('');
    rmSync(context, { recursive: true });
  });

  it('breaks off a commit', async () => {
    const id = docker(own, 'run', '-d', '--network', 'none', 'busybox', 'sh', '-c', 'head -c 500000000 /dev/zero >/zeros; echo written; exec sleep 1000');
    await eventually(() => expect(docker(own, 'logs', id)).toContain('written'), 60_000);
    const before = docker(own, 'images', '-aq');
    proxy.requests.length = 0;
    const problem = await interrupt(deed, commitContainer(engine, id, { repository: 'committed' }), () => proxy.requests.some((request) => request.startsWith('POST /commit')));
    // One that is stopped in good order may finish it first: then it is done, and said to be.
    if (deed === 'restart' && problem === 'done') docker(own, 'rmi', 'committed');
    else expect(problem).toMatchObject(lost);
    expect(docker(own, 'images', '-aq')).toBe(before);
    docker(own, 'rm', '-f', id);
  });
});
