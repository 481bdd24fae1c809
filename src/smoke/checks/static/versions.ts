import { compareStacks, type StackDifference } from '../../../core/scan/compare';
import { toStack } from '../../../core/scan/stack';
import type { ComponentOutput } from '../../../core/engine/stack-output';
import type { ComponentKind } from '../../../core/stack/model';
import type { Sentence, StaticCheck } from '../../model';
import { pass, say } from '../../verdict';

/** Parts whose versions are told in the sentence. */
const TOLD: readonly ComponentKind[] = ['os', 'python', 'cuda', 'cudnn', 'tensorrt', 'nccl', 'torch', 'tensorflow', 'onnxruntime'];

/** What lies in the image, and where it differs from what its Dockerfile leads to expect. A difference is news, no failure. */
export const check: StaticCheck = {
  id: 'versions',
  title: say('Versions'),
  kind: 'static',
  applies: ({ scan }) => scan.components.length > 0,
  judge({ scan, predicted }) {
    const found = TOLD.flatMap((kind) => scan.components.find((component) => component.kind === kind) ?? []);
    const measured = Object.fromEntries(found.map(({ kind, version }) => [kind, version]));
    const list = found.map(({ kind, version }) => `${kind} ${version}`).join(', ');
    const [stage] = toStack(scan).stages;
    if (predicted === null || stage === undefined) return pass(say('It has {list}.', { list }), { measured });
    const complete = scan.gaps.length === 0;
    const rows = compareStacks(stage, predicted);
    const details = rows.flatMap((row) => describe(row, complete) ?? []);
    // Of what the Dockerfile leaves open it says nothing.
    const same = found.filter(({ kind }) => rows.some((row) => row.kind === kind && row.outcome === 'same'));
    if (details.length === 0 && same.length === 0) return pass(say('It has {list}.', { list }), { measured });
    if (details.length === 0) return pass(say('It has {list}; what its Dockerfile says of {kinds} is true.', { list, kinds: same.map(({ kind }) => kind).join(', ') }), { measured });
    return pass(say('It has {list}; other than its Dockerfile says: {count}.', { list, count: String(details.length) }), { measured, details });
  },
};

function describe({ kind, left, right, outcome }: StackDifference, complete: boolean): Sentence | undefined {
  const [first] = right;
  if (first === undefined) return undefined;
  const data = { kind, predicted: versionsOf(right), found: versionsOf(left), file: first.file, line: String(first.line) };
  if (outcome === 'different') return say('{kind}: {file}:{line} says {predicted}, the image has {found}.', data);
  return outcome === 'right-only' && complete ? say('{kind}: {file}:{line} says {predicted}, the image has none.', data) : undefined;
}

function versionsOf(components: readonly ComponentOutput[]): string {
  return [...new Set(components.map(({ version }) => version ?? '?'))].join(', ');
}
