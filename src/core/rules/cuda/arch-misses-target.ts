import { supportedArchitectures } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { ArchitectureRequest } from '../../shell/installers/model';
import type { StackReport } from '../../stack/model';
import { gpuEvidence, runsOn, toCapability } from '../../target/judge-gpu';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Fix } from '../model';
import { distinctEvidence, listTargetGpus, namePairs, type TargetPair } from '../support/targets';
import { listArchitectures, type ArchitectureUse } from './architecture-lists';
import { findCompiler } from './toolkit';

const NO_KERNEL: Evidence = {
  fact: msg`Code for a compute capability runs on that and higher ones of the same major; PTX is compiled on the host for any higher one`,
  source: 'https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#binary-compatibility',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'cuda-arch-misses-target',
  family: 'cuda',
  severity: 'warning',
  summary: 'A list of GPU architectures has neither code nor PTX for the GPU of a target.',
  messages: {
    missing: '{name} has neither code nor PTX for {targets}, compute capability {capability}: `no kernel image is available for execution on the device`.',
  },
  docs: {
    what: 'A target names a GPU for which a list of architectures (`TORCH_CUDA_ARCH_LIST`, `CMAKE_CUDA_ARCHITECTURES`, `CUDA_ARCH_BIN`, `-gencode` and others) asks for no code that runs there.',
    why: 'Machine code runs on its own compute capability and on [higher ones of the same major](https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#binary-compatibility): 8.6 on 8.9, but not on 8.0 or 9.0. PTX is compiled by the driver for whatever is newer. Without either the first kernel fails.',
    instead: 'Add the compute capability of the GPU, or PTX of the highest one (`+PTX`, in CMake a number without `-real`).',
    silent: 'No target names a GPU, nothing compiles in the stage, the list cannot be read as a whole, or the build system may add PTX by itself.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Ampere of GeForce is not in the list',
      text: 'FROM pytorch/pytorch:1.9.0-cuda11.1-cudnn8-devel\nENV TORCH_CUDA_ARCH_LIST="«6.0 6.1 7.0 7.5»"\nRUN python setup.py develop\n',
      targets: [{ name: 'workstation', gpus: ['RTX 3090'] }],
      messageId: 'missing',
      fixed: 'FROM pytorch/pytorch:1.9.0-cuda11.1-cudnn8-devel\nENV TORCH_CUDA_ARCH_LIST="6.0 6.1 7.0 7.5 8.6"\nRUN python setup.py develop\n',
    },
    {
      kind: 'bad',
      title: 'older than all of the list',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES="«80;86»" . && cmake --build build\n',
      targets: [{ name: 'edge', gpus: ['T4', 'A10'] }],
      messageId: 'missing',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES="80;86;75" . && cmake --build build\n',
    },
    {
      kind: 'bad',
      title: 'newer than the compiler, so that PTX must do',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST="«8.6 8.9 9.0»"\nRUN pip install --no-build-isolation flash-attn\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090'] }],
      messageId: 'missing',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST="8.6 8.9 9.0+PTX"\nRUN pip install --no-build-isolation flash-attn\n',
    },
    {
      kind: 'good',
      title: 'code of the same major',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST="8.0;8.6"\nRUN pip install --no-build-isolation flash-attn\n',
      targets: [{ name: 'laptop', gpus: ['RTX 4090'] }],
    },
    {
      kind: 'good',
      title: 'CMake compiles PTX of every plain number',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=80 . && cmake --build build\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090', 'H100'] }],
    },
    {
      kind: 'good',
      title: 'PTX',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST="8.0+PTX"\nRUN pip install --no-build-isolation flash-attn\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090'] }],
    },
    {
      kind: 'good',
      title: 'no target',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST=8.0\nRUN pip install --no-build-isolation flash-attn\n',
    },
  ],
  check({ report, stack, targets }) {
    const pairs = listTargetGpus(targets);
    if (pairs.length === 0) return;
    for (const stage of stack.stages) {
      for (const [use, beside] of groupByBuild(listArchitectures(stage))) {
        const compiler = findCompiler(stage, use.state);
        const codes = readCodes(use, beside, stack);
        const location = use.value?.locate() ?? placeOf(use);
        if (compiler === undefined || codes === undefined || location === undefined) continue;
        const missing = pairs.filter(({ gpu }) => !codes.some((code) => serves(code, gpu.computeCapability)));
        const [first] = missing;
        if (first === undefined) continue;
        const alike = missing.filter(({ gpu }) => gpu.computeCapability === first.gpu.computeCapability);
        const others = missing.filter((pair) => !alike.includes(pair));
        const fix = addMissing(use, codes, missing, compiler.version);
        report({
          messageId: 'missing',
          ...(use.build?.command.conditional === true ? { severity: 'information' } : undefined),
          data: { name: use.name ?? msg`The command`, targets: namePairs(alike), capability: first.gpu.computeCapability },
          location,
          evidence: distinctEvidence([NO_KERNEL, ...missing.flatMap(({ gpu }) => gpuEvidence(gpu))]),
          related: others.length === 0 ? [] : [{ location, message: msg`It has none for ${namePairs(others)} either.` }],
          fixes: fix === undefined ? [] : [fix],
        });
      }
    }
  },
});

