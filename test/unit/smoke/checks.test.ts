import { describe, expect, it } from 'vitest';
import { CHECK_IDS } from '../../../src/core/smoke-file/check-ids';
import { listPlaceholders } from '../../../src/core/l10n/message';
import type { Library } from '../../../src/core/scan/model';
import { checks, chooseChecks } from '../../../src/smoke/checks';
import type { RunCheck, SmokeImage, StaticCheck, StepResult, Verdict } from '../../../src/smoke/model';
import { formatText } from '../../../src/core/l10n/message';
import { knownErrors } from '../../../src/core/facts/errors';
import { HOST_ERRORS } from '../../../src/smoke/explain';
import { ended, imageWith } from './image';

const find = (id: string): RunCheck => {
  const check = checks.find((one) => one.id === id);
  if (check === undefined || check.kind === 'static') throw new Error(`no check ${id}`);
  return check;
};
const judge = (id: string, result: StepResult, image: SmokeImage = imageWith()): Verdict => {
  const verdict = find(id).read(result, image);
  // What a sentence speaks of is in its data.
  for (const { template, data } of [verdict.sentence, ...verdict.details]) expect(Object.keys(data)).toEqual(expect.arrayContaining(listPlaceholders(template)));
  return verdict;
};
const told = (verdict: Verdict): string => `${verdict.state}: ${formatText(verdict.sentence)}`;
const probe = (data: object): string => `some noise\n@@trtc:result ${JSON.stringify(data)}`;

it('has the ids that smoke files may name, each once', () => {
  expect(checks.map(({ id }) => id)).toEqual(CHECK_IDS);
  expect(new Set(CHECK_IDS).size).toBe(CHECK_IDS.length);
});

it('knows errors of the host by ids that the table has', () => {
  expect([...HOST_ERRORS].filter((id) => !knownErrors().some((error) => error.id === id))).toEqual([]);
});

describe('which checks are run', () => {
  const ids = (image: SmokeImage, ...profiles: ('static' | 'cpu' | 'gpu')[]): readonly string[] => chooseChecks(image, profiles).map(({ id }) => id);

  it('follows from what lies in the image', () => {
    expect(ids(imageWith(), 'static', 'cpu')).toEqual([]);
    expect(ids(imageWith(), 'gpu')).toEqual(['nvidia-smi', 'cuda-kernel']);
    expect(ids(imageWith({ packages: ['torch', 'onnxruntime-gpu'] }), 'cpu', 'gpu')).toEqual(['python-torch', 'python-onnxruntime', 'nvidia-smi', 'cuda-kernel', 'torch-device', 'onnxruntime-cuda', 'onnxruntime-tensorrt']);
    expect(ids(imageWith({ programs: ['sh', 'nvcc', 'trtexec'] }), 'cpu', 'gpu')).toEqual(['trtexec-starts', 'nvcc-compiles', 'nvidia-smi', 'nvcc-program', 'trtexec-engine']);
  });

  it('follows from the capabilities that the image asks for', () => {
    const all = imageWith({ packages: ['numpy'], environment: ['NVIDIA_DRIVER_CAPABILITIES=all'] });
    expect(ids(all, 'gpu')).toEqual(['nvidia-smi', 'cuda-kernel', 'nvdec', 'egl', 'vulkan', 'x11']);
    expect(ids(imageWith({ packages: ['numpy'], environment: ['NVIDIA_DRIVER_CAPABILITIES=compute,video'] }), 'gpu')).toEqual(['nvidia-smi', 'cuda-kernel', 'nvdec']);
  });

  it('is every check that runs something where nothing is known of the image', () => {
    expect(ids({ ...imageWith(), unread: true }, 'static', 'cpu', 'gpu')).toEqual(checks.filter(({ kind }) => kind !== 'static').map(({ id }) => id));
  });
});

