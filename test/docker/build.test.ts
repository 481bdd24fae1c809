// Builds by each way that Docker knows, and what is told of those that fail.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diagnoseBuild, type BuildFailure } from '../../src/core/build-log/diagnose';
import type { BuildEvent } from '../../src/core/build-log/model';
import { analyseDockerfile } from '../../src/core/engine/analyse';
import { formatText } from '../../src/core/l10n/message';
import { LineIndex } from '../../src/core/text/line-index';
import { buildImage, type BuildControl, type BuildOutcome, type BuildSpec, type BuildWay } from '../../src/docker';
import { debootstrapImage, docker } from '../../src/dev/engine/index.mjs';
import { setUpBuildx } from '../../src/dev/engine/buildx.mjs';
import { addressOf, useEngine } from './engine';

const shared = useEngine();
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-build-test-'));
const buildx = setUpBuildx();
// Nothing may be left in it.
const scratch = mkdtempSync(path.join(os.tmpdir(), 'trtc-build-scratch-'));
process.env['TMPDIR'] = scratch;
const DEBIAN = 'build-test/debian';
let containers: string;

/** How each way is asked for. */
const WAYS: Readonly<Record<BuildWay, Pick<BuildControl, 'dockerPath' | 'env'>>> = {
  'buildx-json': { dockerPath: buildx.program, env: { ...shared.env, DOCKER_CONFIG: buildx.config } },
  buildx: { dockerPath: buildx.withoutJson, env: { ...shared.env, DOCKER_CONFIG: buildx.config } },
  buildkit: { dockerPath: '/usr/bin/docker', env: shared.env },
  legacy: { dockerPath: '/usr/bin/docker', env: { ...shared.env, DOCKER_BUILDKIT: '0' } },
  api: { dockerPath: '/nonexistent/docker', env: shared.env },
};

const ALL = Object.keys(WAYS) as BuildWay[];

beforeAll(() => {
  debootstrapImage(shared, { packages: ['python3-pip', 'cmake', 'make', 'gcc', 'libc6-dev', 'wget', 'git'], name: DEBIAN });
}, 600_000);

beforeEach(() => {
  containers = docker(shared, 'ps', '-aq');
});

afterEach(() => {
  expect(docker(shared, 'ps', '-aq')).toBe(containers);
  expect(readdirSync(scratch)).toEqual([]);
});

afterAll(() => {
  for (const image of docker(shared, 'images', '-q', '--filter', 'label=build-test').split('\n')) if (image !== '') docker(shared, 'rmi', '-f', image);
  docker(shared, 'rmi', '-f', DEBIAN);
  docker(shared, 'builder', 'prune', '-af');
  for (const each of [folder, scratch]) rmSync(each, { recursive: true, force: true });
});

