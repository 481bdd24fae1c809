import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, onnxruntimeBuilds, onnxruntimeRelease, type OnnxRuntimeBuild } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import { exactVersionOf } from '../../version/pep440';
import { pipSources, type PipUse } from '../support/pip-installs';

/** The feed from which the builds for another CUDA than PyPI's come. */
const FEED = /pkgs\.visualstudio\.com\/.*\/onnxruntime-cuda-(\d+)\b/;

/** The build of onnxruntime-gpu that pip takes, with what says so. */
export interface TakenOnnxRuntime {
  readonly build: OnnxRuntimeBuild;
  readonly version: string;
  /** Another index beside PyPI has the same version for this CUDA major: pip may take either. */
  readonly alsoFor: string | undefined;
}

/**
 * The build of onnxruntime-gpu that pip takes for a pinned requirement; undefined for other packages, open versions and
 * indexes that may serve anything.
 */
export function onnxruntimeTaken(use: PipUse): TakenOnnxRuntime | undefined {
  const { requirement } = use;
  const version = exactVersionOf(requirement.specifier);
  if (requirement.name !== 'onnxruntime-gpu' || version === undefined || requirement.url !== undefined) return undefined;
  const { index, others } = pipSources(use);
  const feed = index === undefined ? undefined : FEED.exec(index.value)?.[1];
  if (feed !== undefined) {
    const build = onnxruntimeBuilds(version).find(({ cuda }) => cuda.split('.')[0] === feed);
    return build && { build, version, alsoFor: undefined };
  }
  if (index !== undefined && !/^https?:\/\/pypi\.(?:org|python\.org)\b/.test(index.value)) return undefined;
  const build = onnxruntimeRelease(version);
  const extra = others.map(({ value }) => FEED.exec(value)?.[1]).find((major) => major !== undefined);
  const isOpen = others.some(({ value }) => !FEED.test(value) && !/^https?:\/\/(?:pypi\.(?:org|nvidia\.com)|pypi\.ngc\.nvidia\.com|download\.pytorch\.org)\b/.test(value));
  return build === undefined || isOpen ? undefined : { build, version, alsoFor: extra };
}

/** Evidence of what a build needs. */
export function onnxruntimeEvidence({ version, cuda, cudnn, tensorrt, source }: OnnxRuntimeBuild, what: 'cuda' | 'tensorrt'): Evidence {
  const needs = what === 'tensorrt' && tensorrt !== null ? `TensorRT ${tensorrt}` : cudnn === null ? `CUDA ${cuda}` : msg`CUDA ${cuda} and cuDNN ${cudnn}`;
  return { fact: msg`onnxruntime-gpu ${version} is built with ${needs}.`, source, checked: frameworksChecked() };
}
