import { chooseCudnnBuilds } from '../../facts/cudnn';
import { chooseBuilds, newestTensorRTBuild, type TensorRTBuild } from '../../facts/tensorrt-builds';
import { pinSet } from '../../facts/tensorrt-pins';
import type { Evidence } from '../../facts/evidence';
import { packageFamily } from '../../facts/tensorrt-packages';
import type { TensorRTRelease } from '../../facts/tensorrt-releases';
import type { StackReport, StackState } from '../../stack/model';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import type { FileEdit } from '../../text/edit';
import { compareDotted, firstParts, hasPrefix, majorOf } from '../../version/dotted';
import type { Fix } from '../model';
import type { LibraryInstall, LibraryPackage, StageInstalls } from '../support/library-packages';

/** TensorRT up to 8.6 takes cuDNN along, in any version and for any CUDA. */
export const TAKES_CUDNN: Evidence = {
  fact: 'libnvinfer7 and libnvinfer8 depend on libcudnn8 without a version: apt takes the newest build of it, for the newest CUDA.',
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
export function findBuild(names: readonly string[], state: StackState, distro: string, version?: string): TensorRTBuild | undefined {
  const cuda = stageCuda(state)?.version;
  if (cuda === undefined) return version === undefined ? newestTensorRTBuild(names[0] ?? 'tensorrt', distro) : undefined;
  const cudnn = packagedCudnn(state)?.version;
  return chooseBuilds({ packages: names, cuda, distro, ...(cudnn === undefined ? {} : { cudnn }), ...(version === undefined ? {} : { version }) })[0];
}

/**
 * The fix that gives every package of TensorRT in a stage the version of one build, names what they need in that same
 * version, and holds them there. Undefined where a package's word cannot be rewritten.
 */
export function pinAll(installs: StageInstalls, build: TensorRTBuild, stack: StackReport): Fix | undefined {
  const edits: FileEdit[] = [];
  const pinned = new Set<string>();
  for (const install of installs.own) {
    if (install.action.manager !== 'apt') continue;
    for (const item of install.packages) if (item.pinned !== 'no') pinned.add(item.name);
    const floating = floatingPackages(install);
    if (floating.length === 0) continue;
    const edit = pinInstall(install, floating, build, pinned, stack);
    if (edit === undefined) return undefined;
    edits.push(...edit);
  }
  const title = `Pin TensorRT ${build.release.version} for CUDA ${build.cuda} with everything it needs, and hold it`;
  return edits.length === 0 ? undefined : { title, safe: false, edits };
}

function pinInstall(install: LibraryInstall, floating: readonly LibraryPackage[], build: TensorRTBuild, pinned: Set<string>, stack: StackReport): readonly FileEdit[] | undefined {
  const named = [...new Set(floating.map(({ name }) => name))];
  const pins = pinSet(named, build);
  if (pins === undefined) return undefined;
  const versions = new Map(pins.map((pin) => [pin.package, pin.version]));
  const added = pins.filter((pin) => pin.added && !pinned.has(pin.package)).map((pin) => `${pin.package}=${pin.version}`);
  const cudnn = pinned.has('libcudnn8') ? undefined : cudnnPin(install, build);
  if (cudnn !== undefined) added.push(cudnn);
  const fresh = [...versions.keys(), ...(cudnn === undefined ? [] : ['libcudnn8'])].filter((name) => !pinned.has(name));
  for (const name of fresh) pinned.add(name);
  const edits: FileEdit[] = [];
  for (const item of floating) {
    const text = `${item.spec.name.value}=${versions.get(item.name) ?? ''}`;
    const edit = item.spec.text.edit(0, item.spec.text.value.length, item === floating.at(-1) ? joinPackages(item, [text, ...added], install, stack) : text);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  const hold = holdAfter(install, fresh.filter((name) => !install.stage.final.apt.held.has(name)), stack);
  return hold === undefined ? edits : [...edits, hold];
}

/** Whether the packages of a release bring libcudnn8 along. */
export function takesCudnn({ version }: TensorRTRelease): boolean {
  return compareDotted(version, '7.1') >= 0 && compareDotted(version, '8.7') < 0;
}

/** `libcudnn8=…` for a stage without cuDNN, where TensorRT would take the newest along. */
export function cudnnPin({ before, packages }: LibraryInstall, { release, cuda }: TensorRTBuild): string | undefined {
  if (!takesCudnn(release)) return undefined;
  if (packagedCudnn(before)?.major === 8 || packages.some(({ library }) => library === 'cudnn')) return undefined;
  const distro = before.apt.repositories.findLast(({ repository }) => repository === 'cuda')?.distro;
  if (distro === undefined) return undefined;
  const stage = stageCuda(before)?.version ?? cuda;
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
function holdAfter({ action, step }: LibraryInstall, names: readonly string[], stack: StackReport): FileEdit | undefined {
  if (names.length === 0 || (step.instruction.kind === 'run' && step.instruction.exec !== undefined)) return undefined;
  const { range, file } = action.command;
  const sudo = /^sudo\b/.test(textOf(file, stack).slice(range.start, range.end)) ? 'sudo ' : '';
  return { file, range: { start: range.end, end: range.end }, newText: ` && ${sudo}apt-mark hold ${names.join(' ')}` };
}

/** The text of the Dockerfile or of a file of the build context that was read. */
export function textOf(file: string, { dockerfile, files }: StackReport): string {
  return file === dockerfile.file ? dockerfile.text : (files.get(file) ?? '');
}
