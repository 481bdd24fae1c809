import { architectureOf, supportedArchitectures, type SupportedArchitectures } from '../../facts/cuda-toolkits';
import type { Evidence } from '../../facts/evidence';
import { msg, type Message } from '../../l10n/message';
import { parseArchitectureList } from '../../shell/installers/architectures';
import type { ArchitectureRequest } from '../../shell/installers/model';
import type { FileEdit } from '../../text/edit';
import type { Location } from '../../text/range';
import type { Traced } from '../../text/traced';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Fix } from '../model';
import { listArchitectures, type ArchitectureUse } from './architecture-lists';
import { findCompiler, type Compiler } from './toolkit';

/** The tables begin with compute capability 3.0. */
const FERMI: Evidence = {
  fact: msg`CUDA 9.0 dropped compute capability 2.x.`,
  source: 'https://github.com/PointCloudLibrary/pcl/pull/2047',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'cuda-arch-unsupported',
  family: 'cuda',
  severity: 'error',
  summary: 'A build asks for a GPU architecture that the nvcc of the stage does not know.',
  messages: {
    unsupported: '{name} asks for {architectures}, which nvcc of CUDA {cuda} does not compile for: `nvcc fatal : Unsupported gpu architecture \'compute_{first}\'`.',
  },
  docs: {
    what: 'A list of GPU architectures (`CMAKE_CUDA_ARCHITECTURES`, `TORCH_CUDA_ARCH_LIST`, `CUDA_ARCH_BIN`, `GPU_ARCHS`, `-gencode` and others) names one that the toolkit of the stage does not compile for.',
    why: 'Each toolkit compiles for a range of compute capabilities: 8.9 begins with CUDA 11.8, 10.0 with 12.8, and 2.x ended with CUDA 8, 3.x with 11.8, 5.x to 7.0 with 12.9. For any other nvcc stops at once.',
    instead: 'Take the architecture out, or a base image whose CUDA knows it. Code for a newer GPU can also be left to its driver: with PTX (`8.6+PTX`, in CMake a plain `86`) it is compiled when it is first loaded.',
    silent: 'The version of nvcc is not known, several differ, or the tables have no list for it.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Ada needs CUDA 11.8',
      text: 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\nENV TORCH_CUDA_ARCH_LIST="8.6 «8.9»"\nRUN pip install git+https://github.com/NVlabs/nvdiffrast.git\n',
      messageId: 'unsupported',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\nENV TORCH_CUDA_ARCH_LIST="8.6+PTX"\nRUN pip install git+https://github.com/NVlabs/nvdiffrast.git\n',
    },
    {
      kind: 'bad',
      title: 'architectures that CUDA 13 dropped',
      text: 'FROM nvidia/cuda:13.0.2-devel-ubuntu24.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES="«60;70»;80;90" . && cmake --build build\n',
      messageId: 'unsupported',
      fixed: 'FROM nvidia/cuda:13.0.2-devel-ubuntu24.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES="80;90" . && cmake --build build\n',
    },
    {
      kind: 'bad',
      title: 'the list comes from an ARG',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG ARCHS=80,90,100\nRUN cmake . -DGPU_ARCHS=«${ARCHS}» && make\n',
      messageId: 'unsupported',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG ARCHS=80,90\nRUN cmake . -DGPU_ARCHS=${ARCHS} && make\n',
    },
    {
      kind: 'bad',
      title: 'only one architecture, newer than nvcc',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN TORCH_CUDA_ARCH_LIST=«12.0» pip install --no-build-isolation flash-attn\n',
      messageId: 'unsupported',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN TORCH_CUDA_ARCH_LIST=9.0+PTX pip install --no-build-isolation flash-attn\n',
    },
    {
      kind: 'bad',
      title: 'options of nvcc in a variable of make',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN make NVCC_GENCODE="-gencode=arch=compute_35,code=«sm_35» -gencode=arch=compute_70,code=sm_70"\n',
      messageId: 'unsupported',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN make NVCC_GENCODE="-gencode=arch=compute_70,code=sm_70"\n',
    },
    {
      kind: 'bad',
      title: 'options of nvcc',
      text: 'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nRUN nvcc -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=«sm_90» -o app app.cu\n',
      messageId: 'unsupported',
      fixed: 'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nRUN nvcc -gencode arch=compute_80,code=sm_80 -o app app.cu\n',
    },
    {
      kind: 'good',
      title: 'PTX for what comes later',
      text: 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\nENV TORCH_CUDA_ARCH_LIST="7.5 8.6+PTX"\nRUN pip install git+https://github.com/NVlabs/nvdiffrast.git\n',
    },
    {
      kind: 'good',
      title: 'a toolkit that knows them',
      text: 'FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN cmake . -DCMAKE_CUDA_ARCHITECTURES="75;90a;100;120" && make\n',
    },
    {
      kind: 'good',
      title: 'nothing compiles in a runtime image',
      text: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\nENV TORCH_CUDA_ARCH_LIST="8.6 8.9"\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      for (const use of listArchitectures(stage)) {
        const compiler = findCompiler(stage, use.state);
        const known = compiler && supportedArchitectures(compiler.version);
        if (compiler === undefined || known === undefined) continue;
        const refused = use.requests.filter(({ sm }) => isRefused(sm, known, compiler.version));
        const [first] = refused;
        const location = first && (locateRefused(use.value, refused) ?? { file: first.file, range: first.range });
        if (location === undefined) continue;
        report({
          messageId: 'unsupported',
          ...(compiler.certain && isCertain(use) ? undefined : { severity: 'warning' }),
          data: {
            name: use.name ?? msg`The command`,
            architectures: [...new Set(refused.map(({ sm }) => `sm_${sm}`))].join(', '),
            cuda: compiler.version,
            first: first?.sm ?? '',
          },
          location,
          evidence: refused.some(({ sm }) => isFermi(sm)) ? [FERMI] : [known.evidence],
          related: [{ location: compiler.component.where, message: msg`nvcc of CUDA ${compiler.version} comes from here.` }],
          fixes: [dropRefused(use, refused, known, compiler) ?? dropOptions(use, refused)].filter((fix) => fix !== undefined),
        });
      }
    }
  },
});

