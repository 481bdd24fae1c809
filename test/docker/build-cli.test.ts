// `trtc build` on the real engine.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { build, type BuildArguments } from '../../src/cli/build';
import { docker } from '../../src/dev/engine/index.mjs';
import { checkSpace } from '../../src/docker';
import { readManifestSize } from '../../src/docker/build/space';
import { analyseDockerfile } from '../../src/core/engine/analyse';
import { addressOf, useEngine } from './engine';

const shared = useEngine();
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-build-cli-'));
let out = '';
let err = '';

beforeEach(() => {
  out = '';
  err = '';
  vi.stubEnv('NO_COLOR', '1');
  for (const [name, value] of Object.entries(shared.env)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  // Which vitest has taken away from that stream.
  vi.spyOn(console, 'error').mockImplementation((text) => void (err += `${String(text)}\n`));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  docker(shared, 'rmi', '-f', 'build-cli:1');
});

async function run(dockerfile: string, options: Partial<BuildArguments> = {}): Promise<number | string | null | undefined> {
  const context = mkdtempSync(path.join(folder, 'context-'));
  writeFileSync(path.join(context, 'Dockerfile'), dockerfile);
  await build(context, { cache: true, network: 'none', docker: '/usr/bin/docker', ...options });
  return process.exitCode;
}

describe('trtc build', () => {
  it('prints the id of the image alone to standard output', async () => {
    const file = path.join(folder, 'id');
    expect(await run('ARG A\nFROM busybox\nARG A\nRUN echo "A is $A"\n', { tag: ['build-cli:1'], buildArg: ['A=b=c'], label: ['x=y'], iidfile: file })).toBe(0);
    expect(out).toBe(`${docker(shared, 'image', 'inspect', '--format', '{{.Id}}', 'build-cli:1')}\n`);
    expect(readFileSync(file, 'utf8')).toBe(out.trim());
    expect(err).toContain('A is b=c');
    expect(err).toMatch(/RUN echo .*Dockerfile:4\n/);
  });

  it('tells a failure with its place, the log and what is known of it', async () => {
    expect(await run("FROM busybox\nRUN echo \"nvcc fatal   : Unsupported gpu architecture 'compute_89'\" && \\\n    make -j8\n")).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/Dockerfile:2:56: error: The nvcc of this image does not know compute_89\. \[nvcc-architecture\]\n {4}2 \| RUN echo .*\n {6}\| {56}\^{10}\n {6}= log: nvcc fatal {3}: Unsupported gpu architecture 'compute_89'\n {6}= cause: /);
    expect(err).toMatch(/failed after [\d.]+ s\n$/);
  });

  it('prints JSON by its schema', async () => {
    const schema = JSON.parse(readFileSync('media/schemas/build-output.schema.json', 'utf8')) as object;
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    expect(await run('FROM busybox\nRUN echo one; nvcc --version\n', { json: true, cache: false })).toBe(1);
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as { readonly event: string });
    for (const line of lines) expect(validate(line), JSON.stringify([line, validate.errors])).toBe(true);
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['begin', 'step', 'output', 'message', 'failure', 'end']));
    expect(lines.find(({ event }) => event === 'failure')).toMatchObject({ code: 'command-missing', line: 2, column: 15 });
    expect(lines.at(-1)).toMatchObject({ event: 'end', ended: 'failed', way: 'buildkit', imageId: null });
  });

  it('does not begin what will fail, but for --anyway', async () => {
    const dockerfile = 'FROM nvidia/cuda:11.6.0-devel-ubuntu20.04\nRUN true\n';
    expect(await run(dockerfile)).toBe(1);
    expect(err).toMatch(/Dockerfile:1:18: error: .*was deleted.*\[image-tag-removed\]\n[^]*trtc: not built: this will fail\. --anyway builds nonetheless\.\n$/);
    err = '';
    expect(await run(dockerfile, { anyway: true })).toBe(1);
    expect(err).toContain('failed after');
  });

  it('begins where only a stage that it does not take would fail', async () => {
    const dockerfile = 'FROM busybox AS first\nRUN true\nFROM nvidia/cuda:11.0-base-ubuntu20.04\nRUN true\n';
    expect(await run(dockerfile)).toBe(1);
    expect(err).toContain('trtc: not built: this will fail.');
    expect(await run(dockerfile, { target: 'first' })).toBe(0);
  });

  it('says in one line that there is no engine', async () => {
    vi.stubEnv('DOCKER_HOST', 'unix:///nonexistent/docker.sock');
    await expect(run('FROM busybox\n')).rejects.toThrow('the Docker engine at unix:///nonexistent/docker.sock does not run');
  });

  it('builds on the engine that is named', async () => {
    vi.stubEnv('DOCKER_HOST', 'unix:///nonexistent/docker.sock');
    expect(await run('FROM busybox\nRUN true\n', { tag: ['build-cli:1'], dockerContext: shared.host })).toBe(0);
    await expect(run('FROM busybox\n', { dockerContext: 'no-such' })).rejects.toThrow('there is no docker context no-such; there are: ');
  });
});

