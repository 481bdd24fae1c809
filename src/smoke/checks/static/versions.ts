import type { ComponentKind } from '../../../core/stack/model';
import { isSameRelease } from '../../../core/version/dotted';
import type { Sentence, SmokeImage, StaticCheck } from '../../model';
import { pass, say } from '../../verdict';

/** Parts whose versions people pin. */
const COMPARED: readonly ComponentKind[] = ['os', 'python', 'cuda', 'cudnn', 'tensorrt', 'nccl', 'torch', 'tensorflow', 'onnxruntime'];

/** What lies in the image, and where it differs from what its Dockerfile leads to expect. A difference is news, no failure. */
export const check: StaticCheck = {
  id: 'versions',
  title: 'Versions',
  kind: 'static',
  applies: ({ scan }) => scan.components.length > 0,
  judge(image) {
    const found = COMPARED.flatMap((kind) => versionsOf(image, kind).slice(0, 1).map((version) => [kind, version] as const));
    const differences = image.predicted === null ? [] : COMPARED.flatMap((kind) => compare(image, kind) ?? []);
    const measured = Object.fromEntries(found);
    const list = found.map(([kind, version]) => `${kind} ${version}`).join(', ');
    if (image.predicted === null) return pass(say('It has {list}.', { list }), { measured });
    if (differences.length === 0) return pass(say('It has what its Dockerfile says: {list}.', { list }), { measured });
    return pass(say('It has {list}; {count} differ from its Dockerfile.', { list, count: String(differences.length) }), { measured, details: differences });
  },
};

function versionsOf({ scan }: SmokeImage, kind: ComponentKind): readonly string[] {
  return [...new Set(scan.components.filter((component) => component.kind === kind).map(({ version }) => version))];
}

function compare(image: SmokeImage, kind: ComponentKind): Sentence | undefined {
  // Only what is exact can be held against it.
  const predicted = image.predicted?.components.find((component) => component.kind === kind && component.version !== null && /^\d[\d.]*$/.test(component.version));
  if (predicted === undefined || predicted.version === null) return undefined;
  const found = versionsOf(image, kind);
  const data = { kind, predicted: predicted.version, found: found.join(', '), file: predicted.file, line: String(predicted.line) };
  if (found.length === 0) return image.scan.gaps.length > 0 ? undefined : say('{kind}: {file}:{line} says {predicted}, the image has none.', data);
  return found.some((version) => agrees(version, data.predicted)) ? undefined : say('{kind}: {file}:{line} says {predicted}, the image has {found}.', data);
}

/** `8.6.1.6` agrees with `8.6.1`: one may be told more exactly than the other. */
function agrees(one: string, other: string): boolean {
  const length = Math.min(one.split('.').length, other.split('.').length);
  const first = (version: string): string => version.split('.').slice(0, length).join('.');
  return isSameRelease(first(one), first(other));
}
