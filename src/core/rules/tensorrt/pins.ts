import { ruledOutByIndex } from '../../facts/apt-builds';
import { chooseCudnnBuilds } from '../../facts/cudnn';
import { availabilityOf, chooseBuilds, newestTensorRTBuild, tensorRTBuilds, type BuildCandidate, type TensorRTBuild } from '../../facts/tensorrt-builds';
import { exactDependenciesOf, pinSet } from '../../facts/tensorrt-pins';
import type { Evidence } from '../../facts/evidence';
import { packageFamily, releaseHasPackage } from '../../facts/tensorrt-packages';
import { findTensorRTRelease, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { msg } from '../../l10n/message';
import type { StackReport, StackState } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { applyEdits, type FileEdit } from '../../text/edit';
import { isCudaCompatible } from '../../version/cuda';
import { matchesAptPattern, parseNvidiaPackageVersion } from '../../version/debian';
import { compareDotted, firstParts, hasPrefix, isSameRelease, majorOf } from '../../version/dotted';
import { editVersions, mergeEdits } from '../support/edit-version';
import { cudaOf, isExecForm, isNamed, networkDistro, type LibraryInstall, type LibraryPackage, type StageInstalls } from '../support/library-packages';
import { newestMatching } from '../support/pattern';

/** TensorRT up to 8.6 takes cuDNN along, in any version and for any CUDA. */
export const TAKES_CUDNN: Evidence = {
  fact: msg`libnvinfer7 and libnvinfer8 depend on libcudnn8 without a version: apt takes the newest build of it, for the newest CUDA.`,
  source: 'https://github.com/NVIDIA/TensorRT/issues/3010',
  checked: '2026-11-20',
};

/** The packages of TensorRT without a version that a command installs and that are not held at one. */
export function floatingPackages({ packages, before }: LibraryInstall): readonly LibraryPackage[] {
  return packages.filter(({ library, pinned, name }) => library === 'tensorrt' && pinned === 'no' && packageFamily(name) !== undefined && !before.apt.held.has(name));
}

/** The cuDNN that apt knows of: what the base image or an earlier command installed as packages. */
export function packagedCudnn(state: StackState): { readonly major: number; readonly version: string } | undefined {
  for (const { version, via } of [...findComponents(state, 'cudnn')].reverse()) {
    const known = knownVersion(version);
    const major = known === undefined ? undefined : majorOf(known);
    if (known !== undefined && major !== undefined && (via === 'base-image' || via === 'apt' || via === 'yum')) return { major, version: known };
  }
  return undefined;
}

/** The build that fits a stage best for these packages, or the newest of all where its CUDA is not known. */
export function findBuild(names: readonly string[], install: LibraryInstall, distro: string): TensorRTBuild | undefined {
  const cuda = cudaOf(install)?.version;
  if (cuda === undefined) return newestTensorRTBuild(names[0] ?? 'tensorrt', distro);
  const cudnn = packagedCudnn(install.before)?.version;
  const [first, ...others] = listBuilds(names, cuda, distro, cudnn === undefined ? {} : { cudnn });
  // Of the releases for the best CUDA the newest: which of them someone has seen in this very repository is chance.
  return others.filter(({ cuda: built }) => built === first?.cuda).reduce((best, build) => (best !== undefined && compareDotted(build.release.version, best.release.version) > 0 ? build : best), first);
}

/** The builds that fit a CUDA and that the repository serves with all they need, best first. */
export function listBuilds(names: readonly string[], cuda: string, distro: string, wish: { readonly cudnn?: string; readonly version?: string }): readonly BuildCandidate[] {
  return chooseBuilds({ packages: names, cuda, distro, ...wish }).filter((build) => pinSet(names, build)?.every((pin) => isServed(pin.package, pin.version, build.release, distro)) === true);
}

/** Metapackages, tools and samples: NVIDIA's network repositories have them since 8.4.1, local repositories always had. */
const LATE_IN_NETWORK = /^(?:tensorrt(?:-dev|-libs)?|libnvinfer-(?:bin|samples|doc)|graphsurgeon-tf|uff-converter-tf)$/;

function isServed(name: string, version: string, release: TensorRTRelease, distro: string): boolean {
  return (compareDotted(release.version, '8.4.1') >= 0 || !LATE_IN_NETWORK.test(name)) && ruledOutByIndex(name, version, distro) === undefined;
}

/** A build as far as a fix needs it. */
export type Target = Pick<TensorRTBuild, 'release' | 'cuda'>;

/**
 * The edits that give packages of TensorRT in a stage the versions of one build, wherever `chosen` picks them, name what
 * they need in that same version besides, and cuDNN where it would float. With `hold` they are put on hold, which is
 * done anyway where a later command upgrades everything. Undefined where a package's word cannot be rewritten, or the
 * release lacks one of the packages.
 */
export function repin(installs: StageInstalls, target: Target, stack: StackReport, chosen: (item: LibraryPackage, install: LibraryInstall) => boolean, hold = false): readonly FileEdit[] | undefined {
  if (isContradicted(installs, target, chosen)) return undefined;
  const edits: FileEdit[] = [];
  const pinned = new Set(installs.inherited.flatMap(({ packages }) => packages.map(({ name }) => name)));
  const holds = hold || installs.stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'package-upgrade' && action.manager === 'apt'));
  for (const install of installs.own) {
    const items = install.packages.filter((item) => item.library === 'tensorrt' && chosen(item, install));
    for (const item of install.packages) if (item.pinned !== 'no') pinned.add(item.name);
    if (items.length === 0) continue;
    const edit = repinInstall(install, items, target, pinned, stack, holds);
    if (edit === undefined) return undefined;
    edits.push(...edit);
  }
  return mergeEdits(edits);
}