describe('the size of the pull', () => {
  it('is that of the layers for the platform', () => {
    const layers = [{ size: 10 }, { size: 5 }];
    const one = { SchemaV2Manifest: { layers } };
    expect(readManifestSize(JSON.stringify(one), 'linux/amd64')).toBe(15);
    const list = [
      { Descriptor: { platform: { os: 'linux', architecture: 'arm64' } }, OCIManifest: { layers: [{ size: 99 }] } },
      { Descriptor: { platform: { os: 'linux', architecture: 'amd64' } }, OCIManifest: { layers } },
    ];
    expect(readManifestSize(JSON.stringify(list), 'linux/amd64')).toBe(15);
    expect(readManifestSize(JSON.stringify(list), 'linux/s390x')).toBeNull();
    expect(readManifestSize('no such manifest', 'linux/amd64')).toBeNull();
  });

  it('is not asked for what is there, and nothing is said where there is room', async () => {
    const { stack } = analyseDockerfile('FROM busybox\nFROM no-such-image:1\n', 'Dockerfile');
    if (stack === undefined) throw new Error('no Dockerfile');
    expect(await checkSpace(addressOf(shared.host), stack, {}, { dockerPath: '/usr/bin/docker' })).toBeUndefined();
  });

  it('is told before the build where the disk has less', async () => {
    // A registry that holds an image of 4 EB cannot be had: its answer is what docker manifest inspect prints of one.
    const program = path.join(folder, 'docker');
    const manifest = { Descriptor: { platform: { os: 'linux', architecture: 'amd64' } }, SchemaV2Manifest: { layers: [{ size: 4e18 }, { size: 1 }] } };
    writeFileSync(program, `#!/bin/sh\n[ "$1" = manifest ] || exec /usr/bin/docker "$@"\necho '${JSON.stringify(manifest)}'\n`, { mode: 0o755 });
    expect(await run('FROM no-such-image:1\n', { docker: program })).toBe(1);
    expect(err).toMatch(/^trtc: warning: the images to pull have 4000000 TB compressed, and [\d.]+ [GT]B are free in \/\S+\n/);
    expect(await run('FROM busybox\nFROM no-such-image:1 AS unused\nFROM busybox\n', { docker: program, json: true })).toBe(0);
    expect(out).not.toContain('"event":"warning"');
    // With BuildKit, which does not take up what the target does not need.
    expect(await run('FROM busybox AS first\nFROM no-such-image:1\nCOPY --from=first /bin/sh /sh\n', { docker: program, json: true, target: 'first' })).toBe(0);
    expect(out).not.toContain('"event":"warning"');
    expect(await run('FROM busybox\nCOPY --from=no-such-image:1 /x /x\n', { docker: program, json: true })).toBe(1);
    expect(out).toContain('"event":"warning"');
  });
});
