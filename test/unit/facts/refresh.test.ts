import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyTables } from '../../../src/core/facts/verify';
import { openRows, type Row } from '../../../src/dev/facts/rows';
import { TABLES } from '../../../src/dev/facts/table-files';
import type { TableFile } from '../../../src/core/facts/table';
import { packagesGz, projectJson, servePages, serveProxy, serveRegistry, type LocalServer, type Page } from './public-services';

let folder: string;
let servers: LocalServer[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facts-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

async function started(server: Promise<LocalServer>): Promise<LocalServer> {
  servers.push(await server);
  return server;
}

interface Run {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the command that people run, over copies of tables. */
async function refresh(tables: readonly string[], environment: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<Run> {
  for (const table of tables) copyFileSync(join(TABLES, `${table}.json`), join(folder, `${table}.json`));
  const child = spawn(process.execPath, ['src/dev/build.mjs', '--run', 'src/dev/facts/refresh.ts', ...tables, '--tables', folder, ...options], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output };
}

// Matchers are typed `any`.
const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const textOf = (table: string, from = folder): string => readFileSync(join(from, `${table}.json`), 'utf8');
const rowsOf = (table: string, from = folder): readonly Row[] => openRows(JSON.parse(textOf(table, from)) as TableFile);

/** The index of ubuntu2004 as the table has it, each package with its version. */
const known = (): (readonly [string, string])[] =>
  rowsOf('tensorrt-apt-builds', TABLES)
    .filter((row) => row['evidence'] === 'index' && row['arch'] === 'x86_64')
    .flatMap((row) => (row['packages'] as string[]).map((name) => [name, String(row['version'])] as const));

const NEW_BUILD = '99.1.0.2-1+cuda13.9';
const PADDING = Array.from({ length: 40 }, (_, i) => ['libnvinfer10', `98.${i}.0.1-1+cuda13.9`] as const);

/** Environment under which only the index of one distribution is read. */
const aptEnvironment = (server: LocalServer, index = 'ubuntu2004/x86_64 ubuntu2004/sbsa'): Record<string, string> => ({ FACTS_NVIDIA_REPOSITORIES: server.address, FACTS_INDEXES: index });

const aptPages = (packages: readonly (readonly [string, string])[]): Map<string, Page> => {
  const sbsa = rowsOf('tensorrt-apt-builds', TABLES)
    .filter((row) => row['evidence'] === 'index' && row['arch'] === 'sbsa')
    .flatMap((row) => (row['packages'] as string[]).map((name) => [name, String(row['version'])] as const));
  return new Map<string, Page>([
    ['/ubuntu2004/x86_64/Packages.gz', { body: packagesGz(packages) }],
    ['/ubuntu2004/sbsa/Packages.gz', { body: packagesGz(sbsa) }],
  ]);
};

// A run bundles the command and starts it; that takes its time where others work, too.
describe('npm run facts:refresh', { timeout: 60_000 }, () => {
  it('shows new builds of a repository, and writes them only when told to', async () => {
    const server = await started(servePages(aptPages([...known(), ...PADDING, ['libnvinfer10', NEW_BUILD], ['tensorrt', NEW_BUILD], ['bash', '5.1']])));
    const shown = await refresh(['tensorrt-apt-builds'], aptEnvironment(server));
    expect(shown).toMatchObject({ status: 0, output: containing(`+ ${NEW_BUILD} ubuntu2004 x86_64 cuda-network index: packages ["libnvinfer10","tensorrt"]`) });
    expect(shown.output).toContain(' 41 added, 0 changed, 0 removed\n');
    expect(textOf('tensorrt-apt-builds')).toBe(textOf('tensorrt-apt-builds', TABLES));

    const written = await refresh(['tensorrt-apt-builds'], aptEnvironment(server), '--write');
    expect(written.output).toContain('removed, written');
    const before = rowsOf('tensorrt-apt-builds', TABLES);
    const after = rowsOf('tensorrt-apt-builds');
    expect(after).toEqual(expect.arrayContaining([...before]));
    expect(after.find((row) => row['version'] === NEW_BUILD)).toMatchObject({
      evidence: 'index',
      packages: ['libnvinfer10', 'tensorrt'],
      source: 'https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/Packages.gz',
    });
    expect((JSON.parse(textOf('tensorrt-apt-builds')) as TableFile).checked).toBe(new Date().toISOString().slice(0, 10));
    expect(verifyTables([textOf('tensorrt-apt-builds')])[0]?.faults).toEqual([]);
  });

  it('refuses a list that has lost half of what it must have', async () => {
    const packages = known();
    const versions = [...new Set(packages.map(([, version]) => version))];
    const half = new Set(versions.slice(0, versions.length / 2));
    const server = await started(servePages(aptPages([...packages.filter(([, version]) => half.has(version)), ...PADDING])));
    const { status, output } = await refresh(['tensorrt-apt-builds'], aptEnvironment(server), '--write');
    expect(status).toBe(1);
    expect(output).toMatch(/^tensorrt-apt-builds: refused, nothing changed: the public list has only \d+ of the \d+ entries that it must have by the table$/m);
    expect(textOf('tensorrt-apt-builds')).toBe(textOf('tensorrt-apt-builds', TABLES));
    const allowed = await refresh(['tensorrt-apt-builds'], aptEnvironment(server), '--allow-loss');
    expect(allowed.status).toBe(0);
  });

  it('refuses a list that is next to empty', async () => {
    const server = await started(servePages(new Map([['/ubuntu2404/x86_64/Packages.gz', { body: packagesGz([['libnvinfer10', NEW_BUILD]]) }]])));
    const { status, output } = await refresh(['tensorrt-apt-builds'], aptEnvironment(server, 'ubuntu2404/x86_64'));
    expect({ status, output }).toMatchObject({ status: 1, output: containing('refused, nothing changed: the public list has 1 entries, at least 40 are expected') });
  });

  it('says which page is missing or silent, and goes on with the other tables', async () => {
    const pages = new Map<string, Page>([
      ['/pypi/tensorflow/json', 'silence'],
      ['/pypi/torch/json', { body: 'a page of the proxy' }],
      ['/pypi/onnxruntime-gpu/json', { body: projectJson('onnxruntime_gpu', Array.from({ length: 20 }, (_, i) => `1.${i}.0`), [11]) }],
    ]);
    const server = await started(servePages(pages));
    const tables = ['torch-releases', 'tensorflow-releases', 'onnxruntime-releases', 'torch-tensorrt-releases'];
    const { status, output } = await refresh(tables, { FACTS_PYPI: server.address, FACTS_TIMEOUT_MS: '300' });
    expect(status).toBe(1);
    expect(output.split('\n')).toEqual([
      `torch-releases: failed, nothing changed: ${server.address}/pypi/torch/json is no JSON`,
      `tensorflow-releases: failed, nothing changed: ${server.address}/pypi/tensorflow/json did not answer: no answer within 0.3 s`,
      matching(/^onnxruntime-releases: \d+ rows, 0 added, 0 changed, 0 removed$/),
      `torch-tensorrt-releases: failed, nothing changed: ${server.address}/pypi/torch-tensorrt/json answered 404`,
      '',
    ]);
  });

  it('reads the CUDA, cuDNN, TensorRT and Pythons of new wheels', async () => {
    const old = Array.from({ length: 50 }, (_, i) => `1.${i}.0`);
    const metadata = (requirements: readonly string[]): Page => ({ body: JSON.stringify({ info: { requires_dist: requirements, requires_python: '>=3.10' } }) });
    const pages = new Map<string, Page>([
      ['/pypi/torch/json', { body: projectJson('torch', [...old, '99.0.0'], [12, 11]) }],
      ['/pypi/torch/99.0.0/json', metadata(['nvidia-cuda-runtime (==13.9.48) ; platform_system == "Linux"', 'nvidia-cudnn-cu13==9.99.0.1; platform_system == "Linux"'])],
      ['/pypi/tensorflow/json', { body: projectJson('tensorflow', [...old, '99.0.0'], [12]) }],
      ['/pypi/tensorflow/99.0.0/json', metadata(["nvidia-cuda-runtime-cu12<13.0,>=12.9.82; extra == 'and-cuda'", "nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == 'and-cuda'"])],
      ['/pypi/onnxruntime-gpu/json', { body: projectJson('onnxruntime_gpu', [...old.slice(0, 26), '99.0.0'], [12]) }],
      ['/pypi/onnxruntime-gpu/99.0.0/json', metadata(["nvidia-cudnn-cu13~=9.0; extra == 'cudnn'"])],
      ['/pypi/torch-tensorrt/json', { body: projectJson('torch_tensorrt', [...old.slice(0, 9), '99.0.0', '99.1.0rc1'], [12]) }],
      ['/pypi/torch-tensorrt/99.0.0/json', metadata(['torch>=99.0.0,<99.1.0', 'tensorrt<12,>=11.9', 'numpy'])],
    ]);
    const server = await started(servePages(pages));
    const { status, output } = await refresh(['torch-releases', 'tensorflow-releases', 'onnxruntime-releases', 'torch-tensorrt-releases'], { FACTS_PYPI: server.address }, '--write');
    expect({ status, output }).toMatchObject({ status: 0 });
    const added = (table: string): Row | undefined => rowsOf(table).find((row) => String(row['version']).startsWith('99'));
    expect(added('torch-releases')).toMatchObject({ defaultCuda: '13.9', cuda: null, cudnn: [['13.9', '9.99.0.1']], python: ['3.11', '3.12'], source: 'https://pypi.org/project/torch/99.0.0/' });
    expect(added('tensorflow-releases')).toMatchObject({ cuda: '12.9', cudnn: '9.3', tensorrt: null, python: ['3.12'] });
    expect(added('onnxruntime-releases')).toMatchObject({ version: '99.0', cuda: '13.x', cudnn: '9.x', tensorrt: null, pypi: true });
    expect(added('torch-tensorrt-releases')).toMatchObject({ torch: '99.0.x', requirement: 'tensorrt<12,>=11.9', requiresPython: '>=3.10' });
  });

  it('reads the versions of TensorRT wheels from PyPI and from the index of NVIDIA', async () => {
    const rows = rowsOf('tensorrt-pip-versions', TABLES);
    const versionsOf = (name: string): string[] => rows.filter((row) => row['package'] === name).map((row) => String(row['version']));
    const pages = new Map<string, Page>();
    for (const name of ['tensorrt', 'tensorrt-cu11', 'tensorrt-cu12', 'tensorrt-cu13', 'tensorrt-dispatch', 'tensorrt-lean', 'nvidia-tensorrt']) {
      pages.set(`/pypi/${name}/json`, { body: projectJson(name.replace('-', '_'), [...versionsOf(name), ...(name === 'tensorrt-cu13' ? ['99.0.1', '99.0.2', '99.0.3', '99.0.4', '99.0.5'] : [])], [12]) });
      pages.set(`/${name}/`, { body: `<a href="x#sha256=1">${name.replace('-', '_')}-99.3.0.9-cp312-none-manylinux_2_31_x86_64.whl</a><br/>\n${versionsOf(name).map((version) => `<a href="y">${name}-${version}.tar.gz</a>`).join('\n')}` });
    }
    const server = await started(servePages(pages));
    const { status, output } = await refresh(['tensorrt-pip-versions'], { FACTS_PYPI: server.address, FACTS_NVIDIA_PYPI: server.address }, '--write');
    expect({ status, output }).toMatchObject({ status: 0, output: containing('12 added, 0 changed, 0 removed') });
    expect(rowsOf('tensorrt-pip-versions')).toEqual(expect.arrayContaining([expect.objectContaining({ package: 'nvidia-tensorrt', version: '99.3.0.9', source: 'https://pypi.nvidia.com/nvidia-tensorrt/' })]));
  });

  it('reads the tags of nvidia/cuda, with a token and over pages, and looks into new images', async () => {
    const rows = rowsOf('cuda-images', TABLES);
    const served = rows.filter((row) => row['status'] === 'served').map((row) => String(row['tag']));
    const removed = served[0] ?? '';
    const back = String(rows.find((row) => row['status'] === 'removed')?.['tag']);
    const env = ['PATH=/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/bin', 'CUDA_VERSION=99.1.0', 'NV_CUDNN_VERSION=9.99.1.4-1', 'NV_CUDA_CUDART_VERSION=99.1.80-1', 'NV_LIBCUBLAS_VERSION=99.2.0.9-1', 'LD_LIBRARY_PATH=/usr/local/cuda/lib64'];
    const tags = [...served.slice(1), back, '99.1.0-cudnn-runtime-ubuntu26.04', '99.1.0-runtime-ubuntu26.04', '99.1.0-base-ubuntu26.04-amd64'];
    const contents = new Set(rowsOf('cuda-image-contents', TABLES).map((row) => `${String(row['cuda'])} ${String(row['os'])}`));
    const open = tags.filter((tag) => {
      const [, cuda = '', os = ''] = /^([\d.]+)-runtime-(\w+[\d.]*)$/.exec(tag) ?? [];
      return cuda !== '' && !contents.has(`${cuda} ${os}`);
    });
    const undated = rows.filter((row) => row['cudnn'] === null).map((row) => String(row['tag']));
    const images = Object.fromEntries([...open, ...undated, '99.1.0-cudnn-runtime-ubuntu26.04'].map((tag) => [tag, env]));
    const server = await started(serveRegistry([{ name: 'nvidia/cuda', tags, images }]));
    const { status, output } = await refresh(['cuda-images', 'cuda-image-contents'], { FACTS_DOCKER_HUB: server.address }, '--write');
    expect({ status, output }).toMatchObject({ status: 0, output: matching(/^cuda-images: \d+ rows, 2 added, \d+ changed, 0 removed, written$/m) });

    const after = rowsOf('cuda-images');
    const rowOf = (tag: string): Row | undefined => after.find((row) => row['tag'] === tag);
    expect(rowOf('99.1.0-cudnn-runtime-ubuntu26.04')).toMatchObject({ cuda: '99.1.0', flavor: 'runtime', cudnn: '9', cudnnVersions: '9.99.1.4', os: 'ubuntu26.04', status: 'served', evidence: 'hub' });
    expect(rowOf('99.1.0-runtime-ubuntu26.04')).toMatchObject({ cudnn: false, source: 'https://hub.docker.com/r/nvidia/cuda/tags' });
    const former = rows.find((row) => row['tag'] === removed);
    expect(rowOf(removed)).toMatchObject({ status: 'removed', evidence: 'hub', also: [former?.source] });
    expect(rowOf(back)).toMatchObject({ status: 'served', evidence: 'hub' });
    const pinned = rows.find((row) => row['status'] === 'unknown' && row['evidence'] === 'pin');
    expect(rowOf(String(pinned?.['tag']))).toMatchObject({ status: 'unknown', source: pinned?.source });
    expect(rowsOf('cuda-image-contents').find((row) => row['cuda'] === '99.1.0')).toMatchObject({ platforms: 'linux/amd64 linux/arm64', cudart: '99.1.80', cublas: '99.2.0.9', path: 'nvidia' });
    for (const row of rows) expect([rowOf(String(row['tag']))?.source, ...(rowOf(String(row['tag']))?.also ?? [])]).toContain(row.source);
  });

  it('reads the tags of NGC images, and fills what nobody had seen of them from their environment', async () => {
    const rows = rowsOf('ngc-images', TABLES);
    const names = ['cuda-dl-base', 'pytorch', 'tensorflow', 'tensorrt', 'tritonserver'];
    const env = ['CUDA_VERSION=99.1.2.003', 'TRT_VERSION=99.4.1.6+cuda99.1', 'CUDNN_VERSION=9.99.1.4', 'NCCL_VERSION=2.99.1', 'CUDA_DRIVER_VERSION=999.10.02', '_CUDA_COMPAT_STATUS='];
    const repositories = names.map((name) => {
      const own = rows.filter((row) => row['image'] === `nvcr.io/nvidia/${name}`);
      const tags = [...own.flatMap((row) => (row['tags'] as string[]).map((suffix) => `${String(row['release'])}-${suffix}`)), ...(name === 'tensorrt' ? ['99.01-py3', '99.01-py3-igpu', 'latest'] : [])];
      return { name: `nvidia/${name}`, tags, images: Object.fromEntries(tags.map((tag) => [tag, env])) };
    });
    const server = await started(serveRegistry(repositories));
    const { status, output } = await refresh(['ngc-images'], { FACTS_NGC: server.address }, '--write');
    expect({ status, output }).toMatchObject({ status: 0, output: matching(/^ngc-images: \d+ rows, 1 added, \d+ changed, 0 removed, written$/m) });
    const after = rowsOf('ngc-images');
    expect(after.find((row) => row['release'] === '99.01')).toMatchObject({
      image: 'nvcr.io/nvidia/tensorrt',
      tags: ['py3', 'py3-igpu'],
      cuda: '99.1.2.003',
      tensorrt: '99.4.1.6',
      cudnn: '9.99.1.4',
      imageDriver: '999.10.02',
      confidence: 'image-env',
    });
    const known = rows.find((row) => row['confidence'] === 'release-notes' && row['cuda'] !== null);
    expect(after.find((row) => row['image'] === known?.['image'] && row['release'] === known?.['release'])).toMatchObject({ cuda: known?.['cuda'], confidence: 'release-notes', source: known?.source });
  });

  it('goes through the proxy that the environment names', async () => {
    const page = { body: projectJson('onnxruntime_gpu', Array.from({ length: 20 }, (_, i) => `1.${i}.0`), [11]) };
    const proxy = await started(serveProxy(new Map([['http://pypi.internal.test/pypi/onnxruntime-gpu/json', page]])));
    const { status, output } = await refresh(['onnxruntime-releases'], { FACTS_PYPI: 'http://pypi.internal.test', HTTP_PROXY: proxy.address, HTTPS_PROXY: proxy.address });
    expect({ status, output }).toMatchObject({ status: 0, output: containing('onnxruntime-releases: ') });
    expect(proxy.asked.join(' ')).toContain('pypi.internal.test');

    const direct = await started(servePages(new Map([['/pypi/onnxruntime-gpu/json', page]])));
    const asked = proxy.asked.length;
    const excepted = await refresh(['onnxruntime-releases'], { FACTS_PYPI: direct.address, HTTP_PROXY: proxy.address, NO_PROXY: '127.0.0.1' });
    expect(excepted.status).toBe(0);
    expect(proxy.asked.length).toBe(asked);
  });

  it('names the tables that it can read when asked for another', async () => {
    const { status, output } = await refresh(['gpus'], {});
    expect(status).toBe(2);
    expect(output).toMatch(/^gpus: no public service for this table\. There is one for cuda-images, /);
  });
});
