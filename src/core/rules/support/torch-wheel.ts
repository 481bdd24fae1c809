import { cudaOfTorch, torchRelease } from '../../facts/frameworks';
import type { Component, StackReport, StageStack } from '../../stack/model';
import { findComponent, knownVersion } from '../../stack/query';
import { cudaMinorOf } from '../../version/cuda';
import { listPipUses, pipSources, type PipUse } from './pip-installs';

/** The PyTorch wheel of an image, with the CUDA that is inside. */
export interface TorchWheel {
  /** `2.1.2`, without a local part. */
  readonly version: string;
  /** `12.1`. */
  readonly cuda: string;
  readonly component: Component;
  /** The requirement that pip was given. */
  readonly use: PipUse | undefined;
}

const PYPI = /^https?:\/\/pypi\.(?:python\.)?org\//;

/**
 * The official PyTorch wheel that pip puts into a stage last. Undefined when there is none, when its exact version or its
 * CUDA is not known, or when an index is asked that may have builds of its own.
 */
export function findTorchWheel(stack: StackReport, stage: StageStack): TorchWheel | undefined {
  const component = findComponent(stage.final, 'torch');
  const known = component?.version.type === 'exact' ? knownVersion(component.version) : undefined;
  const version = known?.replace(/\+.*$/, '');
  if (component === undefined || known === undefined || version === undefined || component.via !== 'pip') return undefined;
  const use = listPipUses(stack).find(({ requirement }) => requirement.file === component.where.file && requirement.range.start === component.where.range.start);
  const cuda = cudaMinorOf(component.cuda ?? (use !== undefined && asksPyPI(use) ? (cudaOfTorch(known) ?? '') : ''));
  return cuda === undefined || torchRelease(version)?.cuda.includes(cuda) !== true ? undefined : { version, cuda, component, use };
}

function asksPyPI(use: PipUse): boolean {
  const { index, others } = pipSources(use);
  return !use.action.noIndex && !use.action.pre && [...(index === undefined ? [] : [index]), ...others].every(({ value }) => PYPI.test(value));
}
