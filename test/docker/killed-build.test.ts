// A build whose process is killed: nothing of it goes on or stays, at the latest when the next one begins.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../src/dev/engine/index.mjs';
import { setUpBuildx } from '../../src/dev/engine/buildx.mjs';
import { useEngine } from './engine';
import { eventually } from '../eventually';

const shared = useEngine();
const buildx = setUpBuildx();
const BUNDLE = path.resolve('.cache/dev/main.cjs');
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-killed-build-'));

const WAYS: Readonly<Record<string, { readonly program: string; readonly env: NodeJS.ProcessEnv }>> = {
  buildx: { program: buildx.program, env: { DOCKER_CONFIG: buildx.config } },
  buildkit: { program: '/usr/bin/docker', env: {} },
  legacy: { program: '/usr/bin/docker', env: { DOCKER_BUILDKIT: '0' } },
  api: { program: '/nonexistent/docker', env: {} },
};

beforeAll(() => {
  execFileSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { stdio: 'pipe' });
}, 120_000);

afterAll(() => {
  docker(shared, 'builder', 'prune', '-af');
  rmSync(folder, { recursive: true, force: true });
});

/** Command lines of the processes of this machine. */
function processes(): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    const file = `/proc/${pid}/cmdline`;
    try {
      return /^\d+$/.test(pid) && existsSync(file) ? [readFileSync(file, 'utf8').replaceAll('\0', ' ').trim()] : [];
    } catch {
      return [];
    }
  });
}

describe.each(Object.entries(WAYS))('a build by %s that is killed', (name, { program, env }) => {
  it('ends, and the next one finds nothing of it', async () => {
    const context = mkdtempSync(path.join(folder, `${name}-`));
    const scratch = mkdtempSync(path.join(folder, 'tmp-'));
    const containers = docker(shared, 'ps', '-aq');
    // By the number they are told from those of other runs on this machine. The step writes nothing more: nothing would fail by itself.
    const seconds = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
    writeFileSync(path.join(context, 'Dockerfile'), `FROM busybox\nRUN echo begun; sleep ${seconds}\n`);
    writeFileSync(path.join(context, 'Quick.Dockerfile'), 'FROM busybox\n');
    const options = { cwd: context, env: { ...shared.env, ...env, TMPDIR: scratch } };
    const args = (file: string): readonly string[] => [BUNDLE, 'build', context, '--file', path.join(context, file), '--docker', program, '--network', 'none'];
    const child = spawn(process.execPath, args('Dockerfile'), { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += String(chunk)));
    await eventually(() => expect(log).toMatch(/^\s*begun/m));
    await eventually(() => expect(processes().some((line) => line.includes(`sleep ${seconds}`))).toBe(true));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));

    execFileSync(process.execPath, args('Quick.Dockerfile'), { ...options, stdio: 'pipe' });
    await eventually(() => {
      expect(processes().filter((line) => line.includes(context) || line.includes(`sleep ${seconds}`))).toEqual([]);
      expect(docker(shared, 'ps', '-aq')).toBe(containers);
    });
    expect(readdirSync(scratch)).toEqual([]);
  });
});