describe('any check', () => {
  it.each([
    ['a missing program', { ...ended(''), state: 'absent' as const }, /^skipped: trtexec is not in the image\.$/],
    ['the end of its time', { ...ended(''), state: 'timed-out' as const, timeoutMs: 60_000 }, /^failed: trtexec did not end within 60 s and was stopped\.$/],
    ['a crash', ended('', 139), /^failed: trtexec crashed \(SIGSEGV\)\.$/],
    ['an end by a signal', ended('', 137), /^failed: trtexec was ended by signal 9\.$/],
    ['the end of the memory', { ...ended('', 137), outOfMemory: true }, /^failed: trtexec needed more memory/],
    ['an engine without GPUs', { ...ended(''), refusal: { kind: 'no-gpu-runtime' as const, detail: 'could not select device driver "" with capabilities: [[gpu]]' } }, /^blocked: The engine has no way/],
    ['an image of another processor', { ...ended(''), refusal: { kind: 'exec-format' as const, detail: 'exec /bin/sh failed: Exec format error' } }, /^blocked: The image is made for another processor/],
    ['a run that was called off', { ...ended(''), refusal: { kind: 'cancelled' as const, detail: '' } }, /^blocked: The run was cancelled\.$/],
    ['a container that ended too early', { ...ended(''), state: 'not-run' as const }, /^blocked: trtexec: the container ended/],
  ])('tells %s', (_, result, wanted) => {
    expect(told(judge('trtexec-engine', result))).toMatch(wanted);
  });
});

