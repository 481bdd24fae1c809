import { successorOf } from '../../facts/tensorrt-packages';
import { parseCudnnPackage } from '../../facts/cudnn';
import type { PackageInstall, PackageSpec } from '../../shell/installers/model';
import type { ComponentKind } from '../../stack/model';
import { packageMeaning } from '../../stack/packages';
import { UNKNOWN } from '../../text/traced';
import { majorOf } from '../../version/dotted';

/** What becomes of a package in an image in which nothing is compiled. */
export type RuntimePackage =
  | { readonly kind: 'same' }
  /** Headers, of which the library that they belong to is not known by name: the package brings it along. */
  | { readonly kind: 'headers' }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'other'; readonly name: string };

/**
 * Compilers. With them comes the library of OpenMP, which runtime images lack and what was compiled may need
 * (https://github.com/NVIDIA/cuopt/pull/1888, https://github.com/Mesh-LLM/mesh-llm/issues/931).
 */
const COMPILER = /^(?:build-essential|gcc|g\+\+|gcc-c\+\+|(?:gcc|g\+\+)-[\d.]+|gcc-toolset-\d+.*|devtoolset-\d+.*)$/;
/** Build systems and debuggers. */
const TOOL =
  /^(?:(?:cpp|clang|clang-(?:format|tidy)|lld|llvm)(?:-[\d.]+)?|make|gmake|cmake3?|cmake-data|ninja-build|autoconf|automake|libtool(?:-bin)?|pkg-config|pkgconf|pkgconfig|bison|flex|golang(?:-.*)?|rustc|cargo|nasm|yasm|ccache|meson|swig|dpkg-dev|debhelper|devscripts|rpm-build|gdb|valgrind|doxygen|checkinstall|(?:.*-)?headers(?:-[\w.-]+)?|.*-(?:dbg|doc|debuginfo|static))$/;
/** Packages of NVIDIA that bring nvcc or tools for developers (the meta-packages of the installation guide for Linux). */
const TOOLKIT = /^(?:cuda(?:-\d+-\d+)?|nvidia-cuda-(?:toolkit|dev)|cuda-(?:toolkit|compiler|nvcc|minimal-build|command-line-tools|tools|nvprof|nsight(?:-compute|-systems)?|documentation|samples|demo-suite|gdb|cuobjdump|nvdisasm|sanitizer|memcheck)(?:-\d+-\d+)?)$/;
/** `cuda-cudart-dev-12-4`, `libcublas-devel-12-4`: the library is named like the headers, without the `dev`. */
const CUDA_HEADERS = /^((?:cuda-(?:libraries|cudart|nvrtc)|lib(?:cublas|cufft|curand|cusolver|cusparse|npp|nvjpeg|nvjitlink|cufile))-)(?:dev|devel)-(\d+-\d+)$/;
const PYTHON_HEADERS = /^((?:lib)?python3(?:\.\d+)?)-(?:dev|devel)$/;

/** What takes the place of a package that a stage installs, in the stage that only runs; `present` is what its image brings. */
export function runtimePackage(spec: PackageSpec, manager: PackageInstall['manager'], present: ReadonlySet<ComponentKind>): RuntimePackage {
  const name = spec.name.value;
  if (name.includes(UNKNOWN) || spec.localFile) return { kind: 'same' };
  if (COMPILER.test(name)) return { kind: 'other', name: manager === 'apt' ? 'libgomp1' : 'libgomp' };
  if (TOOL.test(name) || TOOLKIT.test(name)) return { kind: 'left-out' };
  if (!/-(?:dev|devel)(?:$|-)/.test(name)) return { kind: 'same' };
  const library = libraryOf(name, spec.version?.value);
  if (library === undefined) return { kind: 'headers' };
  const brings = packageMeaning(library).map(({ kind }) => kind);
  // It lies in the runtime image, often on hold: another one could not even be installed.
  const isPresent = spec.version === undefined && brings.length > 0 && brings.every((kind) => kind !== 'python' && present.has(kind));
  return isPresent ? { kind: 'left-out' } : { kind: 'other', name: library };
}

/** The library of a package of headers, where the tables or NVIDIA's way to name packages tell it. */
function libraryOf(name: string, version: string | undefined): string | undefined {
  const python = PYTHON_HEADERS.exec(name)?.[1];
  if (python !== undefined) return python;
  const cuda = CUDA_HEADERS.exec(name);
  if (cuda !== null) return `${cuda[1] ?? ''}${cuda[2] ?? ''}`;
  if (/^libnccl-(?:dev|devel)$/.test(name)) return name.endsWith('devel') ? 'libnccl' : 'libnccl2';
  const cudnn = parseCudnnPackage(name.replace(/-devel(?=$|-)/, '-dev'));
  if (cudnn !== undefined) return `libcudnn${cudnn.major}${cudnn.cuda === undefined ? '' : `-cuda-${cudnn.cuda}`}`;
  const family = /^(libnv[a-z-]+?)-(?:dev|devel)$/.exec(name)?.[1];
  const major = /^\d/.test(version ?? '') ? majorOf(version ?? '') : undefined;
  return family === undefined || major === undefined ? undefined : successorOf(`${family}${major}`, major);
}
