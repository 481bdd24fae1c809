import { allCudaImages } from '../facts/cuda-images';
import { currentOf } from '../solver/current';
import type { Combination, Wishes } from '../solver/model';
import { solve } from '../solver/solve';
import type { StackReport, StageStack } from '../stack/model';
import { UNKNOWN, type Traced } from '../text/traced';

/** A value for a build argument that is known to make sense where the argument is used. */
export interface ArgumentValue {
  readonly value: string;
  /** solver: part of a combination that fits the stage; its image. served: the base image has such a tag. */
  readonly because: 'solver' | 'served';
  /** The image, package or requirement that the value makes. */
  readonly makes: string;
}

/** Lists no longer than this are read. */
const MAX_VALUES = 30;
/** So many combinations are asked of the solver. */
const COMBINATIONS = 4;

/**
 * Values for a build argument: those with which the solver's combinations for the stage come about, then those for which
 * the base image is served. None for an argument that is used for something else. Never throws.
 */
export function proposeValues(stack: StackReport, name: string): readonly ArgumentValue[] {
  const values = new Map<string, ArgumentValue>();
  const add = (value: ArgumentValue): void => void (values.has(value.value) || values.set(value.value, value));
  for (const stage of stack.stages) {
    const places = listPlaces(stage, name);
    if (places.length === 0) continue;
    for (const combination of combine(stage)) {
      for (const place of places) {
        for (const made of valuesIn(combination, place.subject)) {
          const value = valueIn(place, made);
          if (value !== undefined) add({ value, because: 'solver', makes: place.subject.kind === 'apt' ? `${place.subject.name}=${made}` : made });
        }
      }
    }
    for (const place of places) {
      if (place.subject.kind !== 'image') continue;
      for (const { tag, status } of [...allCudaImages()].reverse()) {
        const made = `nvidia/cuda:${tag}`;
        const value = status === 'served' ? valueIn(place, made) : undefined;
        if (value !== undefined) add({ value, because: 'served', makes: made });
      }
    }
  }
  return [...values.values()].slice(0, MAX_VALUES);
}

type Subject = { readonly kind: 'image' } | { readonly kind: 'apt' | 'pip'; readonly name: string };

/** A text that an argument is a part of: what stands before and after it. */
interface Place {
  readonly subject: Subject;
  readonly before: string;
  readonly after: string;
}

function listPlaces(stage: StageStack, name: string): readonly Place[] {
  const { base, steps } = stage;
  const image = base.stage === undefined ? findPart(base.reference, name, { kind: 'image' }) : [];
  const packages = steps.flatMap(({ actions }) => actions.flatMap(({ action }) => {
    if (action.kind === 'package-install') return action.packages.flatMap((one) => (one.version === undefined ? [] : findPart(one.version, name, { kind: 'apt', name: one.name.value })));
    if (action.kind === 'pip-install') return action.requirements.flatMap((one) => findPart(one.text, name, { kind: 'pip', name: one.name }));
    return [];
  }));
  return [...image, ...packages];
}

/** Where a value holds what the argument gives, once and whole. */
function findPart(value: Traced, name: string, subject: Subject): readonly Place[] {
  const parts = value.pieces.map((piece) => ({ text: piece.text, isIt: piece.use?.name === name }));
  const at = parts.findIndex(({ isIt }) => isIt);
  const end = parts.findLastIndex(({ isIt }) => isIt) + 1;
  if (at < 0 || parts.slice(at, end).some(({ isIt }) => !isIt)) return [];
  const join = (some: typeof parts): string => some.map(({ text }) => text).join('');
  const place = { subject, before: join(parts.slice(0, at)), after: join(parts.slice(end)) };
  return `${place.before}${place.after}`.includes(UNKNOWN) ? [] : [place];
}

/** The argument's value in a text that is made with it. */
function valueIn({ before, after, subject }: Place, made: string): string | undefined {
  const start = subject.kind === 'image' ? before.replace(/^(?:docker\.io\/)/, '') : before;
  if (!made.startsWith(start) || !made.endsWith(after) || made.length <= start.length + after.length) return undefined;
  const value = made.slice(start.length, made.length - after.length);
  return subject.kind === 'pip' || !/[/:]/.test(value) || start === '' ? value : undefined;
}

function valuesIn({ image, apt, pip }: Combination, subject: Subject): readonly string[] {
  switch (subject.kind) {
    case 'image':
      return [image];
    case 'apt':
      return apt.flatMap((pin) => (pin.package === subject.name ? [pin.version] : []));
    case 'pip':
      return pip.flatMap((pin) => (pin.package === subject.name ? [`${pin.package}${pin.specifier}`] : []));
  }
}

/** What the solver knows near to a stage, with all that the stage has. */
function combine({ final, rootImage }: StageStack): readonly Combination[] {
  const current = currentOf(final.components, rootImage?.flavor);
  const kept = (['tensorrt', 'torch', 'tensorflow', 'onnxruntime', 'python'] as const).filter((key) => current[key] !== undefined);
  const wishes: Wishes = Object.fromEntries(kept.map((key) => [key, 'any']));
  return solve(wishes, { current, count: COMBINATIONS }).combinations;
}
