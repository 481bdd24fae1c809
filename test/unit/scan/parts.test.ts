import { describe, expect, it } from 'vitest';
import { readDpkgStatus } from '../../../src/core/scan/dpkg';
import { readElf } from '../../../src/core/scan/elf';
import { readLdCache } from '../../../src/core/scan/ld-cache';
import { isDriverLibrary, isGpuLibrary, isLoadedByPrograms, libraryKind, libraryVersion, openingOrder } from '../../../src/core/scan/library-names';
import { builtInFolders, loaderCandidates, splitFolders } from '../../../src/core/scan/loader';
import { readOsRelease } from '../../../src/core/scan/os-release';
import { normalisePythonName, readCondaPackage, readDistributionFolder, readPythonAssignment, readPythonMetadata, readRecord } from '../../../src/core/scan/python-metadata';
import { writeElf } from './elf-file';
import { writeLdCache } from './ld-cache-file';

function elfOf(bytes: Uint8Array): ReturnType<typeof finish> {
  return finish(readElf(), bytes);
}

function finish(reader: ReturnType<typeof readElf>, bytes: Uint8Array): Exclude<ReturnType<typeof reader.next>['value'], { offset: number }> {
  let step = reader.next();
  for (let i = 0; step.done !== true && i < 100; i++) step = reader.next(bytes.subarray(step.value.offset, step.value.offset + step.value.length));
  if (step.done !== true) throw new Error('asks for ever');
  return step.value;
}

describe('libraries', () => {
  const site = '/usr/local/lib/python3.11/dist-packages';

  it('are opened in the order of what depends on most', () => {
    const paths = [`${site}/nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9`, `${site}/nvidia/cu13/lib/libnvrtc.alt.so.13`, '/usr/lib/x86_64-linux-gnu/libcublas.so.12', `${site}/torch/lib/libtorch_cpu.so`, `${site}/torch/lib/libtorch_cuda.so`, '/usr/lib/x86_64-linux-gnu/libnvinfer.so.10'];
    expect(paths.map(openingOrder)).toEqual([3, 2, 2, 1, 0, 0]);
  });

  it.each([
    ['/usr/lib/x86_64-linux-gnu/libnvinfer_plugin.so.10', true],
    [`${site}/torch/_C.cpython-311-x86_64-linux-gnu.so`, true],
    [`${site}/cv2/cv2.abi3.so`, true],
    [`${site}/tensorrt_bindings/tensorrt.so`, true],
    [`${site}/torch/lib/libtorch_cuda.so`, true],
    [`${site}/onnxruntime/capi/libonnxruntime_providers_tensorrt.so`, false],
    [`${site}/nvidia/nvshmem/lib/nvshmem_transport_ucx.so.3`, false],
    ['/usr/lib/x86_64-linux-gnu/nvshmem/lib/nvshmem_transport_ucx.so', false],
    ['/usr/local/cuda/lib64/libcufile_rdma.so.1', false],
  ])('%s is loaded by programs: %s', (path, loaded) => expect(isLoadedByPrograms(path)).toBe(loaded));
});

describe('dpkg', () => {
  it('reads what is installed, and what is on hold', () => {
    const text = `Package: libnvinfer8
Status: hold ok installed
Architecture: amd64
Version: 8.6.1.6-1+cuda11.8
Description: TensorRT
 Package: not-a-field

Package: gone
Status: deinstall ok config-files
Version: 1

Package: half
Status: install ok half-configured
Version: 1

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.35-0ubuntu3.4
`;
    expect(readDpkgStatus(text, '/f')).toEqual([
      { name: 'libnvinfer8', version: '8.6.1.6-1+cuda11.8', architecture: 'amd64', held: true, manager: 'apt', file: '/f' },
      { name: 'libc6', version: '2.35-0ubuntu3.4', architecture: 'amd64', held: false, manager: 'apt', file: '/f' },
    ]);
  });

  it('reads files of distroless images, which have no status', () => {
    expect(readDpkgStatus('Package: base-files\nVersion: 12.4+deb12u2\nArchitecture: amd64\n', '/f')).toMatchObject([{ name: 'base-files', version: '12.4+deb12u2' }]);
  });
});

describe('os-release', () => {
  it.each([
    ['NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu 22.04.3 LTS"\n', { id: 'ubuntu', versionId: '22.04', prettyName: 'Ubuntu 22.04.3 LTS' }],
    ["ID='rocky'\nVERSION_ID='8.9'\r\n", { id: 'rocky', versionId: '8.9', prettyName: null }],
    ['ID=arch\nPRETTY_NAME="a \\"b\\" \\$c"\n', { id: 'arch', versionId: null, prettyName: 'a "b" $c' }],
  ])('%j', (text, expected) => {
    expect(readOsRelease(text, '/etc/os-release')).toEqual({ ...expected, file: '/etc/os-release' });
  });

  it('says nothing where there is no id', () => expect(readOsRelease('NAME=x\nID=\n', '/f')).toBeNull());
});

