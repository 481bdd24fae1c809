import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../src/dev/engine/index.mjs';
import { useEngine } from './engine';
import { startProxy } from './proxy';

// `trtc scan`, `compare`, `reclaim` and `registry` as processes of their own, against the shared engine.

const shared = useEngine();
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-cli-inside-'));
// A bundle of its own beside the modules that it loads: another test may be writing the common one.
const bundle = path.resolve('.cache/dev/cli-inside.cjs');

function trtc(...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [bundle, ...args], { encoding: 'utf8', env: { ...shared.env, NO_COLOR: '1' } });
}

function build(name: string, tensorrt: string): void {
  const context = mkdtempSync(path.join(folder, 'context-'));
  mkdirSync(path.join(context, 'dpkg'));
  writeFileSync(path.join(context, 'dpkg/status'), `Package: libnvinfer10\nStatus: install ok installed\nVersion: ${tensorrt}\n\nPackage: \u001b[31mred\nStatus: install ok installed\nVersion: 1\n`);
  writeFileSync(path.join(context, 'os-release'), 'ID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu \u001b[31m22.04"\n');
  writeFileSync(path.join(context, 'Dockerfile'), 'FROM scratch\nCOPY dpkg/ /var/lib/dpkg/\nCOPY os-release /etc/os-release\nENV CUDA_VERSION=12.4.1\n');
  execFileSync('/usr/bin/docker', ['build', '--quiet', '--tag', name, context], { env: { ...shared.env, DOCKER_BUILDKIT: '1' }, stdio: 'pipe' });
}

beforeAll(() => {
  execFileSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { stdio: 'pipe' });
  copyFileSync('.cache/dev/main.cjs', bundle);
  build('trtc-cli/one', '10.3.0.26-1+cuda12.5');
  build('trtc-cli/two', '10.0.1.6-1+cuda12.4');
  writeFileSync(path.join(folder, 'Dockerfile'), 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04 AS first\nFROM first AS second\nARG TRT=10.3.0.26-1+cuda12.5\nRUN apt-get install -y libnvinfer10=$TRT\n');
});

afterAll(() => {
  docker(shared, 'image', 'rm', '-f', 'trtc-cli/one', 'trtc-cli/two');
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { force: true });
});

describe('trtc scan', () => {
  it('prints what is installed, without what would act on a terminal', () => {
    const { status, stdout, stderr } = trtc('scan', 'trtc-cli/one');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^trtc-cli\/one Ubuntu \\u001b\[31m22\.04, amd64\n/);
    expect(stdout).toMatch(/ {2}tensorrt {2}10\.3\.0\.26 for CUDA 12\.5 {2}libnvinfer10 +apt +\/var\/lib\/dpkg\/status\n/);
    expect(stdout).not.toContain('\u001b');
  });

  it('prints JSON', () => {
    const { status, stdout } = trtc('scan', 'trtc-cli/one', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, image: 'trtc-cli/one', architecture: 'amd64', os: { versionId: '22.04' }, gaps: [] });
  });

  it.each([
    ['trtc-cli/one', 'second', 0, /^ {3}tensorrt +10\.3\.0\.26 for CUDA 12\.5 +10\.3\.0\.26 for CUDA 12\.5$/m],
    ['trtc-cli/two', 'second', 1, /^≠ {2}tensorrt +10\.3\.0\.26 for CUDA 12\.5 +10\.0\.1\.6 for CUDA 12\.4$/m],
    ['trtc-cli/one', 'first', 1, /^≠ {2}tensorrt +- +10\.3\.0\.26 for CUDA 12\.5$/m],
  ])('holds %s against stage %s', (image, target, tensorrtStatus, line) => {
    const { status, stdout } = trtc('scan', image, '--against', path.join(folder, 'Dockerfile'), '--target', target);
    expect(stdout).toMatch(line);
    // The image has no cudart, which the base promises.
    expect(stdout).toMatch(/^≠ {2}cudart +12\.4\.\* +-$/m);
    expect(status).toBe(1);
    const { components } = JSON.parse(trtc('scan', image, '--against', path.join(folder, 'Dockerfile'), '--target', target, '--json').stdout) as { components: { kind: string; outcome: string }[] };
    expect(components.find(({ kind }) => kind === 'tensorrt')?.outcome === 'same' ? 0 : 1).toBe(tensorrtStatus);
  });

  it('takes values of arguments', () => {
    const { stdout } = trtc('scan', 'trtc-cli/two', '--against', path.join(folder, 'Dockerfile'), '--build-arg', 'TRT=10.0.1.6-1+cuda12.4');
    expect(stdout).toMatch(/^ {3}tensorrt /m);
  });

  it.each([
    [['scan', 'trtc-cli/none'], /no such image/i],
    [['scan', 'trtc-cli/one', '--context', 'nosuch'], /there is no docker context nosuch/],
    [['scan', 'trtc-cli/one', '--context', 'unix:///nowhere.sock'], /unix:\/\/\/nowhere\.sock/],
    [['scan', 'trtc-cli/one', '--against', '/nowhere/Dockerfile'], /\/nowhere\/Dockerfile/],
    [['scan', 'trtc-cli/one', '--against', path.join(folder, 'Dockerfile'), '--target', 'third'], /no stage third/],
  ])('says what is wrong: %j', (args, words) => {
    const { status, stdout, stderr } = trtc(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^trtc: [^\n]+\n$/);
    expect(stderr).toMatch(words);
  });
});

