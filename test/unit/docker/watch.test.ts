import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../../src/docker/connect';
import { listContainers } from '../../../src/docker/inventory';
import { watchEngine, type EngineWatch, type WatchChange } from '../../../src/docker/watch';
import { eventually } from '../../eventually';
import { Refused, startFakeEngine, type FakeEngine } from './fake-engine';

const row = (name: string, more: object = {}): object => ({ Id: name.repeat(64).slice(0, 64), Names: [`/${name}`], Image: 'busybox', ImageID: 'sha256:1', State: 'running', Status: 'Up', Created: 1, ...more });

let fake: FakeEngine;
let watch: EngineWatch;
let changes: WatchChange[];

beforeEach(async () => {
  fake = await startFakeEngine();
  changes = [];
  watch = watchEngine(fake.address, (change) => changes.push(change));
});
afterEach(async () => {
  watch.dispose();
  await fake.close();
});

const count = (start: string): number => fake.requests.filter((request) => request.startsWith(start)).length;
const read = (): Promise<void> => eventually(() => expect([watch.inventory.containers, watch.inventory.images]).not.toContain(null));

describe('watchEngine', () => {
  it('asks nothing before it is shown', async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(fake.requests).toEqual([]);
    expect(watch.state).toEqual({ kind: 'connecting' });
  });

  it('reads the lists although the engine says nothing before its first event, and asks for events of the time before', async () => {
    watch.setVisible(true);
    await read();
    expect(watch.state).toMatchObject({ kind: 'connected', info: { version: '26.1.5', product: 'docker' } });
    const events = new URL(fake.requests.find((request) => request.startsWith('GET /events'))?.slice(4) ?? '', 'http://engine').searchParams;
    expect(Number(events.get('since'))).toBe(Date.UTC(2026, 10, 20, 14) / 1000 - 1);
    expect(JSON.parse(events.get('filters') ?? '')).toEqual({ type: ['container', 'image'] });
  });

  it('reads again only the list that an event concerns, and nothing for noise', async () => {
    watch.setVisible(true);
    await read();
    fake.answers.set('/containers/json', [row('a')]);
    fake.emit({ Type: 'container', Action: 'start' });
    await eventually(() => expect(watch.inventory.containers).toHaveLength(1));
    expect([count('GET /containers/json'), count('GET /images/json')]).toEqual([2, 1]);
    for (const Action of ['exec_create: sh', 'exec_die', 'top', 'attach', 'resize', 'archive-path']) fake.emit({ Type: 'container', Action });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(count('GET /containers/json')).toBe(2);
    fake.emit({ Type: 'container', Action: 'commit' });
    await eventually(() => expect(count('GET /images/json')).toBe(2));
  });

  it('keeps the objects of rows that did not change, and is silent when none did', async () => {
    fake.answers.set('/containers/json', [row('a'), row('b')]);
    watch.setVisible(true);
    await read();
    const [a, b] = watch.inventory.containers ?? [];
    changes = [];
    await watch.refresh();
    expect(changes).toEqual([]);
    fake.answers.set('/containers/json', [row('a'), row('b', { State: 'exited' })]);
    await watch.refresh();
    expect(changes).toEqual(['containers']);
    expect(watch.inventory.containers?.[0]).toBe(a);
    expect(watch.inventory.containers?.[1]).not.toBe(b);
  });

  it('tries a list again that the engine refused', async () => {
    fake.answers.set('/images/json', new Refused(500, 'busy'));
    watch.setVisible(true);
    await eventually(() => expect(watch.inventory.containers).not.toBeNull());
    fake.answers.set('/images/json', []);
    await read();
  });

  it('shows no failure when the connection ends in order and the next one stands', async () => {
    watch.setVisible(true);
    await read();
    changes = [];
    fake.endEvents();
    // Some engines answer a subscription with the first event; this one ends it without any.
    await eventually(() => expect(count('GET /events')).toBe(2));
    expect(changes).toEqual([]);
    expect(watch.state.kind).toBe('connected');
  });

  it('tells a failure once, however often it is met', async () => {
    fake.answers.set('/version', new Refused(503, 'starting'));
    watch.setVisible(true);
    await eventually(() => expect(watch.state).toMatchObject({ kind: 'failed', problem: { kind: 'api', status: 503, detail: 'starting' } }));
    await watch.refresh();
    await watch.refresh();
    expect(count('GET /version')).toBeGreaterThanOrEqual(3);
    expect(changes).toEqual(['state']);
    fake.answers.set('/version', { Version: '1', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64' });
    await watch.refresh();
    expect(watch.state.kind).toBe('connected');
  });

  it('reads what a container is once, tells so, and again what it could not', async () => {
    fake.answers.set('/containers/json', [row('a')]);
    watch.setVisible(true);
    await read();
    const id = watch.inventory.containers?.[0]?.id ?? '';
    expect(watch.containerDetails('gone')).toBeUndefined();
    await eventually(() => expect(watch.containerDetails('gone')).toBeNull());
    fake.answers.set(`/containers/${id}/json`, { Id: id, Config: { Env: ['A=b'] }, HostConfig: { Runtime: 'nvidia' } });
    changes = [];
    expect(watch.containerDetails(id)).toBeUndefined();
    await eventually(() => expect(changes).toEqual(['details']));
    expect(watch.containerDetails(id)).toMatchObject({ environment: ['A=b'], gpu: { how: 'runtime', devices: 'none' } });
    expect(count(`GET /containers/${id}`)).toBe(1);
  });

  it('can be closed while its events have begun and nobody reads them yet', async () => {
    fake.answers.set('/images/json', null);
    watch.setVisible(true);
    await eventually(() => expect(watch.inventory.containers).not.toBeNull());
    fake.emit({ Type: 'container', Action: 'start' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    watch.dispose();
    // An error that nobody takes would fail this file.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(watch.engine).toBeNull();
  });

  it('says nothing after it is closed', async () => {
    watch.setVisible(true);
    await read();
    watch.dispose();
    changes = [];
    fake.emit({ Type: 'container', Action: 'start' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(changes).toEqual([]);
    watch.setVisible(true);
    await watch.refresh();
    expect(count('GET /version')).toBe(1);
  });
});

describe('lists', () => {
  it('read what Podman and old engines leave out, and states that Docker has not', async () => {
    fake.answers.set('/containers/json', [{ Id: 'a'.repeat(64) }, row('b', { State: 'configured' }), row('c', { State: 'stopped', Status: 'Up 2 seconds (health: starting)', Ports: [{ PrivatePort: 80, Type: 'tcp' }, { IP: '0.0.0.0', PrivatePort: 81, PublicPort: 8081, Type: 'udp' }] })]);
    const engine = await connect(fake.address);
    const [a, b, c] = await listContainers(engine);
    disconnect(engine);
    expect(a).toMatchObject({ name: 'a'.repeat(12), state: 'exited', health: null, ports: [], labels: {}, compose: null });
    expect(b).toMatchObject({ state: 'created' });
    expect(c).toMatchObject({ state: 'exited', health: 'starting' });
    expect(c?.ports).toEqual([
      { containerPort: 80, protocol: 'tcp', hostPort: null, hostAddress: null },
      { containerPort: 81, protocol: 'udp', hostPort: 8081, hostAddress: '0.0.0.0' },
    ]);
  });
});
