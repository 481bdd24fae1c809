import type { ComponentKind } from '../stack/model';
import { baseName } from '../text/path';

/** Names of shared libraries that tell of a component, the part of the name before `.so`. */
const KINDS: readonly (readonly [pattern: RegExp, kind: ComponentKind])[] = [
  [/^libnvinfer$/, 'tensorrt'],
  [/^libcudnn$/, 'cudnn'],
  [/^libcublas$/, 'cublas'],
  [/^libcudart$/, 'cudart'],
  [/^libnccl$/, 'nccl'],
];

/** Libraries whose needs are followed: those of CUDA, cuDNN, TensorRT and NCCL by the names of their packages' files. */
const INTERESTING =
  /^lib(?:nvinfer(?:_\w+)?|nvonnxparser|nvparsers|nvcaffe_parser|cudnn(?:_\w+)?|cublas(?:Lt)?|cudart|cufft|curand|cusolver|cusparse(?:Lt)?|nccl|nvrtc|nvJitLink|nvjpeg|npp\w+|nvToolsExt|cupti|torchtrt\w*)$/;

/** Libraries of PyTorch, TensorFlow and ONNX Runtime that programs load; what ONNX Runtime opens when it is asked for is none. */
const FRAMEWORK = /^lib(?:torch(?:_\w+)?|c10(?:_\w+)?|tensorflow(?:_\w+)?|onnxruntime)$/;

/** What Python imports: a name with the tag of its interface, or one that is neither a library's nor in a folder of libraries. */
const PYTHON_MODULE = /\.(?:cpython|abi3|pypy)[\w-]*\.so$|(?:^|\/)(?!lib(?:64)?\/)[^/]+\/(?!lib)[^/]+\.so$/;

/**
 * Libraries of the driver, which the container toolkit brings from the host: those that libnvidia-container looks for
 * (https://github.com/NVIDIA/libnvidia-container, src/nvc_info.c).
 */
const DRIVER = /^lib(?:cuda|cudadebugger|nvcuvid|nvoptix|vdpau_nvidia|(?:EGL|GLX|GLESv1_CM|GLESv2)_nvidia|nvidia-(?!container|egl-)[a-z\d-]+)$/;

/** `libnvinfer` of `libnvinfer.so.8.6.1`; undefined for what is no name of a shared library. */
function libraryStem(fileName: string): string | undefined {
  return /^(lib[^/]+?)\.so(?:\.[\d.]+)?$/.exec(fileName)?.[1];
}

/** `8.6.1` of `libnvinfer.so.8.6.1`; null where the name has no version. */
export function libraryVersion(fileName: string): string | null {
  return /\.so\.(\d+(?:\.\d+)*)$/.exec(fileName)?.[1] ?? null;
}

/** The component that a library of this name is; undefined for libraries that tell of none. */
export function libraryKind(fileName: string): ComponentKind | undefined {
  const stem = libraryStem(fileName);
  return stem === undefined ? undefined : KINDS.find(([pattern]) => pattern.test(stem))?.[1];
}

/** Whether a library belongs to CUDA, cuDNN, TensorRT or NCCL. */
export function isGpuLibrary(fileName: string): boolean {
  const stem = libraryStem(fileName);
  return stem !== undefined && INTERESTING.test(stem);
}

/** Whether programs load the library at this path themselves: a GPU library, a framework's, or a module of Python. */
export function isLoadedByPrograms(path: string): boolean {
  const name = baseName(path);
  return isGpuLibrary(name) || FRAMEWORK.test(libraryStem(name) ?? '') || PYTHON_MODULE.test(path);
}

/** Whether a library belongs to the driver, so that it comes from the host. */
export function isDriverLibrary(fileName: string): boolean {
  const stem = libraryStem(fileName);
  return stem !== undefined && DRIVER.test(stem);
}

/** Names to look for in folders, beside those that the loader's cache tells; soname majors as in the fact tables. */
export const PROBED_LIBRARIES: readonly string[] = [
  ...['7', '8', '10', '11'].flatMap((major) => [`libnvinfer.so.${major}`, `libnvinfer_plugin.so.${major}`, `libnvonnxparser.so.${major}`]),
  ...['8', '9'].map((major) => `libcudnn.so.${major}`),
  ...['11', '12', '13'].map((major) => `libcublas.so.${major}`),
  ...['11.0', '12', '13'].map((major) => `libcudart.so.${major}`),
  'libnccl.so.2',
  ...['libcuda.so.1', 'libnvidia-ml.so.1'],
];

/**
 * The parts of cuDNN 9, which libcudnn.so.9 opens by their names when it wants them, so that the loader does not miss them.
 * https://docs.nvidia.com/deeplearning/cudnn/latest/api/overview.html (2026-11)
 */
export const CUDNN_PARTS: readonly string[] = ['graph', 'ops', 'cnn', 'adv', 'heuristic', 'engines_precompiled', 'engines_runtime_compiled'].map((part) => `libcudnn_${part}.so.9`);

/** Libraries that use CUDA by the name: of frameworks the ones that need cuDNN, cuBLAS and TensorRT. */
const USES_CUDA = /^lib(?:nvinfer(?!_builder_resource)|nvonnxparser|.*(?:cuda|tensorrt|torchtrt))/;

/** Libraries of CUDA's toolkit, cuDNN and NCCL: long, and in need of nothing but one another and the C library. */
const TOOLKIT = /^lib(?:cublas(?:Lt)?|cudart|cudnn(?:_\w+)?|cufft|curand|cusolver|cusparse(?:Lt)?|nccl|nvrtc|nvJitLink|nvjpeg|npp\w+|nvToolsExt|cupti)$/;

/** Wheels of the toolkit have more of such. */
const TOOLKIT_WHEEL = /\/(?:site|dist)-packages\/nvidia\//;

/** Data in the form of a library, loaded by name when they are wanted. */
const DATA = /^lib(?:cudnn_engines_\w+|nvinfer_builder_resource\w*|nvrtc-builtins.*)$/;

/** The place of the toolkit's libraries in the order of opening. */
export const TOOLKIT_ORDER = 2;

/** In which order the libraries at these paths are opened while there is a limit: what depends on most first. */
export function openingOrder(path: string): number {
  const stem = libraryStem(baseName(path)) ?? '';
  if (DATA.test(stem)) return TOOLKIT_ORDER + 1;
  if (TOOLKIT.test(stem) || TOOLKIT_WHEEL.test(path)) return TOOLKIT_ORDER;
  return USES_CUDA.test(stem) ? 0 : 1;
}
