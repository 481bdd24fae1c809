import { aptBuilds, isInNetworkRepository, libraryOfPackage } from '../../facts/apt-builds';
import { isAptVersionKnown } from '../../facts/apt-versions';
import { allCudaImages } from '../../facts/cuda-images';
import { chooseCudnnBuilds, cudnnPackageOf } from '../../facts/cudnn';
import { chooseBuilds, type BuildCandidate } from '../../facts/tensorrt-builds';
import { packageFamily } from '../../facts/tensorrt-packages';
import { findTensorRTRelease } from '../../facts/tensorrt-releases';
import { pinSet } from '../../facts/tensorrt-pins';
import { msg, type Message } from '../../l10n/message';
import { findComponent, knownVersion, stageCuda } from '../../stack/query';
import type { InstructionStep, StackState } from '../../stack/model';
import { parseNvidiaPackageVersion } from '../../version/debian';
import { hasPrefix, majorMinorOf, majorOf } from '../../version/dotted';
import type { Completion } from './model';

/** Packages of TensorRT that people install; those of the release at hand are offered. */
const FAMILIES = ['tensorrt', 'libnvinfer{M}', 'libnvinfer-plugin{M}', 'libnvinfer-dev', 'libnvinfer-plugin-dev', 'libnvonnxparsers{M}', 'libnvonnxparsers-dev', 'libnvinfer-bin', 'python3-libnvinfer', 'python3-libnvinfer-dev'];

const MAX_VERSIONS = 40;

/**
 * What can be written in a list of apt packages that ends at `offset`: behind `name=` the versions that run with the
 * stage's CUDA and are in its distribution's repository; before it names, each alone and with its whole set of pins.
 */