/** Writes a build context of these files; gives its folder. */
function writeContext(files: Readonly<Record<string, string | Buffer>>): string {
  const context = mkdtempSync(path.join(folder, 'context-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(context, name)), { recursive: true });
    writeFileSync(path.join(context, name), content);
  }
  return context;
}

interface Told {
  readonly outcome: BuildOutcome;
  readonly failures: readonly BuildFailure[];
  /** Code, line and marked text of each failure. */
  readonly places: readonly string[];
  readonly events: readonly BuildEvent[];
}

async function build(way: BuildWay, files: Readonly<Record<string, string | Buffer>>, spec: Partial<BuildSpec> = {}, control: BuildControl = {}): Promise<Told> {
  const context = writeContext(files);
  const events: BuildEvent[] = [];
  const outcome = await buildImage(addressOf(shared.host), { context, network: 'none', labels: { 'build-test': '' }, ...spec }, { ...WAYS[way], ...control, onEvent: (event) => events.push(event) });
  const text = String(files['Dockerfile'] ?? '');
  const { stack, findings, files: read } = analyseDockerfile(text, 'Dockerfile', {
    buildArgs: new Map(Object.entries(spec.buildArgs ?? {}).map(([name, value]) => [name, value ?? ''])),
    context: { readText: (file) => (file in files ? String(files[file]) : undefined), exists: (file) => file in files, fileName: (file) => file },
  });
  const failures = outcome.ended === 'failed' && stack !== undefined ? diagnoseBuild(outcome.log, stack, findings) : [];
  const places = failures.map(({ code, location: { file, range } }) => {
    const content = file === 'Dockerfile' ? text : (read.get(file) ?? '');
    return `${code} ${file}:${new LineIndex(content).positionAt(range.start).line + 1} ${content.slice(range.start, range.end)}`;
  });
  return { outcome, failures, places, events };
}

describe.each(ALL)('a build by %s', (way) => {
  it('makes the image that is asked for, and tells its steps', async () => {
    const { outcome, events } = await build(
      way,
      { Dockerfile: 'ARG BASE=busybox\nFROM $BASE AS first\nARG WORD\nRUN echo "word is $WORD" && printf \'\\033[31mred\\033[0m\\n\' && sleep 0.5\nCOPY kept/ /kept/\nFROM first\nRUN false\n', 'kept/a': 'A', 'left/b': 'B', '.dockerignore': 'left\n!left/c\n', 'left/c': 'C' },
      { target: 'first', tags: [`build-test/${way}:1`, `build-test/${way}:2`], buildArgs: { WORD: 'given' }, noCache: true },
    );
    expect(outcome.log.error).toBeUndefined();
    expect(outcome).toMatchObject({ ended: 'built', way });
    expect(outcome.imageId).toMatch(/^sha256:[\da-f]{64}$/);
    for (const tag of ['1', '2']) expect(docker(shared, 'image', 'inspect', '--format', '{{.Id}}', `build-test/${way}:${tag}`)).toBe(outcome.imageId);
    expect(docker(shared, 'image', 'inspect', '--format', '{{json .Config.Labels}}', `build-test/${way}:1`)).toContain('"build-test":""');
    const printed = events.filter((event) => event.kind === 'output').map(({ text }) => text);
    expect(printed.some((text) => text.includes('word is given'))).toBe(true);
    expect(printed.some((text) => text.includes('\u001b[31mred'))).toBe(true);
    const run = outcome.log.steps.find(({ text }) => text.startsWith('RUN'));
    expect(run).toMatchObject({ state: 'done' });
    // The legacy builder tells no times; the plain log of BuildKit has one decimal.
    if (way.startsWith('build')) expect(run?.seconds).toBeGreaterThanOrEqual(0.4);
  });

  it('takes a second build from the cache', async () => {
    const files = { Dockerfile: `FROM busybox\nRUN echo ${way} > /x\n` };
    await build(way, files);
    const { outcome } = await build(way, files);
    expect(outcome.log.steps.find(({ text }) => text.startsWith('RUN'))?.state).toBe('cached');
  });

  it('really stops when it is cancelled', async () => {
    // Processes are looked for on the whole machine, where another run may be under way.
    const seconds = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
    const aborter = new AbortController();
    const files = { Dockerfile: `FROM busybox\nRUN echo begun; sleep ${seconds}\n` };
    const context = writeContext(files);
    const outcome = await buildImage(addressOf(shared.host), { context, network: 'none' }, {
      ...WAYS[way],
      signal: aborter.signal,
      onEvent: (event) => {
        if (event.kind === 'output' && event.text.includes('begun')) aborter.abort();
      },
    });
    expect(outcome).toMatchObject({ ended: 'cancelled', imageId: null });
    await expect.poll(() => isRunning(`sleep ${seconds}`), { timeout: 15_000 }).toBe(false);
    await expect.poll(() => docker(shared, 'ps', '-aq'), { timeout: 15_000 }).toBe(containers);
  });

  it('has nothing to do when it is cancelled before', async () => {
    await expect(build(way, { Dockerfile: 'FROM busybox\n' }, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
  });

  it('finds the version that apt has not', async () => {
    const { places, failures } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nARG V=9.9\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y \\\n      # a comment\n      coreutils \\\n      bash=\${V} grep=99\n` });
    expect(places).toEqual(['apt-version-missing Dockerfile:7 bash=${V}', 'apt-version-missing Dockerfile:7 grep=99']);
    expect(formatText(failures[0]?.message ?? '')).toBe('The repositories of this stage have no bash 9.9.');
  });

  it('finds the package whose dependencies are not met', async () => {
    const { places } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nCOPY demo.deb /tmp/\nRUN rm -rf /var/lib/apt/lists/*; \\\n    apt-get install -y /tmp/demo.deb\n`, 'demo.deb': makePackage('demo', 'libnvinfer8 (= 8.6.1)') });
    expect(places).toEqual(['apt-unmet-dependencies Dockerfile:4 /tmp/demo.deb']);
  });

  it('finds the package that dpkg cannot set up', async () => {
    const { places } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nCOPY demo.deb /tmp/demo_1.0_all.deb\nRUN dpkg -i /tmp/demo_1.0_all.deb\n`, 'demo.deb': makePackage('demo', 'libcudnn8') });
    expect(places).toEqual(['dpkg-unmet-dependencies Dockerfile:3 /tmp/demo_1.0_all.deb']);
  });

  it('tells a lost network from a missing package', async () => {
    const { places } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nRUN apt-get update && \\\n    apt-get install -y no-such-package\n` });
    expect(places).toEqual(['network-unresolved Dockerfile:2 apt-get update']);
  });

  it('finds the line of the requirements file that pip cannot meet', async () => {
    const { places } = await build(way, {
      Dockerfile: `FROM ${DEBIAN}\nCOPY requirements.txt wheels/ /w/\nRUN pip install --break-system-packages --no-index --find-links /w -r /w/requirements.txt\n`,
      'requirements.txt': '# pinned\ndemo==1.0\nother==2.0\n',
      'wheels/demo-1.0-py3-none-any.whl': makeWheel('demo', '1.0'),
      'wheels/other-1.5-py3-none-any.whl': makeWheel('other', '1.5'),
    });
    expect(places).toEqual(['pip-no-matching-version requirements.txt:3 other==2.0']);
  });

  it("finds pip where the distribution owns Python's packages", async () => {
    const { places } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nRUN true && \\\n    python3 -m pip install demo\n` });
    expect(places).toEqual(['pip-externally-managed Dockerfile:3 python3']);
  });

  it('finds the file that COPY has not', async () => {
    const { places } = await build(way, { Dockerfile: 'FROM busybox\nCOPY present \\\n     missing.txt \\\n     /x/\n', present: '' });
    expect(places).toEqual(['copy-missing Dockerfile:3 missing.txt']);
  });

  it('finds the image that the registry has not', async () => {
    const { places } = await build(way, { Dockerfile: `ARG TAG=99.9-base\nFROM busybox AS tools\nFROM ${shared.registry}/nvidia/cuda:\${TAG}\nCOPY --from=tools /bin/sh /x\n` });
    expect(places).toEqual([`image-missing Dockerfile:3 ${shared.registry}/nvidia/cuda:\${TAG}`]);
  });

  it('finds the cmake that lacks a package', async () => {
    const { places, failures } = await build(way, {
      Dockerfile: `FROM ${DEBIAN}\nCOPY CMakeLists.txt /src/\nRUN mkdir /build && cd /build && \\\n    cmake /src && \\\n    make\n`,
      'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.18)\nproject(demo C)\nfind_package(TensorRT REQUIRED)\n',
    });
    expect(places).toEqual(['cmake-package-missing Dockerfile:4 cmake']);
    expect(formatText(failures[0]?.message ?? '')).toContain('TensorRT');
  });

  it('finds the compiler that lacks a header', async () => {
    const { places } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nCOPY x.c /\nRUN gcc -o /x /x.c\n`, 'x.c': '#include <NvInfer.h>\nint main(void) { return 0; }\n' });
    expect(places).toEqual(['header-missing Dockerfile:3 gcc']);
  });

  it('finds the download that a server refuses', async () => {
    // It listens before the command goes on.
    const LISTENS = "import http.server, os; s = http.server.HTTPServer(('', 8123), http.server.SimpleHTTPRequestHandler); os.fork() or s.serve_forever()";
    const { places } = await build(way, { Dockerfile: `FROM ${DEBIAN}\nENV FILE=engine.tar.gz\nRUN python3 -c "${LISTENS}" && \\\n    wget http://127.0.0.1:8123/models/$FILE\n` });
    expect(places).toEqual(['download-refused Dockerfile:4 http://127.0.0.1:8123/models/$FILE']);
  });

  it('tells a full disk', async () => {
    const { places } = await build(way, { Dockerfile: 'FROM busybox\nRUN dd if=/dev/zero of=/dev/shm/x bs=1M count=200\n' });
    expect(places).toEqual(['disk-full Dockerfile:2 RUN dd if=/dev/zero of=/dev/shm/x bs=1M count=200']);
  });

  it('finds the program that is not there, and tells the status of one that fails', async () => {
    expect((await build(way, { Dockerfile: 'FROM busybox\nRUN cd /tmp && \\\n    nvcc --version\n' })).places).toEqual(['command-missing Dockerfile:3 nvcc']);
    const { places, failures } = await build(way, { Dockerfile: 'FROM busybox\nRUN echo fine; exit 42\n' });
    expect(places).toEqual(['step-failed Dockerfile:2 RUN echo fine; exit 42']);
    expect(formatText(failures[0]?.message ?? '')).toBe('This step ended with status 42.');
  });
});

describe('what only some ways know', () => {
  it.each(['buildx-json', 'buildx', 'buildkit'] as const)('%s passes secrets', async (way) => {
    const secret = path.join(writeContext({ token: 'hunter2' }), 'token');
    const { outcome } = await build(way, { Dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=token test "$(cat /run/secrets/token)" = hunter2\n' }, { secrets: [`id=token,src=${secret}`], noCache: true });
    expect(outcome.ended).toBe('built');
  });

  it.each(['legacy', 'api'] as const)('%s refuses secrets before it begins', async (way) => {
    await expect(build(way, { Dockerfile: 'FROM busybox\n' }, { secrets: ['id=token,src=/dev/null'] })).rejects.toMatchObject({ problem: { kind: 'api', detail: expect.stringContaining('--secret') as string } });
  });

  it('a mount is marked where the legacy builder does not know it', async () => {
    const { places } = await build('legacy', { Dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/c true\n' });
    expect(places).toEqual(['mount-needs-buildkit Dockerfile:2 --mount']);
  });

  it('a Dockerfile outside of the context is sent along', async () => {
    const context = writeContext({ a: 'A' });
    const dockerfile = path.join(writeContext({ 'My.Dockerfile': 'FROM busybox\nCOPY a /a\n' }), 'My.Dockerfile');
    for (const way of ALL) {
      const outcome = await buildImage(addressOf(shared.host), { context, dockerfile, labels: { 'build-test': '' } }, WAYS[way]);
      expect([way, outcome.ended]).toEqual([way, 'built']);
    }
  });

  it('blanks in names, CRLF and a .dockerignore of its own do no harm', async () => {
    const context = path.join(writeContext({ 'my app/docker files/Dockerfile.gpu': '# syntax is as ever\r\nFROM busybox\r\nCOPY . /app\r\nRUN ls /app \\\r\n  && test ! -e "/app/left out"\r\n', 'my app/docker files/Dockerfile.gpu.dockerignore': 'left out\r\n', 'my app/left out/a': 'A', 'my app/kept file': 'B' }), 'my app');
    // Docker's legacy builder knows the .dockerignore of the context alone.
    for (const way of ALL.filter((each) => each !== 'legacy')) {
      const { ended, log } = await buildImage(addressOf(shared.host), { context, dockerfile: path.join(context, 'docker files', 'Dockerfile.gpu'), labels: { 'build-test': '' } }, WAYS[way]);
      expect([way, ended, log.error]).toEqual([way, 'built', undefined]);
    }
  });

  it.each(['buildx-json', 'buildx', 'buildkit'] as const)('%s hands a secret to the step that asks for it, and to nothing else', async (way) => {
    const { outcome } = await build(way, { Dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=token test "$(cat /run/secrets/token)" = hidden\nRUN test ! -e /run/secrets/token\n' }, { secrets: ['id=token,env=BUILD_TEST_TOKEN'], noCache: true }, { env: { ...WAYS[way].env, BUILD_TEST_TOKEN: 'hidden' } });
    expect([outcome.ended, outcome.log.error]).toEqual(['built', undefined]);
  });

  it('an engine that is not there is a problem, not a failed build', async () => {
    for (const way of ALL) {
      const gone = addressOf('unix:///nonexistent/docker.sock');
      const env = { ...WAYS[way].env, DOCKER_HOST: gone.url };
      const context = writeContext({ Dockerfile: 'FROM busybox\n' });
      await expect(buildImage(gone, { context }, { ...WAYS[way], env }), way).rejects.toMatchObject({ problem: { kind: 'daemon-down' } });
    }
  });
});

/** Whether a process with this command line runs anywhere on the machine. */
function isRunning(command: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command;
    } catch {
      return false;
    }
  });
}

/** A Debian package that depends on something. */
function makePackage(name: string, depends: string): Buffer {
  const root = mkdtempSync(path.join(folder, 'deb-'));
  mkdirSync(path.join(root, 'DEBIAN'));
  writeFileSync(path.join(root, 'DEBIAN/control'), `Package: ${name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDepends: ${depends}\nDescription: demo\n`);
  execFileSync('dpkg-deb', ['--build', root, `${root}.deb`], { stdio: 'pipe' });
  return readFileSync(`${root}.deb`);
}

/** A wheel without content. */
function makeWheel(name: string, version: string): Buffer {
  const file = path.join(mkdtempSync(path.join(folder, 'wheel-')), 'x.whl');
  const info = `${name}-${version}.dist-info`;
  const script = [
    'import sys, zipfile',
    'z = zipfile.ZipFile(sys.argv[1], "w")',
    `z.writestr("${info}/METADATA", "Metadata-Version: 2.1\\nName: ${name}\\nVersion: ${version}\\n")`,
    `z.writestr("${info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")`,
    `z.writestr("${info}/RECORD", "")`,
    'z.close()',
  ].join('\n');
  execFileSync('python3', ['-c', script, file]);
  return readFileSync(file);
}
