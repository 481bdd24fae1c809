import type { Traced } from '../../text/traced';
import type { ArchitectureRequest } from './model';

/** Variables and build options that hold a list of GPU architectures. */
const LIST_NAME = /^(?:CMAKE_CUDA_ARCHITECTURES|CUDAARCHS|CUDA_ARCH(?:S|ES|_BIN|_PTX|_LIST|ITECTURES)?|(?:TORCH|MXNET)_CUDA_ARCH(?:_LIST)?|(?:TCNN|FLASH_ATTN|NVTE)_CUDA_ARCH(?:S|ITECTURES)|CUDA_DOCKER_ARCH|GPU_ARCHS|(?:TF_)?CUDA_COMPUTE_CAP(?:ABILITIES)?|HOROVOD_BUILD_CUDA_CC_LIST|SMS|CUDA_SM)$/;

/** True for a variable or option whose value `parseArchitectureList` reads. */
export function isArchitectureList(name: string): boolean {
  return LIST_NAME.test(name);
}

/** `8.6`, `86`, `90a`, `8.6+PTX`, `86-real`, `86-virtual`, `sm_86`, `compute_86`; the words CMake and nvcc know. */
const TOKEN =
  /^(?:(?<prefix>sm|compute|lto)_)?(?:(?<major>\d{1,2})\.(?<minor>\d)|(?<number>\d{2,3}))(?<letter>[af]?)(?<suffix>\+PTX|-real|-virtual)?$|^(?<word>native|all|all-major|auto)$/i;

/**
 * The architectures in a list as build systems take it, separated by `;`, `,` or blanks:
 * `TORCH_CUDA_ARCH_LIST`, `CMAKE_CUDA_ARCHITECTURES`, `CUDA_ARCH_BIN`, `GPU_ARCHS`. Words that are none, and
 * those with an unknown part, are left out. Each range holds the token alone where it is written out.
 */
export function parseArchitectureList(value: Traced): readonly ArchitectureRequest[] {
  const requests: ArchitectureRequest[] = [];
  for (const token of value.value.matchAll(/[^\s;,:"']+/g)) {
    const groups = TOKEN.exec(token[0])?.groups;
    const place = value.locate(token.index, token.index + token[0].length);
    if (groups === undefined || place === undefined) continue;
    const { prefix, major, minor, number, letter = '', suffix, word } = groups;
    const sm = word === undefined ? `${number ?? `${major ?? ''}${minor ?? ''}`}${letter.toLowerCase()}` : word.toLowerCase();
    const ptx = prefix?.toLowerCase() === 'compute' || suffix?.toUpperCase() === '+PTX' || suffix === '-virtual';
    requests.push({ sm, ptx, file: place.file, range: place.range });
  }
  return requests;
}

/** nvcc's options that name architectures, with the value in group 1; the value may be the next word. */
const GENCODE = /(?:-gencode|--generate-code)(?:=|\s+)['"]?([^\s'"]+)/g;
const ARCH = /(?:^|\s)(?:-arch|--gpu-architecture|-code|--gpu-code)(?:=|\s+)['"]?([^\s'"]+)/g;
const CODE = /\b(?:sm|compute)_\d{2,3}[af]?\b/g;

/**
 * The architectures in a line of nvcc options: `-arch=sm_86`, `-gencode arch=compute_70,code=[sm_70,compute_70]`,
 * `--gpu-architecture=native`. Of a `-gencode` only what `code=` names is built.
 */
export function parseCompilerFlags(value: Traced): readonly ArchitectureRequest[] {
  const text = value.value;
  if (!/-(?:arch|code|gencode|generate-code|gpu-)/.test(text)) return [];
  const requests: ArchitectureRequest[] = [];
  for (const match of text.matchAll(GENCODE)) {
    const given = match[1] ?? '';
    const start = match.index + match[0].length - given.length;
    const codeAt = given.indexOf('code=');
    for (const code of given.slice(Math.max(codeAt, 0)).matchAll(CODE)) {
      const from = start + Math.max(codeAt, 0) + code.index;
      requests.push(...placed(value, from, code[0]));
    }
  }
  for (const match of text.matchAll(ARCH)) {
    const given = match[1] ?? '';
    const start = match.index + match[0].length - given.length;
    if (/^(?:native|all|all-major)$/.test(given)) requests.push(...placed(value, start, given));
    for (const code of given.matchAll(CODE)) requests.push(...placed(value, start + code.index, code[0]));
  }
  return requests;
}

function placed(value: Traced, start: number, token: string): readonly ArchitectureRequest[] {
  return parseArchitectureList(value.slice(start, start + token.length));
}
