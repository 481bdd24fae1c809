import { UNKNOWN } from '../text/traced';
import { cudaOfPipTag } from '../version/cuda';
import type { ComponentKind, VersionClaim } from './model';

/** What one distribution package brings: a component kind, and what its name alone says of versions. */
export interface PackageMeaning {
  readonly kind: ComponentKind;
  /** Version that the name states (`libnvinfer8` → 8, `cuda-toolkit-12-4` → 12.4); undefined when it states none. */
  readonly named: string | undefined;
  /** CUDA that the name states (`libcudnn9-cuda-12` → 12). */
  readonly cuda: string | undefined;
}

interface PackagePattern {
  /** Its named groups `version` and `cuda` are taken; `-` inside them stands for `.`. */
  readonly pattern: RegExp;
  readonly kinds: readonly ComponentKind[];
}

/** Packages that need the distribution's own `python3`. */
export const DISTRIBUTION_PYTHON = /^python3(?:-(?:pip|dev|venv|full|minimal|setuptools|wheel|distutils))?$/;

const dashed = '(?<version>\\d+(?:-\\d+)?)';

/**
 * Package names of NVIDIA's apt and yum repositories and of Debian and Ubuntu, with what they bring.
 * Names are those of the tables `tensorrt-packages` and `cudnn`, and of the CUDA installation guide's meta-package list
 * (docs.nvidia.com/cuda/cuda-installation-guide-linux/#meta-packages).
 */
const patterns: readonly PackagePattern[] = [
  { pattern: /^libnvinfer(?:-lean|-dispatch)?(?<version>\d+)$/, kinds: ['tensorrt'] },
  { pattern: /^libnv(?:infer-plugin|infer-vc-plugin|onnxparsers|parsers|caffe_parser)(?<version>\d+)$/, kinds: ['tensorrt'] },
  { pattern: /^libnv(?:infer|infer-[a-z-]+|onnxparsers|parsers|infer-headers[a-z-]*)-(?:dev|devel)$/, kinds: ['tensorrt-headers'] },
  { pattern: /^libnvinfer-bin$/, kinds: ['trtexec'] },
  { pattern: /^python3?-libnvinfer(?:-lean|-dispatch|-dev|-devel)?$/, kinds: ['tensorrt-python'] },
  { pattern: /^tensorrt$/, kinds: ['tensorrt', 'tensorrt-headers', 'tensorrt-python', 'trtexec'] },
  { pattern: /^tensorrt-libs$/, kinds: ['tensorrt'] },
  { pattern: /^tensorrt-(?:dev|devel)$/, kinds: ['tensorrt', 'tensorrt-headers'] },
  { pattern: /^libcudnn(?<version>\d+)(?:-cuda-(?<cuda>\d+))?$/, kinds: ['cudnn'] },
  { pattern: /^libcudnn(?<version>\d+)-(?:dev|devel|headers)(?:-cuda-(?<cuda>\d+))?$/, kinds: ['cudnn-headers'] },
  { pattern: /^libcudnn-(?:dev|devel)$/, kinds: ['cudnn-headers'] },
  { pattern: /^cudnn(?<version>\d+)?(?:-cuda-(?<cuda>\d+)(?:-\d+)?)?$/, kinds: ['cudnn', 'cudnn-headers'] },
  { pattern: /^libnccl(?:2|-dev|-devel)?$/, kinds: ['nccl'] },
  { pattern: new RegExp(`^cuda-${dashed}$`), kinds: ['cuda', 'nvcc', 'cuda-headers', 'cudart', 'cublas', 'driver-library'] },
  { pattern: /^cuda$/, kinds: ['cuda', 'nvcc', 'cuda-headers', 'cudart', 'cublas', 'driver-library'] },
  { pattern: new RegExp(`^cuda-toolkit(?:-${dashed})?$`), kinds: ['cuda', 'nvcc', 'cuda-headers', 'cudart', 'cublas'] },
  { pattern: new RegExp(`^cuda-runtime-${dashed}$`), kinds: ['cuda', 'cudart', 'cublas', 'driver-library'] },
  { pattern: new RegExp(`^cuda-libraries-${dashed}$`), kinds: ['cuda', 'cudart', 'cublas'] },
  { pattern: new RegExp(`^cuda-libraries-(?:dev|devel)-${dashed}$`), kinds: ['cuda', 'cudart', 'cublas', 'cuda-headers'] },
  { pattern: new RegExp(`^cuda-(?:minimal-build|compiler)-${dashed}$`), kinds: ['cuda', 'nvcc', 'cudart'] },
  { pattern: new RegExp(`^cuda-nvcc-${dashed}$`), kinds: ['nvcc'] },
  { pattern: new RegExp(`^cuda-cudart-${dashed}$`), kinds: ['cudart'] },
  { pattern: new RegExp(`^cuda-cudart-(?:dev|devel)-${dashed}$`), kinds: ['cudart', 'cuda-headers'] },
  { pattern: new RegExp(`^libcublas(?:-(?:dev|devel))?-${dashed}$`), kinds: ['cublas'] },
  { pattern: new RegExp(`^cuda-cublas(?:-(?:dev|devel))?-${dashed}$`), kinds: ['cublas'] },
  { pattern: /^libcublas\d+$/, kinds: ['cublas'] },
  { pattern: new RegExp(`^cuda-compat-${dashed}$`), kinds: ['cuda-compat'] },
  { pattern: /^cuda-drivers(?:-.*)?$/, kinds: ['driver-library'] },
  { pattern: /^(?:nvidia-driver|nvidia-headless|nvidia-utils|nvidia-dkms|nvidia-kernel|libnvidia|xserver-xorg-video-nvidia)-.+$/, kinds: ['driver-library'] },
  { pattern: /^nvidia-(?:3|4|5)\d\d(?:-.+)?$/, kinds: ['driver-library'] },
  { pattern: /^nvidia-cuda-(?:toolkit|dev)$/, kinds: ['nvcc', 'cuda-headers', 'cudart'] },
  { pattern: /^python(?<version>3\.\d+)$/, kinds: ['python'] },
  { pattern: DISTRIBUTION_PYTHON, kinds: ['python'] },
];

