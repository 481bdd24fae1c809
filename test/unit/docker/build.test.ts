import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { extract } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { buildArguments, isFolderContext } from '../../../src/docker/build/arguments';
import { readBuilders } from '../../../src/docker/build/builders';
import { packContext } from '../../../src/docker/build/context';
import { readIgnore } from '../../../src/docker/build/ignore';
import { buildImage, DockerError, type BuildSpec } from '../../../src/docker';

const FILES = { imageId: '/t/id', metadata: '/t/metadata' };

describe('the arguments of a build', () => {
  const spec: BuildSpec = {
    context: '--evil',
    dockerfile: 'a b/Dockerfile',
    target: 'x',
    buildArgs: { A: 'b c', FROM_ENV: null },
    platforms: ['linux/amd64'],
    tags: ['a:1', 'b:2'],
    labels: { k: 'v=w' },
    network: 'host',
    shmSize: '2g',
    noCache: true,
    pull: true,
  };

  it('name all that is asked for, and end before the context', () => {
    const args = buildArguments(spec, 'buildx-json', FILES);
    expect(args.slice(0, 4)).toEqual(['buildx', 'build', '--progress', 'rawjson']);
    expect(args.slice(-2)).toEqual(['--', '--evil']);
    for (const pair of ['--build-arg A=b c', '--build-arg FROM_ENV', '--tag a:1', '--tag b:2', '--label k=v=w', '--file a b/Dockerfile', '--platform linux/amd64', '--shm-size 2g']) expect(args.join(' ')).toContain(pair);
    expect(args).toEqual(expect.arrayContaining(['--load', '--no-cache', '--pull']));
  });

  it('push in place of loading', () => {
    const args = buildArguments({ context: '.', push: true, builder: 'cluster', platforms: ['linux/amd64', 'linux/arm64'] }, 'buildx', FILES);
    expect(args).toEqual(expect.arrayContaining(['--push', '--builder', 'cluster', 'linux/amd64,linux/arm64', 'plain']));
    expect(args).not.toContain('--load');
  });

  it('of the legacy builder leave no containers, and tell no progress', () => {
    const args = buildArguments(spec, 'legacy', FILES);
    expect(args).toContain('--force-rm');
    expect(args).not.toContain('--progress');
    expect(args).not.toContain('--metadata-file');
  });

  it.each([
    ['legacy', { secrets: ['id=x,src=y'] }, '--secret'],
    ['buildkit', { builder: 'b' }, '--builder'],
    ['buildkit', { cacheTo: ['type=inline'] }, '--cache-to'],
    ['legacy', { platforms: ['linux/amd64', 'linux/arm64'] }, '--platform'],
  ] as const)('of %s with %j are refused', (way, more, option) => {
    expect(() => buildArguments({ context: '.', ...more }, way, FILES)).toThrow(DockerError);
    expect(() => buildArguments({ context: '.', ...more }, way, FILES)).toThrow(option);
  });
});

describe('a build context', () => {
  it.each(['https://github.com/NVIDIA/TensorRT.git#release/10.0:docker', 'git://host/x.git', 'git@github.com:NVIDIA/TensorRT.git', 'build@git.example.com:team/app.git', 'ssh://git@host/x.git', 'github.com/NVIDIA/TensorRT', 'http://host/context.tar.gz', '-'])('%s is no folder', (context) => {
    expect(isFolderContext(context)).toBe(false);
  });

  it.each(['.', '..', '/srv/my app', 'docker', 'C:\\work', 'github.common/x', 'a@b'])('%s is a folder', (context) => {
    expect(isFolderContext(context)).toBe(true);
  });
});

