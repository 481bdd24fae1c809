import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readElf } from '../../src/core/scan/elf';
import { readLdCache } from '../../src/core/scan/ld-cache';
import { findLibrary, missingLibraries } from '../../src/core/scan/missing';
import { connect, disconnect, DockerError, scanImage, sweepRuns, type Engine } from '../../src/docker';
import { withImageFiles } from '../../src/docker/image-files';
import { busyboxImage, debootstrapImage, docker, startEngine } from '../../src/dev/engine/index.mjs';
import { eventually } from '../eventually';
import { writeElf } from '../unit/scan/elf-file';
import { writeLdCache } from '../unit/scan/ld-cache-file';
import { addressOf, useEngine } from './engine';
import { startProxy } from './proxy';

const shared = useEngine();
const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-inside-'));
const made: string[] = [];
let engine: Engine;
let inside: string;
let large: string;

beforeAll(async () => {
  engine = await connect(addressOf(shared.host));
  inside = build('trtc-test/inside', stack, { lines: ['ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64', 'USER 1000', 'ENTRYPOINT ["/none"]'] });
  large = buildLarge();
}, 300_000);

afterEach(() => {
  // Of every scan, whatever became of it.
  expect(docker(shared, 'ps', '-aq', '--filter', 'label=tensorrt-containers.run')).toBe('');
  expect(docker(shared, 'volume', 'ls', '-q', '--filter', 'label=tensorrt-containers.run')).toBe('');
});

afterAll(() => {
  for (const image of made) docker(shared, 'image', 'rm', '-f', image);
  disconnect(engine);
  rmSync(folder, { recursive: true, force: true });
});

type Entry = string | Buffer | { readonly link: string };

/** Builds an image of these files (absolute paths) over `from`. */
function build(name: string, files: Readonly<Record<string, Entry>>, { from = 'scratch', lines = [], platform }: { from?: string; lines?: readonly string[]; platform?: string } = {}): string {
  const context = mkdtempSync(path.join(folder, 'context-'));
  for (const [file, entry] of Object.entries(files)) {
    const target = path.join(context, 'root', file);
    mkdirSync(path.dirname(target), { recursive: true });
    if (typeof entry === 'object' && 'link' in entry) symlinkSync(entry.link, target);
    else writeFileSync(target, entry);
  }
  mkdirSync(path.join(context, 'root'), { recursive: true });
  writeFileSync(path.join(context, 'Dockerfile'), [`FROM ${from}`, 'COPY root/ /', ...lines, ''].join('\n'));
  execFileSync('/usr/bin/docker', ['build', '--quiet', '--network=none', ...(platform === undefined ? [] : ['--platform', platform]), '--tag', name, context], { env: { ...shared.env, DOCKER_BUILDKIT: '1' }, stdio: 'pipe' });
  made.push(name);
  return name;
}

const LIB = '/usr/lib/x86_64-linux-gnu';
const site = '/usr/local/lib/python3.10/site-packages';

/** No shell, not root, links of all kinds, libraries with the tail of real ones. */
const stack: Readonly<Record<string, Entry>> = {
  '/etc/os-release': { link: '../usr/lib/os-release' },
  '/usr/lib/os-release': 'ID=ubuntu\nVERSION_ID="22.04"\n',
  '/lib': { link: 'usr/lib' },
  '/var/lib/dpkg/status': 'Package: libnvinfer8\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 8.6.1.6-1+cuda11.8\n',
  '/etc/alternatives/cuda': { link: '/usr/local/cuda-11.8' },
  '/usr/local/cuda': { link: '/etc/alternatives/cuda' },
  '/usr/local/cuda-11.8/version.json': '{"cuda": {"name": "CUDA SDK", "version": "11.8.20220929"}}',
  '/usr/local/cuda-11.8/lib64/libcudart.so.11.0': { link: 'libcudart.so.11.8.89' },
  '/usr/local/cuda-11.8/lib64/libcudart.so.11.8.89': writeElf({ soname: 'libcudart.so.11.0' }),
  [`${LIB}/libnvinfer.so.8`]: { link: 'libnvinfer.so.8.6.1' },
  // Longer than what is kept of a file's beginning, with its strings at the beginning, at the end, and in the middle.
  [`${LIB}/libnvinfer.so.8.6.1`]: writeElf({ soname: 'libnvinfer.so.8', needed: ['libcudnn.so.8', 'libcublas.so.11', 'libcuda.so.1'], padding: 20_000_000 }),
  [`${LIB}/libcudnn.so.8`]: writeElf({ soname: 'libcudnn.so.8', needed: ['libcudart.so.11.0'], padding: 10_000_000, stringsAtEnd: true }),
  [`${LIB}/libnvinfer_plugin.so.8`]: writeElf({ soname: 'libnvinfer_plugin.so.8', needed: ['libnvinfer.so.8'], lead: 12_000_000, padding: 12_000_000 }),
  [`${LIB}/libloop.so.1`]: { link: 'libloop.so.1' },
  '/etc/ld.so.cache': writeLdCache(['libnvinfer.so.8', 'libcudnn.so.8', 'libnvinfer_plugin.so.8', 'libloop.so.1'].map((name) => ({ name, path: `/lib/x86_64-linux-gnu/${name}` }))),
};

