import { describe, expect, it } from 'vitest';
import { layersBytesOf, planReclaim, reclaimableCacheBytes, suggestReclaim, unusedImages, type DiskUsage, type ReclaimSelection, type UsedContainer, type UsedImage, type UsedVolume } from '../../../src/docker/reclaim-plan';

/** Layers as `name:bytes`; sizes and what is shared follow from them, as the engine tells them. */
function images(layersOf: Readonly<Record<string, readonly string[]>>, { shared = true }: { shared?: boolean } = {}): UsedImage[] {
  const parse = (layer: string): { name: string; bytes: number } => ({ name: layer.split(':')[0] ?? '', bytes: Number(layer.split(':')[1]) });
  const chains = Object.values(layersOf).flatMap((layers) => layers.map((_, index) => layers.slice(0, index + 1).join('/')));
  return Object.entries(layersOf).map(([id, layers], index) => {
    const sizes = layers.map((layer, depth) => ({ bytes: parse(layer).bytes, users: chains.filter((chain) => chain === layers.slice(0, depth + 1).join('/')).length }));
    return {
      id,
      tags: [`${id}:latest`],
      digests: [],
      createdSeconds: index,
      sizeBytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
      sharedBytes: shared ? sizes.filter(({ users }) => users > 1).reduce((sum, { bytes }) => sum + bytes, 0) : null,
      containers: 0,
      labels: {},
      dangling: false,
      layers: layers.map((layer) => parse(layer).name),
    };
  });
}

function usage(parts: Partial<DiskUsage>): DiskUsage {
  return { images: [], containers: [], volumes: [], buildCache: [], layersBytes: 0, ...parts };
}

function selection(parts: { containers?: readonly string[]; images?: readonly string[]; volumes?: readonly string[]; buildCache?: boolean }): ReclaimSelection {
  return { containers: new Set(parts.containers), images: new Set(parts.images), volumes: new Set(parts.volumes), buildCache: parts.buildCache ?? false };
}

function container(id: string, imageId: string, state: UsedContainer['state'] = 'exited', writtenBytes: number | null = 5): UsedContainer {
  return { id, name: id, image: imageId, imageId, state, createdSeconds: 0, labels: {}, writtenBytes };
}

function volume(name: string, parts: Partial<UsedVolume> = {}): UsedVolume {
  return { name, anonymous: false, sizeBytes: 100, uses: 0, usedBy: [], labels: {}, ...parts };
}

const cache = { id: 'c', type: 'regular', description: '', sizeBytes: 7, inUse: false, shared: false, lastUsedSeconds: null };

describe('what images free', () => {
  // Two stacks on one base, one of them with two ends; a third that stands alone.
  const forest = images({ a: ['base:1000', 'cuda:500', 'a:30'], b: ['base:1000', 'cuda:500', 'b:7'], c: ['base:1000', 'c:2'], base: ['base:1000'], lone: ['x:64'] });

  it.each([
    [['a'], 30],
    [['b'], 7],
    [['a', 'b'], 537],
    [['c'], 2],
    [['base'], 0],
    [['a', 'b', 'c'], 539],
    [['a', 'b', 'c', 'base'], 1539],
    [['lone'], 64],
    [['a', 'lone'], 94],
    [[], 0],
  ])('%j: %d', (ids, freedBytes) => {
    expect(planReclaim(usage({ images: forest }), selection({ images: ids }))).toMatchObject({ freedBytes, exact: true, conflicts: [] });
  });

  it('are all there is, counted once', () => expect(layersBytesOf(forest)).toBe(1603));

  it('tells of each what it frees alone', () => {
    const { items } = planReclaim(usage({ images: forest }), selection({ images: ['a', 'b'] }));
    expect(items.map(({ name, tags, aloneBytes }) => [name, tags, aloneBytes])).toEqual([
      ['a:latest', ['a:latest'], 30],
      ['b:latest', ['b:latest'], 7],
    ]);
  });

  it('promises no more than is sure at a fork that the engine does not tell', () => {
    // Both branches of `base` fork again: nothing tells how large it is. 1 to 110 bytes of a1 to a4 are sure.
    const deep = images({ a1: ['base:1000', 'l:10', 'a1:1'], a2: ['base:1000', 'l:10', 'a2:2'], a3: ['base:1000', 'r:100', 'a3:3'], a4: ['base:1000', 'r:100', 'a4:4'] });
    expect(planReclaim(usage({ images: deep }), selection({ images: ['a1', 'a2'] }))).toMatchObject({ freedBytes: 3, exact: false });
    expect(planReclaim(usage({ images: deep }), selection({ images: ['a1'] }))).toMatchObject({ freedBytes: 1, exact: true });
    const all = planReclaim(usage({ images: deep }), selection({ images: ['a1', 'a2', 'a3', 'a4'] }));
    expect(all.freedBytes).toBeLessThanOrEqual(1120);
    expect(all.freedBytes).toBeGreaterThan(1000);
    expect(all.exact).toBe(false);
  });

  it('promises nothing that it does not know where the engine does not tell what is shared', () => {
    const untold = images({ a: ['base:1000', 'a:30'], b: ['base:1000', 'b:7'] }, { shared: false });
    const plan = planReclaim(usage({ images: untold }), selection({ images: ['b'] }));
    expect(plan).toMatchObject({ freedBytes: 0, exact: false });
    expect(plan.items[0]?.aloneBytes).toBeNull();
  });

  it('is not sure where the build cache keeps layers', () => {
    const [lone] = images({ lone: ['x:64'] });
    if (lone === undefined) throw new Error('no image');
    const held = usage({ images: [lone], buildCache: [{ ...cache, shared: true }] });
    expect(planReclaim(held, selection({ images: ['lone'] })).exact).toBe(false);
    expect(planReclaim(held, selection({ images: ['lone'], buildCache: true })).exact).toBe(true);
  });
});

