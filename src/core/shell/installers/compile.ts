import { Traced } from '../../text/traced';
import type { ShellCommand } from '../model';
import { isArchitectureList, parseArchitectureList, parseCompilerFlags } from './architectures';
import { placeOf } from './arguments';
import type { ArchitectureRequest, Compile, Installer } from './model';

/** Variables that hold options for nvcc. */
const FLAG_NAME = /^(?:CMAKE_CUDA_FLAGS|CUDA_NVCC_FLAGS|NVCC_FLAGS|NVCCFLAGS|NVCC_APPEND_FLAGS|NVCC_PREPEND_FLAGS|NVCC_GENCODE|CUDA_GENCODE|GENCODE(?:_FLAGS)?|CUDA_ARCH|ARCH)$/;

/** Lists that only a build with nvcc reads; the others are set beside builds that may leave CUDA out. */
const PROVES_NVCC = /^(?:CMAKE_CUDA_ARCHITECTURES|GPU_ARCHS|NVCC_GENCODE)$/;

/** What names architectures on a command: assignments before it, `-D` of cmake, `NAME=VALUE` of make, options of nvcc. */
function readBuild(command: ShellCommand): Pick<Compile, 'architectures' | 'architectureList' | 'defines'> & { readonly provesNvcc: boolean } {
  const defines = readDefines(command);
  const architectures: ArchitectureRequest[] = [];
  let architectureList: Compile['architectureList'];
  let provesNvcc = false;
  const given = new Map([...command.assignments.map(({ name, value }) => [name, value] as const), ...defines]);
  for (const [name, value] of given) {
    const listed = isArchitectureList(name) ? parseArchitectureList(value) : [];
    const found = listed.length > 0 || !FLAG_NAME.test(name) ? listed : parseCompilerFlags(value);
    if (found.length === 0) continue;
    architectures.push(...found);
    architectureList ??= { name, value };
    provesNvcc ||= PROVES_NVCC.test(name);
  }
  return { architectures, architectureList, defines, provesNvcc };
}

/** `-DNAME=VALUE`, `-D NAME:TYPE=VALUE`, and `NAME=VALUE` words but for nvcc, whose `-gencode` takes such a word. */
function readDefines(command: ShellCommand): ReadonlyMap<string, Traced> {
  const defines = new Map<string, Traced>();
  const pattern = command.name === 'nvcc' ? /^-D([A-Za-z_]\w*)=/ : /^(?:-D\s*)?([A-Za-z_]\w*)(?::[A-Z]+)?=/;
  for (const { text } of command.words.slice(1)) {
    const match = pattern.exec(text.value);
    if (match !== null) defines.set(match[1] ?? '', text.slice(match[0].length));
  }
  return defines;
}

function compileAction(command: ShellCommand, tool: string, usesNvcc: boolean): Compile {
  const { provesNvcc, ...build } = readBuild(command);
  return { kind: 'compile', ...placeOf(command), tool, usesNvcc: usesNvcc || provesNvcc, ...build };
}

/** nvcc itself; questions for its version are no compilation. */
export const nvcc: Installer = {
  names: ['nvcc'],
  recognise(command) {
    const words = command.words.slice(1);
    if (words.length === 0 || words.every(({ text }) => /^(?:-V|-h|--version|--help|--list-gpu-\w+)$/.test(text.value))) return [];
    const build = compileAction(command, 'nvcc', true);
    const flags: ArchitectureRequest[] = [];
    for (const [i, { text }] of words.entries()) {
      const next = words[i + 1]?.text;
      // The value may stand in the next word: both are read as one line of options.
      const separate = /^--?(?:gencode|generate-code|arch|gpu-architecture|code|gpu-code)$/.test(text.value) && next !== undefined;
      flags.push(...parseCompilerFlags(separate ? joined(text, next) : text));
    }
    return [{ ...build, architectures: [...build.architectures, ...flags] }];
  },
};

function joined(option: Traced, value: Traced): Traced {
  const at = option.pieces[0];
  const blank = at === undefined ? [] : [{ ...at, text: ' ', verbatim: false }];
  return new Traced([...option.pieces, ...blank, ...value.pieces]);
}

/** cmake, make, ninja, bazel, cargo. */
export const builders: Installer = {
  names: ['cmake', 'make', 'gmake', 'ninja', 'bazel', 'bazelisk', 'cargo', 'meson'],
  recognise(command) {
    const verb = command.words[1]?.text.value;
    if (verb === undefined ? command.name === 'cmake' : /^(?:--version|--help|-E)$/.test(verb)) return [];
    if (command.name === 'cargo' && verb !== 'build' && verb !== 'install') return [];
    if (/^bazel/.test(command.name) && verb !== 'build' && verb !== 'run' && verb !== 'test') return [];
    return [compileAction(command, command.name, false)];
  },
};

/** `python setup.py build|install|develop|bdist_wheel [--cuda_ext]`, and `pip install --global-option=--cuda_ext .`. */
export const setupScript: Installer = {
  names: [/^python(?:\d+(?:\.\d+)?)?$/, /^pip(?:\d+(?:\.\d+)?)?$/],
  recognise(command) {
    const values = command.words.map(({ text }) => text.value);
    const asksForCuda = values.some((value) => value.includes('--cuda_ext'));
    const script = /(?:^|\/)setup\.py$/.test(values.find((value, i) => i > 0 && !value.startsWith('-')) ?? '');
    const builds = script && values.some((value) => /^(?:build|build_ext|install|develop|bdist_wheel)$/.test(value));
    return builds || asksForCuda ? [compileAction(command, script ? 'setup.py' : command.name, asksForCuda)] : [];
  },
};

const ARCHITECTURE_WORD = /^(?:-D\s*)?(\w*(?:ARCH|_SM|SMS|CAPABILITIES)\w*)(?::[A-Z]+)?=/;

/**
 * A list of architectures set by or given to any other command: `export TORCH_CUDA_ARCH_LIST=8.6`,
 * `TORCH_CUDA_ARCH_LIST=8.6 pip install .`, `./build.sh --cmake_extra_defines CMAKE_CUDA_ARCHITECTURES=75`.
 */
export function recogniseArchitectures(command: ShellCommand): Compile | undefined {
  const named =
    command.assignments.some(({ name }) => isArchitectureList(name)) ||
    command.words.some(({ text }) => isArchitectureList(ARCHITECTURE_WORD.exec(text.value)?.[1] ?? ''));
  if (!named) return undefined;
  const build = compileAction(command, command.name, false);
  return build.architectures.length === 0 ? undefined : build;
}