/** Whether nvcc surely refuses an architecture. One that no table names may be known to this nvcc alone. */
function isRefused(sm: string, known: SupportedArchitectures, cuda: string): boolean {
  if (isFermi(sm)) return compareDotted(cuda, '9.0') >= 0;
  const architecture = architectureOf(sm);
  if (architecture === undefined || known.sm.includes(numberOf(sm))) return false;
  return known.complete || (architecture.lastCuda !== null && compareDotted(cuda, `${architecture.lastCuda}.999`) > 0);
}

function isFermi(sm: string): boolean {
  return sm === '20' || sm === '21';
}

function numberOf(sm: string): number {
  return parseInt(sm, 10);
}

/** The list goes to a build that runs. A variable may be meant for a build that picks from it what nvcc knows, as vLLM's does. */
function isCertain({ build }: ArchitectureUse): boolean {
  return build !== undefined && !build.command.conditional && !build.command.failureIgnored;
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly request: ArchitectureRequest;
}

function splitList(value: Traced): readonly Token[] {
  return [...value.value.matchAll(/[^\s;,:"']+/g)].flatMap(({ 0: text, index }) => {
    const [request] = parseArchitectureList(value.slice(index, index + text.length));
    return request === undefined ? [] : [{ start: index, end: index + text.length, request }];
  });
}

/** From the first to the last refused entry of a list. */
function locateRefused(value: Traced | undefined, refused: readonly ArchitectureRequest[]): Location | undefined {
  const names = new Set(refused.map(({ sm }) => sm));
  const tokens = value === undefined ? [] : splitList(value).filter(({ request }) => names.has(request.sm));
  return value?.locate(tokens[0]?.start, tokens.at(-1)?.end);
}

/**
 * The list without what nvcc refuses. Where that is newer than nvcc, PTX of the highest one left (for an empty list: of
 * the highest that nvcc knows) takes its place, so that newer GPUs still have something to run.
 */
function dropRefused({ value, name }: ArchitectureUse, refused: readonly ArchitectureRequest[], known: SupportedArchitectures, { version }: Compiler): Fix | undefined {
  if (value === undefined) return undefined;
  const names = new Set(refused.map(({ sm }) => sm));
  const tokens = splitList(value);
  const kept = tokens.filter(({ request }) => !names.has(request.sm));
  const highest = Math.max(...known.sm);
  const newest = Math.max(...refused.map(({ sm }) => numberOf(sm)));
  const wantsPtx = newest > Math.max(0, ...kept.map(({ request }) => numberOf(request.sm))) && !kept.some(({ request }) => request.ptx);
  const torch = name === 'TORCH_CUDA_ARCH_LIST' ? '+PTX' : '';
  const fixOf = (title: Message, edits: readonly (FileEdit | undefined)[]): Fix | undefined => {
    const found = edits.filter((edit) => edit !== undefined);
    return found.length < edits.length ? undefined : { title, safe: false, edits: found };
  };
  if (kept.length === 0) {
    const [only, ...others] = tokens;
    if (only === undefined || others.length > 0 || newest < highest) return undefined;
    const written = value.value.slice(only.start, only.end);
    const text = `${/^\d+\.\d/.test(written) ? `${String(Math.floor(highest / 10))}.${String(highest % 10)}` : String(highest)}${torch}`;
    return /^[\d.]+[af]?(?:\+PTX)?$/.test(written) ? fixOf(msg`Compile for ${text}, the newest that CUDA ${version} knows`, [value.edit(only.start, only.end, text)]) : undefined;
  }
  const edits = groupRefused(tokens, names).map(([from, to]) => {
    const first = tokens[from];
    const last = tokens[to];
    const next = tokens[to + 1];
    const before = tokens[from - 1];
    // The separator before an entry goes with it, for those at the start the one after them.
    return before === undefined ? value.edit(first?.start ?? 0, next?.start ?? last?.end ?? 0, '') : value.edit(before.end, last?.end ?? before.end, '');
  });
  const top = kept.reduce((best, token) => (numberOf(token.request.sm) > numberOf(best.request.sm) ? token : best));
  const withPtx = wantsPtx && torch !== '' && newest > highest;
  const ptx = withPtx ? appendTo(value, edits, top, torch) : edits;
  return fixOf(msg`Leave out ${[...names].map((sm) => `sm_${sm}`).join(', ')}`, ptx);
}

/** nvcc's own options without those for what it refuses, where others are left. */
function dropOptions({ build, requests }: ArchitectureUse, refused: readonly ArchitectureRequest[]): Fix | undefined {
  if (build === undefined || requests.every((request) => refused.includes(request))) return undefined;
  const { words, file } = build.command;
  const names = new Set(refused.map(({ sm }) => sm));
  const edits: FileEdit[] = [];
  for (const [i, word] of words.entries()) {
    const inWord = requests.filter((request) => request.file === file && word.range.start <= request.range.start && request.range.end <= word.range.end);
    if (!inWord.some(({ sm }) => names.has(sm))) continue;
    if (!inWord.every(({ sm }) => names.has(sm))) {
      const parts = dropWithin(word.text, names);
      if (parts === undefined) return undefined;
      edits.push(...parts);
      continue;
    }
    // `-gencode arch=…,code=…` are two words, `-gencode=arch=…` is one.
    const alone = /^-{1,2}(?:gencode|generate-code)=/.test(word.text.value);
    const option = alone ? i : /^-{1,2}(?:gencode|generate-code)$/.test(words[i - 1]?.text.value ?? '') ? i - 1 : undefined;
    const before = option === undefined ? undefined : words[option - 1];
    if (before === undefined) return undefined;
    edits.push({ file, range: { start: before.range.end, end: word.range.end }, newText: '' });
  }
  return edits.length === 0 ? undefined : { title: msg`Leave out ${[...names].map((sm) => `sm_${sm}`).join(', ')}`, safe: false, edits };
}

/** `NVCC_GENCODE="-gencode=arch=compute_35,code=sm_35 -gencode=…"` without the options that ask for nothing but those. */
function dropWithin(word: Traced, names: ReadonlySet<string>): readonly FileEdit[] | undefined {
  const options = [...word.value.matchAll(/-{1,2}(?:gencode|generate-code)[= ]\s*\S+\s*/g)].filter(({ 0: option }) => [...option.matchAll(/(?:sm|compute)_(\w+)/g)].every((match) => names.has(match[1] ?? '')));
  const edits = options.map(({ 0: { length }, index }) => word.edit(index, index + length, ''));
  return edits.length > 0 && edits.every((edit) => edit !== undefined) ? edits : undefined;
}

/** Runs of refused tokens, as first and last index. */
function groupRefused(tokens: readonly Token[], names: ReadonlySet<string>): readonly (readonly [number, number])[] {
  const groups: [number, number][] = [];
  tokens.forEach(({ request }, i) => {
    if (!names.has(request.sm)) return;
    const last = groups.at(-1);
    if (last?.[1] === i - 1) last[1] = i;
    else groups.push([i, i]);
  });
  return groups;
}

/** The edits with `text` behind a token; an edit that begins there takes it along. */
function appendTo(value: Traced, edits: readonly (FileEdit | undefined)[], { start, end }: Token, text: string): readonly (FileEdit | undefined)[] {
  const own = value.edit(start, end, `${value.value.slice(start, end)}${text}`);
  const at = own?.range.end;
  const touching = edits.findIndex((edit) => edit?.range.start === at && edit?.file === own?.file);
  return touching < 0 ? [...edits, own] : edits.map((edit, i) => (i === touching && edit !== undefined ? { ...edit, newText: text } : edit));
}
