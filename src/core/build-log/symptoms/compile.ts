import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const BUILDERS: Sought = { kind: 'command', names: ['nvcc', 'make', 'ninja', 'cmake', 'gcc', 'g++', 'cc', 'c++', 'clang', 'pip', 'pip3', 'python', 'python3', 'bazel', 'colcon', 'catkin_make'] };

const CMAKE: Sought = { kind: 'command', names: ['cmake', 'ccmake', 'make', 'pip', 'pip3', 'python', 'python3'], first: true };

/** What compilers, linkers and make say in one line. */
export const compilers = readLines([
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
    code: 'library-missing',
    pattern: /ld: cannot find -l(?<library>[^\s:]+)/,
    template: 'The linker does not find lib{library}: its development package is not installed, or its folder is not searched.',
    seeks: ({ library = '' }) => [{ kind: 'text', text: `-l${library}` }, BUILDERS],
  },
]);

/** `CMake Error at CMakeLists.txt:3 (find_package):` and the text below it. */
export const cmake: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const begin = lines.findIndex((line) => /^CMake Error(?: at |: |:? in )/.test(line));
    if (begin < 0) return [];
    const inline = /^CMake Error: (.+)$/.exec(lines[begin] ?? '')?.[1];
    // What CMake tells on standard output may come in between.
    const rest = lines.slice(begin + 1, begin + 20).filter((line) => !line.startsWith('-- ')).slice(0, 7);
    const text = inline ?? rest.slice(0, Math.max(1, rest.findIndex((line, i) => i > 0 && line.trim() === ''))).map((line) => line.trim()).filter((line) => line !== '').join(' ');
    const missing = /(?:Could (?:NOT|not) find|has asked CMake to find) (?:a package configuration file provided by )?"?(\w+)"?/.exec(text)?.[1];
    const option = /-D\s?(\w+)|\b(CMAKE_\w+)\b/.exec(text);
    const symptom: Symptom = {
      code: missing === undefined ? 'cmake-error' : 'cmake-package-missing',
      template: missing === undefined ? 'CMake stopped: {detail}' : 'CMake does not find {package}. {detail}',
      data: { detail: text.length > 300 ? `${text.slice(0, 299)}…` : text, ...(missing !== undefined && { package: missing }) },
      first: begin,
      last: begin,
      seeks: [...(option === null ? [] : [{ kind: 'text', text: option[1] ?? option[2] ?? '' } as const]), CMAKE],
    };
    return [symptom];
  },
};

/** How people write `compute_89`: `sm_89`, `89`, `8.9`. */
function architectureWords(architecture: string): readonly Sought[] {
  const [, number] = /_(\d+)\w?$/.exec(architecture) ?? [];
  if (number === undefined) return [];
  return [architecture, `sm_${number}`, `${number.slice(0, -1)}.${number.slice(-1)}`, number].map((text) => ({ kind: 'text', text }));
}