describe('python', () => {
  it('normalises names', () => expect(normalisePythonName('Torch__TensorRT.x')).toBe('torch-tensorrt-x'));

  it('reads METADATA up to the description', () => {
    expect(readPythonMetadata('Metadata-Version: 2.1\nName: torch\nVersion: 2.1.0+cu118\n\nName: not me\n')).toEqual({ name: 'torch', version: '2.1.0+cu118' });
    expect(readPythonMetadata('Metadata-Version: 2.1\n\nName: x\nVersion: 1\n')).toBeUndefined();
  });

  it.each([
    ['torch-2.1.0+cu118.dist-info', { name: 'torch', version: '2.1.0+cu118' }],
    ['nvidia_cudnn_cu12-9.1.0.70.dist-info', { name: 'nvidia-cudnn-cu12', version: '9.1.0.70' }],
    ['PyYAML-6.0-py3.10.egg-info', { name: 'pyyaml', version: '6.0' }],
    ['torch', undefined],
    ['x.dist-info', undefined],
  ])('reads the name of folder %s', (name, expected) => expect(readDistributionFolder(name)).toEqual(expected));

  it('reads RECORD with quotes, sizes and without', () => {
    const text = 'torch/lib/libc10.so,sha256=abc,1024\r\n"a,""b"".so",sha256=x,1\ntorch-2.dist-info/RECORD,,\n../../../bin/trtexec,sha256=y,5\n\nbroken\n';
    expect(readRecord(text)).toEqual(['torch/lib/libc10.so', 'a,"b".so', 'torch-2.dist-info/RECORD', '../../../bin/trtexec']);
  });

  it.each([
    ['{"name": "pytorch", "version": "2.1.0", "files": ["lib/libtorch.so", 1]}', { name: 'pytorch', version: '2.1.0', files: ['lib/libtorch.so'] }],
    ['{"name": "x", "version": "1"}', { name: 'x', version: '1', files: [] }],
    ['{"name": "x"}', undefined],
    ['null', undefined],
    ['{', undefined],
  ])('reads conda record %s', (text, expected) => expect(readCondaPackage(text)).toEqual(expected));

  it.each([
    ["__version__ = '2.1.0+cu118'\ncuda: Optional[str] = '11.8'\n", '11.8'],
    ['cuda = "12.1"\n', '12.1'],
    ['cuda = None\n', undefined],
    ['xcuda = "1"\n', undefined],
  ])('reads an assignment in %j', (text, expected) => expect(readPythonAssignment(text, 'cuda')).toBe(expected));
});

describe('the cache of the loader', () => {
  const rows = [
    { name: 'libnvinfer.so.8', path: '/usr/lib/x86_64-linux-gnu/libnvinfer.so.8' },
    { name: 'libc.so.6', path: '/lib/i386-linux-gnu/libc.so.6', flags: 0x0003 },
    { name: 'libc.so.6', path: '/lib/x86_64-linux-gnu/libc.so.6' },
  ];

  it.each([false, true])('is read, with an old part before it: %s', (old) => {
    expect(readLdCache(writeLdCache(rows, { old }), 'amd64')).toEqual([
      { name: 'libnvinfer.so.8', path: '/usr/lib/x86_64-linux-gnu/libnvinfer.so.8' },
      { name: 'libc.so.6', path: '/lib/x86_64-linux-gnu/libc.so.6' },
    ]);
  });

  it('keeps rows of arm64 for arm64 alone', () => {
    const arm = writeLdCache([{ name: 'libc.so.6', path: '/lib/aarch64-linux-gnu/libc.so.6', flags: 0x0a03 }, ...rows]);
    expect(readLdCache(arm, 'arm64')).toEqual([{ name: 'libc.so.6', path: '/lib/aarch64-linux-gnu/libc.so.6' }]);
  });

  it('refuses other files, and survives broken ones', () => {
    expect(readLdCache(Buffer.from('ld.so-1.7.0'), 'amd64')).toBeUndefined();
    const broken = writeLdCache(rows);
    broken.writeUInt32LE(0xffffffff, 20);
    broken.writeUInt32LE(0xffffff00, 48 + 4);
    expect(readLdCache(broken, 'amd64')?.map(({ name }) => name)).toEqual(['libc.so.6']);
    for (let length = 0; length < broken.length; length++) expect(() => readLdCache(broken.subarray(0, length), 'amd64')).not.toThrow();
  });
});

