import { supportedArchitectures } from '../../facts/cuda-toolkits';
import { gpus } from '../../facts/gpus';
import { msg } from '../../l10n/message';
import { stageCuda } from '../../stack/query';
import type { StackState } from '../../stack/model';
import { toCapability } from '../../target/judge-gpu';
import type { Target } from '../../target/model';
import { compareDotted } from '../../version/dotted';
import type { Completion } from './model';

/** Lists of architectures, with how each writes compute capability 8.6 and what stands between two. */
const LISTS: readonly (readonly [name: RegExp, form: 'dotted' | 'number', separator: string])[] = [
  [/TORCH_CUDA_ARCH_LIST/, 'dotted', ';'],
  [/CMAKE_CUDA_ARCHITECTURES|CUDA_ARCHS?\b|GPU_ARCHS/, 'number', ';'],
];

/** So many products stand behind an architecture. */
const SHOWN_GPUS = 3;

/** Architectures that nvcc of the stage compiles for, behind `TORCH_CUDA_ARCH_LIST=` and its kin; those of the targets in one piece first. */
export function completeArchitecture(line: string, offset: number, state: StackState, targets: readonly Target[]): readonly Completion[] {
  const [, variable = '', written = ''] = /\b(?:D)?((?:TORCH_CUDA_ARCH_LIST|CMAKE_CUDA_ARCHITECTURES|CUDA_ARCHS?|GPU_ARCHS))[= ]["']?([\d.+\w ;,-]*)$/.exec(line) ?? [];
  const list = LISTS.find(([name]) => name.test(variable));
  if (list === undefined) return [];
  const [, form, separator] = list;
  const typed = /[\d.]*$/.exec(written)?.[0] ?? '';
  const range = { start: offset - typed.length, end: offset };
  const write = (capability: string): string => (form === 'dotted' ? capability : capability.replace('.', ''));
  const taken = new Set(written.slice(0, written.length - typed.length).split(/[;, ]+/));
  const cuda = stageCuda(state)?.version;
  const known = cuda === undefined ? undefined : supportedArchitectures(cuda)?.sm.map(toCapability);
  const wanted = [...new Set(targets.flatMap(({ gpus: ofTarget }) => ofTarget.map(({ computeCapability }) => computeCapability)))].filter((capability) => known?.includes(capability) !== false).sort(compareDotted);
  const items: Completion[] = [];
  if (wanted.length > 0 && written === typed) {
    const newText = wanted.map(write).join(separator);
    if (newText.startsWith(typed)) items.push({ label: newText, detail: msg`the GPUs of your targets`, newText, range, kind: 'value' });
  }
  // What is older than Turing has left CUDA 13 and TensorRT 10: few want it.
  const current = (known ?? []).filter((capability) => compareDotted(capability, '7.5') >= 0);
  for (const capability of [...current, ...(known ?? []).filter((one) => !current.includes(one))]) {
    const newText = write(capability);
    if (!newText.startsWith(typed) || taken.has(newText) || items.some((item) => item.newText === newText)) continue;
    items.push({ label: newText, detail: describeGpus(capability), newText, range, kind: 'value' });
  }
  return items;
}

function describeGpus(capability: string): string {
  const names = gpus().filter(({ computeCapability }) => computeCapability === capability).map(({ gpu }) => gpu);
  const shown = names.slice(0, SHOWN_GPUS).join(', ');
  return names.length > SHOWN_GPUS ? `${shown} …` : shown;
}
