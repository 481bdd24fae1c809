// `trtc smoke` as a process of its own, on a real engine.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SmokeRecord } from '../../src/smoke/record';
import { docker, fakeCudaImage } from '../../src/dev/engine/index.mjs';
import { useEngine } from './engine';
import { eventually } from '../eventually';

const engine = useEngine();
const BUNDLE = path.resolve('.cache/dev/main.cjs');
const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(JSON.parse(readFileSync('media/schemas/smoke-output.schema.json', 'utf8')) as object);

let folder = '';
let env: NodeJS.ProcessEnv = {};
const left = (): string => docker(engine, 'ps', '--all', '--quiet', '--filter', 'label=tensorrt-containers.run');
/** The containers in which checks run: that of the look into the image is never started, and soon gone. */
const running = (): string => docker(engine, 'ps', '--quiet', '--filter', 'label=tensorrt-containers.run');

function trtc(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, 'smoke', ...args], { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function runs(...args: readonly string[]): { readonly status: number | null; readonly records: readonly SmokeRecord[] } {
  const { status, stdout, stderr } = trtc(...args, '--json');
  const output: unknown = JSON.parse(stdout === '' ? `"${stderr}"` : stdout);
  expect(validate(output), JSON.stringify(validate.errors)).toBe(true);
  return { status, records: (output as { runs: readonly SmokeRecord[] }).runs };
}

beforeAll(() => {
  execFileSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { stdio: 'pipe' });
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-smoke-cli-'));
  env = { ...engine.env, XDG_STATE_HOME: path.join(folder, 'state'), NO_COLOR: '1' };
  const files = {
    'tests/good.smoke.yaml': 'image: busybox\nchecks:\n  - {name: good, run: [echo, hello], output: hello}\n',
    'tests/gpu.smoke.yaml': 'image: busybox\nchecks:\n  - {name: sees, run: [nvidia-smi, -L], profile: gpu, output: GPU 0}\n',
    'bad.smoke.yaml': 'image: busybox\nchecks:\n  - {name: bad, run: [echo, hello], output: goodbye}\n',
    'slow.smoke.yaml': 'image: busybox\nchecks:\n  - {name: slow, run: [sleep, "300"], time: 10m}\n',
    'wrong.smoke.yaml': 'imgae: busybox\n',
    'built/Dockerfile': 'FROM busybox AS base\nENV CUDA_VERSION=12.4.1\nFROM base AS other\nENV CUDA_VERSION=11.8.0\n',
    'built/built.smoke.yaml': 'dockerfile: Dockerfile\ntarget: base\nversions: {cuda: 12.4}\nchecks:\n  - {name: env, run: "echo $CUDA_VERSION", output: 12.4.1}\n',
    'cuda/Dockerfile': 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04 AS same\nFROM nvidia/cuda:11.8.0-base-ubuntu22.04 AS other\n',
    'built/broken.Dockerfile': 'FROM busybox\nRUN no-such-command\n',
    'built/broken.smoke.yaml': 'dockerfile: broken.Dockerfile\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => expect(left()).toBe(''));

describe('trtc smoke', () => {
  it('tests each smoke file of a folder, and ends with 0', () => {
    const { status, records } = runs('tests', '--profile', 'all');
    expect(status).toBe(0);
    expect(records.map(({ subject, counts, checks }) => [subject, counts.passed, checks.at(-1)?.title])).toEqual([
      ['tests/good.smoke.yaml', 2, 'good'],
      ['tests/gpu.smoke.yaml', 2, 'sees'],
    ]);
    expect(records[1]).toMatchObject({ driver: '550.54.15' });
  });

  it('ends with 1 where something is broken, and says what', () => {
    const { status, stdout } = trtc('bad.smoke.yaml');
    expect(status).toBe(1);
    expect(stdout).toMatch(/failed {2}The output of bad lacks goodbye\. \[own-0\]/);
    expect(stdout).toMatch(/1 failed/);
  });

  it('ends with 2 where nothing could be tested, and says why', () => {
    expect(runs('no-such-image:1')).toMatchObject({ status: 2, records: [{ problem: expect.stringContaining('no-such-image:1') as string }] });
    expect(trtc('wrong.smoke.yaml')).toMatchObject({ status: 2, stderr: expect.stringMatching(/wrong\.smoke\.yaml:1:1: There is no `imgae` here; did you mean `image`\?/) as string });
    expect(trtc('busybox', '--profile', 'fast')).toMatchObject({ status: 2, stderr: expect.stringContaining('it must be static, cpu, gpu or all') as string });
    expect(trtc('busybox', '--only', 'nothing').status).toBe(2);
    expect(trtc().status).toBe(2);
    expect(trtc('busybox', '--context', 'nowhere').status).toBe(2);
  });

  it('tests on several engines at once, and a dead one keeps none from being tested', () => {
    const { status, records } = runs('tests/good.smoke.yaml', '--context', 'DOCKER_HOST', '--context', 'tcp://127.0.0.1:1');
    expect(status).toBe(2);
    expect(records.map(({ engine: { name }, counts, problem }) => [name, counts.passed, problem === null])).toEqual([
      ['DOCKER_HOST', 1, true],
      ['tcp://127.0.0.1:1', 0, false],
    ]);
  });

  it('builds a stage first, and tests what came out', () => {
    const { status, records } = runs('built/built.smoke.yaml');
    expect(status).toBe(0);
    expect(records[0]?.checks.map(({ id, state, sentence }) => `${id} ${state} ${sentence}`)).toEqual([
      'versions passed It has cuda 12.4.1.',
      'driver-libraries passed The image leaves the driver to the host.',
      'version-0 passed The image has cuda 12.4.1.',
      'own-0 passed env does what is asked for.',
    ]);
    expect(runs('built/broken.smoke.yaml')).toMatchObject({ status: 2, records: [{ problem: expect.stringContaining('broken.Dockerfile was not built: ') as string }] });
  });

  it('compares an image with the Dockerfile that is named', async () => {
    const image = await fakeCudaImage(engine, '12.4.1-base-ubuntu22.04');
    const said = (stage: string): readonly string[] => runs(image, '--profile', 'static', '--dockerfile', 'cuda/Dockerfile', '--stage', stage).records[0]?.checks.filter(({ id }) => id === 'versions').flatMap(({ sentence, details }) => [sentence, ...details]) ?? [];
    expect(said('same').join('\n')).not.toMatch(/^cuda: /m);
    expect(said('other').join('\n')).toMatch(/cuda: cuda\/Dockerfile:2 says 11\.8\.\d, the image has 12\.4\.1\./);
  });

  it("writes JUnit's XML", () => {
    expect(trtc('bad.smoke.yaml', '--junit', 'report.xml').status).toBe(1);
    expect(readFileSync(path.join(folder, 'report.xml'), 'utf8')).toContain('<failure message="The output of bad lacks goodbye.">');
  });

  it('keeps a record of each run, unless told not to', () => {
    const history = (): readonly SmokeRecord[] => runs('--history', 'bad.smoke.yaml').records;
    const before = history().length;
    trtc('bad.smoke.yaml');
    trtc('bad.smoke.yaml', '--no-record');
    expect(history()).toHaveLength(before + 1);
    expect(history().at(-1)).toMatchObject({ subject: 'bad.smoke.yaml', counts: { failed: 1 } });
    expect(trtc('--history', 'bad.smoke.yaml').stdout).toMatch(/bad\.smoke\.yaml {2}[\da-f]{12} {2}1 failed/);
  });

  it('takes its container away when it is interrupted', async () => {
    const child = spawn(process.execPath, [BUNDLE, 'smoke', 'slow.smoke.yaml'], { cwd: folder, env, stdio: 'ignore' });
    await eventually(() => expect(left()).not.toBe(''));
    child.kill('SIGINT');
    const status = await new Promise((resolve) => child.on('exit', resolve));
    // 2 where it was still reading the image.
    expect([1, 2]).toContain(status);
    expect(left()).toBe('');
  });

  it('takes its containers away on each host', async () => {
    const child = spawn(process.execPath, [BUNDLE, 'smoke', 'slow.smoke.yaml', '--context', 'DOCKER_HOST', '--context', env['DOCKER_HOST'] ?? ''], { cwd: folder, env, stdio: 'ignore' });
    await eventually(() => expect(running().split('\n')).toHaveLength(2));
    child.kill('SIGINT');
    expect([1, 2]).toContain(await new Promise((resolve) => child.on('exit', resolve)));
    expect(left()).toBe('');
  });

  it('takes away what a killed run has left', async () => {
    const child = spawn(process.execPath, [BUNDLE, 'smoke', 'slow.smoke.yaml'], { cwd: folder, env, stdio: 'ignore' });
    await eventually(() => expect(running()).not.toBe(''));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    expect(left()).not.toBe('');
    expect(trtc('tests/good.smoke.yaml').status).toBe(0);
    expect(left()).toBe('');
  });
});

describe('trtc smoke --kubernetes', () => {
  // A cluster of one shell: it keeps what is applied, runs the files of the ConfigMap, and forgets what is deleted.
  const KUBECTL = `#!/usr/bin/env node
const { mkdirSync, readFileSync, writeFileSync, rmSync, appendFileSync, existsSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { parseAllDocuments } = require(process.env.TEST_YAML);
const [verb, ...args] = process.argv.slice(2);
if (verb === 'version') process.exit();
const home = process.env.TEST_CLUSTER;
appendFileSync(home + '/calls', [verb, ...args].join(' ') + '\\n');
if (verb === 'apply') {
  for (const document of parseAllDocuments(readFileSync(0, 'utf8'))) {
    const { kind, metadata, data, binaryData, spec } = document.toJS();
    const folder = home + '/' + metadata.name;
    mkdirSync(folder, { recursive: true });
    if (kind === 'Job') writeFileSync(folder + '/job.json', JSON.stringify(spec));
    for (const [name, text] of Object.entries(data ?? {})) writeFileSync(folder + '/' + name, text.replaceAll('/trtc-smoke/files', folder).replaceAll('/trtc-smoke/work', folder));
    for (const [name, text] of Object.entries(binaryData ?? {})) writeFileSync(folder + '/' + name, Buffer.from(text, 'base64'));
  }
} else if (verb === 'get') {
  const ended = readFileSync(home + '/calls', 'utf8').includes('\\nlogs ');
  const status = ended ? process.env.TEST_ENDED ?? '{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"exitCode":0}}}]}' : process.env.TEST_PENDING ?? '{"phase":"Running"}';
  console.log(JSON.stringify({ items: [{ status: JSON.parse(status) }] }));
} else if (verb === 'logs') {
  const folder = home + '/' + args.find((word) => word.startsWith('job/')).slice(4);
  const [container] = JSON.parse(readFileSync(folder + '/job.json')).template.spec.containers;
  const [program, ...words] = container.command.map((word) => word.replaceAll('/trtc-smoke/files', folder));
  if (process.env.TEST_ENDED) process.exit(1);
  spawnSync(program, words, { stdio: 'inherit' });
} else if (verb === 'delete') {
  rmSync(home + '/' + args.find((word) => word.includes('=trtc-smoke-')).split('=')[1], { recursive: true });
}
`;

  it('runs the same checks as a Job and reads its log', () => {
    const cluster = mkdtempSync(path.join(folder, 'cluster-'));
    writeFileSync(path.join(folder, 'kubectl'), KUBECTL, { mode: 0o755 });
    const before = env;
    env = { ...env, TEST_CLUSTER: cluster, TEST_YAML: path.resolve('node_modules/yaml'), PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` };
    try {
      writeFileSync(path.join(folder, 'job.smoke.yaml'), 'image: registry.example/not-here:1\nchecks:\n  - {name: here, run: [echo, hello], output: hello}\n  - {name: not here, run: [echo, hello], output: goodbye}\n');
      const { status, records } = runs('job.smoke.yaml', '--profile', 'cpu', '--kubernetes', '--apply', '--kubectl', path.join(folder, 'kubectl'), '--namespace', 'gpu');
      expect(status).toBe(1);
      const told = Object.fromEntries((records[0]?.checks ?? []).map(({ id, state }) => [id, state]));
      expect(told).toMatchObject({ 'own-0': 'passed', 'own-1': 'failed', 'trtexec-starts': 'skipped' });
      const calls = readFileSync(path.join(cluster, 'calls'), 'utf8').trim().split('\n');
      expect(calls.map((call) => call.split(' ')[0])).toEqual(['apply', 'get', 'logs', 'get', 'delete']);
      expect(calls.every((call) => call.endsWith('--namespace gpu'))).toBe(true);

      rmSync(path.join(cluster, 'calls'));
      const smoke = (): SmokeRecord['checks'][number] | undefined => runs('job.smoke.yaml', '--profile', 'cpu', '--kubernetes', '--apply', '--kubectl', path.join(folder, 'kubectl')).records[0]?.checks.find(({ id }) => id === 'own-0');
      env = { ...env, TEST_ENDED: JSON.stringify({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }) };
      expect(smoke()).toMatchObject({ state: 'blocked', sentence: 'The cluster did not run the container to its end: Evicted: The node was low on resource: memory.' });
      expect(readdirSync(cluster)).toEqual(['calls']);
      rmSync(path.join(cluster, 'calls'));

      env = { ...env, TEST_PENDING: JSON.stringify({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } } }] }) };
      const failed = runs('job.smoke.yaml', '--profile', 'cpu', '--kubernetes', '--apply', '--kubectl', path.join(folder, 'kubectl'));
      expect(failed.records[0]?.checks.find(({ id }) => id === 'own-0')).toMatchObject({ state: 'blocked', sentence: expect.stringContaining('ErrImagePull: manifest unknown') as string });
    } finally {
      env = before;
    }
  });

  it('prints Jobs, and says what is missing', () => {
    expect(trtc('busybox', '--profile', 'gpu', '--kubernetes')).toMatchObject({ status: 0, stdout: expect.stringContaining('nvidia.com/gpu') as string });
    expect(trtc('busybox', '--profile', 'static', '--kubernetes').status).toBe(2);
    expect(trtc('busybox', '--profile', 'gpu', '--kubernetes', '--apply', '--kubectl', '/not/there')).toMatchObject({ status: 2, stderr: expect.stringContaining('/not/there could not be started') as string });
  });
});