export function completePackage(line: string, offset: number, step: InstructionStep): readonly Completion[] {
  const [, name = '', equals, version = ''] = /(?:^|[\s"'])([a-z][a-z\d.+-]*)(=)?([\w.:+~*-]*)$/.exec(line) ?? [];
  const state = step.before;
  const distro = state.apt.repositories.findLast(({ repository, distro }) => repository === 'cuda' && distro !== undefined)?.distro;
  if (name === '' || distro === undefined) return [];
  const range = (typed: string): Completion['range'] => ({ start: offset - typed.length, end: offset });
  if (equals !== undefined) {
    return listVersions(name, state, step, distro)
      .filter((found) => found.startsWith(version) && isAptVersionKnown(name, found, distro).status === 'known')
      .slice(0, MAX_VERSIONS)
      // A version says itself for which CUDA it is built: `8.6.1.6-1+cuda11.8`.
      .map((found) => ({ label: found, detail: '', newText: found, range: range(version), kind: 'version' }));
  }
  return listNames(name, state, step, distro, /^\s+/.exec(line)?.[0]).map((item) => ({ ...item, range: range(name), kind: 'package' }));
}

function describeBuild(version: string, cuda: string): Message {
  return msg`TensorRT ${version} for CUDA ${cuda}`;
}

function describeCudnn(cuda: string): Message {
  return msg`cuDNN for CUDA ${cuda}`;
}

function listVersions(name: string, state: StackState, step: InstructionStep, distro: string): readonly string[] {
  const cuda = stageCuda(state)?.version;
  switch (libraryOfPackage(name)) {
    case 'tensorrt':
      if (cuda === undefined) return listSighted(name, distro);
      return chooseForStage(name, cuda, state, step, distro).map(({ aptVersion }) => aptVersion);
    case 'cudnn': {
      if (cuda === undefined) return listSighted(name, distro);
      const major = Number(/\d+/.exec(name)?.[0]);
      // The development package has the versions of the library.
      return chooseCudnnBuilds({ cuda, major, distro }).map(({ version }) => version);
    }
    case 'nccl':
      return listSighted(name, distro).filter((version) => cuda === undefined || hasPrefix(cuda, /\+cuda([\d.]+)/.exec(version)?.[1] ?? cuda));
    case undefined:
      return [];
  }
}

/** Versions that were seen in the repository, the newest first. */
function listSighted(name: string, distro: string): readonly string[] {
  const versions = aptBuilds({ package: name, distro }).filter((build) => build.distro === distro && isInNetworkRepository(build));
  return [...new Set(versions.map(({ version }) => version))].reverse();
}

/** Builds of TensorRT for a stage; the one that other packages of the same instruction or stage are pinned to comes first. */
function chooseForStage(name: string, cuda: string, state: StackState, step: InstructionStep, distro: string): readonly BuildCandidate[] {
  const cudnn = knownVersion(findComponent(state, 'cudnn')?.version);
  const candidates = chooseBuilds({ package: name, cuda, distro, ...(cudnn !== undefined && { cudnn }) });
  const pinned = readPin(state, step);
  if (pinned === undefined) return candidates;
  const same = (candidate: BuildCandidate): boolean => hasPrefix(pinned.tensorrt, candidate.release.version) && (pinned.cuda === undefined || pinned.cuda === candidate.cuda);
  return [...candidates.filter(same), ...candidates.filter((candidate) => !same(candidate))];
}

/** The release that packages of TensorRT are pinned to, in this instruction or before it. */
function readPin(state: StackState, { actions }: InstructionStep): { readonly tensorrt: string; readonly cuda: string | undefined } | undefined {
  for (const { action } of actions) {
    if (action.kind !== 'package-install') continue;
    for (const { name, version } of action.packages) {
      if (libraryOfPackage(name.value) !== 'tensorrt' || version === undefined) continue;
      const pin = parseNvidiaPackageVersion(version.value);
      if (pin !== undefined && findTensorRTRelease(pin.upstream) !== undefined) return { tensorrt: pin.upstream, cuda: pin.cuda };
    }
  }
  const installed = findComponent(state, 'tensorrt');
  const version = knownVersion(installed?.version);
  return installed === undefined || version === undefined || version.split('.').length < 3 ? undefined : { tensorrt: version, cuda: installed.cuda };
}

/** Names that begin so; for each the pinned set of the best build first, then the name alone. `indent` joins the set on lines of its own. */
function listNames(typed: string, state: StackState, step: InstructionStep, distro: string, indent: string | undefined): readonly Omit<Completion, 'range' | 'kind'>[] {
  const cuda = stageCuda(state)?.version;
  const items: Omit<Completion, 'range' | 'kind'>[] = [];
  if (cuda === undefined || typed.length < 3) return items;
  const [best] = chooseForStage('libnvinfer-dev', cuda, state, step, distro);
  if (best !== undefined) {
    const major = String(majorOf(best.release.version));
    const detail = describeBuild(best.release.version, best.cuda);
    for (const family of FAMILIES) {
      const name = family.replace('{M}', major);
      if (!name.startsWith(typed) || packageFamily(name) === undefined) continue;
      const pins = pinSet([name], best);
      if (pins === undefined || pins.some((pin) => isAptVersionKnown(pin.package, pin.version, distro).status !== 'known')) continue;
      const newText = pins.map((pin) => `${pin.package}=${pin.version}`).join(indent === undefined ? ' ' : ` \\\n${indent}`);
      const [only, second] = pins;
      items.push({ label: only !== undefined && second === undefined ? newText : msg`${name} with all that it needs, pinned`, detail, newText });
      items.push({ label: name, detail, newText: name });
    }
  }
  for (const major of listCudnnMajors(cuda)) {
    const name = cudnnPackageOf(major, cuda);
    if (name?.startsWith(typed) !== true) continue;
    const [build] = chooseCudnnBuilds({ cuda, major: Number(/\d+/.exec(name)?.[0]), distro });
    if (build === undefined || isAptVersionKnown(name, build.version, distro).status !== 'known') continue;
    items.push({ label: `${name}=${build.version}`, detail: describeCudnn(build.cuda), newText: `${name}=${build.version}` });
  }
  return items;
}

/** Major versions of cuDNN, first those that NVIDIA's images of a CUDA have. */
function listCudnnMajors(cuda: string): readonly string[] {
  const own = new Set(allCudaImages().flatMap((image) => (image.cuda !== null && majorMinorOf(image.cuda) === majorMinorOf(cuda) && typeof image.cudnn === 'string' ? image.cudnn : [])));
  return own.has('8') || own.size === 0 ? ['8', '9'] : ['9', '8'];
}
