import { readLines, type Sought, type SymptomReader } from './model';

const BUILDERS: Sought = { kind: 'command', names: ['nvcc', 'make', 'ninja', 'cmake', 'gcc', 'g++', 'cc', 'c++', 'clang', 'pip', 'pip3', 'python', 'python3', 'bazel', 'colcon', 'catkin_make'] };

const CMAKE: Sought = { kind: 'command', names: ['cmake', 'ccmake', 'make', 'pip', 'pip3', 'python', 'python3'], first: true };

/** https://github.com/NVIDIA/nvidia-docker/issues/374 (2017-04), https://github.com/NVIDIA/nvidia-docker/issues/1504 (2022-09) */
const DRIVER_LIBRARY = {
  code: 'driver-library-missing',
  template: 'The linker does not find libcuda: it belongs to the driver, which no build has. The -devel images have a stand-in to link with in /usr/local/cuda/lib64/stubs.',
};

/** What compilers, linkers and make say in one line. */
export const compilers = readLines([
  {
    // E.g. https://github.com/colmap/colmap/issues/1822
    code: 'nvcc-architecture',
    pattern: /nvcc fatal +: Unsupported gpu architecture 'compute_'/,
    template: 'nvcc was given no architecture: it was to be that of the GPU, and a build has none.',
    seeks: () => [...['CMAKE_CUDA_ARCHITECTURES', 'native', 'CUDA_ARCH'].map((text) => ({ kind: 'text', text }) as const), CMAKE],
  },
  {
    code: 'nvcc-architecture',
    pattern: /nvcc fatal +: Unsupported gpu architecture '(?<architecture>[^']*)'/,
    template: 'The nvcc of this image does not know {architecture}.',
    seeks: ({ architecture = '' }) => [...architectureWords(architecture), BUILDERS],
  },
  {
    code: 'nvcc-compiler',
    pattern: /#error -- unsupported (?<compiler>GNU|clang) version! (?<limit>.+?)(?: are not supported!?)?(?:!.*)?$/,
    template: 'The nvcc of this image does not take this compiler: {limit} are not supported.',
    seeks: () => [BUILDERS],
  },
  {
    // torch.utils.cpp_extension, e.g. https://github.com/mistralai/mistral-inference/issues/76; the other version stands in the next line.
    code: 'torch-cuda-mismatch',
    pattern: /The detected CUDA version \((?<nvcc>[\d.]+)\) mismatches the version that was used to compile/,
    template: 'The nvcc of this image is that of CUDA {nvcc}, and PyTorch was built for another CUDA: an extension of it cannot be compiled.',
    seeks: () => [BUILDERS],
  },
  {
    // E.g. https://github.com/dessa-oss/DeepFake-Detection/issues/16
    code: 'nvcc-missing',
    pattern: /check_output\(\[cuda_dir \+ "\/bin\/nvcc"|No such file or directory: '\S*\/bin\/nvcc'/,
    template: 'There is no nvcc in the image at this point, and this is compiled with it.',
    seeks: () => [BUILDERS],
  },
  {
    // torch.utils.cpp_extension, e.g. https://github.com/mlcommons/training/issues/690
    code: 'torch-architecture-unknown',
    pattern: /arch_list\[-1\] \+= '\+PTX'/,
    template: 'PyTorch asks the GPU for which architecture it is to compile, and a build has none: set TORCH_CUDA_ARCH_LIST.',
    seeks: () => [BUILDERS],
  },
  {
    code: 'compiler-killed',
    pattern: /fatal error: Killed signal terminated program (?<program>\S+)|^Killed$|signal: 9, SIGKILL/,
    template: 'A compiler was killed: the build ran out of memory. Fewer jobs at once (-j, MAX_JOBS) need less.',
    seeks: () => [{ kind: 'text', text: '-j' }, BUILDERS],
  },
  {
    code: 'header-missing',
    pattern: /fatal error: (?<header>\S+): No such file or directory/,
    template: 'The compiler does not find {header}: the package with it is not installed, or its folder is not searched.',
    seeks: () => [BUILDERS],
  },
  {
    // E.g. https://github.com/NVIDIA/nvidia-docker/issues/1033
    ...DRIVER_LIBRARY,
    pattern: /No rule to make target [`'][^'`]*libcuda\.so/,
    seeks: () => [BUILDERS],
  },
  {
    code: 'make-target-missing',
    pattern: /\*\*\* No rule to make target [`'](?<target>[^'`]+)'/,
    template: 'make finds no {target}, and nothing tells how to make it.',
    seeks: () => [{ kind: 'command', names: ['make', 'cmake', 'ninja'] }],
  },
  {
    ...DRIVER_LIBRARY,
    pattern: /ld: cannot find -lcuda(?![\w-])/,
    seeks: () => [{ kind: 'text', text: '-lcuda' }, BUILDERS],
  },
  {
    code: 'library-missing',
    pattern: /ld: cannot find -l(?<library>[^\s:]+)/,
    template: 'The linker does not find lib{library}: its development package is not installed, or its folder is not searched.',
    seeks: ({ library = '' }) => [{ kind: 'text', text: `-l${library}` }, BUILDERS],
  },
]);

