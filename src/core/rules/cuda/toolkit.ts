import type { Component, StackState, StageStack } from '../../stack/model';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import { majorMinorOf } from '../../version/dotted';

/** An installed nvcc. */
export interface Compiler {
  /** `11.8`, or all parts where they are known. */
  readonly version: string;
  readonly component: Component;
  /** False when the version, or that there is an nvcc at all, rests on an assumption. */
  readonly certain: boolean;
}

/** NVIDIA's framework images hold a whole toolkit, which their release notes name by the version of CUDA alone. */
const WITH_TOOLKIT = new Set(['ngc-tensorrt', 'ngc-pytorch', 'ngc-tensorflow']);

/** The nvcc that a stage compiles with; undefined when there is none, its version is not known, or several differ. */
export function findCompiler(stage: StageStack, state: StackState): Compiler | undefined {
  const found = findComponents(state, 'nvcc');
  const [first] = found;
  if (first === undefined) {
    const cuda = WITH_TOOLKIT.has(stage.rootImage?.family ?? '') ? stageCuda(state) : undefined;
    return cuda && { ...cuda, certain: cuda.component.certainty !== 'assumed' };
  }
  const version = knownVersion(first.version);
  const minor = version === undefined ? undefined : majorMinorOf(version);
  if (version === undefined || minor === undefined) return undefined;
  for (const other of found) {
    const known = knownVersion(other.version);
    if (known === undefined || majorMinorOf(known) !== minor) return undefined;
  }
  return { version, component: first, certain: found.every(({ certainty }) => certainty !== 'assumed') };
}
