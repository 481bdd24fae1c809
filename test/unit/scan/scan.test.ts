import { describe, expect, it } from 'vitest';
import { bakedDriverLibraries, findLibrary, missingLibraries } from '../../../src/core/scan/missing';
import type { ImageScan } from '../../../src/core/scan/model';
import { scanFiles, SCAN_LIMITS, VERSIONS_ONLY, type ScanLimits } from '../../../src/core/scan/scan';
import { toStack } from '../../../src/core/scan/stack';
import { writeElf } from './elf-file';
import { writeLdCache } from './ld-cache-file';
import { MemoryFiles, type Entry } from './memory-files';

const LIB = '/usr/lib/x86_64-linux-gnu';

async function scan(entries: Readonly<Record<string, Entry>>, { env = [], refused = [], limits = SCAN_LIMITS }: { env?: readonly string[]; refused?: readonly string[]; limits?: ScanLimits } = {}): Promise<ImageScan> {
  const found = await scanFiles(new MemoryFiles(entries, refused), { image: 'me:1', imageId: 'sha256:1', architecture: 'amd64', environment: env }, limits);
  return { ...found, cost: { bytesRead: 0, requests: 0, durationMs: 0 } };
}

function status(...packages: readonly (readonly [name: string, version: string])[]): string {
  return packages.map(([name, version]) => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`).join('\n');
}

function kinds(found: ImageScan): readonly string[] {
  return found.components.map(({ kind, version, cuda, via }) => `${kind} ${version}${cuda === null ? '' : ` cuda ${cuda}`} ${via}`);
}

/** As nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04 with TensorRT from apt: names and links as their packages have them. */
const cudaImage: Readonly<Record<string, Entry>> = {
  '/lib': { link: 'usr/lib' },
  '/bin': { link: 'usr/bin' },
  '/usr/bin/sh': 'x',
  '/etc/os-release': { link: '../usr/lib/os-release' },
  '/usr/lib/os-release': 'ID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu 22.04.4 LTS"\n',
  '/var/lib/dpkg/status': status(
    ['cuda-cudart-12-4', '12.4.127-1'],
    ['cuda-toolkit-12-4-config-common', '12.4.127-1'],
    ['libcublas-12-4', '12.4.5.8-1'],
    ['libcudnn9-cuda-12', '9.1.0.70-1'],
    ['libnccl2', '2.21.5-1+cuda12.4'],
    ['libnvinfer10', '10.3.0.26-1+cuda12.5'],
    ['libnvinfer-plugin10', '10.3.0.26-1+cuda12.5'],
    ['python3', '3.10.6-1~22.04'],
    ['python3.10-minimal', '3.10.12-1~22.04.3'],
  ),
  '/usr/local/cuda': { link: 'cuda-12.4' },
  '/usr/local/cuda-12.4/lib64': { link: 'targets/x86_64-linux/lib' },
  '/usr/local/cuda-12.4/targets/x86_64-linux/lib/libcudart.so.12': { link: 'libcudart.so.12.4.127' },
  '/usr/local/cuda-12.4/targets/x86_64-linux/lib/libcudart.so.12.4.127': writeElf({ soname: 'libcudart.so.12', needed: ['libc.so.6'] }),
  '/usr/local/cuda-12.4/targets/x86_64-linux/lib/libcublas.so.12': { link: 'libcublas.so.12.4.5.8' },
  '/usr/local/cuda-12.4/targets/x86_64-linux/lib/libcublas.so.12.4.5.8': writeElf({ soname: 'libcublas.so.12', needed: ['libcublasLt.so.12', 'libstdc++.so.6', 'libc.so.6'], padding: 5_000 }),
  [`${LIB}/libnvinfer.so.10`]: { link: 'libnvinfer.so.10.3.0' },
  [`${LIB}/libnvinfer.so.10.3.0`]: writeElf({ soname: 'libnvinfer.so.10', needed: ['libstdc++.so.6', 'libcuda.so.1', 'libc.so.6'], padding: 100_000 }),
  [`${LIB}/libcudnn.so.9`]: { link: 'libcudnn.so.9.1.0' },
  [`${LIB}/libcudnn.so.9.1.0`]: writeElf({ soname: 'libcudnn.so.9', needed: ['libc.so.6'] }),
  [`${LIB}/libstdc++.so.6`]: { link: 'libstdc++.so.6.0.30' },
  [`${LIB}/libstdc++.so.6.0.30`]: writeElf({ soname: 'libstdc++.so.6', needed: ['libm.so.6', 'libc.so.6'] }),
  [`${LIB}/libc.so.6`]: writeElf({ soname: 'libc.so.6' }),
  [`${LIB}/libm.so.6`]: writeElf({ soname: 'libm.so.6' }),
  '/etc/ld.so.cache': writeLdCache([
    { name: 'libnvinfer.so.10', path: '/lib/x86_64-linux-gnu/libnvinfer.so.10' },
    { name: 'libcudnn.so.9', path: '/lib/x86_64-linux-gnu/libcudnn.so.9' },
    { name: 'libstdc++.so.6', path: '/lib/x86_64-linux-gnu/libstdc++.so.6' },
    { name: 'libc.so.6', path: '/lib/x86_64-linux-gnu/libc.so.6' },
    { name: 'libcudart.so.12', path: '/usr/local/cuda/targets/x86_64-linux/lib/libcudart.so.12' },
    { name: 'libcublas.so.12', path: '/usr/local/cuda/targets/x86_64-linux/lib/libcublas.so.12' },
  ]),
};
const cudaEnv = ['PATH=/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64', 'CUDA_VERSION=12.4.1'];

describe('an image of CUDA with packages', () => {
  it('gives the exact versions with their evidence', async () => {
    const found = await scan(cudaImage, { env: cudaEnv });
    expect(kinds(found)).toEqual([
      'os 22.04 other',
      'cudart 12.4.127 apt',
      'cublas 12.4.5.8 apt',
      'cudnn 9.1.0.70 cuda 12 apt',
      'nccl 2.21.5 cuda 12.4 apt',
      'tensorrt 10.3.0.26 cuda 12.5 apt',
      'python 3.10.12 apt',
      'cuda 12.4.1 env',
    ]);
    expect(found.components.find(({ kind }) => kind === 'tensorrt')).toMatchObject({ name: 'libnvinfer10', file: '/var/lib/dpkg/status' });
    expect(found.os).toMatchObject({ id: 'ubuntu', prettyName: 'Ubuntu 22.04.4 LTS' });
    expect(found.programs).toEqual([{ name: 'sh', path: '/usr/bin/sh' }]);
    expect(found.gaps).toEqual([]);
  });

  it('finds each library once, by its real path, with what it needs', async () => {
    const found = await scan(cudaImage, { env: cudaEnv });
    const nvinfer = findLibrary(found, 'libnvinfer.so.10');
    expect(nvinfer).toMatchObject({ path: `${LIB}/libnvinfer.so.10.3.0`, version: '10.3.0', ofDriver: false, names: ['libnvinfer.so.10'] });
    expect(nvinfer?.elf?.soname).toBe('libnvinfer.so.10');
    expect(nvinfer?.needed).toEqual([
      { name: 'libstdc++.so.6', state: 'found', path: `${LIB}/libstdc++.so.6.0.30` },
      { name: 'libcuda.so.1', state: 'host', path: null },
      { name: 'libc.so.6', state: 'found', path: `${LIB}/libc.so.6` },
    ]);
    expect(missingLibraries(found).map(({ library, needed }) => [library.path, needed.name, needed.state])).toEqual([
      ['/usr/local/cuda-12.4/targets/x86_64-linux/lib/libcublas.so.12.4.5.8', 'libcublasLt.so.12', 'missing'],
    ]);
  });

  it('is a stack like that of a Dockerfile', async () => {
    const [stage] = toStack(await scan(cudaImage, { env: cudaEnv })).stages;
    expect(stage).toMatchObject({ name: null, index: 0, line: 1, from: 'me:1' });
    expect(stage?.components[5]).toEqual({ kind: 'tensorrt', name: 'libnvinfer10', version: '10.3.0.26', cuda: '12.5', certainty: 'stated', via: 'apt', file: '/var/lib/dpkg/status', line: 1 });
  });
});

describe('evidence', () => {
  it.each([
    ['"12.4.1"', ['cuda 12.4.1 other', 'cudart 12.4.127 other', 'nvcc 12.4.131 other']],
    // CUDA 11.8 and others write the day of the build for the patch number.
    ['"11.8.20220929"', ['cuda 11.8 other', 'cudart 12.4.127 other', 'nvcc 12.4.131 other']],
    ['7', ['cudart 12.4.127 other', 'nvcc 12.4.131 other']],
  ])('version.json with version %s', async (version, expected) => {
    const text = `{"cuda": {"name": "CUDA SDK", "version": ${version}}, "cuda_cudart": {"version": "12.4.127"}, "cuda_nvcc": {"version": "12.4.131"}, "nvidia_fs": {"version": "2"}}`;
    expect(kinds(await scan({ '/usr/local/cuda/version.json': text }))).toEqual(expected);
  });

  it('version.txt of CUDA 10', async () => expect(kinds(await scan({ '/usr/local/cuda/version.txt': 'CUDA Version 10.2.89\n' }))).toEqual(['cuda 10.2.89 other']));

  it('a broken version.json is passed over', async () => expect(kinds(await scan({ '/usr/local/cuda/version.json': '{"cuda"' }))).toEqual([]));

  it('names of libraries that no package accounts for, found where no cache lists them', async () => {
    const found = await scan(
      { '/opt/trt/lib/libnvinfer.so.8': { link: 'libnvinfer.so.8.6.1' }, '/opt/trt/lib/libnvinfer.so.8.6.1': writeElf({ soname: 'libnvinfer.so.8', needed: ['libcudnn.so.8'] }) },
      { env: ['LD_LIBRARY_PATH=/opt/trt/lib'] },
    );
    expect(kinds(found)).toEqual(['tensorrt 8.6.1 other']);
    expect(found.components[0]?.file).toBe('/opt/trt/lib/libnvinfer.so.8.6.1');
  });

  it('a library beside a package of the same release is not told twice, one of another release is', async () => {
    const entries = { '/var/lib/dpkg/status': status(['libnvinfer8', '8.6.1.6-1+cuda11.8']), [`${LIB}/libnvinfer.so.8`]: { link: 'libnvinfer.so.8.6.1' }, [`${LIB}/libnvinfer.so.8.6.1`]: writeElf() };
    expect(kinds(await scan(entries))).toEqual(['tensorrt 8.6.1.6 cuda 11.8 apt']);
    const second = { ...entries, '/usr/local/tensorrt/lib/libnvinfer.so.10': { link: 'libnvinfer.so.10.0.1' }, '/usr/local/tensorrt/lib/libnvinfer.so.10.0.1': writeElf() };
    expect(kinds(await scan(second))).toEqual(['tensorrt 8.6.1.6 cuda 11.8 apt', 'tensorrt 10.0.1 other']);
  });
});

const site = '/usr/local/lib/python3.10/dist-packages';
const wheels: Readonly<Record<string, Entry>> = {
  '/usr/bin/python3': { link: 'python3.10' },
  '/usr/bin/python3.10': 'x',
  [`${site}/torch-2.1.0+cu118.dist-info/METADATA`]: 'Name: torch\nVersion: 2.1.0+cu118\n',
  [`${site}/torch-2.1.0+cu118.dist-info/RECORD`]: `torch/lib/libtorch_cuda.so,sha256=x,${writeElf({ needed: ['libcudnn.so.9', 'libnowhere.so.1'], runpath: '$ORIGIN' }).length}\ntorch/version.py,,\n`,
  [`${site}/torch/lib/libtorch_cuda.so`]: writeElf({ needed: ['libcudnn.so.9', 'libnowhere.so.1'], runpath: '$ORIGIN' }),
  [`${site}/torch/version.py`]: "__version__ = '2.1.0+cu118'\ncuda: Optional[str] = '11.8'\n",
  [`${site}/nvidia_cudnn_cu12-9.1.0.70.dist-info/METADATA`]: 'Name: nvidia-cudnn-cu12\nVersion: 9.1.0.70\n',
  [`${site}/nvidia_cudnn_cu12-9.1.0.70.dist-info/RECORD`]: `nvidia/cudnn/lib/libcudnn.so.9,,${writeElf({ soname: 'libcudnn.so.9' }).length}\n`,
  [`${site}/nvidia/cudnn/lib/libcudnn.so.9`]: writeElf({ soname: 'libcudnn.so.9' }),
  [`${site}/numpy-1.26.0.dist-info/METADATA`]: 'Name: numpy\nVersion: 1.26.0\n',
  '/usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO': 'Name: six\nVersion: 1.16.0\n',
};

describe('Python', () => {
  it('lists the packages of the distribution and of pip', async () => {
    const found = await scan(wheels);
    expect(found.pythons).toMatchObject([{ program: '/usr/bin/python3', version: '3.10', folders: [site, '/usr/lib/python3/dist-packages'] }]);
    expect(found.pythons[0]?.packages.map(({ name, version, manager }) => `${name} ${version} ${manager}`)).toEqual(['numpy 1.26.0 pip', 'nvidia-cudnn-cu12 9.1.0.70 pip', 'torch 2.1.0+cu118 pip', 'six 1.16.0 apt']);
    expect(kinds(found)).toEqual(['python 3.10 other', 'cudnn 9.1.0.70 cuda 12 pip', 'torch 2.1.0 cuda 11.8 pip']);
  });

  it('tells a library that lies in another wheel from one that lies nowhere', async () => {
    const found = await scan(wheels);
    expect(missingLibraries(found).map(({ needed }) => needed)).toEqual([
      { name: 'libcudnn.so.9', state: 'elsewhere', path: `${site}/nvidia/cudnn/lib/libcudnn.so.9` },
      { name: 'libnowhere.so.1', state: 'missing', path: null },
    ]);
  });

  it('misses what a package lists and the image has no more', async () => {
    const { [`${site}/nvidia/cudnn/lib/libcudnn.so.9`]: removed, ...rest } = wheels;
    expect(removed).toBeDefined();
    const found = await scan(rest);
    expect(findLibrary(found, 'libcudnn.so.9')).toBeUndefined();
    expect(missingLibraries(found).map(({ needed }) => `${needed.name} ${needed.state}`)).toEqual(['libcudnn.so.9 missing', 'libnowhere.so.1 missing']);
  });

  it('knows what only who asks for it loads', async () => {
    const record = (path: string): string => `${path},,${writeElf({}).length}\n`;
    const files = {
      'torch/_C.cpython-310-x86_64-linux-gnu.so': writeElf({ needed: ['libtorch_nvshmem.so'], runpath: '$ORIGIN/lib' }),
      'torch/lib/libtorch_nvshmem.so': writeElf({ needed: ['libnvshmem_host.so.3', 'libhelp.so.1'], runpath: '$ORIGIN:$ORIGIN/../../nvidia/nvshmem/lib' }),
      'torch/lib/libhelp.so.1': writeElf({ needed: ['libgone.so.1'] }),
      'nvidia/nvshmem/lib/libnvshmem_host.so.3': writeElf({ needed: ['libnowhere.so.1'] }),
      'nvidia/nvshmem/lib/nvshmem_bootstrap_mpi.so.3': writeElf({ needed: ['libmpi.so.40'] }),
      'onnxruntime/capi/libonnxruntime_providers_tensorrt.so': writeElf({ needed: ['libnvinfer.so.10'] }),
      'onnxruntime/capi/onnxruntime_pybind11_state.so': writeElf({ needed: ['libaway.so.1'] }),
    };
    const found = await scan({
      '/usr/bin/python3': { link: 'python3.10' },
      '/usr/bin/python3.10': 'x',
      [`${site}/torch-2.14.1.dist-info/METADATA`]: 'Name: torch\nVersion: 2.14.1\n',
      [`${site}/torch-2.14.1.dist-info/RECORD`]: Object.keys(files).map(record).join(''),
      ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`${site}/${name}`, content])),
    });
    expect(missingLibraries(found).map(({ needed, onDemand }) => `${needed.name} ${onDemand ? 'on demand' : 'always'}`)).toEqual([
      'libnowhere.so.1 always',
      'libmpi.so.40 on demand',
      'libnvinfer.so.10 on demand',
      'libaway.so.1 always',
      'libgone.so.1 always',
    ]);
  });

  it("takes pip's package cuda-toolkit for no compiler, and conda's for one", async () => {
    const pip = await scan({ '/usr/bin/python3': { link: 'python3.10' }, '/usr/bin/python3.10': 'x', [`${site}/cuda_toolkit-13.0.3.0.dist-info/METADATA`]: 'Name: cuda-toolkit\nVersion: 13.0.3.0\n' });
    expect(kinds(pip)).toEqual(['python 3.10 other']);
    const conda = await scan({ '/opt/conda/bin/python': 'x', '/opt/conda/conda-meta/cuda-toolkit-12.4.1-0.json': '{"name": "cuda-toolkit", "version": "12.4.1"}' });
    expect(kinds(conda)).toContain('nvcc 12.4.1 conda');
  });

  it('finds a virtual environment on PATH, with its version, and conda', async () => {
    const found = await scan(
      {
        '/venv/bin/python3': { link: '/usr/bin/python3.11' },
        '/usr/bin/python3.11': 'x',
        '/venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.11.9\n',
        '/venv/lib/python3.11/site-packages/tensorrt_cu12-10.0.1.dist-info/METADATA': 'Name: tensorrt_cu12\nVersion: 10.0.1\n',
        '/opt/conda/bin/python': { link: 'python3.12' },
        '/opt/conda/bin/python3.12': 'x',
        '/opt/conda/conda-meta/python-3.12.3-0.json': '{"name": "python", "version": "3.12.3"}',
        '/opt/conda/conda-meta/pytorch-2.3.0-0.json': '{"name": "pytorch", "version": "2.3.0", "files": ["lib/libtorch_cuda.so"]}',
        '/opt/conda/lib/libtorch_cuda.so': writeElf({ needed: ['libgone.so.3'], rpath: '$ORIGIN' }),
        '/opt/conda/lib/python3.12/site-packages/torch-2.3.0.dist-info/METADATA': 'Name: torch\nVersion: 2.3.0\n',
      },
      { env: ['PATH=/venv/bin:/usr/bin'] },
    );
    expect(found.pythons.map(({ program, version, packages }) => [program, version, packages.map(({ name, manager }) => `${name} ${manager}`)])).toEqual([
      ['/venv/bin/python3', '3.11.9', ['tensorrt-cu12 pip']],
      ['/opt/conda/bin/python', '3.12.3', ['python conda', 'pytorch conda', 'torch pip']],
    ]);
    expect(missingLibraries(found).map(({ library, needed }) => [library.path, needed.name])).toEqual([['/opt/conda/lib/libtorch_cuda.so', 'libgone.so.3']]);
  });

  it('finds packages where no interpreter is on PATH', async () => {
    const found = await scan({ '/usr/local/lib/python3.9/site-packages/torch-1.13.0.dist-info/METADATA': 'Name: torch\nVersion: 1.13.0\n', '/app/onnx/onnxruntime_gpu-1.17.0.dist-info/METADATA': 'Name: onnxruntime-gpu\nVersion: 1.17.0\n' }, { env: ['PYTHONPATH=/app/onnx'] });
    expect(found.pythons.map(({ program, version }) => [program, version])).toEqual([
      [null, '3.9'],
      [null, null],
    ]);
    expect(kinds(found)).toEqual(['torch 1.13.0 pip', 'onnxruntime 1.17.0 pip']);
  });
});

describe('what is not read', () => {
  it('a library beyond the limit is a gap, and smaller ones are read first', async () => {
    const limits = { ...SCAN_LIMITS, libraryBytes: 20_000 };
    const found = await scan(cudaImage, { env: cudaEnv, limits });
    expect(found.gaps).toEqual([{ path: `${LIB}/libnvinfer.so.10.3.0`, why: 'too-large', detail: '' }]);
    expect(findLibrary(found, 'libnvinfer.so.10')).toMatchObject({ elf: null, needed: [] });
    expect(findLibrary(found, 'libcudnn.so.9')?.elf?.soname).toBe('libcudnn.so.9');
  });

  it('what depends on most is read before what is long', async () => {
    const entries = {
      ...wheels,
      [`${LIB}/libcublas.so.12`]: writeElf({ soname: 'libcublas.so.12' }),
      [`${LIB}/libcudnn.so.9`]: writeElf({ soname: 'libcudnn.so.9' }),
    };
    const found = await scan(entries, { limits: { ...SCAN_LIMITS, libraryBytes: writeElf({ needed: ['libcudnn.so.9', 'libnowhere.so.1'], runpath: '$ORIGIN' }).length } });
    expect(findLibrary(found, 'libtorch_cuda.so')?.elf?.needed).toContain('libcudnn.so.9');
    expect(found.gaps.map(({ why }) => why)).toEqual(['too-large', 'too-large', 'too-large']);
  });

  it('headers of libraries, where they are not wanted, are no gap', async () => {
    const found = await scan(cudaImage, { env: cudaEnv, limits: VERSIONS_ONLY });
    expect(findLibrary(found, 'libnvinfer.so.10')).toMatchObject({ version: '10.3.0', elf: null, needed: [] });
    expect(found.gaps).toEqual([]);
    expect(found.components).toEqual((await scan(cudaImage, { env: cudaEnv })).components);
  });

  it('a folder of packages beyond the limit is a gap', async () => {
    const found = await scan(wheels, { limits: { ...SCAN_LIMITS, folderBytes: 10 } });
    expect(found.gaps).toContainEqual({ path: site, why: 'too-large', detail: '' });
  });

  it('what the engine refuses is a gap, and absence then proves nothing', async () => {
    const found = await scan(cudaImage, { env: cudaEnv, refused: ['/etc/os-release'] });
    expect(found.os).toMatchObject({ file: '/usr/lib/os-release' });
    expect(found.gaps).toEqual([{ path: '/etc/os-release', why: 'refused', detail: 'no' }]);
    expect(findLibrary(found, 'libcublas.so.12')?.needed[0]).toEqual({ name: 'libcublasLt.so.12', state: 'unknown', path: null });
    expect(missingLibraries(found)).toEqual([]);
  });

  it('links in circles end', async () => expect((await scan({ '/usr/local/cuda': { link: 'cuda' }, '/bin/sh': { link: 'sh' } })).programs).toEqual([]));

  it('an empty image holds nothing', async () => expect(await scan({})).toMatchObject({ os: null, packages: [], pythons: [], libraries: [], programs: [], components: [], gaps: [] }));
});

describe('libraries of the driver', () => {
  it('are told where they hide those of the host, not in the folders of compat and stubs', async () => {
    const found = await scan({
      [`${LIB}/libcuda.so.1`]: { link: 'libcuda.so.535.54.03' },
      [`${LIB}/libcuda.so.535.54.03`]: '',
      '/usr/local/cuda/compat/libcuda.so.1': writeElf(),
      '/etc/ld.so.cache': writeLdCache([
        { name: 'libcuda.so.1', path: `${LIB}/libcuda.so.1` },
        { name: 'libcuda.so.1', path: '/usr/local/cuda/compat/libcuda.so.1' },
      ]),
    });
    expect(bakedDriverLibraries(found).map(({ path }) => path)).toEqual([`${LIB}/libcuda.so.535.54.03`]);
  });
});
