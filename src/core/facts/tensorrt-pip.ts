import { msg, sentence } from '../l10n/message';
import { compareDotted } from '../version/dotted';
import { comparePep440, parsePep440 } from '../version/pep440';
import type { Evidence } from './evidence';
import { defineTable } from './table';
import factsText from './tables/tensorrt-pip-facts.json?raw';
import versionsText from './tables/tensorrt-pip-versions.json?raw';

interface VersionRow {
  readonly package: string;
  readonly version: string;
}

export type PipTopic =
  | 'broken'
  | 'cuda-major'
  | 'contents'
  | 'depends-cudnn'
  | 'index'
  | 'last'
  | 'pip-only'
  | 'placeholder'
  | 'python-added'
  | 'python-first'
  | 'python-only'
  | 'python-removed'
  | 'renamed'
  | 'sbsa'
  | 'unresolved'
  | 'yanked';

interface FactRow {
  readonly package: string;
  readonly topic: PipTopic;
  /** The fact holds from this version on; null: from the first. */
  readonly from: string | null;
  /** It holds below this version; null: to this day. */
  readonly below: string | null;
  readonly value: string;
  readonly fact: string;
}

const versionTable = defineTable<VersionRow>(versionsText);
const factTable = defineTable<FactRow>(factsText);

/** What a pip package name of TensorRT says. */
export interface TensorRTPipPackage {
  /** CUDA major in the name: `12` of `tensorrt-cu12-libs`; undefined without. */
  readonly cuda: string | undefined;
  readonly part: 'front' | 'libs' | 'bindings';
  readonly flavor: 'full' | 'lean' | 'dispatch';
  /** The name of before 8.5: `nvidia-tensorrt`. */
  readonly obsolete: boolean;
}

/** Reads a normalised package name (`tensorrt`, `tensorrt-cu12`, `tensorrt-lean-cu13-bindings`, `nvidia-tensorrt`); undefined for others. */
export function parseTensorRTPipPackage(name: string): TensorRTPipPackage | undefined {
  const match = /^(nvidia-)?tensorrt(?:-(lean|dispatch))?(?:-cu(\d+))?(?:-(libs|bindings))?$/.exec(name);
  if (match === null) return undefined;
  return {
    cuda: match[3],
    part: (match[4] as 'libs' | 'bindings' | undefined) ?? 'front',
    flavor: (match[2] as 'lean' | 'dispatch' | undefined) ?? 'full',
    obsolete: match[1] !== undefined,
  };
}

/** Versions of a pip package that were seen, oldest first; no inventory. */
export function tensorRTPipVersions(name: string): readonly string[] {
  return versionTable()
    .rows.filter((row) => row.package === name)
    .map((row) => row.version)
    .sort((a, b) => comparePep440(a, b) ?? 0);
}

/** A fact of one topic with its evidence. */
export interface PipFact {
  /** The machine-readable part: `13`, `3.12`, `https://pypi.nvidia.com`. */
  readonly value: string;
  readonly from: string | undefined;
  readonly below: string | undefined;
  readonly evidence: Evidence;
}

/** What is known of a package on a topic, for one version when one is given. */
export function tensorRTPipFacts(name: string, topic: PipTopic, version?: string): readonly PipFact[] {
  const table = factTable();
  return table.rows
    .filter((row) => row.package === name && row.topic === topic && (version === undefined || isWithin(version, row)))
    .map((row) => ({
      value: row.value,
      from: row.from ?? undefined,
      below: row.below ?? undefined,
      evidence: { fact: msg`${name}: ${sentence(row.fact)}.`, source: row.source, checked: table.checked },
    }));
}

function isWithin(version: string, range: { readonly from: string | null; readonly below: string | null }): boolean {
  const isFrom = range.from === null || (comparePep440(version, range.from) ?? -1) >= 0;
  const isBelow = range.below === null || (comparePep440(version, range.below) ?? 1) < 0;
  return isFrom && isBelow;
}

/**
 * CUDA major that a pip package of TensorRT brings: of its name (`tensorrt-cu12` → `12`), else of what the plain name
 * means in that version: `13` from 10.13.2 on, `12` in 10.0 to 10.13.0. Without a version, what the newest means.
 * Undefined before 10.0, where the plain name took what fits, and for other packages.
 */
export function cudaMajorOfTensorRTPip(name: string, version?: string): PipFact | undefined {
  const parsed = parseTensorRTPipPackage(name);
  if (parsed === undefined || parsed.obsolete) return undefined;
  if (parsed.cuda !== undefined) {
    const evidence = { fact: msg`${name} is the build for CUDA ${parsed.cuda}.`, source: 'https://docs.nvidia.com/deeplearning/tensorrt/latest/installing-tensorrt/installing.html', checked: factTable().checked };
    return { value: parsed.cuda, from: undefined, below: undefined, evidence };
  }
  return tensorRTPipFacts('tensorrt', 'cuda-major', version).at(-1);
}

/**
 * Whether a pip package (`tensorrt`, for all of its names; `tensorrt-llm`) has wheels for a Python minor version (`3.12`):
 * no where the release came before that Python was added, or after it was removed. Without a version the answer holds
 * for every version. Undefined when nothing says.
 */
export function tensorRTPipHasPython(version: string | undefined, python: string, name: 'tensorrt' | 'tensorrt-llm' = 'tensorrt'): { readonly has: boolean; readonly evidence: Evidence } | undefined {
  const first = tensorRTPipFacts(name, 'python-first').find((fact) => compareDotted(python, fact.value) < 0);
  if (first !== undefined) return { has: false, evidence: first.evidence };
  if (version === undefined || parsePep440(version) === undefined) return undefined;
  const only = tensorRTPipFacts(name, 'python-only', version)[0];
  if (only !== undefined) return { has: only.value === python, evidence: only.evidence };
  const isBefore = (a: string, b: string): boolean => (comparePep440(a, b) ?? 0) < 0;
  // A release older than the first for some Python has nothing for later ones either, and so with those dropped.
  const early = tensorRTPipFacts(name, 'python-added').find((fact) => compareDotted(fact.value, python) <= 0 && isBefore(version, fact.from ?? '0'));
  const late = tensorRTPipFacts(name, 'python-removed').find((fact) => compareDotted(fact.value, python) >= 0 && !isBefore(version, fact.from ?? '0'));
  const against = early ?? late;
  if (against !== undefined) return { has: false, evidence: against.evidence };
  const added = tensorRTPipFacts(name, 'python-added').find((fact) => fact.value === python);
  return added && { has: true, evidence: added.evidence };
}
