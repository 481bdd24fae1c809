import { cudnnRelease, cudnnReleases } from '../../facts/cudnn';
import type { Evidence } from '../../facts/evidence';
import { torchRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import type { CondaInstall } from '../../shell/installers/model';
import type { StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import { compareDotted, isSameRelease, majorMinorOf, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report, type Severity } from '../model';
import { chainOf } from '../support/absence';

type MessageId = 'conflict' | 'noToolkit' | 'noBuild' | 'replaced' | 'cudnn';
type Reporter = (report: Report<MessageId>) => void;
type CondaPackage = CondaInstall['packages'][number];

const CHECKED = '2026-11-20';
const CUDA_VERSION: Evidence = {
  fact: msg`cuda-version holds all CUDA packages of an environment, cudatoolkit among them, to one version of CUDA`,
  source: 'https://github.com/conda-forge/conda-forge.github.io/issues/1963',
  checked: CHECKED,
};
const BUILDS: Evidence = {
  fact: msg`Each build of PyTorch for conda asks for the CUDA package of the version that it was built with; another one is an UnsatisfiableError`,
  source: 'https://github.com/araffin/robotics-rl-srl/issues/26',
  checked: CHECKED,
};
const NO_TOOLKIT: Evidence = {
  fact: msg`cudatoolkit ends with CUDA 11; for CUDA 12 conda-forge has packages of other names, and cuda-version to choose the version`,
  source: 'https://github.com/anaconda/anaconda-package-data/issues/43',
  checked: CHECKED,
};
const REPLACED: Evidence = {
  fact: msg`From 1.13 on the builds of the channel pytorch take CUDA by pytorch-cuda and no longer by cudatoolkit`,
  source: 'https://github.com/k2-fsa/k2/pull/1116',
  checked: CHECKED,
};

export const rule = defineRule<MessageId>({
  id: 'conda-cuda-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'Packages of conda in one environment want different versions of CUDA, or one that they were never built for.',
  messages: {
    conflict: '{name} wants CUDA {cuda}, and {otherName} in the same environment CUDA {other}: {effect}.',
    noToolkit: 'There is no cudatoolkit {version}, the package ends with CUDA 11: `PackagesNotFoundError` or `nothing provides cudatoolkit {version}`.',
    noBuild: 'PyTorch {version} was not built for CUDA {cuda} ({has} only): `UnsatisfiableError`.',
    replaced: 'PyTorch {version} of the channel pytorch takes its CUDA by pytorch-cuda: with cudatoolkit alone conda installs the build for CPUs.',
    cudnn: 'cuDNN {version} has no build for CUDA {cuda}, which {otherName} brings: `UnsatisfiableError`.',
  },
  docs: {
    what: '`cudatoolkit`, `pytorch-cuda`, `cuda-version`, `cudnn` and the builds of PyTorch that one environment gets, on the command line or in a file of packages, held against each other.',
    why: 'conda solves for the whole environment. Where two packages want different versions of CUDA it finds no solution, or takes the build without CUDA, which nobody notices before the first tensor. What each package is named and holds changed with [CUDA 12](https://github.com/conda-forge/conda-forge.github.io/issues/1963) and with [PyTorch 1.13](https://github.com/k2-fsa/k2/pull/1116).',
    instead: 'One version of CUDA: `pytorch=2.1 pytorch-cuda=12.1` from the channels pytorch and nvidia, or `pytorch cuda-version=12.1` from conda-forge.',
    silent: 'A version is open, or the package is installed under a condition or into another environment.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'two versions of CUDA',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y -c conda-forge cuda-version=11.8 «cudatoolkit=11.3»\n',
      messageId: 'conflict',
      fixed: 'FROM continuumio/miniconda3\nRUN conda install -y -c conda-forge cuda-version=11.8 cudatoolkit=11.8\n',
    },
    {
      kind: 'bad',
      title: 'a build string for another CUDA',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y cudatoolkit=11.1 && conda install -y -c pytorch «pytorch=1.12.1=py3.9_cuda11.3_cudnn8.3.2_0»\n',
      messageId: 'conflict',
    },
    {
      kind: 'bad',
      title: 'cudatoolkit for CUDA 12',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y -c conda-forge pytorch «cudatoolkit=12.1»\n',
      messageId: 'noToolkit',
      fixed: 'FROM continuumio/miniconda3\nRUN conda install -y -c conda-forge pytorch cuda-version=12.1\n',
    },
    {
      kind: 'bad',
      title: 'PyTorch for a CUDA that it was never built for',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y -c pytorch -c nvidia pytorch=2.1.0 «pytorch-cuda=11.7»\n',
      messageId: 'noBuild',
      fixed: 'FROM continuumio/miniconda3\nRUN conda install -y -c pytorch -c nvidia pytorch=2.1.0 pytorch-cuda=12.1\n',
    },
    {
      kind: 'bad',
      title: 'in an environment file',
      text: 'FROM continuumio/miniconda3\nCOPY environment.yml .\nRUN conda env create -f environment.yml\n',
      context: { 'environment.yml': 'name: gpu\nchannels: [pytorch, defaults]\ndependencies:\n  - pytorch=1.13.1\n  - «cudatoolkit=11.6»\n' },
      messageId: 'replaced',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'cuDNN of another time',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y cudatoolkit=11.3 «cudnn=7.6.5»\n',
      messageId: 'cudnn',
    },
    {
      kind: 'good',
      title: 'one version',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y -c pytorch -c nvidia pytorch=2.1.0 pytorch-cuda=12.1 && conda install -y cudnn=8.9 cuda-version=12.1\n',
    },
    {
      kind: 'good',
      title: 'two environments',
      text: 'FROM continuumio/miniconda3\nRUN conda create -n a cudatoolkit=11.3 && conda create -n b cudatoolkit=10.2 cudnn=7.6.5\n',
    },
    {
      kind: 'good',
      title: 'PyTorch of conda-forge',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y -c conda-forge pytorch=1.13.1 cudatoolkit=11.6\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      const environments = new Map<string, Map<string, Installed>>();
      for (const one of chainOf(stage)) walk(one, environments, one === stage ? report : () => undefined);
    }
  },
});

/** A package of an environment with the version of CUDA that it stands for. */
interface Installed {
  readonly name: string;
  readonly spec: CondaPackage;
  readonly location: Location;
  /** Leading parts that are certain. */
  readonly version: string | undefined;
  /** The CUDA that it brings or asks for. */
  readonly cuda: string | undefined;
  readonly channels: readonly string[];
}

function walk({ steps }: StageStack, environments: Map<string, Map<string, Installed>>, report: Reporter): void {
  for (const { actions } of steps) {
    for (const { action } of actions) {
      if (action.kind !== 'conda-install' || action.command.conditional) continue;
      const key = action.environment ?? 'base';
      const present = environments.get(key) ?? new Map<string, Installed>();
      environments.set(key, present);
      const added = action.packages.flatMap((spec) => describe(spec, action));
      for (const item of added) present.set(item.name, item);
      for (const item of added) judge(item, present, report, action);
    }
  }
}

function describe(spec: CondaPackage, { file, channels }: CondaInstall): readonly Installed[] {
  const name = spec.name.value.toLowerCase();
  const version = /^=*(\d+(?:\.\d+)*)(?:\.?\*)?$/.exec(spec.version?.value ?? '')?.[1];
  const cuda = CUDA_NAMES.test(name) ? version : name === 'pytorch' || name === 'cudnn' ? cudaOfBuild(spec.build) : undefined;
  if (cuda === undefined && name !== 'pytorch' && name !== 'cudnn') return [];
  return [{ name, spec, location: { file, range: spec.range }, version, cuda, channels: [...channels, ...(spec.channel === undefined ? [] : [spec.channel])] }];
}

/** Packages whose version is that of CUDA. */
const CUDA_NAMES = /^(?:cudatoolkit|pytorch-cuda|cuda-version|cuda-toolkit|cuda|cuda-runtime)$/;

/** `py3.9_cuda11.3_cudnn8.2.0_0` → 11.3, `cuda112py39h…` → 11.2. */
function cudaOfBuild(build: string | undefined): string | undefined {
  const match = /cuda_?(\d+\.\d+)|cuda(\d\d)(\d)(?=py|_|h)/.exec(build ?? '');
  return match === null ? undefined : (match[1] ?? `${match[2] ?? ''}.${match[3] ?? ''}`);
}

function judge(item: Installed, present: ReadonlyMap<string, Installed>, report: Reporter, action: CondaInstall): void {
  const severity = (wanted: Severity): Severity => (wanted === 'error' && action.command.failureIgnored ? 'warning' : wanted);
  const others = [...present.values()].filter((other) => other !== item);
  if (item.name === 'cudatoolkit' && (majorOf(item.cuda ?? '') ?? 0) >= 12) {
    report({ messageId: 'noToolkit', severity: severity('error'), data: { version: item.cuda ?? '' }, location: item.location, evidence: [NO_TOOLKIT], fixes: rename(item, 'cuda-version') });
    return;
  }
  const conflict = item.cuda === undefined ? undefined : others.find(({ cuda }) => cuda !== undefined && !isSameRelease(atMinor(cuda), atMinor(item.cuda ?? '')));
  // Of two packages of one command the later one is told.
  if (item.cuda !== undefined && conflict?.cuda !== undefined && isFirst(conflict, item)) {
    report(describeConflict(item, item.cuda, conflict, conflict.cuda, severity));
    return;
  }
  const torch = item.name === 'pytorch' ? item : present.get('pytorch');
  const pytorchCuda = present.get('pytorch-cuda');
  const isLater = (item === torch && pytorchCuda !== undefined && isFirst(pytorchCuda, item)) || (item === pytorchCuda && torch !== undefined && isFirst(torch, item));
  if (torch?.version !== undefined && pytorchCuda?.cuda !== undefined && isLater) {
    reportMissingBuild(item, torch, torch.version, pytorchCuda, pytorchCuda.cuda, report, severity);
  }
  const toolkit = present.get('cudatoolkit');
  if (torch?.version !== undefined && toolkit !== undefined && item === toolkit && pytorchCuda === undefined && isFromPytorch(torch, toolkit) && compareDotted(torch.version, '1.13') >= 0) {
    report({ messageId: 'replaced', severity: 'warning', data: { version: torch.version }, location: toolkit.location, evidence: [REPLACED], related: [{ location: torch.location, message: msg`PyTorch ${torch.version} is asked for here.` }] });
  }
  if (item.name === 'cudnn' && item.version !== undefined) reportCudnn(item, item.version, others, report, severity);
}

function atMinor(version: string): string {
  return majorMinorOf(version) ?? version;
}

function isFirst(other: Installed, item: Installed): boolean {
  return other.location.file !== item.location.file || other.location.range.start < item.location.range.start;
}

/** The channel pytorch alone: conda-forge has builds that take cudatoolkit. */
function isFromPytorch(torch: Installed, toolkit: Installed): boolean {
  return torch.channels.includes('pytorch') && ![...torch.channels, ...toolkit.channels].some((channel) => channel.includes('conda-forge') || channel.includes('/'));
}

function describeConflict(item: Installed, cuda: string, other: Installed, otherCuda: string, severity: (wanted: Severity) => Severity): Report<MessageId> {
  const names = [item.name, other.name];
  const byVersion = names.includes('cuda-version');
  const byBuild = names.includes('pytorch') || names.includes('cudnn');
  const edit = CUDA_NAMES.test(item.name) ? item.spec.version?.edit(0, item.spec.version.value.length, atMinor(otherCuda)) : undefined;
  return {
    messageId: 'conflict',
    severity: byVersion || byBuild ? severity('error') : 'warning',
    data: {
      name: item.name,
      cuda: atMinor(cuda),
      otherName: other.name,
      other: atMinor(otherCuda),
      effect: byVersion || byBuild ? '`UnsatisfiableError`' : msg`libraries of both lie in one folder, and the build of PyTorch fits one of them`,
    },
    location: item.location,
    evidence: [byVersion ? CUDA_VERSION : BUILDS],
    related: [{ location: other.location, message: msg`${other.name} wants CUDA ${atMinor(otherCuda)}.` }],
    fixes: edit === undefined ? [] : [{ title: msg`Take CUDA ${atMinor(otherCuda)}`, safe: false, edits: [edit] }],
  };
}

function rename(item: Installed, name: string): readonly Fix[] {
  const edit = item.spec.name.edit(0, item.spec.name.value.length, name);
  return edit === undefined ? [] : [{ title: msg`Install ${name}`, safe: false, edits: [edit] }];
}

/** What `pytorch-cuda` chooses must be among the builds; the channel has those of the wheels' versions of CUDA. */
function reportMissingBuild(item: Installed, torch: Installed, version: string, pytorchCuda: Installed, cuda: string, report: Reporter, severity: (wanted: Severity) => Severity): void {
  const release = version.split('.').length < 2 || compareDotted(version, '1.13') < 0 || compareDotted(version, '2.6') >= 0 ? undefined : torchRelease(version);
  const minor = majorMinorOf(cuda);
  if (release === undefined || minor === undefined || release.cuda.length === 0 || release.cuda.includes(minor)) return;
  const newest = [...release.cuda].sort(compareDotted).at(-1);
  const edit = newest === undefined ? undefined : pytorchCuda.spec.version?.edit(0, pytorchCuda.spec.version.value.length, newest);
  report({
    messageId: 'noBuild',
    severity: severity('error'),
    data: { version, cuda: minor, has: release.cuda.join(', ') },
    location: item.location,
    evidence: [{ fact: msg`PyTorch ${release.version} was built for CUDA ${release.cuda.join(', ')}`, source: release.source, checked: release.checked }, BUILDS],
    related: [item === torch ? { location: pytorchCuda.location, message: msg`CUDA ${minor} is chosen here.` } : { location: torch.location, message: msg`PyTorch ${version} is asked for here.` }],
    fixes: edit === undefined || newest === undefined ? [] : [{ title: msg`Take CUDA ${newest}`, safe: false, edits: [edit] }],
  });
}

function reportCudnn(item: Installed, version: string, others: readonly Installed[], report: Reporter, severity: (wanted: Severity) => Severity): void {
  const release = version.split('.').length < 2 ? undefined : cudnnRelease(version);
  const other = others.find(({ name, cuda }) => cuda !== undefined && CUDA_NAMES.test(name));
  const major = majorOf(other?.cuda ?? '');
  if (release === undefined || other?.cuda === undefined || major === undefined) return;
  // Of the single rows some know too little: what counts is that no release up to this one was for this CUDA.
  const until = cudnnReleases().filter((one) => compareDotted(one.version, release.version) <= 0);
  const majors = until.flatMap(({ cudaMajors }) => cudaMajors ?? []).map(Number);
  if (release.cudaMajors === null || major <= Math.max(...majors)) return;
  report({
    messageId: 'cudnn',
    severity: severity('error'),
    data: { version, cuda: atMinor(other.cuda), otherName: other.name },
    location: item.location,
    evidence: [{ fact: msg`cuDNN ${release.version} is for CUDA ${release.cudaMajors.join(', ')}`, source: release.source, checked: CHECKED }],
    related: [{ location: other.location, message: msg`CUDA ${atMinor(other.cuda)} comes in here.` }],
  });
}