/** 5.1 GB, of which a scan wants some kilobytes. */
function buildLarge(): string {
  return build(
    'trtc-test/large',
    {
      [`${site}/torch-2.1.0+cu118.dist-info/METADATA`]: 'Name: torch\nVersion: 2.1.0+cu118\n',
      [`${site}/torch-2.1.0+cu118.dist-info/RECORD`]: 'torch/lib/libc10_cuda.so,,\ntorch/lib/libtorch_cuda.so,,3000000000\n',
      [`${site}/torch/version.py`]: "cuda: Optional[str] = '11.8'\n",
      [`${site}/torch/lib/libc10_cuda.so`]: writeElf({ soname: 'libc10_cuda.so', needed: ['libcudart.so.11.0'] }),
      [`${site}/zlast-1.0.dist-info/METADATA`]: 'Name: zlast\nVersion: 1.0\n',
      '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    },
    {
      from: 'busybox:latest',
      // Known by name, not known by name, a large file beside the folders of packages, and a static library.
      lines: [
        `RUN truncate -s 3000000000 ${site}/torch/lib/libtorch_cuda.so`,
        `RUN mkdir -p ${site}/amodel/deep ${site}/mystery && truncate -s 600000000 ${site}/amodel/deep/weights && truncate -s 600000000 ${site}/mystery/weights`,
        `RUN truncate -s 900000000 ${LIB}/libnvinfer_static.a`,
      ],
    },
  );
}

describe('an image of RPM packages', () => {
  it('is read exactly from the database that RPM wrote', async () => {
    const database = gunzipSync(readFileSync(new URL('../unit/scan/rpm/rpmdb.sqlite.gz', import.meta.url)));
    const image = build('trtc-test/rpm', { '/etc/os-release': 'ID="rocky"\nVERSION_ID="9.3"\n', '/var/lib/rpm/rpmdb.sqlite': database, '/var/lib/rpm/rpmdb.sqlite-wal': '' });
    const found = await scanImage(engine, image);
    expect(found.components.map(({ kind, version, cuda, via }) => [kind, version, cuda, via]).sort()).toEqual([
      ['cublas', '12.4.5.8', null, 'yum'],
      ['cudart', '12.4.127', null, 'yum'],
      ['cudnn', '9.1.0.70', '12', 'yum'],
      ['nccl', '2.21.5', '12.4', 'yum'],
      ['nvcc', '12.4.131', null, 'yum'],
      ['os', '9.3', null, 'other'],
      ['python', '3.9.18', null, 'yum'],
      ['tensorrt', '10.3.0.26', '12.5', 'yum'],
    ]);
    expect(found.gaps).toEqual([]);
  });
});

describe('an image without a shell, for a user who is not root', () => {
  it('is read exactly', async () => {
    const found = await scanImage(engine, inside);
    expect(found.os).toMatchObject({ id: 'ubuntu', versionId: '22.04' });
    expect(found.components.map(({ kind, version, cuda }) => [kind, version, cuda])).toEqual([
      ['os', '22.04', null],
      ['tensorrt', '8.6.1.6', '11.8'],
      ['cuda', '11.8', null],
      ['cudnn', '8', null],
      ['cudart', '11.8.89', null],
    ]);
    expect(found.programs).toEqual([]);
    expect(found.gaps).toEqual([]);
    expect(found.imageId).toMatch(/^sha256:[\da-f]{64}$/);

    expect(findLibrary(found, 'libnvinfer.so.8')).toMatchObject({ path: `${LIB}/libnvinfer.so.8.6.1`, version: '8.6.1', elf: { soname: 'libnvinfer.so.8', machine: 'amd64' } });
    expect(findLibrary(found, 'libcudnn.so.8')?.needed).toEqual([{ name: 'libcudart.so.11.0', state: 'found', path: '/usr/local/cuda-11.8/lib64/libcudart.so.11.8.89' }]);
    expect(findLibrary(found, 'libnvinfer_plugin.so.8')).toMatchObject({ elf: { soname: 'libnvinfer_plugin.so.8', needed: ['libnvinfer.so.8'] } });
    expect(missingLibraries(found).map(({ library, needed }) => [library.path, needed.name, needed.state])).toEqual([[`${LIB}/libnvinfer.so.8.6.1`, 'libcublas.so.11', 'missing']]);
  });

  it('of another architecture too', async () => {
    const arm = { '/usr/lib/aarch64-linux-gnu/libnvinfer.so.10': writeElf({ soname: 'libnvinfer.so.10', machine: 183, needed: ['libgone.so.1'] }) };
    const found = await scanImage(engine, build('trtc-test/arm', arm, { platform: 'linux/arm64' }));
    expect(found.architecture).toBe('arm64');
    expect(findLibrary(found, 'libnvinfer.so.10')?.elf?.machine).toBe('arm64');
    expect(missingLibraries(found).map(({ needed }) => needed.name)).toEqual(['libgone.so.1']);
  });

  it('that declares volumes over gigabytes is not copied for them', async () => {
    const image = build('trtc-test/volume', { '/data/model.bin': Buffer.alloc(1000), '/etc/os-release': 'ID=debian\n' }, { lines: ['VOLUME /data'] });
    expect((await scanImage(engine, image)).os?.id).toBe('debian');
  });

  it('that is empty', async () => expect(await scanImage(engine, build('trtc-test/empty', {}))).toMatchObject({ components: [], libraries: [], pythons: [], gaps: [] }));

  it('by a name that is not there: the engine says so', async () => {
    await expect(scanImage(engine, 'trtc-test/none')).rejects.toMatchObject({ problem: { kind: 'api', status: 404 } });
  });
});

describe('a large image', () => {
  it('of 5 GB is read without reading 5 GB', async () => {
    const [{ Size: sizeBytes }] = JSON.parse(docker(shared, 'image', 'inspect', large)) as [{ Size: number }];
    expect(sizeBytes).toBeGreaterThan(5_000_000_000);

    const found = await scanImage(engine, large);
    expect(found.pythons.flatMap(({ packages }) => packages.map(({ name }) => name))).toEqual(['torch', 'zlast']);
    expect(found.components).toContainEqual({ kind: 'torch', name: 'torch', version: '2.1.0', cuda: '11.8', via: 'pip', file: `${site}/torch-2.1.0+cu118.dist-info/METADATA` });
    expect(findLibrary(found, 'libc10_cuda.so')?.needed).toEqual([{ name: 'libcudart.so.11.0', state: 'missing', path: null }]);
    expect(found.gaps).toEqual([]);
    expect(found.cost.bytesRead).toBeLessThan(64 * 1024 * 1024);
    console.info(`5.1 GB: ${found.cost.bytesRead} bytes, ${found.cost.requests} requests, ${found.cost.durationMs} ms`);
  });
});

describe('a Debian with Python', () => {
  let image: string;

  beforeAll(() => {
    const base = debootstrapImage(shared, { packages: ['python3'], name: 'trtc-test/debian' });
    made.push(base);
    // A real library under another name: the loader of the image can be asked about it.
    image = build('trtc-test/debian-gpu', {}, { from: base, lines: [`RUN cp -L ${LIB}/libssl.so.3 ${LIB}/libnvinfer.so.10 && cp -L ${LIB}/libsqlite3.so.0 ${LIB}/libcudnn.so.9 && rm ${LIB}/libcrypto.so.3`] });
  }, 300_000);

  function run(...argv: readonly string[]): string {
    return docker(shared, 'run', '--rm', '--network=none', image, ...argv);
  }

  it('has the packages that dpkg lists', async () => {
    const found = await scanImage(engine, image);
    const listed = run('dpkg-query', '-W', '-f', '${Package} ${Version} ${Architecture}\n').split('\n').sort();
    expect(found.packages.map(({ name, version, architecture }) => `${name} ${version} ${architecture}`).sort()).toEqual(listed);
    expect(found.os).toMatchObject({ id: 'debian', versionId: '12' });
    expect(found.components.find(({ kind }) => kind === 'python')?.version).toBe(run('python3', '-c', 'import platform; print(platform.python_version())'));
    expect(found.pythons[0]?.program).toMatch(/^\/usr\/bin\/python3/);
    expect(found.programs.map(({ name }) => name)).toEqual(expect.arrayContaining(['sh', 'bash']));
  });

  it('has the libraries where its own loader finds them', async () => {
    const found = await scanImage(engine, image);
    const library = findLibrary(found, 'libnvinfer.so.10');
    const told = new Map(
      run('ldd', `${LIB}/libnvinfer.so.10`)
        .split('\n')
        .flatMap((line) => {
          const [, name = '', target] = /^\s*(\S+) => (\S+|not found)/.exec(line) ?? [];
          return name === '' ? [] : [[name, target === 'not' ? null : run('readlink', '-f', target ?? '')] as const];
        }),
    );
    expect(library?.needed.map(({ name }) => name)).toContain('libcrypto.so.3');
    for (const { name, state, path: where } of library?.needed ?? []) {
      expect([name, state === 'found' ? where : null]).toEqual([name, told.get(name) ?? null]);
    }
    expect(missingLibraries(found).map(({ needed }) => needed.name)).toEqual(['libcrypto.so.3']);
  });
});

describe('the formats, on this machine', () => {
  it('the cache of the loader is read as ldconfig prints it', () => {
    const printed = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
    const expected = [...printed.matchAll(/^\t(\S+) \(libc6,(?:x86-64|AArch64)[^)]*\) => (\S+)$/gm)].map(([, name, file]) => `${name} ${file}`);
    const rows = readLdCache(readFileSync('/etc/ld.so.cache'), process.arch === 'arm64' ? 'arm64' : 'amd64') ?? [];
    expect(expected.length).toBeGreaterThan(10);
    expect(rows.map(({ name, path: file }) => `${name} ${file}`)).toEqual(expected);
  });

  it('the dynamic section is read as readelf prints it', (context) => {
    const files = [process.execPath, ...(readLdCache(readFileSync('/etc/ld.so.cache'), process.arch === 'arm64' ? 'arm64' : 'amd64') ?? []).slice(0, 60).map(({ path: file }) => file)];
    if (spawnSync('readelf', ['--version']).status !== 0) context.skip('there is no readelf here');
    for (const file of files) {
      const printed = spawnSync('readelf', ['-dW', file], { encoding: 'utf8' }).stdout;
      const texts = (kind: string): readonly string[] => [...printed.matchAll(new RegExp(`\\(${kind}\\)[^[]*\\[([^\\]]*)\\]`, 'g'))].map(([, text]) => text ?? '');
      const bytes = readFileSync(file);
      const reader = readElf();
      let step = reader.next();
      while (step.done !== true) step = reader.next(bytes.subarray(step.value.offset, step.value.offset + step.value.length));
      expect([file, step.value?.needed, step.value?.soname]).toEqual([file, texts('NEEDED'), texts('SONAME')[0] ?? null]);
      expect(step.value?.runpath.join(':')).toBe(texts('RUNPATH').join(':'));
    }
  });
});