describe('a docker command that ends without the verdict of a builder', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-no-verdict-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const address = { name: 'x', from: 'environment', url: 'unix:///x', certificates: null, current: true } as const;
  const STEP = '#5 [2/2] RUN make\n#5 0.1 compiling\n';

  it.runIf(process.platform !== 'win32').each([
    ['its last words', `printf '${STEP}failed to receive status: error reading from server: EOF\n#5 0.2 more\n' >&2; exit 1`, 'failed to receive status: error reading from server: EOF'],
    ['its status, where it has none', `printf '${STEP}' >&2; exit 125`, 'docker ended with 125'],
    ['its signal', `printf '${STEP}' >&2; kill -KILL $$`, 'docker ended with SIGKILL'],
    ['nothing of its own where there is a verdict', `printf '${STEP}ERROR: failed to solve: no\nView build details\n' >&2; exit 1`, 'failed to solve: no'],
  ])('gives %s as the error', async (name, script, error) => {
    const dockerPath = path.join(folder, name.replaceAll(' ', '-'));
    writeFileSync(dockerPath, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { ended, log } = await buildImage(address, { context: folder }, { dockerPath });
    expect([ended, log.error]).toEqual(['failed', error]);
  });
});

describe('builders', () => {
  it('are read from docker buildx ls', () => {
    const text = [
      '{"Name":"default","Driver":"docker","Current":true,"Nodes":[{"Name":"default","Endpoint":"default"}]}',
      '{"Name":"cluster","Driver":"kubernetes","Current":false,"Nodes":[{"Name":"c0","Endpoint":"kubernetes:///cluster"}],"Err":"no such host"}',
      'not JSON',
      '',
    ].join('\n');
    expect(readBuilders(text)).toEqual([
      { name: 'default', driver: 'docker', endpoints: ['default'], current: true, problem: null },
      { name: 'cluster', driver: 'kubernetes', endpoints: ['kubernetes:///cluster'], current: false, problem: 'no such host' },
    ]);
  });
});

describe('.dockerignore', () => {
  // Cases of https://docs.docker.com/build/concepts/context/#syntax.
  it.each<[string, readonly string[], readonly string[]]>([
    ['# comment\n', [], ['# comment', 'a']],
    ['*/temp*', ['somedir/temporary.txt', 'somedir/temp', 'somedir/temp/x'], ['temp', 'a/b/temp']],
    ['*/*/temp*', ['somedir/subdir/temporary.txt'], ['somedir/temp']],
    ['temp?', ['tempa', 'tempb'], ['temp', 'tempab']],
    ['**/*.go', ['a.go', 'x/y/a.go'], ['a.god']],
    ['*.md\n!README.md', ['a.md'], ['README.md', 'x/a.md']],
    ['*.md\n!README*.md\nREADME-secret.md', ['README-secret.md', 'a.md'], ['README.md']],
    ['/models/', ['models', 'models/a.plan'], ['x/models']],
    ['a[0-9]\\*', ['a1*'], ['a1x', 'ab*']],
  ])('%j', (text, ignored, kept) => {
    const { ignores } = readIgnore(text);
    for (const file of ignored) expect([file, ignores(file)]).toEqual([file, true]);
    for (const file of kept) expect([file, ignores(file)]).toEqual([file, false]);
  });
});

describe('a packed context', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-pack-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds what .dockerignore leaves, links as links, and the Dockerfile in any case', async () => {
    for (const [file, text] of Object.entries({ Dockerfile: 'FROM a\n', '.dockerignore': 'Dockerfile\nbig\n!big/kept\n', 'big/left': 'x', 'big/kept': 'y', 'src/empty': '' })) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    symlinkSync('empty', path.join(folder, 'src/link'));
    const { stream, dockerfile } = await packContext(folder, path.join(folder, 'Dockerfile'));
    const entries: string[] = [];
    for await (const entry of stream.pipe(extract())) {
      entries.push(`${entry.header.type} ${entry.header.name}`);
      entry.resume();
    }
    expect(dockerfile).toBe('Dockerfile');
    expect(entries.sort()).toEqual(['directory src/', 'file .dockerignore', 'file Dockerfile', 'file big/kept', 'file src/empty', 'symlink src/link']);
  });
});
