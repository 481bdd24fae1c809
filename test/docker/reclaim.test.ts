import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect, planReclaim, readDiskUsage, reclaim, suggestReclaim, type DiskUsage, type Engine } from '../../src/docker';
import { busyboxImage, docker, startEngine, type TestEngine } from '../../src/dev/engine/index.mjs';
import { addressOf } from './engine';

// An engine of its own: what it holds is counted.
let own: TestEngine;
let engine: Engine;
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-reclaim-'));

beforeAll(async () => {
  own = await startEngine({ gpu: 'none' });
  engine = await connect(addressOf(own.host));
});

afterAll(async () => {
  disconnect(engine);
  await own.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  docker(own, 'system', 'prune', '--all', '--force', '--volumes');
  await busyboxImage(own);
});

/** Builds with the old builder, which leaves no cache but layers, or with BuildKit. */
function build(name: string, lines: readonly string[], { buildKit = false }: { buildKit?: boolean } = {}): void {
  const context = mkdtempSync(path.join(folder, 'context-'));
  writeFileSync(path.join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
  execFileSync('/usr/bin/docker', ['build', '--quiet', '--network=none', '--tag', name, context], { env: { ...own.env, DOCKER_BUILDKIT: buildKit ? '1' : '0' }, stdio: 'pipe' });
}

/** Bytes of random content: nothing packs them. */
const megabytes = (name: string, count: number): string => `RUN dd if=/dev/urandom of=/${name} bs=1000000 count=${count} 2>/dev/null`;

const ids = (usage: DiskUsage, ...tags: readonly string[]): ReadonlySet<string> => new Set(tags.map((tag) => usage.images.find((image) => image.tags.includes(tag))?.id ?? `no ${tag}`));
const none = { containers: new Set<string>(), images: new Set<string>(), volumes: new Set<string>(), buildCache: false };
const ignore = (): void => undefined;

describe('images', () => {
  it('free what the plan says, shared layers counted once', async () => {
    build('base:1', ['FROM busybox', megabytes('base', 20)]);
    build('a:1', ['FROM base:1', megabytes('a', 3)]);
    build('b:1', ['FROM base:1', megabytes('b', 5)]);
    docker(own, 'tag', 'b:1', 'other/b:2');
    const usage = await readDiskUsage(engine);

    const both = planReclaim(usage, { ...none, images: ids(usage, 'a:1', 'b:1') });
    expect(both.exact).toBe(true);
    expect(both.freedBytes).toBe(8_000_000);
    expect(both.items.map(({ name, aloneBytes }) => [name, aloneBytes])).toEqual(expect.arrayContaining([['a:1', 3_000_000]]));
    expect(planReclaim(usage, { ...none, images: ids(usage, 'base:1') }).freedBytes).toBe(0);
    const all = planReclaim(usage, { ...none, images: ids(usage, 'a:1', 'b:1', 'base:1') });
    expect(all.freedBytes).toBe(28_000_000);

    const seen: string[] = [];
    const result = await reclaim(engine, both, (item, index, done) => seen.push(`${index} ${item.name} ${done === null ? 'begins' : 'ends'}`));
    expect(result).toMatchObject({ cancelled: false, freedBytes: 8_000_000 });
    expect(result.steps.map(({ problem }) => problem)).toEqual([null, null]);
    expect(seen).toHaveLength(4);
    // A tag that came after the plan in another repository went with the image's others.
    expect(docker(own, 'images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').sort()).toEqual(['base:1', 'busybox:latest']);
  });

  it('that a container uses stay, with the reason', async () => {
    build('used:1', ['FROM busybox', megabytes('x', 2)]);
    docker(own, 'create', '--name', 'keeper', 'used:1');
    const usage = await readDiskUsage(engine);
    const plan = planReclaim(usage, { ...none, images: ids(usage, 'used:1') });
    expect(plan).toMatchObject({ items: [], freedBytes: 0, conflicts: [{ kind: 'image', name: 'used:1', why: 'used', usedBy: ['keeper'] }] });
  });

  it('that came into use after the plan are kept by the engine', async () => {
    build('late:1', ['FROM busybox', megabytes('x', 2)]);
    const usage = await readDiskUsage(engine);
    const plan = planReclaim(usage, { ...none, images: ids(usage, 'late:1') });
    docker(own, 'create', '--name', 'late', 'late:1');
    const result = await reclaim(engine, plan, ignore);
    expect(result.steps[0]?.problem?.problem).toMatchObject({ kind: 'api', status: 409 });
    expect(docker(own, 'images', '-q', 'late:1')).not.toBe('');
  });
});

describe('containers and volumes', () => {
  it('that nobody will miss are suggested, and go', async () => {
    docker(own, 'run', '--name', 'wrote', '--network=none', '-v', '/nameless', 'busybox', 'sh', '-c', 'dd if=/dev/urandom of=/file bs=1000000 count=4; dd if=/dev/urandom of=/nameless/file bs=1000000 count=6');
    docker(own, 'run', '-d', '--name', 'runs', '--network=none', '-v', '/held', 'busybox', 'sleep', '600');
    docker(own, 'volume', 'create', 'data');
    const usage = await readDiskUsage(engine);
    expect(usage.containers.find(({ name }) => name === 'wrote')?.writtenBytes).toBe(4_000_000);
    expect(usage.volumes).toHaveLength(3);

    const plan = planReclaim(usage, suggestReclaim(usage));
    expect(plan.items.map(({ kind, name }) => (kind === 'volume' ? kind : `${kind} ${name}`))).toEqual(['container wrote', 'volume']);
    expect(plan).toMatchObject({ freedBytes: 10_000_000, exact: true, conflicts: [] });
    // Nothing went by that.
    expect(docker(own, 'ps', '-aq').split('\n')).toHaveLength(2);

    expect((await reclaim(engine, plan, ignore)).freedBytes).toBe(10_000_000);
    expect(docker(own, 'ps', '-a', '--format', '{{.Names}}')).toBe('runs');
    expect(docker(own, 'volume', 'ls', '-q').split('\n')).toHaveLength(2);
    expect(docker(own, 'volume', 'ls', '-q')).toContain('data');
    docker(own, 'rm', '-f', '-v', 'runs');
  });
});

describe('the build cache', () => {
  it('is told, and goes', async () => {
    build('kit:1', ['FROM busybox AS one', megabytes('cached', 7), 'FROM busybox', megabytes('kept', 2)], { buildKit: true });
    build('kit:1', ['FROM busybox AS one', megabytes('cached', 7), 'FROM busybox', 'COPY --from=one /cached /copied', megabytes('kept', 3)], { buildKit: true });
    const usage = await readDiskUsage(engine);
    expect(usage.buildCache.length).toBeGreaterThan(0);
    const plan = planReclaim(usage, { ...none, buildCache: true });
    expect(plan.items.map(({ kind }) => kind)).toEqual(['build-cache']);
    expect(plan.freedBytes).toBeGreaterThanOrEqual(7_000_000);
    const result = await reclaim(engine, plan, ignore);
    expect(result.steps.map(({ problem }) => problem)).toEqual([null]);
    expect((await readDiskUsage(engine)).buildCache.filter(({ shared, inUse }) => !shared && !inUse)).toEqual([]);
    expect(docker(own, 'run', '--rm', '--network=none', 'kit:1', 'ls', '/copied')).toBe('/copied');
  });
});

describe('images that BuildKit built', () => {
  it('free nothing for sure while its cache stays, and all with it', async () => {
    build('kit:2', ['FROM busybox', megabytes('x', 9)], { buildKit: true });
    const usage = await readDiskUsage(engine);
    expect(usage.buildCache.some(({ shared }) => shared)).toBe(true);
    const alone = planReclaim(usage, { ...none, images: ids(usage, 'kit:2') });
    expect(alone).toMatchObject({ freedBytes: 9_000_000, exact: false });
    const both = planReclaim(usage, { ...none, images: ids(usage, 'kit:2'), buildCache: true });
    expect(both.exact).toBe(true);
    const result = await reclaim(engine, both, ignore);
    expect(Math.abs((result.freedBytes ?? 0) - both.freedBytes)).toBeLessThan(10_000);
    expect((await readDiskUsage(engine)).buildCache.filter(({ shared, inUse }) => !shared && !inUse)).toEqual([]);
  });
});

describe('called off', () => {
  it('it stops after the item in hand', async () => {
    for (const name of ['one', 'two', 'three']) docker(own, 'create', '--name', name, 'busybox');
    const usage = await readDiskUsage(engine);
    const plan = planReclaim(usage, { ...suggestReclaim(usage), buildCache: false });
    expect(plan.items).toHaveLength(3);
    const stop = new AbortController();
    const result = await reclaim(engine, plan, (_, index, done) => (index === 0 && done !== null ? stop.abort() : undefined), stop.signal);
    expect(result).toMatchObject({ cancelled: true, freedBytes: null });
    expect(result.steps).toHaveLength(1);
    expect(docker(own, 'ps', '-aq').split('\n')).toHaveLength(2);
  });
});
