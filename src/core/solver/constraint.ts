import type { Evidence } from '../facts/evidence';
import { msg, sentence, type Message } from '../l10n/message';
import type { TargetGpu } from '../target/model';
import type { Family, Flavor, Grade, Reason } from './model';
import type { Base, CudnnChoice, Known, OnnxRuntimeChoice, PythonChoice, TensorFlowChoice, TensorRTChoice, TorchChoice } from './values';
import type { TargetDriver, VersionWish } from './wishes';

/** Values by the type of their variable: the parts of an answer, and the wishes, which have one value each. */
export interface ValueTypes {
  base: Base;
  python: PythonChoice;
  cudnn: CudnnChoice;
  tensorrt: TensorRTChoice;
  torch: TorchChoice;
  tensorflow: TensorFlowChoice;
  onnxruntime: OnnxRuntimeChoice;
  'wish-tensorrt': VersionWish;
  'wish-cuda': VersionWish;
  'wish-cudnn': VersionWish;
  'wish-python': VersionWish;
  'wish-ubuntu': VersionWish;
  'wish-torch': VersionWish;
  'wish-tensorflow': VersionWish;
  'wish-onnxruntime': VersionWish;
  'wish-driver': TargetDriver;
  'wish-gpu': TargetGpu;
  'wish-flavor': Flavor;
  'wish-family': Family;
  'wish-compile': true;
  'wish-packages': readonly string[];
}

export type VariableType = keyof ValueTypes;

/** How two values go together; the sentence is made when somebody wants to read it. Undefined: there is nothing to say. */
export interface Verdict {
  readonly grade: Grade;
  readonly explain: () => { readonly text: Message; readonly evidence?: Evidence | undefined };
}

/** A relation between two variables. */
export interface Constraint {
  readonly name: string;
  readonly between: readonly [VariableType, VariableType];
  /** It holds only in the presence of a variable of this type. */
  readonly needs: VariableType | undefined;
  readonly check: (a: unknown, b: unknown) => Verdict | undefined;
}

/** Gives a constraint its types. */
export function defineConstraint<A extends VariableType, B extends VariableType>(
  name: string,
  between: readonly [A, B],
  check: (a: ValueTypes[A], b: ValueTypes[B]) => Verdict | undefined,
  needs?: VariableType,
): Constraint {
  return { name, between, needs, check: (a, b) => check(a as ValueTypes[A], b as ValueTypes[B]) };
}

function verdict(grade: Grade) {
  return (text: () => Message, evidence?: () => Evidence | undefined): Verdict => ({ grade, explain: () => ({ text: text(), evidence: evidence?.() }) });
}

export const fits = verdict('fits');
export const note = verdict('note');
export const partial = verdict('partial');
export const unknown = verdict('unknown');
export const no = verdict('no');

/** Excluded by the wishes themselves, which is never shown. */
export const EXCLUDED: Verdict = no(() => sentence(''));

/** A verdict that rests on a value: no surer than the value is. */
export function restOn({ certainty, evidence }: Known, found: Verdict | undefined): Verdict | undefined {
  if (certainty === 'derived' || found?.grade === 'no') return found;
  return { grade: 'unknown', explain: () => ({ text: evidence === undefined ? msg`Not established for this very image.` : msg`Not established for this very image: ${evidence.fact}.`, evidence }) };
}

/** The verdict as it is shown. */
export function reasonOf({ grade, explain }: Verdict): Reason {
  const { text, evidence } = explain();
  return { grade, text, evidence };
}