describe('what cannot go', () => {
  it('an image of a container that stays; with the container it goes', () => {
    const held = usage({ images: images({ a: ['a:30'] }), containers: [container('stopped', 'a'), container('gone', 'a')] });
    expect(planReclaim(held, selection({ images: ['a'], containers: ['gone'] }))).toMatchObject({
      freedBytes: 5,
      conflicts: [{ kind: 'image', name: 'a:latest', why: 'used', usedBy: ['stopped'] }],
    });
    const both = planReclaim(held, selection({ images: ['a'], containers: ['gone', 'stopped'] }));
    expect(both).toMatchObject({ freedBytes: 40, conflicts: [] });
    expect(both.items.map(({ kind }) => kind)).toEqual(['container', 'container', 'image']);
  });

  it.each(['running', 'paused', 'restarting'] as const)('a container that is %s', (state) => {
    expect(planReclaim(usage({ containers: [container('c', 'a', state)] }), selection({ containers: ['c'] }))).toMatchObject({ items: [], conflicts: [{ kind: 'container', why: 'running' }] });
  });

  it('a volume in use, but by a container that goes too', () => {
    const held = usage({ containers: [container('c', 'a')], volumes: [volume('v', { uses: 1, usedBy: ['c'] })] });
    expect(planReclaim(held, selection({ volumes: ['v'] }))).toMatchObject({ items: [], conflicts: [{ kind: 'volume', usedBy: ['c'] }] });
    expect(planReclaim(held, selection({ volumes: ['v'], containers: ['c'] }))).toMatchObject({ freedBytes: 105, conflicts: [] });
  });

  it.each([
    ['nothing says who uses it', { uses: 1, usedBy: [] }],
    ['nothing says whether it is used', { uses: null, usedBy: [] }],
  ])('a volume where %s', (_, parts) => {
    expect(planReclaim(usage({ volumes: [volume('v', parts)] }), selection({ volumes: ['v'] })).conflicts).toHaveLength(1);
  });
});

describe('the suggestion', () => {
  it('takes what nobody will miss', () => {
    const [tagged, dangling, used] = images({ tagged: ['t:1'], dangling: ['d:2'], used: ['u:4'] });
    if (tagged === undefined || dangling === undefined || used === undefined) throw new Error('no images');
    const held = usage({
      images: [tagged, { ...dangling, tags: [], dangling: true }, { ...used, tags: [], dangling: true }],
      containers: [container('stopped', 'tagged'), container('runs', 'used', 'running')],
      volumes: [volume('data'), volume('nameless', { anonymous: true }), volume('ofStopped', { anonymous: true, uses: 1, usedBy: ['stopped'] }), volume('ofRunning', { anonymous: true, uses: 1, usedBy: ['runs'] })],
      buildCache: [cache],
    });
    const suggested = suggestReclaim(held);
    expect([[...suggested.containers], [...suggested.images], [...suggested.volumes], suggested.buildCache]).toEqual([['stopped'], ['dangling'], ['nameless', 'ofStopped'], true]);
    const plan = planReclaim(held, suggested);
    expect(plan).toMatchObject({ freedBytes: 5 + 2 + 200 + 7, exact: true, conflicts: [] });
    expect(unusedImages(held).map(({ id }) => id)).toEqual(['dangling']);
  });

  it('counts of the build cache what no build uses and no image has', () => {
    expect(reclaimableCacheBytes(usage({ buildCache: [cache, { ...cache, inUse: true, sizeBytes: 100 }, { ...cache, shared: true, sizeBytes: 1000 }] }))).toBe(7);
    expect(planReclaim(usage({ buildCache: [{ ...cache, inUse: true }] }), selection({ buildCache: true }))).toMatchObject({ items: [], freedBytes: 0 });
  });
});
