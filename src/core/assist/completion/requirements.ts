import { cudaOfTorch, onnxruntimeRelease, onnxruntimeSeries, tensorflowWheel, tensorflowReleases, torchRelease, torchVersions } from '../../facts/frameworks';
import { cudaMajorOfTensorRTPip, parseTensorRTPipPackage, tensorRTPipVersions } from '../../facts/tensorrt-pip';
import { msg } from '../../l10n/message';
import { readRequirements } from '../../requirements/read';
import type { PipRequirement } from '../../shell/installers/model';
import { findComponent, knownVersion, stageCuda } from '../../stack/query';
import type { InstructionStep } from '../../stack/model';
import type { Target } from '../../target/model';
import { cudaOfPipTag } from '../../version/cuda';
import { compareDotted, hasPrefix, majorMinorOf, majorOf } from '../../version/dotted';
import { comparePep440 } from '../../version/pep440';
import type { Completion } from './model';
import { cudaOfDrivers } from './stage-wishes';

const MAX_VERSIONS = 40;

/** What decides between the versions of a package, as far as it is known. */
interface Surroundings {
  /** CUDA that wheels should be made for, or the newest that they may be. */
  readonly cuda: string | undefined;
  /** Minor version: `3.10`. */
  readonly python: string | undefined;
  readonly requirements: readonly PipRequirement[];
  /** `--index-url`: nothing but this index is asked. */
  readonly index: string | undefined;
  readonly extraIndexes: readonly string[];
}

/** What can be written behind `name==` or an option for an index in a call of pip that ends at `offset`. */
export function completeRequirement(line: string, offset: number, { actions, before }: InstructionStep, targets: readonly Target[]): readonly Completion[] {
  const calls = actions.flatMap(({ action }) => (action.kind === 'pip-install' ? action : []));
  const python = knownVersion(findComponent(before, 'python')?.version);
  const given: Surroundings = {
    cuda: stageCuda(before)?.version ?? cudaOfDrivers(targets),
    python: python && majorMinorOf(python),
    requirements: calls.flatMap(({ requirements }) => requirements),
    index: calls.flatMap(({ indexUrl }) => indexUrl?.value ?? [])[0],
    extraIndexes: calls.flatMap(({ extraIndexUrls }) => extraIndexUrls.map(({ value }) => value)),
  };
  return [...offerOwnIndex(line, offset, given), ...completeLine(line, offset, given)];
}

/** Where no wheel on PyPI is made for the stage's CUDA: the newest PyTorch that is, with the index that has it. */
function offerOwnIndex(line: string, offset: number, given: Surroundings): readonly Completion[] {
  // An option cannot stand within quotes.
  const typed = /\storch==([\d.]*)$/.exec(line)?.[1];
  const cuda = majorMinorOf(given.cuda ?? '');
  if (typed === undefined || cuda === undefined || given.index !== undefined || given.extraIndexes.length > 0) return [];
  const versions = torchVersions().filter((version) => hasPython(torchRelease(version)?.python, given.python));
  if (versions.some((version) => cudaOfTorch(version) === cuda)) return [];
  const version = versions.findLast((one) => one.startsWith(typed) && /\/cu\d+$/.test(torchRelease(one)?.indexUrls.get(cuda) ?? ''));
  const index = version === undefined ? undefined : torchRelease(version)?.indexUrls.get(cuda);
  if (version === undefined || index === undefined) return [];
  const label = `${version}+${index.slice(index.lastIndexOf('/') + 1)}`;
  return [{ label, detail: msg`CUDA ${cuda}, from PyTorch’s own index`, newText: `${label} --extra-index-url ${index}`, range: { start: offset - typed.length, end: offset }, kind: 'version' }];
}

/**
 * What can be written at `offset` (UTF-16 code units) of a requirements file: versions of the packages that bring or need
 * CUDA, behind `name==`, and the indexes of PyTorch. Those that fit the rest of the file, then the targets, come first.
 */