/** The linker's last word is that it failed; why stands above, in its own words. */
export const linker: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const last = lines.findLastIndex((line) => /collect2: (?:fatal )?error: ld returned|error: linker command failed/.test(line));
    const first = lines.findIndex((line, i) => i < last && i >= last - 40 && /undefined reference to|\bld(?:\.\w+)?: (?!warning:)/.test(line));
    // What is missing altogether is told by its line.
    if (first < 0 || /cannot find -l/.test(lines[first] ?? '')) return [];
    const driver = lines.findIndex((line, i) => i < last && i >= last - 40 && /\blibcuda\.so\.1, needed by .*not found/.test(line));
    const place = { first: driver < 0 ? first : driver, last, seeks: [BUILDERS] };
    if (driver >= 0) return [{ ...DRIVER_LIBRARY, data: {}, ...place }];
    return [{ code: 'linker-failed', template: 'The linker stopped: {detail}', data: { detail: cut((lines[first] ?? '').trim()) }, quoted: [first, last], ...place }];
  },
};

/** `CMake Error at CMakeLists.txt:3 (find_package):` and the text below it. */
export const cmake: SymptomReader = {
  rank: 'tool',
  read(lines) {
    // FindCUDA only passes on that nvcc failed, which has said why.
    const begin = lines.findIndex((line, i) => /^CMake Error(?: at |: |:? in )/.test(line) && !/^ *Error generating/.test(lines[i + 1] ?? ''));
    if (begin < 0) return [];
    const block = readBlock(lines, begin);
    const text = block.join(' ');
    const missing = /(?:Could (?:NOT|not) find|has asked CMake to find) (?:a package configuration file provided by )?"?(\w+)"?/.exec(text)?.[1];
    const option = /-D\s?(\w+)|\b(CMAKE_\w+)\b/.exec(text);
    const seeks: readonly Sought[] = [...(option === null ? [] : [{ kind: 'text', text: option[1] ?? option[2] ?? '' } as const]), CMAKE];
    const place = { first: begin, last: begin, seeks };
    if (/Failed to find nvcc\.|No CMAKE_CUDA_COMPILER could be found/.test(text)) {
      return [{ code: 'cmake-cuda-missing', template: 'CMake finds no nvcc: there is none in the image at this point, or it is not on PATH.', data: {}, quoted: [begin, begin + 1], ...place }];
    }
    const broken = /The \w+ compiler "([^"]+)" is not able to compile a simple test program/.exec(text)?.[1];
    const reason = broken === undefined ? -1 : lines.findIndex((line, i) => i > begin && i < begin + 60 && /: (?:not found|fatal error|error|cannot find|No such file)\b|\bnvcc fatal\b/.test(line));
    if (broken !== undefined && reason >= 0) {
      return [{ code: 'cmake-compiler-broken', template: '{compiler} cannot compile: {detail}', data: { compiler: broken, detail: cut((lines[reason] ?? '').trim()) }, quoted: [begin, reason], ...place, last: reason }];
    }
    return [
      {
        code: missing === undefined ? 'cmake-error' : 'cmake-package-missing',
        template: missing === undefined ? 'CMake stopped: {detail}' : 'CMake does not find {package}. {detail}',
        data: { detail: cut(text), ...(missing !== undefined && { package: missing }) },
        ...place,
      },
    ];
  },
};

/** The text of an error of CMake, without what it tells of its progress in between. */
function readBlock(lines: readonly string[], begin: number): readonly string[] {
  const inline = /^CMake Error: (.+)$/.exec(lines[begin] ?? '')?.[1];
  const found = inline === undefined ? [] : [inline];
  for (const line of lines.slice(begin + 1, begin + 40)) {
    if (/^(?:Call Stack|CMake \w+|-- Configuring|(?:g?make|ninja)\b)/.test(line)) break;
    if (!line.startsWith('-- ') && line.trim() !== '') found.push(line.trim());
  }
  return found;
}

function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

/** How people write `compute_89`: `sm_89`, `89`, `8.9`. */
function architectureWords(architecture: string): readonly Sought[] {
  const [, number] = /_(\d+)\w?$/.exec(architecture) ?? [];
  if (number === undefined) return [];
  return [architecture, `sm_${number}`, `${number.slice(0, -1)}.${number.slice(-1)}`, number].map((text) => ({ kind: 'text', text }));
}
