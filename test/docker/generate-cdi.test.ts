// What the generators write for engines that take GPUs by CDI, run by them: Docker 26, and Podman without root.
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { debootstrapImage, docker, MACHINE, setUpRootlessPodman, startEngine, type TestEngine } from '../../src/dev/engine/index.mjs';
import { setUpBuildx } from '../../src/dev/engine/buildx.mjs';
import { DEFAULT_CHOICES, planChoices, type Choices } from '../../src/generate/choices';
import { generateDevcontainer, generateRunScript } from '../../src/generate/generate';
import type { Output } from '../../src/generate/model';
import { copyDevcontainerTools } from './devcontainer-tools';

const IMAGE = 'localhost/generate-cdi:dev';
/** The local user: one of every Debian. */
const USER = 'news';
const [UID = 0, GID = 0] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, USER], { encoding: 'utf8' })));

let engine: TestEngine;
let folder: string;
let podman: ReturnType<typeof setUpRootlessPodman>;
let copied: ReturnType<typeof copyDevcontainerTools>;

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Run = (argv: readonly string[]) => Ran;

/** Docker 26 with a command line of its age first in PATH. */
const byDocker: Run = ([program = '', ...args]) => {
  const env = { ...engine.env, PATH: `${path.dirname(setUpBuildx().program)}:${engine.env['PATH'] ?? ''}`, DOCKER_BUILDKIT: '0' };
  return spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', timeout: 180_000 });
};
const byPodman: Run = (argv) => podman.run(argv, { cwd: folder });

function write(output: Output): void {
  for (const { path: name, text, executable } of output.files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: executable ? 0o755 : 0o644 });
  }
}

const plan = (choices: Partial<Choices>): ReturnType<typeof planChoices> => planChoices({ ...DEFAULT_CHOICES, image: IMAGE, gpuOptional: false, ...choices });

/** Runs a generated dev container to its nvidia-smi, and has it make a file; gives what nvidia-smi lists. */
function smiOfDevContainer(run: Run, program: string, choices: Partial<Choices>): string {
  const tools = (command: 'up' | 'exec', ...args: readonly string[]): Ran => run([...copied.argv, command, '--workspace-folder', folder, '--docker-path', program, ...args]);
  write(generateDevcontainer(plan(choices), { engine: choices.engine ?? 'docker' }));
  const up = tools('up');
  const outcome = JSON.parse(up.stdout.trim().split('\n').at(-1) ?? '{}') as { readonly containerId?: string };
  try {
    expect(up.status, `${up.stdout}\n${up.stderr}`).toBe(0);
    expect(tools('exec', 'touch', 'made').status).toBe(0);
    return tools('exec', 'nvidia-smi', '-L').stdout;
  } finally {
    if (outcome.containerId !== undefined) run([program, 'rm', '-f', '-v', outcome.containerId]);
  }
}

beforeAll(async () => {
  engine = await startEngine({ modern: true, bridge: false });
  debootstrapImage(engine, { packages: [], name: IMAGE });
  copied = copyDevcontainerTools();
  folder = mkdtempSync('/var/tmp/trtc-generate-cdi-');
  chownSync(folder, UID, GID);
  podman = setUpRootlessPodman({ user: USER, uid: UID, gid: GID, machine: MACHINE });
  const archive = path.join(folder, 'image.tar');
  docker(engine, 'save', '-o', archive, IMAGE);
  chownSync(archive, UID, GID);
  const loaded = byPodman(['podman', 'load', '-i', archive]);
  expect(loaded.status, loaded.stderr).toBe(0);
  rmSync(archive);
}, 900_000);

afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
});

afterAll(async () => {
  podman.stop();
  copied.remove();
  rmSync(folder, { recursive: true, force: true });
  await engine.stop();
});

const uuids = MACHINE.gpus.map(({ uuid }) => uuid);
const ownerOfMade = (): readonly number[] => {
  const { uid, gid } = statSync(path.join(folder, 'made'));
  return [uid, gid];
};

describe('Docker with CDI', () => {
  test('gives a script the GPU that was chosen, and no other', () => {
    write(generateRunScript(plan({ engine: 'cdi', gpus: ['1'], workspace: '/workspace' }), 'cdi'));
    const { status, stdout, stderr } = byDocker(['./run.sh', 'sh', '-c', 'nvidia-smi -L && touch made']);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(uuids[1]);
    expect(stdout).not.toContain(uuids[0]);
    expect(ownerOfMade()).toEqual([0, 0]);
  });

  test('gives a dev container all of them', () => {
    const listed = smiOfDevContainer(byDocker, setUpBuildx().program, { engine: 'cdi', gpus: 'all' });
    for (const uuid of uuids) expect(listed).toContain(uuid);
  });
});

describe('Podman without root', () => {
  test('gives a script the GPU that was chosen, shared memory, and files that belong to the local user', () => {
    write(generateRunScript(plan({ engine: 'podman', gpus: ['1'], shmSize: '256m', workspace: '/workspace', user: 'host' }), 'podman'));
    expect(readFileSync(path.join(folder, 'run.sh'), 'utf8')).toContain('exec podman run');
    const { status, stdout, stderr } = byPodman(['./run.sh', 'sh', '-c', 'nvidia-smi -L && df -m --output=size /dev/shm && touch made']);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(uuids[1]);
    expect(stdout).not.toContain(uuids[0]);
    expect(stdout).toMatch(/^ *256$/m);
    expect(ownerOfMade()).toEqual([UID, GID]);
  });

  test('gives a dev container all of them, and files that belong to the local user', () => {
    const listed = smiOfDevContainer(byPodman, 'podman', { engine: 'podman', gpus: 'all' });
    for (const uuid of uuids) expect(listed).toContain(uuid);
    expect(ownerOfMade()).toEqual([UID, GID]);
  });
});