describe('ELF', () => {
  const spec = { soname: 'libnvinfer.so.8', needed: ['libcudnn.so.8', 'libc.so.6'], runpath: '$ORIGIN:$ORIGIN/../lib' };
  const expected = { soname: 'libnvinfer.so.8', needed: ['libcudnn.so.8', 'libc.so.6'], rpath: [], runpath: ['$ORIGIN', '$ORIGIN/../lib'] };

  it.each([
    [{}, { bits: 64, machine: 'amd64' }],
    [{ bits: 32 as const, machine: 3 }, { bits: 32, machine: '386' }],
    [{ bigEndian: true, machine: 21 }, { bits: 64, machine: 'machine-21' }],
    [{ bits: 32 as const, bigEndian: true, machine: 8 }, { bits: 32, machine: 'machine-8' }],
    [{ padding: 300_000, machine: 183 }, { bits: 64, machine: 'arm64' }],
    [{ padding: 5_000, stringsAtEnd: true }, { bits: 64, machine: 'amd64' }],
  ])('%j', (more, also) => expect(elfOf(writeElf({ ...spec, ...more }))).toEqual({ ...expected, ...also }));

  it('reads an old RPATH', () => expect(elfOf(writeElf({ rpath: '/opt/lib' }))).toMatchObject({ soname: null, rpath: ['/opt/lib'], runpath: [] }));

  it('needs nothing where it is linked statically', () => expect(elfOf(writeElf({ static: true, needed: ['x'] }))).toMatchObject({ needed: [] }));

  it.each(['', 'hello', '#!/bin/sh\n', '\x7fELF'])('%j is none', (text) => expect(elfOf(Buffer.from(text, 'latin1'))).toBeNull());

  it('neither throws nor asks for much, however broken', () => {
    const whole = writeElf(spec);
    for (let length = 0; length < whole.length; length++) expect(() => elfOf(whole.subarray(0, length))).not.toThrow();
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 3_000; round++) {
      const mutant = Buffer.from(whole);
      for (let i = 0; i < 1 + random(6); i++) mutant[random(mutant.length)] = random(256);
      const reader = readElf();
      let step = reader.next();
      for (let parts = 0; step.done !== true; parts++) {
        expect(parts).toBeLessThan(10);
        expect(step.value.length).toBeLessThan(64 * 1024 * 1024);
        step = reader.next(mutant.subarray(step.value.offset, step.value.offset + step.value.length));
      }
    }
  });
});

describe('names of libraries', () => {
  it.each([
    ['libnvinfer.so.8.6.1', 'tensorrt', '8.6.1', true, false],
    ['libnvinfer_plugin.so.8', undefined, '8', true, false],
    ['libcublas.so', 'cublas', null, true, false],
    ['libcublasLt.so.12', undefined, '12', true, false],
    ['libcudart.so.11.8.89', 'cudart', '11.8.89', true, false],
    ['libcuda.so.1', undefined, '1', false, true],
    ['libnvidia-ml.so.1', undefined, '1', false, true],
    ['libnvidia-container.so.1', undefined, '1', false, false],
    ['libEGL_nvidia.so.0', undefined, '0', false, true],
    ['libcudnn_cnn_infer.so.8', undefined, '8', true, false],
    ['libc.so.6', undefined, '6', false, false],
    ['libnvinfer_static.a', undefined, null, false, false],
  ])('%s', (name, kind, version, isOurs, isDrivers) => {
    expect([libraryKind(name), libraryVersion(name), isGpuLibrary(name), isDriverLibrary(name)]).toEqual([kind, version, isOurs, isDrivers]);
  });
});

describe('where the loader looks', () => {
  const paths = { environment: ['/env'], cache: new Map([['libx.so.1', '/cached/libx.so.1']]), builtIn: ['/lib', '/usr/lib'] };
  const tail = ['/cached/libx.so.1', '/lib/libx.so.1', '/usr/lib/libx.so.1'];

  it.each([
    [{ rpath: [], runpath: [] }, ['/env/libx.so.1', ...tail]],
    [{ rpath: ['/r'], runpath: [] }, ['/r/libx.so.1', '/env/libx.so.1', ...tail]],
    [{ rpath: ['/r'], runpath: ['/run'] }, ['/env/libx.so.1', '/run/libx.so.1', ...tail]],
    [{ rpath: [], runpath: ['$ORIGIN/../n', '${ORIGIN}', '$LIB', 'relative'] }, ['/env/libx.so.1', '/a/n/libx.so.1', '/a/b/libx.so.1', ...tail]],
  ])('%j', (elf, expected) => expect(loaderCandidates('libx.so.1', '/a/b/me.so', elf, paths)).toEqual(expected));

  it('takes a path as it is', () => expect(loaderCandidates('/opt/x.so', '/a', { rpath: [], runpath: [] }, paths)).toEqual(['/opt/x.so']));

  it('knows the folders of Debian', () => expect(builtInFolders('arm64').slice(0, 2)).toEqual(['/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu']));

  it('splits variables', () => expect(splitFolders('/a/:b::/c/../d:/a')).toEqual(['/a', '/d']));
});
