import { msg } from '../l10n/message';
import type { Evidence } from './evidence';
import { groupsBy } from './lookup';
import { defineTable } from './table';
import cudnnText from './tables/cudnn-consumers.json?raw';
import nvccText from './tables/nvcc-packages.json?raw';

/** A Python package that compiles CUDA code. */
export interface NvccPackage {
  /** Normalised name; null for one that PyPI serves as a wheel, so that only its sources compile. */
  readonly package: string | null;
  /** Path of its repository on GitHub. */
  readonly vcs: string;
  /** While pip installs it, or when the program runs. */
  readonly when: 'build' | 'run';
  /** `NAME=TEXT`: only with that text in the variable. */
  readonly condition: string | null;
  /** What is printed without the toolkit. */
  readonly error: string;
  readonly source: string;
}

/** A Python package that loads cuDNN from the system. */
export interface CudnnConsumer {
  readonly package: string;
  /** PEP 440 specifier. */
  readonly versions: string;
  /** Major version. */
  readonly cudnn: string;
  /** stops: the program ends. cpu: it goes on without GPU. */
  readonly effect: 'stops' | 'cpu';
  readonly error: string;
  /** The release to install for that cuDNN, which `takeSource` names; null where none is known to be the one. */
  readonly take: string | null;
  readonly takeSource: string | null;
  readonly source: string;
}

const nvccTable = defineTable<Omit<NvccPackage, 'source'>>(nvccText);
const cudnnTable = defineTable<Omit<CudnnConsumer, 'source'>>(cudnnText);
const nvccByName = groupsBy(nvccTable, (row) => row.package ?? '');
const cudnnByName = groupsBy(cudnnTable, (row) => row.package);

/** What is known of a package that pip installs: by its normalised name, or by the URL it is installed from. */
export function nvccPackages(name: string, url: string | undefined): readonly NvccPackage[] {
  if (url === undefined) return name === '' ? [] : nvccByName(name);
  const path = /github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?(?:[@#/]|$)/.exec(url)?.[1]?.toLowerCase();
  return nvccTable().rows.filter(({ vcs }) => vcs.toLowerCase() === path);
}

/** Evidence that a package compiles CUDA code. */
export function nvccPackageEvidence(row: NvccPackage): Evidence {
  const name = row.package ?? row.vcs;
  const fact = row.when === 'build' ? msg`${name} compiles CUDA code when it is installed; without the CUDA toolkit: ${row.error}` : msg`${name} compiles CUDA code when it runs; without the CUDA toolkit: ${row.error}`;
  return { fact, source: row.source, checked: nvccTable().checked };
}

/** The rows of a package that loads cuDNN from the system, one a range of its versions; empty for others. */
export function cudnnConsumers(name: string): readonly CudnnConsumer[] {
  return cudnnByName(name);
}

/** Evidence that a package loads cuDNN from the system. */
export function cudnnConsumerEvidence(row: CudnnConsumer): Evidence {
  return { fact: msg`${row.package} ${row.versions} loads cuDNN ${row.cudnn} from the system; without it: ${row.error}`, source: row.source, checked: cudnnTable().checked };
}

/** Evidence that a release of a package goes with a cuDNN; undefined where none is known to. */
export function cudnnReleaseEvidence({ package: name, take, takeSource, cudnn }: CudnnConsumer): Evidence | undefined {
  if (take === null || takeSource === null) return undefined;
  return { fact: msg`${name} ${take} loads cuDNN ${cudnn}`, source: takeSource, checked: cudnnTable().checked };
}