/** Packages of libnvidia-* that the container toolkit brings itself and that hold no driver library. */
const notDriver = /^libnvidia-(?:container.*|egl-.+|ml-dev)$/;

const meanings = new Map<string, readonly PackageMeaning[]>();

/** What a package of apt or yum brings, by its name; empty for a package that is none of ours. */
export function packageMeaning(name: string): readonly PackageMeaning[] {
  const known = meanings.get(name);
  if (known !== undefined) return known;
  const meaning = readMeaning(name);
  // The names of one Dockerfile are few; the bound is for a server that reads hostile files for days.
  if (meanings.size > 4096) meanings.clear();
  meanings.set(name, meaning);
  return meaning;
}

function readMeaning(name: string): readonly PackageMeaning[] {
  if (name.includes(UNKNOWN) || notDriver.test(name)) return [];
  for (const { pattern, kinds } of patterns) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const named = match.groups?.['version']?.replace('-', '.');
    const cuda = match.groups?.['cuda'];
    return kinds.map((kind) => ({ kind, named, cuda }));
  }
  return [];
}

/** The version claim of a distribution package: its pin if it has one, else what its name says. */
export function packageVersion(pin: string | undefined, named: string | undefined): { version: VersionClaim; cuda: string | undefined } {
  if (pin === undefined || pin === '*') {
    return { version: named === undefined ? { type: 'newest' } : { type: 'prefix', version: named }, cuda: undefined };
  }
  const cuda = /[+.]cuda(\d+(?:\.\d+)*)/.exec(pin)?.[1];
  const upstream = /^(?:\d+:)?([^-+]*)/.exec(pin)?.[1] ?? '';
  if (!/^[\d.]+\*?$/.test(upstream)) return { version: { type: 'unknown' }, cuda };
  if (upstream.endsWith('*')) return { version: { type: 'prefix', version: upstream.replace(/\.?\*$/, '') }, cuda };
  return { version: { type: 'exact', version: upstream }, cuda };
}