/** What a list makes nvcc compile: machine code, PTX, or both, for a compute capability. */
interface Code {
  readonly capability: string;
  readonly binary: boolean;
  readonly ptx: boolean;
  /** `90a` runs on that one alone, `100f` on its family. */
  readonly letter: string;
}

/** Lists of one build command are one: OpenCV's CUDA_ARCH_BIN and CUDA_ARCH_PTX. The first is shown. */
function groupByBuild(uses: readonly ArchitectureUse[]): readonly (readonly [ArchitectureUse, readonly ArchitectureUse[]])[] {
  const groups = new Map<unknown, ArchitectureUse[]>();
  for (const use of uses) {
    const key = use.build?.command ?? use;
    groups.set(key, [...(groups.get(key) ?? []), use]);
  }
  return [...groups.values()].flatMap(([first, ...rest]) => (first === undefined ? [] : [[first, rest] as const]));
}

/** Lists whose plain numbers stand for machine code alone. Build systems behind the others add PTX, or may do so. */
const BINARY_ONLY = /^(?:TORCH_CUDA_ARCH_LIST|CUDA_ARCH_BIN|TCNN_CUDA_ARCHITECTURES)$/;

/** Undefined where the list leaves the choice to the build (`native`, `all`) or cannot be read as a whole. */
function readCodes(use: ArchitectureUse, beside: readonly ArchitectureUse[], stack: StackReport): readonly Code[] | undefined {
  const codes: Code[] = [];
  for (const one of [use, ...beside]) {
    if (one.value?.known === false) return undefined;
    for (const request of one.requests) {
      const code = readCode(one.name, request, stack);
      if (code === undefined) return undefined;
      codes.push(code);
    }
    // What the list holds besides, such as `Ampere`, is not understood.
    if (one.value !== undefined && one.requests.length !== splitList(one.value.value).length) return undefined;
  }
  return codes.length === 0 ? undefined : codes;
}

function readCode(name: string | undefined, { sm, ptx, file, range }: ArchitectureRequest, stack: StackReport): Code | undefined {
  const [, digits, letter = ''] = /^(\d+)([af]?)$/.exec(sm) ?? [];
  if (digits === undefined) return undefined;
  const capability = toCapability(Number(digits));
  const text = file === stack.dockerfile.file ? stack.dockerfile.text : (stack.files.get(file) ?? '');
  const written = text.slice(range.start, range.end);
  if (name === 'CUDA_ARCH_PTX') return { capability, letter, binary: false, ptx: true };
  if (/-virtual$|^compute_/.test(written)) return { capability, letter, binary: false, ptx: true };
  const alone = name === undefined ? !/-(?:-gpu-)?arch(?:itecture)?[=\s]+$/.test(text.slice(0, range.start).slice(-24)) : BINARY_ONLY.test(name) || /-real$|^sm_/.test(written);
  return { capability, letter, binary: true, ptx: ptx || !alone };
}

function splitList(value: string): readonly string[] {
  return value.match(/[^\s;,:"']+/g) ?? [];
}

function serves({ capability, binary, ptx, letter }: Code, wanted: string): boolean {
  if (letter === 'a') return capability === wanted;
  return (binary && runsOn(capability, wanted)) || (ptx && letter === '' && compareDotted(wanted, capability) >= 0);
}

function placeOf({ requests: [first] }: ArchitectureUse) {
  return first && { file: first.file, range: first.range };
}

/** The list with what is missing behind it, or PTX of its highest entry for a GPU that nvcc does not know. */
function addMissing({ name, value }: ArchitectureUse, codes: readonly Code[], missing: readonly TargetPair[], cuda: string): Fix | undefined {
  const entries = value === undefined ? [] : splitList(value.value);
  const last = entries.at(-1);
  if (value === undefined || last === undefined) return undefined;
  const start = value.value.lastIndexOf(last);
  const end = start + last.length;
  const known = new Set(supportedArchitectures(cuda)?.sm.map(toCapability));
  const wanted = [...new Set(missing.map(({ gpu }) => gpu.computeCapability))];
  const dotted = /^\d+\.\d/.test(last);
  if (wanted.every((capability) => known.has(capability))) {
    const separator = /[;, ]/.exec(value.value)?.[0];
    const plain = /^[\d.]+$/.test(last);
    if (separator === undefined || !plain) return undefined;
    const added = wanted.map((capability) => (dotted ? capability : capability.replace('.', '')));
    const edit = value.edit(start, end, [last, ...added].join(separator));
    return edit && { title: msg`Add ${added.join(', ')}`, safe: false, edits: [edit] };
  }
  const highest = codes.every(({ capability }) => compareDotted(capability, toCapability(Number(last.replace(/\D/g, '')))) <= 0);
  if (name !== 'TORCH_CUDA_ARCH_LIST' || !highest || !/^\d+\.\d$/.test(last) || wanted.some((capability) => compareDotted(capability, last) < 0)) return undefined;
  const edit = value.edit(start, end, `${last}+PTX`);
  return edit && { title: msg`Add PTX of ${last} for newer GPUs`, safe: false, edits: [edit] };
}
