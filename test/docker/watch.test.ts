// A watch over an engine that is killed, restarted, swamped and full.
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage, docker, startEngine, syntheticContainers, syntheticImages } from '../../src/dev/engine/index.mjs';
import type { TestEngine } from '../../src/dev/engine/index.mjs';
import { watchEngine } from '../../src/docker/index';
import type { EngineWatch, WatchChange } from '../../src/docker/index';
import { addressOf } from './engine';
import { eventually } from '../eventually';
import { startProxy } from './proxy';
import type { Proxy } from './proxy';

let engine: TestEngine;
let proxy: Proxy;
let watch: EngineWatch;
let changes: WatchChange[] = [];

beforeAll(async () => {
  engine = await startEngine();
  await busyboxImage(engine);
  proxy = await startProxy(engine.socket);
});
afterEach(() => watch.dispose());
afterAll(async () => {
  await proxy.close();
  await engine.stop();
});

/** Shows a new watch and waits for its lists. */
async function show(): Promise<void> {
  changes = [];
  proxy.requests.length = 0;
  watch = watchEngine(addressOf(proxy.url), (change) => changes.push(change));
  watch.setVisible(true);
  await eventually(() => {
    expect(watch.inventory.containers).not.toBeNull();
    expect(watch.inventory.images).not.toBeNull();
  });
}

const names = (): readonly string[] => (watch.inventory.containers ?? []).map(({ name }) => name).sort();
const lists = (): readonly string[] => proxy.requests.filter((request) => /^GET \/(containers|images)\/json/.test(request));

describe('a watch', () => {
  it('sees what the docker command does, and tells only of the list that it concerns', async () => {
    await show();
    docker(engine, 'create', '--name', 'one', 'busybox');
    await eventually(() => expect(names()).toEqual(['one']));
    docker(engine, 'rename', 'one', 'two');
    await eventually(() => expect(names()).toEqual(['two']));
    expect(changes.filter((change) => change === 'images')).toHaveLength(1);
    docker(engine, 'tag', 'busybox', 'other:1');
    await eventually(() => expect(watch.inventory.images?.[0]?.tags).toContain('other:1'));
    docker(engine, 'rm', 'two');
    docker(engine, 'rmi', 'other:1');
    await eventually(() => expect([names(), watch.inventory.images?.[0]?.tags]).toEqual([[], ['busybox:latest']]));
  });

  it('has no connection and asks nothing while hidden', async () => {
    await show();
    watch.setVisible(false);
    await eventually(() => expect(proxy.open()).toEqual([]));
    proxy.requests.length = 0;
    docker(engine, 'create', '--name', 'unseen', 'busybox');
    docker(engine, 'rm', 'unseen');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(proxy.requests).toEqual([]);
    watch.setVisible(true);
    await eventually(() => expect(lists()).toHaveLength(2));
  });

  it('leaves no connection behind when it is closed, whatever it is doing', async () => {
    for (const waitMs of [0, 5, 20, 50, 200]) {
      watch = watchEngine(addressOf(proxy.url), () => undefined);
      watch.setVisible(true);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      watch.dispose();
    }
    await eventually(() => expect(proxy.open()).toEqual([]));
  });

  it('says that the engine is gone, keeps the lists, and comes back with it, with one subscription', async () => {
    docker(engine, 'run', '-d', '--stop-signal', 'KILL', '--name', 'running', 'busybox', 'sleep', '1000');
    await show();
    await engine.kill();
    await eventually(() => expect(watch.state).toMatchObject({ kind: 'failed', problem: { kind: 'daemon-down' } }));
    expect(names()).toEqual(['running']);
    expect(watch.engine).toBeNull();
    await engine.start();
    await eventually(() => expect(watch.state.kind).toBe('connected'));
    await eventually(() => expect(watch.inventory.containers).toMatchObject([{ name: 'running', state: 'exited' }]));

    await engine.restart();
    docker(engine, 'rename', 'running', 'renamed');
    await eventually(() => expect([watch.state.kind, names()]).toEqual(['connected', ['renamed']]));
    await eventually(() => expect(proxy.open()).toEqual([expect.stringContaining('/events')]));
    docker(engine, 'rm', '-f', 'renamed');
  });

  it('knocks ever more seldom at an engine that stays away, and at once when asked to', async () => {
    await show();
    await engine.kill();
    await eventually(() => expect(watch.state.kind).toBe('failed'));
    proxy.requests.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    // 0.5 + 1 + 2 + 4 s, each up to half less: two requests an attempt.
    expect(proxy.requests.length).toBeLessThanOrEqual(2 * 6);
    await engine.start();
    // Resolves with the attempt that it makes; one that was under way as the engine came may have failed.
    await eventually(async () => {
      await watch.refresh();
      expect(watch.state.kind).toBe('connected');
    });
  });
});

