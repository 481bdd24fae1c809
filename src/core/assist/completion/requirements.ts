import { cudaOfTorch, onnxruntimeSeries, tensorflowReleases, torchRelease, torchVersions, onnxruntimeRelease, tensorflowRelease } from '../../facts/frameworks';
import { parseTensorRTPipPackage, tensorRTPipVersions } from '../../facts/tensorrt-pip';
import { msg } from '../../l10n/message';
import { findComponent, knownVersion, stageCuda } from '../../stack/query';
import type { InstructionStep } from '../../stack/model';
import { cudaOfPipTag } from '../../version/cuda';
import { majorMinorOf, majorOf } from '../../version/dotted';
import { comparePep440 } from '../../version/pep440';
import type { Completion } from './model';

const MAX_VERSIONS = 40;

/** What can be written behind `name==` or an option for an index in a call of pip that ends at `offset`. */
export function completeRequirement(line: string, offset: number, step: InstructionStep): readonly Completion[] {
  const index = /(?:--index-url|--extra-index-url|-i)[\s=]+["']?(\S*)$/.exec(line)?.[1];
  if (index !== undefined) return listIndexes(index, offset, step);
  const [, name, typed = ''] = /(?:^|[\s"'])([a-z][\w-]*)(?:\[[\w,-]*\])?==([\w.+!]*)$/i.exec(line) ?? [];
  if (name === undefined) return [];
  const cuda = stageCuda(step.before)?.version;
  const python = knownVersion(findComponent(step.before, 'python')?.version);
  return rankVersions(name.toLowerCase(), cuda, python && majorMinorOf(python))
    .filter(({ version }) => version.startsWith(typed))
    .slice(0, MAX_VERSIONS)
    .map(({ version, cuda: built }) => ({
      label: version,
      detail: built === undefined ? '' : `CUDA ${built}`,
      newText: version,
      range: { start: offset - typed.length, end: offset },
      kind: 'version',
    }));
}

interface Offered {
  readonly version: string;
  readonly cuda: string | undefined;
}

/** Versions of a package that were published: those for the stage's CUDA and Python first, among these the newest. */
function rankVersions(name: string, cuda: string | undefined, python: string | undefined): readonly Offered[] {
  const offered = listOffered(name, python);
  const rank = ({ cuda: built }: Offered): number => (cuda === undefined || built === undefined ? 1 : majorMinorOf(built) === majorMinorOf(cuda) ? 0 : majorOf(built) === majorOf(cuda) ? 1 : 2);
  return [...offered].sort((a, b) => rank(a) - rank(b) || (comparePep440(b.version.replace('.*', ''), a.version.replace('.*', '')) ?? 0));
}

function listOffered(name: string, python: string | undefined): readonly Offered[] {
  if (parseTensorRTPipPackage(name) !== undefined) return tensorRTPipVersions(name).map((version) => ({ version, cuda: undefined }));
  switch (name) {
    case 'torch':
      return torchVersions()
        .filter((version) => hasPython(torchRelease(version)?.python, python))
        .map((version) => ({ version, cuda: cudaOfTorch(version) }));
    case 'tensorflow':
      return tensorflowReleases()
        .filter(({ version, python: pythons }) => /^\d+\.\d+\.\d+$/.test(version) && hasPython(pythons ?? undefined, python))
        .map(({ version }) => ({ version, cuda: tensorflowRelease(version)?.cuda }));
    case 'onnxruntime-gpu':
      // Which patch releases there are is not known; one of each minor version is.
      return onnxruntimeSeries().map((version) => ({ version: `${version}.*`, cuda: onnxruntimeRelease(version)?.cuda.replace(/\.x$/, '') }));
    default:
      return [];
  }
}

function hasPython(known: readonly string[] | undefined, wanted: string | undefined): boolean {
  return known === undefined || wanted === undefined || known.includes(wanted);
}

/** PyTorch's indexes for the version in the same call, or the newest; that for the stage's CUDA first. */
function listIndexes(typed: string, offset: number, step: InstructionStep): readonly Completion[] {
  const requirements = step.actions.flatMap(({ action }) => (action.kind === 'pip-install' ? action.requirements : []));
  const range = { start: offset - typed.length, end: offset };
  const torch = requirements.find(({ name }) => name === 'torch');
  if (torch === undefined) return [];
  const version = /^===?([\w.+!-]+)$/.exec(torch.specifier)?.[1] ?? torchVersions().at(-1) ?? '';
  const wished = cudaOfPipTag(/\+(\w+)$/.exec(version)?.[1] ?? '') ?? stageCuda(step.before)?.version;
  const rank = (cuda: string): number => (wished === undefined ? 1 : majorMinorOf(cuda) === majorMinorOf(wished) ? 0 : majorOf(cuda) === majorOf(wished) ? 1 : 2);
  return [...(torchRelease(version)?.indexUrls ?? [])]
    .filter(([, url]) => url.startsWith(typed))
    .sort(([a], [b]) => rank(a) - rank(b) || Number(b) - Number(a))
    .map(([cuda, url]) => ({ label: url, detail: msg`PyTorch ${version} for CUDA ${cuda}`, newText: url, range, kind: 'value' }));
}
