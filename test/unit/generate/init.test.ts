import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

// `trtc init` as a process of its own.
const BUNDLE = path.resolve('.cache/dev/main.cjs');
let folder = '';

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}, 60_000);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'trtc-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function init(args: readonly string[], input = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, 'init', ...args, '--folder', folder], { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function read(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

const CONFIG = '.devcontainer/devcontainer.json';
const IMAGE = ['--image', 'nvidia/cuda:12.4.1-devel-ubuntu22.04'];

describe('trtc init', () => {
  test('writes what is not there, and says so', () => {
    const { status, stdout } = init(['devcontainer', ...IMAGE, '--display', 'x11', '--comments']);
    expect(status).toBe(0);
    expect(stdout).toContain(`Wrote ${CONFIG}\nWrote .devcontainer/prepare-host.sh\nWrote .devcontainer/smoke-test.sh\n`);
    expect(read(CONFIG)).toContain('// All GPUs where Docker has the NVIDIA runtime');
    expect(statSync(path.join(folder, '.devcontainer/prepare-host.sh')).mode & 0o777).toBe(0o755);
  });

  test('--dry-run writes nothing', () => {
    const { status, stdout } = init(['devcontainer', ...IMAGE, '--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toContain('"hostRequirements": { "gpu": "optional" }');
    expect(existsSync(path.join(folder, '.devcontainer'))).toBe(false);
  });

  test('shows the change of a file that exists, and writes it only with --yes', () => {
    const before = '# ours\nservices:\n  db:\n    image: postgres # theirs\n';
    writeFileSync(path.join(folder, 'compose.yaml'), before);
    const args = ['compose', ...IMAGE, '--service', 'dev', '--require-gpu'];
    const shown = init(args);
    expect(shown.status).toBe(1);
    expect(shown.stdout).toContain('+++ b/compose.yaml\n');
    expect(shown.stdout).toContain('Nothing was written: --yes writes what is shown.');
    expect(read('compose.yaml')).toBe(before);
    expect(init([...args, '--yes']).status).toBe(0);
    expect(read('compose.yaml').startsWith(before)).toBe(true);
    expect(read('compose.yaml')).toContain('  dev:\n');
    const again = init(args);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain('compose.yaml has all of it already.');
  });

  test('adds to the file that is there, by whatever of its names, and keeps its byte order mark', () => {
    writeFileSync(path.join(folder, 'docker-compose.yml'), '\uFEFFservices:\r\n  db:\r\n    image: postgres\r\n');
    expect(init(['compose', ...IMAGE, '--service', 'dev', '--yes']).status).toBe(0);
    expect(read('docker-compose.yml')).toMatch(/^\uFEFFservices:\r\n {2}db:[^]*\r\n {2}dev:\r\n/);
    expect(existsSync(path.join(folder, 'compose.yaml'))).toBe(false);
    expect(read('docker-compose.gpu.yml')).toContain('driver: nvidia');
    expect(init(['compose', '--serve', 'triton', '--yes']).stdout).toContain('Changed docker-compose.yml');
    expect(read('docker-compose.yml')).toMatch(/^\uFEFFservices:\r\n {2}db:[^]*\r\n {2}triton:\r\n/);
    writeFileSync(path.join(folder, 'Dockerfile'), 'FROM ubuntu:22.04\n');
    writeFileSync(path.join(folder, '.devcontainer.json'), '{}');
    const { stdout } = init(['devcontainer', '--display', 'x11', '--yes']);
    expect(stdout).toContain('Wrote .devcontainer/prepare-host.sh');
    expect(existsSync(path.join(folder, CONFIG))).toBe(false);
    expect(JSON.parse(read('.devcontainer.json'))).toMatchObject({ build: { dockerfile: './Dockerfile', context: '.' }, initializeCommand: 'sh .devcontainer/prepare-host.sh' });
  });

  test('tells of other dev containers', () => {
    mkdirSync(path.join(folder, '.devcontainer/cpu'), { recursive: true });
    writeFileSync(path.join(folder, '.devcontainer/cpu/devcontainer.json'), '{ "build": { "dockerfile": "../../docker/Dockerfile", "context": "../.." } }');
    expect(init(['devcontainer', ...IMAGE]).stdout).toContain('The folder has other dev containers: cpu. Whoever opens it is asked which one.');
    expect(init(['run', '--from-devcontainer', path.join(folder, '.devcontainer/cpu/devcontainer.json'), '--dry-run']).stdout).toContain('docker build --file docker/Dockerfile --tag gpu-container .');
  });

  test('a service is read with what it extends, and used with what is laid over it', () => {
    writeFileSync(path.join(folder, 'base.yaml'), 'services:\n  gpu:\n    image: img\n    gpus: all\n');
    writeFileSync(path.join(folder, 'compose.yaml'), 'services:\n  app:\n    extends: {file: base.yaml, service: gpu}\n    shm_size: 1g\n');
    writeFileSync(path.join(folder, 'compose.override.yaml'), 'services:\n  app:\n    ipc: host\n');
    writeFileSync(path.join(folder, 'more.yaml'), 'services:\n  app:\n    tty: true\n');
    const file = path.join(folder, 'compose.yaml');
    expect(init(['run', '--from-compose', file, '--dry-run']).stdout).toContain('docker run --gpus all --shm-size 1g --ipc host img');
    expect(init(['devcontainer', '--use-compose', file]).status).toBe(0);
    expect(JSON.parse(read(CONFIG))).toMatchObject({ dockerComposeFile: ['../compose.yaml', '../compose.override.yaml'], service: 'app', postCreateCommand: 'sh .devcontainer/smoke-test.sh require-gpu' });
    rmSync(path.join(folder, '.devcontainer'), { recursive: true });
    expect(init(['devcontainer', '--use-compose', file, '--use-compose', path.join(folder, 'more.yaml')]).status).toBe(0);
    expect(JSON.parse(read(CONFIG))).toMatchObject({ dockerComposeFile: ['../compose.yaml', '../more.yaml'], postCreateCommand: 'sh .devcontainer/smoke-test.sh require-gpu' });
  });

  test('replaces a Dockerfile only with --yes', () => {
    writeFileSync(path.join(folder, 'Dockerfile'), 'FROM scratch\n');
    expect(init(['dockerfile', '--tensorrt', '8.6', '--cuda', '12.1']).status).toBe(1);
    expect(read('Dockerfile')).toBe('FROM scratch\n');
    expect(init(['dockerfile', '--tensorrt', '8.6', '--cuda', '12.1', '--yes']).status).toBe(0);
    expect(read('Dockerfile')).toContain('python3-libnvinfer=8.6.1.6-1+cuda12.0');
  });

  test('--json tells files, explanations and notes', () => {
    const { stdout, status } = init(['run', '--from', 'nvidia-docker run --rm -e NVIDIA_VISIBLE_DEVICES=0 img', '--dry-run', '--json']);
    expect(status).toBe(0);
    const output = JSON.parse(stdout) as { readonly files: readonly { readonly path: string; readonly action: string; readonly explanations: readonly { readonly id: string }[] }[]; readonly line: string; readonly written: boolean; readonly notes: readonly { readonly message: string }[] };
    expect(output).toMatchObject({ version: 1, form: 'run', written: false, line: 'docker run --rm --gpus device=0 img' });
    expect(output.files.map(({ path: name, action }) => [name, action])).toEqual([['run.sh', 'create']]);
    expect(output.files[0]?.explanations.map(({ id }) => id)).toContain('gpus');
    expect(output.notes.map(({ message }) => message)).toContain('nvidia-docker is not needed: docker itself passes GPUs since version 19.03.');
  });

  test('tells of options that are not read', () => {
    expect(init(['run', '--from', 'docker run img', '--display', 'x11', '--shm-size', '8g', '--comments']).stdout).toContain('- Not read here: --display, --shm-size.\n');
    expect(init(['compose', ...IMAGE, '--language', 'python']).stdout).toContain('- Not read here: --language.\n');
    expect(init(['devcontainer', ...IMAGE, '--language', 'python', '--gpus', '0']).stdout).not.toContain('Not read here');
  });

  test('a user by name is the one of the container, and the GPU 0 the first', () => {
    const { stdout } = init(['run', ...IMAGE, '--user', 'dev', '--gpus', '0', '--require-gpu', '--dry-run']);
    expect(stdout).toContain('  -u dev\n');
    expect(stdout).toContain('docker run -it --gpus device=0 -v');
    expect(init(['compose', ...IMAGE, '--user', 'dev', '--dry-run']).stdout).toContain('    user: dev\n');
  });

  test.each([
    ['devcontainer', ...IMAGE, '--display', 'x11', '--camera', '/dev/video0'],
    ['compose', '--serve', 'triton'],
    ['run', ...IMAGE],
    ['dockerfile', '--tensorrt', '8.6', '--cuda', '12.1'],
  ])('--json of %s follows its schema', (...args) => {
    const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync('media/schemas/init-output.schema.json', 'utf8')) as object);
    for (const more of [[], ['--yes']]) {
      const output: unknown = JSON.parse(init([...args, ...more, '--json']).stdout);
      expect(validate(output), JSON.stringify(validate.errors)).toBe(true);
      expect(output).toMatchObject({ written: more.length === 0, files: expect.arrayContaining([expect.objectContaining({ action: more.length === 0 ? 'create' : 'keep' })]) as unknown });
    }
  });

  test('reads the command from standard input, a Compose file, or a dev container', () => {
    expect(init(['devcontainer', '--from', '-', '--dry-run'], 'docker run --gpus all --ipc=host img\n').stdout).toContain('"--ipc=host"');
    writeFileSync(path.join(folder, 'other.yaml'), 'services:\n  a:\n    image: one\n  b:\n    image: two\n    gpus: all\n    shm_size: 2gb\n');
    expect(init(['run', '--from-compose', path.join(folder, 'other.yaml'), '--service', 'b', '--dry-run']).stdout).toContain('docker run --gpus all --shm-size 2gb two');
    expect(init(['run', '--from-compose', path.join(folder, 'other.yaml')])).toMatchObject({ status: 2, stderr: expect.stringContaining('name one with --service: a, b') as string });
    writeFileSync(path.join(folder, 'devcontainer.json'), '{ "image": "img", "runArgs": ["--network=host"], "hostRequirements": { "gpu": "optional" } }');
    expect(init(['compose', '--from-devcontainer', path.join(folder, 'devcontainer.json'), '--dry-run']).stdout).toContain('network_mode: host');
  });

  test('makes a dev container of a service', () => {
    writeFileSync(path.join(folder, 'compose.yaml'), 'services:\n  app:\n    image: img\n    gpus: all\n  db:\n    image: postgres\n');
    const args = ['devcontainer', '--use-compose', path.join(folder, 'compose.yaml'), '--language', 'python'];
    expect(init(args)).toMatchObject({ status: 2, stderr: expect.stringContaining('name one with --service: app, db') as string });
    expect(init([...args, '--service', 'app']).status).toBe(0);
    expect(JSON.parse(read(CONFIG))).toMatchObject({ dockerComposeFile: '../compose.yaml', service: 'app', workspaceFolder: '/workspaces/${localWorkspaceFolderBasename}', mounts: ['source=${localWorkspaceFolder},target=/workspaces/${localWorkspaceFolderBasename},type=bind'], overrideCommand: true, postCreateCommand: 'sh .devcontainer/smoke-test.sh require-gpu', customizations: { vscode: { extensions: ['ms-python.python', 'ms-python.vscode-pylance'] } } });
    expect(JSON.parse(read(CONFIG))).not.toHaveProperty('runArgs');
  });

  test('builds the Dockerfile of the folder, its stage dev in a dev container', () => {
    writeFileSync(path.join(folder, 'Dockerfile'), 'FROM ubuntu:22.04 AS base\nFROM base AS dev\nFROM base AS app\n');
    expect(init(['devcontainer', '--dry-run']).stdout).toContain('"build": { "dockerfile": "../Dockerfile", "context": "..", "target": "dev" }');
    expect(init(['run', '--dry-run']).stdout).toContain('docker build --tag gpu-container .');
  });

  test.each([
    [['devcontainer', '--from', 'docker build .'], 'nothing to convert'],
    [['compose', '--from-compose', 'none.yaml'], 'none.yaml: not found'],
    [['dockerfile', '--tensorrt', '8.6', '--cuda', '13'], 'nothing known meets these wishes'],
    [['devcontainer', '--port', '70000'], 'It must be a number from 1 to 65535.'],
    [['devcontainer', '--cache', 'npm'], 'Allowed choices are pip'],
    [['nothing'], 'Allowed choices are devcontainer'],
    [['run', '--image', '--dry-run'], '--image --dry-run: write it like nvidia/cuda'],
    [['run', '--image', 'a//b'], '--image a//b: no name of an image'],
    [['run', '--gpus', 'some'], '--gpus some: write it like all, none, 2, or 0,GPU-3c1f'],
    [['run', '--shm-size', 'big'], '--shm-size big: write it like 8g'],
    [['run', '--camera', 'video0'], '--camera video0: write it like /dev/video0'],
    [['run', '--capability', 'vidoe'], '--capability vidoe: write it like video'],
    [['dockerfile', '--package', 'a;b'], '--package a;b: write it like ffmpeg'],
    [['dockerfile', '--pip-mirror', 'here'], '--pip-mirror here: write it like https://'],
    [['dockerfile', '--purpose', 'cpp', '--install', 'pip'], '--install pip: wheels bring no headers for C++'],
    [['dockerfile', '--install', 'archive', '--tensorrt', '8.0'], '--install archive: No archive of TensorRT 8.0.3.4 for CUDA 11.2.2 is known.'],
    [['run', '--dockerfile', 'none'], '--dockerfile none: not found in'],
    [['run', '--from', 'docker run img', '--from-compose', 'x'], '--from and --from-compose: one of them'],
    [['devcontainer', '--from', 'docker run --gpus all'], 'nothing to convert: The line names no image.'],
    [['devcontainer', '--from', 'docker compose run app'], 'nothing to convert: no docker run'],
  ])('%s is refused with one line', (args, message) => {
    const { status, stderr, stdout } = init(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test('a file that cannot be added to is left alone', () => {
    writeFileSync(path.join(folder, 'compose.yaml'), 'services:\n  app:\n    image: "img\n');
    expect(init(['compose', ...IMAGE, '--service', 'app', '--require-gpu', '--yes'])).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be added to') as string });
  });
});