describe('whatever happens, nothing is left', () => {
  /** A scan through a proxy, called off as it asks the engine for the `last`-th time; gives how often it has asked. */
  async function scanUntil(last: number): Promise<number> {
    const stop = new AbortController();
    const proxy = await startProxy(shared.socket, { onRequest: (count) => void (count === last && stop.abort()) });
    const through = await connect(addressOf(proxy.url));
    try {
      await scanImage(through, large, stop.signal);
      return proxy.requests.length;
    } finally {
      disconnect(through);
      await proxy.close();
    }
  }

  it('called off at any time', async () => {
    // By what it asks, and not by the clock: on no machine it is done by then.
    const asked = await scanUntil(Infinity);
    for (const part of [0, 0.2, 0.4, 0.6, 0.8, 0.95]) {
      await expect(scanUntil(1 + Math.floor(asked * part)), `at ${part} of ${asked} requests`).rejects.toMatchObject({ problem: { kind: 'cancelled' } });
      expect(docker(shared, 'ps', '-aq', '--filter', 'label=tensorrt-containers.run')).toBe('');
    }
  });

  it('when the caller throws', async () => {
    await expect(withImageFiles(engine, inside, () => Promise.reject(new RangeError('mine')))).rejects.toThrow(RangeError);
  });

  it('when a file is read in part only, and no connection stays open', async () => {
    const proxy = await startProxy(shared.socket);
    const counted = await connect(addressOf(proxy.url));
    const bytes = await withImageFiles(counted, large, async (files) => {
      const answer = await files.readParts(`${site}/torch/lib/libtorch_cuda.so`, readElf(), 1_000_000_000);
      expect(answer).toBeNull();
      return files.cost.bytesRead;
    });
    expect(bytes).toBeLessThan(5_000_000);
    disconnect(counted);
    await expect.poll(() => proxy.open()).toEqual([]);
    await proxy.close();
  });

  it('of a process that was killed, once another one sweeps', async () => {
    const program = path.join(folder, 'killed.cjs');
    const { build: bundle } = await import('esbuild');
    await bundle({
      stdin: {
        contents: `import { connect } from './src/docker/connect'; import { withImageFiles } from './src/docker/image-files';
          void connect(${JSON.stringify(addressOf(shared.host))}).then((engine) => withImageFiles(engine, 'trtc-test/inside', async () => { console.log('open'); await new Promise(() => setInterval(() => undefined, 1000)); }));`,
        resolveDir: path.resolve(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      outfile: program,
      external: ['cpu-features'],
      loader: { '.node': 'empty' },
      logLevel: 'silent',
    });
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(docker(shared, 'ps', '-aq', '--filter', 'label=tensorrt-containers.run')).not.toBe('');
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(await sweepRuns(engine)).toHaveLength(1);
  });
});

describe('an engine that restarts meanwhile', () => {
  it('ends the reading with a DockerError, and nothing is left once it is back', async () => {
    const own = await startEngine({ gpu: 'none' });
    const client = await connect(addressOf(own.host));
    try {
      await busyboxImage(own);
      docker(own, 'run', '--name', 'maker', '--network=none', 'busybox', 'sh', '-c', 'dd if=/dev/zero of=/large bs=1000000 count=400');
      docker(own, 'commit', 'maker', 'large');
      docker(own, 'rm', 'maker');
      let restarted: Promise<void> | undefined;
      const reading = withImageFiles(client, 'large', (files) =>
        files.readParts(
          '/large',
          (function* read() {
            const first = yield { offset: 0, length: 1 };
            restarted = own.kill().then(() => own.start());
            return first.length + (yield { offset: 399_999_999, length: 1 }).length;
          })(),
          1_000_000_000,
        ),
      );
      await expect(reading).rejects.toBeInstanceOf(DockerError);
      await restarted;
      // Where the engine takes long, the removal goes on behind the reading.
      await eventually(() => expect(docker(own, 'ps', '-aq')).toBe(''), 60_000);
    } finally {
      disconnect(client);
      await own.stop();
    }
  }, 120_000);
});

describe('reading files', () => {
  it('follows links inside the image, absolute ones and those of folders, and stays in it', async () => {
    const image = build('trtc-test/links', {
      '/a/file': 'content',
      '/b': { link: '/a' },
      '/c/up': { link: '../../../../b/file' },
      '/loop/x': { link: 'y' },
      '/loop/y': { link: 'x' },
      '/dangling': { link: '/etc/shadow-of-nobody' },
    });
    await withImageFiles(engine, image, async (files) => {
      expect(await files.readText('/c/up', 100)).toBe('content');
      expect(await files.stat('/b/../b/file')).toEqual({ path: '/a/file', kind: 'file', sizeBytes: 7 });
      expect(await files.stat('/b')).toMatchObject({ path: '/a', kind: 'folder' });
      expect(await files.stat('/loop/x')).toBeNull();
      expect(await files.stat('/dangling')).toBeNull();
      expect(await files.readText('/a/file', 3)).toBeNull();
      expect(await files.readText('/a', 100)).toBeNull();
      expect(await files.list('/b', { heavy: [], wanted: () => 3, maxBytes: 100_000 })).toEqual({ files: [{ path: 'file', sizeBytes: 7, text: 'con' }], complete: true });
      expect(await files.list('/none', { heavy: [], wanted: () => 0, maxBytes: 1 })).toBeNull();
    });
  });

  it('lists no further than it may', async () => {
    const image = build('trtc-test/many', Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`/many/${i}.bin`, Buffer.alloc(100_000)])));
    await withImageFiles(engine, image, async (files) => {
      const listing = await files.list('/many', { heavy: [], wanted: () => 0, maxBytes: 1_000_000 });
      expect(listing?.complete).toBe(false);
      expect(listing?.files.length).toBeLessThan(12);
      expect(files.cost.bytesRead).toBeLessThan(2_000_000);
    });
  });

  it('is a DockerError where the engine is not there', async () => {
    const none = await connect(addressOf('unix:///var/tmp/no-such.sock'));
    await expect(scanImage(none, 'x')).rejects.toBeInstanceOf(DockerError);
  });
});
