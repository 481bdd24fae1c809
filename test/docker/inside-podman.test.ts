import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, disconnect, readDiskUsage, scanImage, type Engine } from '../../src/docker';
import { startPodman } from '../../src/dev/engine/index.mjs';
import { addressOf } from './engine';

let podman: Awaited<ReturnType<typeof startPodman>>;
let engine: Engine;

beforeAll(async () => {
  podman = await startPodman();
  engine = await connect(addressOf(podman.host));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-podman-'));
  mkdirSync(path.join(folder, 'var/lib/dpkg'), { recursive: true });
  mkdirSync(path.join(folder, 'etc'));
  writeFileSync(path.join(folder, 'var/lib/dpkg/status'), 'Package: libnvinfer8\nStatus: install ok installed\nVersion: 8.6.1.6-1+cuda11.8\n');
  writeFileSync(path.join(folder, 'etc/os-release'), 'ID=ubuntu\nVERSION_ID="20.04"\n');
  const { stdout: input } = spawnSync('tar', ['-C', folder, '-c', '.']);
  rmSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('/usr/bin/docker', ['-H', podman.host, 'import', '-', 'localhost/app:1'], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

afterAll(async () => {
  disconnect(engine);
  await podman.stop();
});

it('an image of podman is read, and nothing is left', async () => {
  const found = await scanImage(engine, 'localhost/app:1');
  expect(found.components.map(({ kind, version, cuda }) => [kind, version, cuda])).toEqual([
    ['os', '20.04', null],
    ['tensorrt', '8.6.1.6', '11.8'],
  ]);
  expect(spawnSync('/usr/bin/docker', ['-H', podman.host, 'ps', '-aq'], { encoding: 'utf8' }).stdout).toBe('');
});

it("podman's disk is read", async () => {
  const usage = await readDiskUsage(engine);
  expect(usage.images.map(({ tags }) => tags)).toEqual([['localhost/app:1']]);
  expect(usage.layersBytes).toBeGreaterThan(100);
});