/** A package of another build stays in the stage, and needs what is to be pinned, or is needed by it. */
function isContradicted(installs: StageInstalls, target: Target, chosen: (item: LibraryPackage, install: LibraryInstall) => boolean): boolean {
  const all = [...installs.inherited, ...installs.own].flatMap((install) => install.packages.map((item) => ({ item, isChosen: installs.own.includes(install) && chosen(item, install) })));
  const names = all.flatMap(({ item, isChosen }) => (isChosen && item.library === 'tensorrt' ? [item.name] : []));
  const closure = new Set(pinSet(names, target)?.map((pin) => pin.package));
  return all.some(({ item, isChosen }) => {
    const other = isChosen || item.library !== 'tensorrt' ? undefined : targetOf(item);
    if (other === undefined || (other.release === target.release && other.cuda === target.cuda)) return false;
    return closure.has(item.name) || exactDependenciesOf(item.name, other.release).some((name) => closure.has(name));
  });
}

function repinInstall(install: LibraryInstall, items: readonly LibraryPackage[], target: Target, pinned: Set<string>, stack: StackReport, holds: boolean): readonly FileEdit[] | undefined {
  const pins = pinSet([...new Set(items.map(({ name }) => name))], target);
  const last = items.at(-1);
  if (pins === undefined || last === undefined) return undefined;
  const versions = new Map(pins.map((pin) => [pin.package, pin.version]));
  const wrong = items.filter(({ pinned: how, version = '', name }) => how === 'exact' ? version !== versions.get(name) : how === 'pattern' && !isPatternFor(version, versions.get(name) ?? '', name, install));
  const edits: FileEdit[] = [];
  const moved = wrong.length === 0 ? [] : editVersions(install, wrong, versions);
  if (moved === undefined) return undefined;
  edits.push(...moved);
  for (const item of items.filter(({ pinned: how }) => how === 'no')) {
    const edit = item.spec.text.edit(0, item.spec.text.value.length, `${item.spec.name.value}=${versions.get(item.name) ?? ''}`);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  const missing = pins.filter((pin) => pin.added && !pinned.has(pin.package) && !install.packages.some((item) => isNamed(item, pin.package)));
  const spell = spelling(install, items, versions, moved, stack);
  const words = missing.map((pin) => `${pin.package}=${spell(pin.version)}`);
  const cudnn = pinned.has('libcudnn8') ? undefined : cudnnPin(install, target);
  if (cudnn !== undefined) words.push(cudnn);
  if (words.length > 0) edits.push(insertBehind(install, last, words, stack));
  const fresh = [...items.map(({ name }) => name), ...missing.map((pin) => pin.package), ...(cudnn === undefined ? [] : ['libcudnn8'])];
  for (const name of fresh) pinned.add(name);
  const held = holds ? holdAfter(install, [...new Set(fresh)].filter((name) => !install.stage.final.apt.held.has(name)), stack) : undefined;
  return held === undefined ? edits : [...edits, held];
}

/** Whether apt takes that version by a pattern, as far as anyone knows. */
function isPatternFor(pattern: string, version: string, name: string, { before }: LibraryInstall): boolean {
  const distro = networkDistro(before);
  return matchesAptPattern(pattern, version) && (distro === undefined || (newestMatching(name, pattern, distro) ?? version) === version);
}

/** How a version is written in new words: as the packages have it (`$V`, `10.9.0.*`), where that stands for the same. */
function spelling({ action }: LibraryInstall, items: readonly LibraryPackage[], versions: ReadonlyMap<string, string>, moved: readonly FileEdit[], stack: StackReport): (version: string) => string {
  const model = items.findLast(({ pinned: how, spec }) => how === 'pattern' || (how !== 'no' && spec.version?.pieces.some(({ use }) => use !== undefined) === true));
  if (model === undefined) return (version) => version;
  const { start, end } = model.spec.range;
  const inside = moved.filter((edit) => edit.file === action.file && edit.range.start >= start && edit.range.end <= end);
  const word = applyEdits(textOf(action.file, stack).slice(start, end), inside.map((edit) => ({ ...edit, range: { start: edit.range.start - start, end: edit.range.end - start } })));
  const spelled = /^[^'"=]+=([^'"\s]+)$/.exec(word ?? '')?.[1];
  return (version) => (spelled !== undefined && version === versions.get(model.name) ? spelled : version);
}

/** Package words put behind a package. */
export function insertBehind(install: LibraryInstall, item: LibraryPackage, words: readonly string[], stack: StackReport): FileEdit {
  const { end } = item.spec.range;
  const newText = isExecForm(install) ? words.map((word) => `, "${word}"`).join('') : joinPackages(item, ['', ...words], install, stack);
  return { file: install.action.file, range: { start: end, end }, newText };
}

/** Whether a build can be installed and run in the stage of a command: the repository may have it, and its CUDA fits. */
export function isSound({ release, cuda }: Target, install: LibraryInstall): boolean {
  const stage = cudaOf(install)?.version;
  const distro = networkDistro(install.before);
  if (stage !== undefined && isCudaCompatible(cuda, stage) === false) return false;
  return distro !== undefined && tensorRTBuilds().some((build) => build.release === release && build.cuda === cuda && availabilityOf(build, distro) !== undefined);
}

/** The build that a version names; undefined for patterns and for releases that the tables lack. */
export function targetOf({ version, pinned }: LibraryPackage): Target | undefined {
  const parts = pinned === 'exact' && version !== undefined ? parseNvidiaPackageVersion(version) : undefined;
  const release = parts === undefined ? undefined : findTensorRTRelease(parts.upstream);
  if (release === undefined || parts?.cuda === undefined || !isSameRelease(release.fullVersion ?? release.version, parts.upstream)) return undefined;
  return { release, cuda: parts.cuda };
}

/** Whether a package is pinned to this build, or to nothing while the release has it. */
export function belongsTo(item: LibraryPackage, { release, cuda }: Target): boolean {
  if (item.pinned === 'no') return packageFamily(item.name) !== undefined && releaseHasPackage(release, item.name) === true;
  const target = targetOf(item);
  return target !== undefined && target.release === release && target.cuda === cuda;
}

/** Whether the packages of a release bring libcudnn8 along. */
export function takesCudnn({ version }: TensorRTRelease): boolean {
  return compareDotted(version, '7.1') >= 0 && compareDotted(version, '8.7') < 0;
}

/** `libcudnn8=…` for a stage without cuDNN, where TensorRT would take the newest along. */
export function cudnnPin(install: LibraryInstall, { release, cuda }: Target): string | undefined {
  if (!takesCudnn(release)) return undefined;
  const { before, packages } = install;
  if (packagedCudnn(before)?.major === 8 || packages.some(({ library }) => library === 'cudnn')) return undefined;
  const distro = before.apt.repositories.findLast(({ repository }) => repository === 'cuda')?.distro;
  if (distro === undefined) return undefined;
  const stage = cudaOf(install)?.version ?? cuda;
  const candidates = chooseCudnnBuilds({ cuda: stage, major: 8, distro });
  const best =
    candidates.find(({ version, cuda: built }) => release.cudnn !== null && hasPrefix(version.replace(/-.*/, ''), firstParts(release.cudnn, 2)) && built === cuda) ??
    candidates.find(({ cuda: built }) => built === cuda) ??
    candidates[0];
  return best === undefined ? undefined : `${best.package}=${best.version}`;
}

/** Package words one after another, each on its own line where the first has one of its own. */
export function joinPackages({ spec }: LibraryPackage, words: readonly string[], { action }: LibraryInstall, stack: StackReport): string {
  const source = textOf(action.file, stack);
  const line = /([\\`])[ \t]*\r?\n([ \t]*)$/.exec(source.slice(0, spec.range.start));
  return words.join(line === null ? ' ' : ` ${line[1] ?? ''}\n${line[2] ?? ''}`);
}

/** ` && apt-mark hold …` behind a command; undefined for a RUN in JSON form, which has no shell. */
function holdAfter(install: LibraryInstall, names: readonly string[], stack: StackReport): FileEdit | undefined {
  const { action } = install;
  if (names.length === 0 || isExecForm(install)) return undefined;
  const { range, file } = action.command;
  const sudo = /^sudo\b/.test(textOf(file, stack).slice(range.start, range.end)) ? 'sudo ' : '';
  return { file, range: { start: range.end, end: range.end }, newText: ` && ${sudo}apt-mark hold ${names.join(' ')}` };
}

/** The text of the Dockerfile or of a file of the build context that was read. */
export function textOf(file: string, { dockerfile, files }: StackReport): string {
  return file === dockerfile.file ? dockerfile.text : (files.get(file) ?? '');
}