describe('a full engine', () => {
  beforeAll(async () => {
    await syntheticImages(engine, 1_000);
    await syntheticContainers(engine, 1_000);
    // A watch asks for the events of the last second before it was shown.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  });

  it('is shown with five calls, and refreshed with two', async () => {
    await show();
    expect(watch.inventory.containers).toHaveLength(1_000);
    expect(watch.inventory.images).toHaveLength(1_001);
    const requests = proxy.requests.map((request) => request.replace(/\?.*/, ''));
    expect([...new Set(requests)].sort()).toEqual(['GET /containers/json', 'GET /events', 'GET /images/json', 'GET /info', 'GET /version']);
    expect(requests).toHaveLength(5);
    proxy.requests.length = 0;
    await watch.refresh();
    expect(lists()).toHaveLength(2);
    expect(proxy.requests).toHaveLength(2);
  });

  it('is inspected only as far as somebody looks, each once, few at a time', async () => {
    await show();
    const rows = (watch.inventory.containers ?? []).slice(0, 40);
    let most = 0;
    const meter = setInterval(() => (most = Math.max(most, proxy.open().length)), 1);
    const look = (): unknown[] => rows.map(({ id }) => watch.containerDetails(id));
    await eventually(() => expect(look()).not.toContain(undefined));
    clearInterval(meter);
    const inspected = proxy.requests.filter((request) => /^GET \/containers\/\w{64}\/json/.test(request));
    expect(inspected).toHaveLength(40);
    expect(new Set(inspected).size).toBe(40);
    // The subscription, four calls, and those that are just closing: each call has a connection of its own.
    expect(most).toBeLessThanOrEqual(1 + 2 * 4);
  });

  it('does not make the memory grow with each refresh', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as () => void;
    const measure = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    await show();
    for (let i = 0; i < 5; i++) await watch.refresh();
    const before = measure();
    for (let i = 0; i < 30; i++) await watch.refresh();
    // The two lists are some MB as text; kept thirty times they would be far more than this.
    expect(measure() - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('ends in the right state after a storm of 500 containers that come and go, with few refreshes', async () => {
    await show();
    proxy.requests.length = 0;
    const told = changes.length;
    const begun = performance.now();
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    const { host } = engine;
    const storm = async (): Promise<void> => {
      for (let i = numbers.shift(); i !== undefined; i = numbers.shift()) {
        await call(host, 'POST', `/containers/create?name=storm-${i}`, { Image: 'busybox', HostConfig: { NetworkMode: 'none' } });
        if (i !== 7) await call(host, 'DELETE', `/containers/storm-${i}`);
      }
    };
    await Promise.all([storm(), storm(), storm()]);
    await eventually(() => expect(names().filter((name) => name.startsWith('storm-'))).toEqual(['storm-7']));
    expect(watch.inventory.containers).toHaveLength(1_001);
    // 999 events; images did not change, and were not asked for. On a slow machine the storm lasts longer.
    const most = 25 + (performance.now() - begun) / 1_000;
    expect(lists().filter((request) => request.includes('/containers/')).length).toBeLessThanOrEqual(most);
    expect(lists().filter((request) => request.includes('/images/'))).toEqual([]);
    expect(changes.length - told).toBeLessThanOrEqual(most);
    docker(engine, 'rm', 'storm-7');
    await eventually(() => expect(watch.inventory.containers).toHaveLength(1_000));
  });
});

/** One call of an engine's API. */
async function call(host: string, method: string, target: string, body?: object): Promise<void> {
  const { request } = await import('node:http');
  await new Promise<void>((resolve, reject) => {
    const outgoing = request({ socketPath: host.slice('unix://'.length), method, path: target, headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume().on('end', () => (response.statusCode !== undefined && response.statusCode < 300 ? resolve() : reject(new Error(`${method} ${target}: ${response.statusCode}`))));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