describe('trtexec', () => {
  // The closing line as logs of TensorRT 8.0 to 8.6 in public repositories have it.
  it('passes when both processes say so', () => {
    const line = '&&&& PASSED TensorRT.trtexec [TensorRT v8601] # trtexec --onnx=network.onnx';
    expect(judge('trtexec-engine', ended(`${line}\n${line}`))).toMatchObject({ state: 'passed', measured: { trtexec: '8601' } });
    expect(told(judge('trtexec-engine', ended(line)))).toBe('failed: trtexec ended without saying PASSED.');
  });

  it('is not blamed for a driver that only a GPU brings', () => {
    const output = 'trtexec: error while loading shared libraries: libcuda.so.1: cannot open shared object file: No such file or directory';
    expect(told(judge('trtexec-starts', ended(output, 127)))).toMatch(/^skipped: trtexec needs the driver's libcuda\.so\.1/);
    expect(judge('trtexec-starts', ended('trtexec: error while loading shared libraries: libnvinfer.so.8: cannot open shared object file: No such file or directory', 127))).toMatchObject({ state: 'failed', knownError: 'libnvinfer-so' });
  });
});

describe('a framework on the GPU', () => {
  it.each([
    ['driver too old', 'The NVIDIA driver on your system is too old (found version 11040).', 'blocked', 'torch-driver-old'],
    ['driver too old for the runtime', 'CUDA driver version is insufficient for CUDA runtime version', 'blocked', 'driver-insufficient'],
    ['no GPU', 'No CUDA GPUs are available', 'blocked', 'torch-no-gpus'],
    ['services of the host that do not run', 'Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized', 'blocked', 'cuda-802'],
    ['no driver', 'Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver', 'blocked', 'torch-no-driver'],
    ['no code for the GPU', 'CUDA error: no kernel image is available for execution on the device', 'failed', 'no-kernel-image'],
    ['forward compatibility', 'Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted on non supported HW', 'blocked', 'cuda-804'],
    ['libraries missing', 'libcudnn.so.9: cannot open shared object file: No such file or directory', 'failed', 'libcudnn-import'],
  ])('tells %s by its message', (_, message, state, knownError) => {
    expect(judge('torch-device', ended(probe({ ok: false, error: 'RuntimeError', message, trace: 'Traceback' }), 1))).toMatchObject({ state, knownError });
  });

  it.each([
    [35, 'blocked'],
    [100, 'blocked'],
    [803, 'blocked'],
    [804, 'blocked'],
    [209, 'failed'],
  ])('knows whose fault CUDA error %i is', (number, state) => {
    expect(judge('cuda-kernel', ended(probe({ ok: false, error: 'RuntimeError', message: `CUDA error ${number} (CUDA_ERROR_X) in cuInit` }), 1)).state).toBe(state);
  });

  it('passes with the GPU that it ran on', () => {
    const verdict = judge('torch-device', ended(probe({ ok: true, version: '2.5.1', cuda: '12.4', gpu: 'NVIDIA H200', computeCapability: '9.0', architectures: ['sm_80', 'sm_90'] })));
    expect(told(verdict)).toBe('passed: PyTorch 2.5.1 computes on NVIDIA H200.');
    expect(verdict.measured).toEqual({ torch: '2.5.1', 'torch-cuda': '12.4', gpu: 'NVIDIA H200', 'compute capability': '9.0' });
  });

  it('is skipped where it is not installed for this Python', () => {
    expect(judge('torch-device', ended(probe({ ok: false, skip: 'absent' }))).state).toBe('skipped');
    expect(told(judge('onnxruntime-cuda', ended(probe({ ok: false, skip: 'This ONNX Runtime has no CUDAExecutionProvider, only CPUExecutionProvider.' }))))).toBe('skipped: CUDAExecutionProvider: This ONNX Runtime has no CUDAExecutionProvider, only CPUExecutionProvider.');
  });

  it('fails where it falls back to the CPU without a word', () => {
    expect(told(judge('onnxruntime-cuda', ended(probe({ ok: false, error: 'RuntimeError', message: 'CUDAExecutionProvider could not be created; the session fell back to CPUExecutionProvider' }), 1)))).toMatch(/^failed: .*fell back to CPUExecutionProvider/);
  });

  it('is not well when its process crashes after its work', () => {
    expect(told(judge('torch-device', ended(probe({ ok: true, version: '2.5.1' }), 139)))).toBe('failed: torch works, but its process crashes when it ends.');
  });

  it('keeps the kind of an error that is in no table', () => {
    expect(told(judge('python-torch', ended(probe({ ok: false, error: 'AttributeError', message: "module 'torch' has no attribute 'x'" }), 1)))).toBe("failed: import torch: AttributeError: module 'torch' has no attribute 'x'");
  });
});

describe('the driver', () => {
  const cuda = (version: string): SmokeImage => imageWith({ components: [{ kind: 'cuda', version }] });

  it('is held against the CUDA of the image', () => {
    expect(told(judge('driver-cuda', ended('580.159.04, NVIDIA H200'), cuda('13.0.0')))).toBe('passed: Driver 580.159.04 serves CUDA 13.0.0.');
    expect(told(judge('driver-cuda', ended('470.57.02, Tesla T4'), cuda('12.4.1')))).toMatch(/^blocked: Driver 470\.57\.02 of the host is too old for CUDA 12\.4\.1: it needs 525/);
    expect(told(judge('driver-cuda', ended('525.105.17, Tesla T4'), cuda('12.4.1')))).toMatch(/^passed: Driver 525\.105\.17 runs CUDA 12\.4\.1 by minor-version compatibility\.$/);
    const wheels = imageWith({ components: [{ kind: 'cudart', version: '13.0.96' }] });
    expect(told(judge('driver-cuda', ended('580.159.04, NVIDIA H200'), wheels))).toBe('passed: Driver 580.159.04 serves CUDA 13.0.');
  });

  it('is reported with the GPUs', () => {
    expect(told(judge('nvidia-smi', ended('NVIDIA H200, 580.159.04, 143771 MiB')))).toBe('passed: It sees NVIDIA H200, driver 580.159.04.');
    expect(told(judge('nvidia-smi', ended('No devices were found')))).toBe('blocked: No GPU reached the container: nvidia-smi lists none.');
    expect(judge('nvidia-smi', ended('Failed to initialize NVML: Unknown Error', 255))).toMatchObject({ state: 'blocked', knownError: 'nvml-unknown' });
  });
});

describe('ffmpeg', () => {
  // ffmpeg 5.1 of Debian 12.
  const DECODERS = ' V..... h264_v4l2m2m         V4L2 mem2mem H.264 decoder wrapper (codec h264)\n V..... h264_cuvid           Nvidia CUVID H264 decoder (codec h264)\n V..... hevc_cuvid           Nvidia CUVID HEVC decoder (codec hevc)\n';

  it('is to have the decoders where the image asks for the video libraries', () => {
    const video = imageWith({ programs: ['ffmpeg'], environment: ['NVIDIA_DRIVER_CAPABILITIES=all'] });
    expect(told(judge('ffmpeg-cuvid', ended(DECODERS), video))).toBe('passed: ffmpeg lists h264_cuvid, hevc_cuvid.');
    expect(judge('ffmpeg-cuvid', ended('nothing'), video).state).toBe('failed');
    expect(judge('ffmpeg-cuvid', ended('nothing'), imageWith({ programs: ['ffmpeg'] })).state).toBe('skipped');
  });
});

describe('static checks', () => {
  const static_ = (id: string, image: SmokeImage): string => told((checks.find((check): check is StaticCheck => check.id === id && check.kind === 'static') as StaticCheck).judge(image));

  it('the needs of what is loaded on demand fail no image; what could not be opened is said', () => {
    const site = '/usr/lib/python3/dist-packages';
    const library = (path: string, name: string, state: 'missing' | 'found' = 'missing'): Library => ({
      ...{ path: `${site}/${path}`, names: [], sizeBytes: 1, version: null, ofDriver: false },
      elf: { bits: 64, machine: 'amd64', soname: null, needed: [name], rpath: [], runpath: [] },
      needed: [{ name, state, path: state === 'found' ? `/lib/${name}` : null }],
    });
    const image = (...libraries: readonly Library[]): SmokeImage => {
      const blank = imageWith();
      const long = { ...library('torch/lib/libtorch_cuda.so', 'x'), elf: null, needed: [] };
      const gaps = [long.path, `${site}/nvidia/cufft/lib/libcufft.so.12`].map((path) => ({ path, why: 'too-large' as const, detail: '' }));
      return { ...blank, scan: { ...blank.scan, libraries: [long, ...libraries], gaps } };
    };
    const nvshmem = library('nvidia/nvshmem/lib/nvshmem_bootstrap_mpi.so.3', 'libmpi.so.40');
    const closure = (...libraries: readonly Library[]): readonly string[] => {
      const verdict = (checks.find(({ id }) => id === 'library-closure') as StaticCheck).judge(image(...libraries));
      return [verdict.state, ...[verdict.sentence, ...verdict.details].map((one) => formatText(one))];
    };
    expect(closure(nvshmem, library('numpy/_core.abi3.so', 'libc.so.6', 'found'))).toEqual([
      'passed',
      '1 libraries find all that they need.',
      'Loaded only on demand, and then in want of what no folder has: nvshmem_bootstrap_mpi.so.3 (libmpi.so.40).',
      `${site}/torch/lib/libtorch_cuda.so is longer than a check reads: what it needs is not known.`,
    ]);
    expect(closure(nvshmem, library('torch/_C.abi3.so', 'libgone.so.1'))).toEqual(expect.arrayContaining(['failed', `${site}/torch/_C.abi3.so needs libgone.so.1, and no folder of the image has it.`]));
  });

  it('miss the library of an installed package', () => {
    const image = imageWith({ components: [{ kind: 'tensorrt', version: '8.6.1.6', name: 'libnvinfer8', via: 'apt' }] });
    expect(static_('libraries-present', image)).toBe('failed: The package libnvinfer8 8.6.1.6 is installed, and the loader finds no libnvinfer.so.');
  });

  it('miss the parts that cuDNN 9 opens by itself', () => {
    const library = (name: string) => ({ path: `/usr/lib/${name}.1.0`, names: [name], sizeBytes: 1, version: '9.1.0', elf: null, needed: [], ofDriver: false });
    const image = (libraries: readonly string[], environment: readonly string[] = [], gaps: SmokeImage['scan']['gaps'] = []): SmokeImage => {
      const empty = imageWith({ environment });
      return { ...empty, scan: { ...empty.scan, libraries: libraries.map(library), gaps } };
    };
    const shim = ['libcudnn.so.9', 'libcudnn_graph.so.9', ...['ops', 'cnn', 'adv', 'heuristic', 'engines_runtime_compiled'].map((part) => `libcudnn_${part}.so.9`)];
    expect(static_('cudnn-parts', image([...shim, 'libcudnn_engines_precompiled.so.9']))).toBe('passed: cuDNN has all of its 7 parts.');
    expect(static_('cudnn-parts', image(shim))).toBe('failed: libcudnn.so.9 opens libcudnn_engines_precompiled.so.9 when it computes, and no folder of the image has it.');
    expect(static_('cudnn-parts', image(shim, ['CUDNN_LIB_CONFIG=GRAPH_JIT_ONLY']))).toMatch(/^skipped/);
    expect(static_('cudnn-parts', image(shim, [], [{ path: '/usr', why: 'refused', detail: 'x' }]))).toMatch(/^skipped/);
    expect(checks.find(({ id }) => id === 'cudnn-parts')?.applies(image(['libcudnn.so.8']))).toBe(false);
  });

  it('name the architectures of a known PyTorch', () => {
    const image = imageWith({ components: [{ kind: 'torch', version: '2.12.0', name: 'torch', via: 'pip', cuda: '12.6' }] });
    expect(static_('compute-capabilities', image)).toMatch(/^passed: PyTorch 2\.12\.0 for CUDA 12\.6 has code for compute capability .*9\.0/);
    expect(static_('compute-capabilities', imageWith({ components: [{ kind: 'torch', version: '99.1.0', name: 'torch', via: 'pip', cuda: '11.8' }] }))).toMatch(/^skipped/);
  });
});
