import { architectureOf, architecturesChecked } from '../../facts/cuda-toolkits';
import { gpus, gpusChecked } from '../../facts/gpus';
import { msg } from '../../l10n/message';
import { toCapability } from '../../target/judge-gpu';
import type { Card, Row } from '../card';

/** So many products are named; of some architectures there are dozens. */
const MAX_GPUS = 8;

/** What a number means where an architecture is meant: `sm_86`, `compute_90a`, and in the lists of build systems `8.6`, `86`, `8.9+PTX`. */
const PATTERNS: readonly RegExp[] = [/(?<![\w-])(?:sm|compute|lto)_(\d{2,3})[af]?\b/g, /(?<![\d.])(\d{1,2}\.\d)(?:\+PTX|[af])?(?![\d.])/g, /(?<![\d.])(\d{2,3})[af]?(?:-real|-virtual)?(?![\d.])/g];
const LIST = /(?:-D|\b)(?:TORCH_CUDA_ARCH_LIST|CMAKE_CUDA_ARCHITECTURES|CUDA_ARCH(?:S|_LIST|_BIN|_PTX)?|GPU_ARCHS)\b[=\s"']*([\d.+\w ;,-]*)/g;

/** The compute capability written at an offset of a line that begins at `start`; undefined where none stands. */
export function describeArchitecture(line: string, start: number, offset: number): Card | undefined {
  const at = offset - start;
  for (const [i, pattern] of PATTERNS.entries()) {
    // Bare numbers are architectures only in the lists that hold them.
    const spans = i === 0 ? [{ from: 0, text: line }] : [...line.matchAll(LIST)].map((match) => ({ from: match.index + match[0].length - (match[1] ?? '').length, text: match[1] ?? '' }));
    for (const { from, text } of spans) {
      for (const match of text.matchAll(pattern)) {
        const first = from + match.index;
        if (at < first || at > first + match[0].length) continue;
        const number = match[1] ?? '';
        const card = describe(number.includes('.') ? number : toCapability(Number(number)), { start: start + first, end: start + first + match[0].length });
        if (card !== undefined) return card;
      }
    }
  }
  return undefined;
}

function describe(capability: string, range: Card['range']): Card | undefined {
  const known = architectureOf(capability.replace('.', ''));
  const products = gpus().filter(({ computeCapability }) => computeCapability === capability);
  if (known === undefined && products.length === 0) return undefined;
  const rows: Row[] = [];
  if (known !== undefined && known.architecture !== null) rows.push([msg`Architecture`, known.architecture]);
  if (products.length > 0) {
    const names = products.slice(0, MAX_GPUS).map(({ gpu }) => gpu).join(', ');
    const count = products.length - MAX_GPUS;
    rows.push([msg`GPUs`, count > 0 ? msg`${names} and ${count} more` : names]);
  }
  if (known !== undefined) {
    const { firstCuda: first, lastCuda: last } = known;
    rows.push(['nvcc', last === null ? msg`from CUDA ${first}` : msg`from CUDA ${first} to ${last}`]);
  }
  const sources = [
    ...(known === undefined ? [] : [{ source: known.source, checked: architecturesChecked() }]),
    ...products.slice(0, 1).map(({ source }) => ({ source, checked: gpusChecked() })),
  ];
  return { range, title: msg`Compute capability ${capability}`, rows, notes: [], sources };
}