export function completeRequirements(text: string, offset: number, targets: readonly Target[] = []): readonly Completion[] {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (/(?:^|\s)#/.test(line)) return [];
  const { requirements, indexUrl, extraIndexUrls } = readRequirements('', text);
  const extraIndexes = extraIndexUrls.map(({ value }) => value.value);
  const named = requirements.flatMap(({ name, specifier }) => cudaOfName(name) ?? cudaOfPipTag(/\+(\w+)$/.exec(specifier)?.[1] ?? '') ?? [])[0];
  const served = cudaOfDrivers(targets);
  return completeLine(line, offset, {
    // A name tells the major version alone, a driver the minor version, too.
    cuda: named === undefined || (served !== undefined && hasPrefix(served, named)) ? served : named,
    python: undefined,
    requirements,
    index: indexUrl?.value.value,
    extraIndexes,
  });
}

/** The CUDA that a package has in its name: `tensorrt-cu12`, `nvidia-cudnn-cu12`. */
function cudaOfName(name: string): string | undefined {
  return /^(?:tensorrt|nvidia|cupy|onnxruntime)[\w-]*-cu(?:da)?(1\d)x?(?:-\w+)?$/.exec(name)?.[1];
}

function completeLine(line: string, offset: number, given: Surroundings): readonly Completion[] {
  const [, option, url] = /(?:^|\s)(--index-url|--extra-index-url|--find-links|-i|-f)[\s=]+["']?(\S*)$/.exec(line) ?? [];
  if (option !== undefined && url !== undefined) return listIndexes(url, /^(?:-f|--find-links)$/.test(option) ? 'page' : 'index', offset, given);
  const [, name, typed = ''] = /(?:^|[\s"'])([a-z][\w.-]*)(?:\[[\w,-]*\])?\s*===?\s*([\w.+!]*)$/i.exec(line) ?? [];
  if (name === undefined) return [];
  return rankVersions(name.toLowerCase().replace(/[_.]/g, '-'), typed, given)
    .slice(0, MAX_VERSIONS)
    .map(({ version, cuda }) => ({
      label: version,
      detail: cuda === undefined ? '' : `CUDA ${cuda}`,
      newText: version,
      range: { start: offset - typed.length, end: offset },
      kind: 'version',
    }));
}

interface Offered {
  readonly version: string;
  /** As far as its builds differ by it: some run with any minor version of theirs. */
  readonly cuda: string | undefined;
}

/** Versions of a package that were published and begin as what is typed: those that suit the CUDA first, among these the newest. */
function rankVersions(name: string, typed: string, given: Surroundings): readonly Offered[] {
  const wished = cudaOfIndexes(given) ?? given.cuda;
  return listOffered(name, typed, given)
    .filter(({ version }) => version.startsWith(typed))
    .sort((a, b) => rankCuda(a.cuda, wished) - rankCuda(b.cuda, wished) || (comparePep440(b.version.replace('.*', ''), a.version.replace('.*', '')) ?? 0));
}

/**
 * Made for that CUDA, for an older one of the same major, which any driver of it runs, for a newer one, for another major.
 * What names no minor version runs with all of them.
 */
function rankCuda(built: string | undefined, wished: string | undefined): number {
  if (built === undefined || wished === undefined) return 1;
  if (majorOf(built) !== majorOf(wished)) return 3;
  const [is, wants] = [majorMinorOf(built), majorMinorOf(wished)];
  if (is === undefined || wants === undefined || is === wants) return 0;
  return compareDotted(is, wants) < 0 ? 1 : 2;
}

/** The CUDA of PyTorch's index among those that are asked. */
function cudaOfIndexes({ index, extraIndexes }: Surroundings): string | undefined {
  return [index, ...extraIndexes].flatMap((url) => cudaOfPipTag(/\/whl\/(cu\d+)/.exec(url ?? '')?.[1] ?? '') ?? [])[0];
}

function listOffered(name: string, typed: string, given: Surroundings): readonly Offered[] {
  if (parseTensorRTPipPackage(name) !== undefined) return tensorRTPipVersions(name).map((version) => ({ version, cuda: cudaMajorOfTensorRTPip(name, version)?.value }));
  switch (name) {
    case 'torch':
      return torchVersions().filter((version) => hasPython(torchRelease(version)?.python, given.python)).flatMap((version) => listWheels(version, typed, given));
    case 'tensorflow':
      return tensorflowReleases()
        .filter(({ version, python }) => /^\d+\.\d+\.\d+$/.test(version) && hasPython(python ?? undefined, given.python))
        .map(({ version }) => ({ version, cuda: tensorflowWheel(name, version)?.cuda }));
    case 'onnxruntime-gpu':
      // Which patch releases there are is not known; one of each minor version is.
      return onnxruntimeSeries().map((version) => ({ version: `${version}.*`, cuda: onnxruntimeRelease(version)?.cuda.split('.')[0] }));
    default:
      return [];
  }
}

/**
 * How the wheels of a PyTorch release are asked for: from PyPI by the version alone; from its own index too, where no
 * other is asked; with the CUDA behind it where both are, so that there is no doubt, and where that is what is typed.
 */
function listWheels(version: string, typed: string, given: Surroundings): readonly Offered[] {
  const { indexUrls = new Map<string, string>() } = torchRelease(version) ?? {};
  const wished = cudaOfIndexes(given);
  const tagged = [...indexUrls.keys()].map((cuda) => ({ version: `${version}+cu${cuda.replace('.', '')}`, cuda }));
  if (typed.includes('+')) return tagged;
  const own = wished === undefined ? undefined : tagged.find(({ cuda }) => cuda === wished);
  if (wished === undefined) return [{ version, cuda: cudaOfTorch(version) }];
  if (given.index !== undefined && /\/whl\/cu\d+/.test(given.index)) return own === undefined ? [] : [{ version, cuda: wished }];
  return own === undefined ? [{ version, cuda: cudaOfTorch(version) }] : [own];
}

function hasPython(known: readonly string[] | undefined, wanted: string | undefined): boolean {
  return known === undefined || wanted === undefined || known.includes(wanted);
}

/** PyTorch's indexes, or pages of links, for the version that is asked for, or each for the newest that it has; that for the CUDA at hand first. */
function listIndexes(typed: string, kind: 'index' | 'page', offset: number, { requirements, cuda: given }: Surroundings): readonly Completion[] {
  const range = { start: offset - typed.length, end: offset };
  const torch = requirements.find(({ name }) => name === 'torch');
  if (torch === undefined) return [];
  const asked = /^===?\s*([\w.+!-]+)$/.exec(torch.specifier)?.[1];
  const wished = cudaOfPipTag(/\+(\w+)$/.exec(asked ?? '')?.[1] ?? '') ?? given;
  return (asked === undefined ? [...torchVersions()].reverse() : [asked])
    .flatMap((version) => [...(torchRelease(version)?.indexUrls ?? [])].map(([cuda, url]) => ({ version, cuda, url })))
    .filter(({ url }, i, all) => url.startsWith(typed) && url.endsWith('.html') === (kind === 'page') && all.findIndex((other) => other.url === url) === i)
    .sort((a, b) => rankCuda(a.cuda, wished) - rankCuda(b.cuda, wished) || compareDotted(b.cuda, a.cuda))
    .map(({ version, cuda, url }) => ({ label: url, detail: msg`PyTorch ${version} for CUDA ${cuda}`, newText: url, range, kind: 'value' }));
}
