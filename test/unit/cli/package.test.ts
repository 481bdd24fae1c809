import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fileKind } from '../../../src/core/file-kind';
import { ServerProcess } from '../../../src/dev/server-process';

// What pre-commit and `npm install` of the repository get.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-package-'));
  // pre-commit takes all that is printed for the name of the package; what the build says must not be among it.
  const packed = run('npm', ['pack', '--pack-destination', folder], process.cwd());
  run('tar', ['-xzf', path.join(folder, packed.trim()), '-C', folder], folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[], cwd: string, input?: string): string {
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd, encoding: 'utf8', ...(input !== undefined && { input }) });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return stdout;
}

it('has programs that run without node_modules', async () => {
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package/package.json'), 'utf8')) as { bin: Record<string, string> };
  writeFileSync(path.join(folder, 'Dockerfile'), 'FROM ubuntu:24.04\n');
  expect(run(process.execPath, [path.join(folder, 'package', bin['trtc'] ?? ''), 'lint', 'Dockerfile'], folder)).toContain('Nothing found');
  const server = await ServerProcess.start(path.join(folder, 'package', bin['trtc-language-server'] ?? ''));
  await server.open('file:///work/Dockerfile', 'FROM nvidia/cuda:11.0-base\n');
  await server.stop();
});

describe('the pre-commit hooks', () => {
  const hooks = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as readonly { id: string; entry: string; files: string }[];

  it.each(['Dockerfile', 'docker/Dockerfile.gpu', 'app.dockerfile', 'Containerfile', 'compose.yaml', 'deploy/docker-compose.prod.yml', '.devcontainer/devcontainer.json', '.devcontainer.json', 'docker-bake.hcl'])('take %s', (file) => {
    for (const { files } of hooks) expect(new RegExp(files.replace('(?i)', ''), 'i').test(file)).toBe(true);
    expect(fileKind(file)).toBeDefined();
  });

  it.each(['README.md', 'src/dockerfile/read.ts', 'requirements.txt', 'decompose.py'])('leave %s', (file) => {
    for (const { files } of hooks) expect(new RegExp(files.replace('(?i)', ''), 'i').test(file)).toBe(false);
  });
});