describe('trtc scan, interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s: ends, and leaves nothing', async (signal) => {
    const mine = (): string => docker(shared, 'ps', '-aq', '--filter', 'label=tensorrt-containers.run');
    // It gets no further than its first look into the image, however fast the machine is.
    const proxy = await startProxy(shared.socket, { hold: /\/containers\/\S*\/archive/ });
    const child = spawn(process.execPath, [bundle, 'scan', 'trtc-cli/one'], { env: { ...shared.env, DOCKER_HOST: proxy.url, NO_COLOR: '1' }, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await expect.poll(() => proxy.held()).toBeGreaterThan(0);
    expect(mine()).not.toBe('');
    child.kill(signal);
    expect([await ended, errors]).toEqual([2, 'trtc: cancelled\n']);
    expect(mine()).toBe('');
    await proxy.close();
  });
});

describe('trtc compare', () => {
  it('prints two images side by side', () => {
    expect(trtc('compare', 'trtc-cli/one', 'trtc-cli/one').status).toBe(0);
    const { status, stdout } = trtc('compare', 'trtc-cli/one', 'trtc-cli/two');
    expect(status).toBe(1);
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      '             trtc-cli/one             trtc-cli/two',
      '   os        22.04                    22.04',
      '≠  tensorrt  10.3.0.26 for CUDA 12.5  10.0.1.6 for CUDA 12.4',
      '   cuda      12.4.1                   12.4.1',
      '',
    ]);
  });
});

describe('trtc reclaim', () => {
  it('only tells, unless it is told yes', () => {
    docker(shared, 'create', '--name', 'trtc-cli-stopped', 'busybox');
    try {
      const { status, stdout } = trtc('reclaim');
      expect(status).toBe(0);
      expect(stdout).toMatch(/^held\n {2}images +\d+ +[\d.]+ [MG]B /);
      expect(stdout).toMatch(/ {2}container +0 B +trtc-cli-stopped\n/);
      expect(stdout).toMatch(/would be freed; --yes removes it\n$/);
      const { plan } = JSON.parse(trtc('reclaim', '--json', '--dry-run', '--yes').stdout) as { plan: { items: { name: string }[] } };
      expect(plan.items.map(({ name }) => name)).toContain('trtc-cli-stopped');
      expect(JSON.parse(trtc('reclaim', '--json', '--no-containers').stdout)).not.toMatchObject({ plan: { items: [{ kind: 'container' }] } });
      expect(docker(shared, 'ps', '-aq', '--filter', 'name=trtc-cli-stopped')).not.toBe('');
    } finally {
      docker(shared, 'rm', '-f', 'trtc-cli-stopped');
    }
  });
});

describe('trtc registry', () => {
  it('pushes, lists and deletes', () => {
    expect(trtc('registry', 'push', 'trtc-cli/one', `${shared.registry}/cli/app:1`).status).toBe(0);
    expect(trtc('registry', 'push', 'trtc-cli/one', `${shared.registry}/cli/app:2`)).toMatchObject({ status: 0, stdout: `${shared.registry}/cli/app:2 pushed\n` });
    expect(trtc('registry', 'list', shared.registry).stdout.split('\n')).toContain('cli/app');
    expect(trtc('registry', 'list', `${shared.registry}/cli/app`).stdout).toMatch(/^1 +[\d.]+ kB +sha256:[\da-f]{64}\n2 /);
    const kept = trtc('registry', 'delete', `${shared.registry}/cli/app:1`);
    expect([kept.status, kept.stdout]).toEqual([1, 'kept: the same image also has the tags 2, which would go with it; --with-others deletes them all\n']);
    expect(trtc('registry', 'delete', `${shared.registry}/cli/app:1`, '--with-others')).toMatchObject({ status: 0, stdout: `${shared.registry}/cli/app:1 deleted, and with it 2\n` });
    expect(trtc('registry', 'list', `${shared.registry}/cli/app`, '--json').stdout).toBe('[]\n');
    docker(shared, 'image', 'rm', `${shared.registry}/cli/app:1`, `${shared.registry}/cli/app:2`);
  });

  it.each([
    [['delete', 'localhost:1'], /not REGISTRY\/NAME:TAG/],
    [['list', 'no registry'], /not the name of a registry/],
    [['stop'], /no registry of trtc here/],
    [['start', '--port', '99999'], /from 1 to 65535/],
  ])('says what is wrong: %j', (args, words) => {
    const { status, stderr } = trtc('registry', ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(words);
  });
});