const pythonPackages: Readonly<Record<string, ComponentKind>> = {
  torch: 'torch',
  pytorch: 'torch',
  tensorflow: 'tensorflow',
  'tensorflow-gpu': 'tensorflow',
  onnxruntime: 'onnxruntime',
  'onnxruntime-gpu': 'onnxruntime',
  'torch-tensorrt': 'torch-tensorrt',
  tensorrt: 'tensorrt-python',
  'nvidia-tensorrt': 'tensorrt-python',
  'tensorrt-libs': 'tensorrt',
  'tensorrt-bindings': 'tensorrt-python',
  'tensorrt-llm': 'tensorrt-llm',
  jax: 'jax',
  jaxlib: 'jax',
  // Wheels of CUDA 13 have no suffix (pypi.org/project/nvidia-cublas-cu13 and -cuda-runtime-cu13, read 2026-11-20).
  'nvidia-cublas': 'cublas',
  'nvidia-cuda-runtime': 'cudart',
};

/** Names that mean something in conda's channels alone: pip's `cuda-toolkit` has no file of its own, and brings only the parts that its extras name. */
const condaPackages: Readonly<Record<string, ComponentKind>> = {
  cudatoolkit: 'cudart',
  'cuda-toolkit': 'nvcc',
  'cuda-nvcc': 'nvcc',
  'pytorch-cuda': 'cudart',
  cudnn: 'cudnn',
  python: 'python',
  nccl: 'nccl',
};

/** What a package of pip or conda brings, by its normalised name; undefined for one that is none of ours. */
export function pythonPackageMeaning(name: string, manager: 'pip' | 'conda'): { readonly kind: ComponentKind; readonly cuda: string | undefined } | undefined {
  const kind = pythonPackages[name] ?? (manager === 'conda' ? condaPackages[name] : undefined);
  if (kind !== undefined) return { kind, cuda: undefined };
  const suffixed = /^(tensorrt|tensorrt-libs|tensorrt-bindings|nvidia-cudnn|nvidia-nccl|nvidia-cuda-runtime|nvidia-cublas)-cu(\d+)(?:-(?:libs|bindings))?$/.exec(name);
  if (suffixed === null) return undefined;
  const base = suffixed[1] ?? '';
  const meaning: ComponentKind = base.startsWith('tensorrt')
    ? 'tensorrt-python'
    : base === 'nvidia-cudnn'
      ? 'cudnn'
      : base === 'nvidia-nccl'
        ? 'nccl'
        : base === 'nvidia-cublas'
          ? 'cublas'
          : 'cudart';
  return { kind: meaning, cuda: suffixed[2] };
}

/** The claim of a PEP 440 specifier or a conda version: `==2.1.0+cu118` is exact 2.1.0 for CUDA 11.8. */
export function pythonVersion(specifier: string): { version: VersionClaim; cuda: string | undefined } {
  const trimmed = specifier.trim();
  if (trimmed.includes(UNKNOWN)) return { version: { type: 'unknown' }, cuda: undefined };
  if (trimmed === '') return { version: { type: 'newest' }, cuda: undefined };
  const exact = /^={2,3}\s*([^\s,*]+)$/.exec(trimmed);
  if (exact === null) return { version: { type: 'range', specifier: trimmed }, cuda: undefined };
  const [version = '', local] = (exact[1] ?? '').split('+');
  return { version: { type: 'exact', version }, cuda: local === undefined ? undefined : cudaOfPipTag(local) };
}
