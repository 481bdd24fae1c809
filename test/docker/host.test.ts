// `trtc doctor` on real engines: with the stand-in GPU, without, with a toolkit that Docker was not told of, dead, and Podman.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, startEngine, startPodman } from '../../src/dev/engine/index.mjs';
import { useEngine } from './engine';

const BUNDLE = path.resolve('.cache/dev/main.cjs');

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Answer {
  readonly target: { readonly gpus?: readonly string[]; readonly driver?: string } | null;
  readonly findings: readonly { readonly id: string; readonly state: string; readonly title: string; readonly remedies: readonly { readonly commands: readonly string[] }[] }[];
}

/** Not spawnSync: the engine's supervisor is a child of this process. */
function doctor(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BUNDLE, 'doctor', ...args], { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });
}

async function states(env: NodeJS.ProcessEnv): Promise<{ readonly answer: Answer; readonly stateOf: (id: string) => string | undefined; readonly status: number }> {
  const { stdout, stderr, status } = await doctor(env, '--json');
  expect(stderr).toBe('');
  const answer = JSON.parse(stdout) as Answer;
  const validate = new Ajv2020().compile(JSON.parse(readFileSync('media/schemas/doctor-output.schema.json', 'utf8')) as object);
  expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
  return { answer, status, stateOf: (id) => answer.findings.find((finding) => finding.id === id)?.state };
}

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

describe('on an engine with GPUs', () => {
  const engine = useEngine();

  it('finds driver, GPUs, engine, runtime and room, and leaves nothing behind', async () => {
    const before = docker(engine, 'ps', '-aq');
    const { stateOf, answer, status } = await states(engine.env);
    for (const id of ['driver', 'gpus', 'cuda', 'engine', 'engine-place', 'toolkit', 'runtime', 'dev-containers']) expect(`${id}: ${stateOf(id)}`).toBe(`${id}: ok`);
    expect(status).toBe(answer.findings.some(({ state }) => state === 'fail') ? 1 : 0);
    expect(answer.target).toMatchObject({ gpus: ['GeForce RTX 4090'], driver: '550.54.15' });
    expect(docker(engine, 'ps', '-aq')).toBe(before);
  });

  it('says it in lines for people, without colour where nobody looks', async () => {
    const { stdout, stderr } = await doctor(engine.env);
    expect(stdout).toMatch(/^ok {7}NVIDIA driver 550\.54\.15$/m);
    expect(stdout).toMatch(/\d+ ok, \d+ warnings?, \d+ failed, \d+ unknown\n$/);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('writes a report without the name of the machine', async () => {
    const { stdout } = await doctor(engine.env, '--report');
    expect(stdout).toMatch(/^### GPU container host\n/);
    expect(stdout).toContain('Driver Version: 550.54.15');
    if (hostname().length > 3) expect(stdout).not.toContain(hostname());
    // The stand-in's GPUs have UUIDs.
    expect(stdout).not.toMatch(/GPU-[0-9a-f]{8}-/);
  });

  it('prints JSON and text without them, too, when asked to', async () => {
    const engineName = docker(engine, 'info', '--format', '{{.Name}}');
    for (const args of [['--json'], []]) {
      // One after the other: an engine measures its disk for one at a time, and refuses the other.
      const { stdout: whole } = await doctor(engine.env, ...args);
      const { stdout: clean } = await doctor(engine.env, ...args, '--redact');
      for (const text of [hostname(), engineName].filter((name) => name.length > 3)) expect(clean).not.toContain(text);
      expect(clean).not.toMatch(/GPU-[0-9a-f]{8}/);
      // Nothing else is missing.
      expect(clean.split('\n')).toHaveLength(whole.split('\n').length);
      expect(clean).toContain('550.54.15');
    }
  });

  it('prints a target that lint accepts', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'trtc-doctor-'));
    try {
      const { stdout, status } = await doctor(engine.env, '--target');
      expect(status).toBe(0);
      writeFileSync(path.join(folder, '.trtc.yaml'), stdout);
      writeFileSync(path.join(folder, 'Dockerfile'), 'FROM nvidia/cuda:13.0.1-runtime-ubuntu22.04\nRUN true\n');
      const lint = spawnSync(process.execPath, [BUNDLE, 'lint', '.'], { cwd: folder, encoding: 'utf8' });
      expect(lint.stdout + lint.stderr).toMatch(/driver 580.*geforce-rtx-4090 has 550\.54\.15/);
      expect(lint.status).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes a context by name or address, and refuses one that does not exist', async () => {
    expect((await doctor(engine.env, '--json', '--context', engine.host)).stdout).toContain(engine.host);
    const { status, stderr } = await doctor(engine.env, '--context', 'nowhere');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^trtc: there is no docker context nowhere; there are: /)]);
  });

  it('tells a dead engine from one that is not there', async () => {
    const { stateOf, status, answer } = await states({ ...engine.env, DOCKER_HOST: 'unix:///var/tmp/no-such-engine.sock' });
    expect([stateOf('engine'), status]).toEqual(['fail', 1]);
    expect(answer.findings.find(({ id }) => id === 'engine')?.title).toContain('no-such-engine.sock');
    expect(stateOf('driver')).toBe('ok');
  });

  it('names the machine that does not answer', async () => {
    const { answer } = await states({ ...engine.env, DOCKER_HOST: 'tcp://127.0.0.1:9' });
    expect(answer.findings.find(({ id }) => id === 'engine')).toMatchObject({ state: 'fail', title: 'The engine DOCKER_HOST does not answer' });
  });
});

describe('on an engine whose toolkit Docker was not told of', () => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  beforeAll(async () => {
    engine = await startEngine({ runtimes: false });
  });
  afterAll(() => engine.stop());

  it('says what works, what does not, and how to change it', async () => {
    const { stateOf, answer } = await states(engine.env);
    expect([stateOf('runtime'), stateOf('dev-containers'), stateOf('driver')]).toEqual(['warn', 'warn', 'ok']);
    expect(answer.findings.find(({ id }) => id === 'runtime')?.remedies[0]?.commands).toEqual(['sudo nvidia-ctk runtime configure --runtime=docker', 'sudo systemctl restart docker']);
  });
});

describe('on an engine without a GPU', () => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  beforeAll(async () => {
    engine = await startEngine({ gpu: 'none' });
  });
  afterAll(() => engine.stop());

  it('has nothing to complain about, and no target', async () => {
    const { stateOf, answer, status } = await states(engine.env);
    expect([stateOf('engine'), stateOf('driver'), stateOf('gpus'), stateOf('runtime'), stateOf('toolkit')]).toEqual(['ok', 'not-applicable', 'not-applicable', 'not-applicable', 'not-applicable']);
    expect(answer.findings.filter(({ state }) => state === 'fail')).toEqual([]);
    expect([answer.target, status]).toEqual([null, 0]);
    expect((await doctor(engine.env, '--target')).status).toBe(2);
  });
});

describe('on Podman', () => {
  let podman: Awaited<ReturnType<typeof startPodman>>;
  beforeAll(async () => {
    podman = await startPodman();
  });
  afterAll(() => podman.stop());

  it('warns that its socket drops requests for GPUs', async () => {
    const { answer } = await states({ ...useEngine().env, DOCKER_HOST: podman.host });
    expect(answer.findings.find(({ id }) => id === 'engine')).toMatchObject({ state: 'warn', title: expect.stringMatching(/^Podman \d/) as string });
  });
});
