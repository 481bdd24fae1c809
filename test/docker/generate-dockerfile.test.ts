// Generated Dockerfiles, built by a real engine. There are no packages to install from here: the base has stand-ins for
// the programs that download, which note how they were called.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Wishes } from '../../src/core/solver/model';
import { solve } from '../../src/core/solver/solve';
import { debootstrapImage, docker } from '../../src/dev/engine/index.mjs';
import { generateDockerfile, type DockerfileOptions } from '../../src/generate/dockerfile';
import { useEngine } from './engine';

const engine = useEngine();
const STUBS = ['apt-get', 'apt-mark', 'locale-gen', 'cmake', 'python3'];
let folder: string;
const made: string[] = [];

function build(file: string, ...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('/usr/bin/docker', ['build', '--network', 'none', '--file', path.join(folder, file), ...args, folder], { env: { ...engine.env, DOCKER_BUILDKIT: '1' }, encoding: 'utf8' });
  return { status, output: `${stdout}\n${stderr}` };
}

beforeAll(() => {
  debootstrapImage(engine, { packages: ['x11-utils'], name: 'generate-dockerfile:base' });
  folder = mkdtempSync('/var/tmp/trtc-generate-dockerfile-');
  mkdirSync(path.join(folder, 'stubs'));
  for (const name of STUBS) writeFileSync(path.join(folder, 'stubs', name), `#!/bin/sh\necho "${name} $*" >>/called\n`, { mode: 0o755 });
  for (const name of ['app.py', 'requirements.txt', 'CMakeLists.txt']) writeFileSync(path.join(folder, name), '');
  writeFileSync(path.join(folder, 'Base'), 'FROM generate-dockerfile:base\nCOPY stubs/ /usr/local/bin/\nRUN useradd --create-home --uid 1000 ubuntu && mkdir -p /etc/apt /opt/app /usr/share/zoneinfo/Asia && touch /usr/share/zoneinfo/Asia/Shanghai && echo "deb http://archive.ubuntu.com/ubuntu jammy main" >/etc/apt/sources.list\n');
}, 900_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  docker(engine, 'rmi', '-f', 'generate-dockerfile:base', ...made);
});

function prepare(wishes: Wishes, options: Partial<DockerfileOptions>): void {
  const [combination] = solve(wishes, { count: 1 }).combinations;
  const [toolchain] = solve({ ...wishes, flavor: 'devel' }, { count: 1 }).combinations;
  if (combination === undefined || toolchain === undefined) throw new Error('no answer');
  for (const image of new Set([combination.image, toolchain.image])) {
    const { status, output } = build('Base', '--tag', image);
    expect(status, output).toBe(0);
    made.push(image);
  }
  const { files } = generateDockerfile({ combination, toolchain, purpose: 'python', install: 'solver', ...options });
  writeFileSync(path.join(folder, 'Dockerfile'), files[0]?.text ?? '');
}

test('for Python: every stage builds, with the user, the mirrors, the time zone and the pins', () => {
  prepare({ tensorrt: '8.6', cuda: '12.1', python: '3.10', family: 'apt', flavor: 'runtime' }, { aptMirror: 'https://mirror.example/ubuntu', timeZone: 'Asia/Shanghai', locale: 'zh_CN.UTF-8', user: 'dev', caches: ['pip'], requirements: 'requirements.txt', labels: { 'org.opencontainers.image.title': 'OCR' } });
  for (const [stage, name] of [['dev', 'generate-dockerfile:dev'], ['app', 'generate-dockerfile:app']] as const) {
    const { status, output } = build('Dockerfile', '--target', stage, '--tag', name);
    expect(status, output).toBe(0);
    made.push(name);
  }
  const run = (...command: readonly string[]): string => docker(engine, 'run', '--rm', '--network', 'none', 'generate-dockerfile:app', ...command);
  const called = run('cat', '/called');
  expect(called).toContain('apt-get install -y --no-install-recommends libnvinfer8=8.6.1.6-1+cuda12.0 ');
  expect(called).toContain('apt-mark hold libnvinfer8 ');
  expect(called).toContain('locale-gen zh_CN.UTF-8');
  expect(called).toContain('python3 -m pip install --no-cache-dir --requirement requirements.txt');
  expect(run('id')).toMatch(/^uid=1000\(dev\)/);
  expect(run('cat', '/etc/apt/sources.list')).toBe('deb https://mirror.example/ubuntu jammy main');
  expect(run('readlink', '/etc/localtime')).toBe('/usr/share/zoneinfo/Asia/Shanghai');
  expect(run('stat', '-c', '%U', '/home/dev/.cache/pip')).toBe('dev');
  expect(run('sh', '-c', 'ls /var/lib/apt/lists | wc -l')).toBe('0');
  expect(docker(engine, 'image', 'inspect', '--format', '{{json .Config.Labels}} {{json .Config.Cmd}}', 'generate-dockerfile:app')).toBe('{"org.opencontainers.image.base.name":"nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04","org.opencontainers.image.title":"OCR"} ["python3","app.py"]');
});

test('for C++: what is compiled reaches the small stage', () => {
  prepare({ tensorrt: '8.6', cuda: '12.1', ubuntu: '22.04', family: 'apt', flavor: 'runtime' }, { purpose: 'cpp', user: 'app' });
  const { status, output } = build('Dockerfile', '--tag', 'generate-dockerfile:cpp');
  expect(status, output).toBe(0);
  made.push('generate-dockerfile:cpp');
  expect(docker(engine, 'run', '--rm', '--network', 'none', 'generate-dockerfile:cpp', 'sh', '-c', 'id -un; test -d /opt/app && echo there')).toBe('app\nthere');
});
