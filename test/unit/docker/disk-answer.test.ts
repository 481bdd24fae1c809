import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect, listImages, planReclaim, readBuildCacheBytes, readDiskUsage, suggestReclaim, type Engine } from '../../../src/docker';
import { startFakeEngine, type FakeEngine } from './fake-engine';

let fake: FakeEngine;
let engine: Engine;
beforeEach(async () => {
  fake = await startFakeEngine();
  engine = await connect(fake.address);
});
afterEach(async () => {
  disconnect(engine);
  await fake.close();
});

const APP = `sha256:${'a'.repeat(64)}`;
const OLD = `sha256:${'b'.repeat(64)}`;
// With the containerd image store an image is an index: its id is that of the index, and its size that of what is here of it.
const images = [
  { Id: APP, RepoTags: ['app:1'], RepoDigests: [`app@${APP}`], Created: 1_760_000_000, Size: 4_900_000, SharedSize: 1_000_000, Containers: 1, Labels: null, Descriptor: { mediaType: 'application/vnd.oci.image.index.v1+json', digest: APP, size: 856 } },
  { Id: OLD, RepoTags: [], RepoDigests: [], Created: 1_750_000_000, Size: 2_000_000, SharedSize: 1_000_000, Containers: 0, Labels: null },
];
const containers = [{ Id: 'c1', Names: ['/web'], Image: 'app:1', ImageID: APP, State: 'exited', Status: 'Exited (0)', Created: 1_760_000_001, SizeRw: 300, Mounts: [{ Type: 'volume', Name: 'data' }] }];
const volumes = [{ Name: 'data', Labels: {}, UsageData: { Size: 70, RefCount: 1 } }];
const buildCache = [{ ID: 'x1', Type: 'regular', Description: 'RUN make', Size: 500, InUse: false, Shared: false, LastUsedAt: '2026-11-01T00:00:00Z' }];

// As api/types/system/disk_usage.go of Docker has both forms.
const oldForm = { LayersSize: 5_900_000, Images: images, Containers: containers, Volumes: volumes, BuildCache: buildCache, BuilderSize: 0 };
const newForm = {
  ImageUsage: { ActiveCount: 1, Items: images, Reclaimable: 1_000_000, TotalCount: 2, TotalSize: 5_900_000 },
  ContainerUsage: { Items: containers, TotalCount: 1, TotalSize: 300, Reclaimable: 300 },
  VolumeUsage: { Items: volumes, TotalCount: 1, TotalSize: 70, ActiveCount: 1 },
  BuildCacheUsage: { Items: buildCache, TotalCount: 1, TotalSize: 500, Reclaimable: 500 },
};

describe.each([
  ['up to API 1.51', oldForm],
  ['from API 1.53 on', newForm],
  ['of API 1.52, in both forms', { ...oldForm, ...newForm }],
])('the account of the disk %s', (_, account) => {
  beforeEach(() => {
    fake.answers.set('/system/df', account);
    fake.answers.set('/images/json', images);
    for (const { Id } of images) fake.answers.set(`/images/${Id}/json`, { Id, Os: 'linux', Architecture: 'amd64', Config: {}, RootFS: { Layers: ['sha256:base', `sha256:own-${Id.slice(7, 9)}`] } });
  });

  it('is read with all its rows', async () => {
    const usage = await readDiskUsage(engine);
    expect(usage.images.map(({ tags, sizeBytes, sharedBytes }) => [tags, sizeBytes, sharedBytes])).toEqual([[['app:1'], 4_900_000, 1_000_000], [[], 2_000_000, 1_000_000]]);
    expect(usage.containers).toMatchObject([{ name: 'web', writtenBytes: 300 }]);
    expect(usage.volumes).toMatchObject([{ name: 'data', sizeBytes: 70, uses: 1, usedBy: ['c1'] }]);
    expect(usage.buildCache).toMatchObject([{ id: 'x1', sizeBytes: 500 }]);
    expect(usage.layersBytes).toBe(5_900_000);
    expect(fake.requests.filter((request) => request.includes('/system/df'))).toEqual(['GET /system/df?verbose=true']);
  });

  it('tells what can go, and what the build cache holds', async () => {
    const usage = await readDiskUsage(engine);
    expect(planReclaim(usage, suggestReclaim(usage)).items.map(({ kind }) => kind)).toContain('image');
    expect(await readBuildCacheBytes(engine)).toBe(500);
  });
});

it('an engine that does not work out what is shared in its list is asked for its account', async () => {
  fake.answers.set('/images/json', images.map((image) => ({ ...image, SharedSize: -1 })));
  fake.answers.set('/system/df', newForm);
  expect((await listImages(engine, { shared: true })).map(({ sharedBytes }) => sharedBytes)).toEqual([1_000_000, 1_000_000]);
});

it('an image that is only an index here has no layers and no settings, and nothing breaks', async () => {
  fake.answers.set('/system/df', newForm);
  fake.answers.set('/images/json', images);
  // As Docker 28 tells of one without content for any platform.
  for (const { Id } of images) fake.answers.set(`/images/${Id}/json`, { Id, RepoTags: [], Config: null, Size: 856 });
  expect((await readDiskUsage(engine)).images.map(({ layers }) => layers)).toEqual([[], []]);
});
