import { describe, expect, it } from 'vitest';
import { containerStack, imageStack, isScanned, rememberScan } from '../../../src/client/docker/stacks';
import type { ImageScan } from '../../../src/core/scan/model';
import type { ContainerSummary, EngineAddress, ImageSummary } from '../../../src/docker/model';

const host = (name: string): EngineAddress => ({ name, from: 'context', url: `ssh://${name}`, certificates: null, current: false });
const image: ImageSummary = { id: 'sha256:index', tags: ['app:1'], digests: [], createdSeconds: 0, sizeBytes: 1, sharedBytes: null, containers: null, labels: {}, dangling: false };
const container: ContainerSummary = { id: 'c', name: 'web', image: 'app:1', imageId: image.id, state: 'running', status: 'Up', health: null, createdSeconds: 0, ports: [], labels: {}, compose: null };
const scan: ImageScan = {
  version: 1,
  image: 'app:1',
  imageId: image.id,
  architecture: 'amd64',
  os: null,
  packages: [],
  pythons: [],
  libraries: [],
  programs: [],
  components: [{ kind: 'tensorrt', name: 'libnvinfer10', version: '10.3.0.26', cuda: null, via: 'apt', file: '/var/lib/dpkg/status' }],
  gaps: [],
  cost: { bytesRead: 0, requests: 0, durationMs: 0 },
};

describe('what was found inside an image', () => {
  it('is shown of it and its containers on that host, and not where the same id may stand for another platform', () => {
    const [desk, jetson] = [host('desk'), host('jetson')];
    rememberScan(desk, scan);
    const kinds = (stack: ReturnType<typeof imageStack>): readonly string[] => stack.components.map(({ kind }) => kind);
    expect([isScanned(desk, image.id), isScanned(jetson, image.id)]).toEqual([true, false]);
    expect([kinds(imageStack(desk, image, undefined)), kinds(containerStack(desk, container, undefined))]).toEqual([['tensorrt'], ['tensorrt']]);
    // The engine's answers are objects of their own for each host.
    expect([kinds(imageStack(jetson, { ...image }, undefined)), kinds(containerStack(jetson, { ...container }, undefined))]).toEqual([[], []]);
  });
});
