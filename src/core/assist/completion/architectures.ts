import { supportedArchitectures } from '../../facts/cuda-toolkits';
import { gpus } from '../../facts/gpus';
import { msg } from '../../l10n/message';
import { stageCuda } from '../../stack/query';
import type { StackState } from '../../stack/model';
import { isJetson } from '../../target/jetson';
import { toCapability } from '../../target/judge-gpu';
import type { Target } from '../../target/model';
import { compareDotted } from '../../version/dotted';
import type { Completion } from './model';

/** Lists of architectures, with how each writes compute capability 8.6 and what stands between two. */
const LISTS: readonly (readonly [name: RegExp, form: 'dotted' | 'number', separator: string])[] = [
  [/TORCH_CUDA_ARCH_LIST/, 'dotted', ';'],
  [/CMAKE_CUDA_ARCHITECTURES|CUDA_ARCHS?\b|GPU_ARCHS/, 'number', ';'],
];

/** Turing. */
const OLDEST = '7.5';

/** So many products stand behind an architecture. */
const SHOWN_GPUS = 3;

/**
 * Architectures that nvcc of the stage compiles for, behind `TORCH_CUDA_ARCH_LIST=` and its kin. In front, as one piece,
 * those of the targets, or without any those of all GPUs that are not too old; then each alone.
 */
export function completeArchitecture(line: string, offset: number, state: StackState, targets: readonly Target[]): readonly Completion[] {
  const [, variable = '', written = ''] = /\b(?:D)?((?:TORCH_CUDA_ARCH_LIST|CMAKE_CUDA_ARCHITECTURES|CUDA_ARCHS?|GPU_ARCHS))[= ]["']?([\d.+\w ;,-]*)$/.exec(line) ?? [];
  const list = LISTS.find(([name]) => name.test(variable));
  if (list === undefined) return [];
  const [, form, separator] = list;
  const typed = /[\d.]*$/.exec(written)?.[0] ?? '';
  const range = { start: offset - typed.length, end: offset };
  const write = (capability: string): string => (form === 'dotted' ? capability : capability.replace('.', ''));
  const taken = written.slice(0, written.length - typed.length).split(/[;, ]+/).filter((one) => one !== '');
  const cuda = stageCuda(state)?.version;
  const known = cuda === undefined ? undefined : supportedArchitectures(cuda)?.sm.map(toCapability);
  const wanted = [...new Set(targets.flatMap(({ gpus: ofTarget }) => ofTarget.map(({ computeCapability }) => computeCapability)))].filter((capability) => known?.includes(capability) !== false).sort(compareDotted);
  // What is older than Turing has left CUDA 13 and TensorRT 10: few want it.
  const current = (known ?? []).filter((capability) => compareDotted(capability, OLDEST) >= 0 && isOfMachine(capability, isJetson(targets)));
  const items: Completion[] = [];
  const add = (newText: string, detail: Completion['detail']): void => {
    if (newText.startsWith(typed) && !items.some((item) => item.newText === newText)) items.push({ label: newText, detail, newText, range, kind: 'value' });
  };
  if (taken.length === 0 && wanted.length > 0) add(wanted.map(write).join(separator), msg`the GPUs of your targets`);
  // PTX of the last one lets newer GPUs run it too. CMake adds it by itself.
  else if (taken.length === 0 && current.length > 0) add(current.map(write).join(separator) + (variable === 'TORCH_CUDA_ARCH_LIST' ? '+PTX' : ''), msg`every GPU from Turing on that CUDA ${cuda ?? ''} knows`);
  // Lists ascend: what is higher than the last one comes next.
  const last = taken.at(-1)?.replace(/\D/g, '') ?? '';
  const rank = (capability: string): number => Number(!current.includes(capability)) * 2 + Number(Number(capability.replace('.', '')) <= Number(last));
  for (const capability of [...(known ?? [])].sort((a, b) => rank(a) - rank(b))) {
    if (!taken.includes(write(capability))) add(write(capability), describeGpus(capability));
  }
  return items;
}

/** False for the architecture of Jetson modules alone where none is meant, and the other way round. */
function isOfMachine(capability: string, jetson: boolean): boolean {
  const segments = gpus().flatMap(({ computeCapability, segment }) => (computeCapability === capability ? segment : []));
  return segments.some((segment) => (segment === 'jetson') === jetson);
}

function describeGpus(capability: string): string {
  const names = gpus().filter(({ computeCapability }) => computeCapability === capability).map(({ gpu }) => gpu);
  const shown = names.slice(0, SHOWN_GPUS).join(', ');
  return names.length > SHOWN_GPUS ? `${shown} …` : shown;
}
