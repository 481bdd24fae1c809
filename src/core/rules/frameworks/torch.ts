import type { Evidence } from '../../facts/evidence';
import { newestTorchFor, torchRelease, type TorchRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import { cudaOfPipTag } from '../../version/cuda';
import { exactVersionOf, parsePep440 } from '../../version/pep440';
import { pipSources, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';

/** The wheel of PyTorch that a requirement takes. */
export interface TakenTorch {
  /** CUDA it was built for: `12.1`. */
  readonly cuda: string;
  /** The pinned version without local part; undefined for an open requirement. */
  readonly version: string | undefined;
  /** The release, or the newest one that pip may take. */
  readonly release: TorchRelease | undefined;
  readonly evidence: Evidence | undefined;
}

const INDEX = /\/whl\/(?:nightly\/|test\/)?(cu\d{2,3}|cpu)\b/;

/**
 * The wheel that pip takes for a requirement of torch: of its local tag or file name, of PyTorch's index for one CUDA, or
 * the one on PyPI. Undefined where that is not known: another index, two that both may serve it, a CPU build, constraints.
 */
export function torchTaken(use: PipUse): TakenTorch | undefined {
  const { requirement, action, stage, before } = use;
  if (requirement.url !== undefined && requirement.wheel === undefined) return undefined;
  const exact = requirement.wheel?.version ?? exactVersionOf(requirement.specifier);
  const parsed = exact === undefined ? undefined : parsePep440(exact);
  if (exact !== undefined && parsed === undefined) return undefined;
  const version = parsed?.public;
  const known = version === undefined ? undefined : torchRelease(version);
  if (parsed?.local !== undefined) {
    const cuda = cudaOfPipTag(parsed.local);
    return cuda === undefined ? undefined : { cuda, version, release: known, evidence: undefined };
  }
  if (requirement.wheel !== undefined) return undefined;
  const { index, others } = pipSources(use);
  const fromIndex = index === undefined ? undefined : INDEX.exec(index.value)?.[1];
  if (fromIndex !== undefined) {
    const cuda = cudaOfPipTag(fromIndex);
    return cuda === undefined ? undefined : { cuda, version, release: known, evidence: undefined };
  }
  if (index !== undefined && !/^https?:\/\/pypi\.(?:org|python\.org)\b/.test(index.value)) return undefined;
  const tagged = others.flatMap(({ value }) => INDEX.exec(value)?.[1] ?? []);
  // A local tag counts as newer than the same version without it.
  const [tag] = tagged;
  if (tag !== undefined && tagged.length === 1 && version !== undefined) {
    const cuda = cudaOfPipTag(tag);
    if (cuda !== undefined && known?.indexUrls.has(cuda) === true) return { cuda, version, release: known, evidence: undefined };
  }
  if (others.some(({ value }) => !/^https?:\/\/(?:pypi\.org|data\.pyg\.org)\b/.test(value))) return undefined;
  if (version !== undefined) return known?.defaultCuda === undefined ? undefined : { cuda: known.defaultCuda, version, release: known, evidence: evidenceOf(known, known.defaultCuda) };
  // Of a range only the open ones are worth a guess.
  if (/[<=~!]=?(?!$)/.test(requirement.specifier.replaceAll('>=', '')) || action.constraintFiles.length > 0) return undefined;
  const newest = newestTorchFor(pipPython(stage, before, action)?.version);
  return newest?.defaultCuda === undefined ? undefined : { cuda: newest.defaultCuda, version: undefined, release: newest, evidence: evidenceOf(newest, newest.defaultCuda) };
}

function evidenceOf({ version, source, checked }: TorchRelease, cuda: string): Evidence {
  return { fact: msg`The wheel of PyTorch ${version} on PyPI is built for CUDA ${cuda}.`, source, checked };
}
