import { libraryOfPackage, type AptLibrary } from '../../facts/apt-builds';
import { listAll, msg, type Text } from '../../l10n/message';
import type { Action, KnownArtifact, PackageInstall, PackageSpec } from '../../shell/installers/model';
import { recogniseArtifact } from '../../shell/installers/known-artifacts';
import { stageCuda } from '../../stack/query';
import type { InstructionStep, StackReport, StackState, StageStack } from '../../stack/model';
import { baseName } from '../../text/path';
import type { Location } from '../../text/range';
import { UNKNOWN } from '../../text/traced';
import { isAptPattern, matchesAptPattern, parseNvidiaPackageVersion } from '../../version/debian';

/** A package of TensorRT, cuDNN or NCCL that a command installs. */
export interface LibraryPackage {
  readonly spec: PackageSpec;
  readonly library: AptLibrary;
  /** As in Debian: `libnvinfer-devel` of yum is `libnvinfer-dev`. */
  readonly name: string;
  /** What the version says: nothing, something that only the build knows, one version, several. */
  readonly pinned: 'no' | 'unknown' | 'exact' | 'pattern';
  /** The version or pattern, in Debian's spelling (`8.2.0-1+cuda10.2`); undefined for `no` and `unknown`. */
  readonly version: string | undefined;
}

/** A command that installs packages of these libraries. */
export interface LibraryInstall {
  readonly stage: StageStack;
  readonly step: InstructionStep;
  readonly action: PackageInstall;
  readonly before: StackState;
  readonly after: StackState;
  readonly packages: readonly LibraryPackage[];
  /** Packages are named by variables that nobody knows: what is not listed may be among them. */
  readonly hasUnknownPackages: boolean;
}

/** The installs of a stage, and those of the stages it is built upon, in order. */
export interface StageInstalls {
  readonly stage: StageStack;
  readonly own: readonly LibraryInstall[];
  readonly inherited: readonly LibraryInstall[];
}

const found = new WeakMap<StackReport, readonly StageInstalls[]>();

/** For each stage the commands of apt and yum that install packages of TensorRT, cuDNN or NCCL; stages without one are left out. */
export function listLibraryInstalls(stack: StackReport): readonly StageInstalls[] {
  let listed = found.get(stack);
  if (listed === undefined) found.set(stack, (listed = collectInstalls(stack)));
  return listed;
}

function collectInstalls(stack: StackReport): readonly StageInstalls[] {
  const all = new Map<StageStack, StageInstalls>();
  for (const stage of stack.stages) {
    const parent = stage.base.stage === undefined ? undefined : all.get(stage.base.stage);
    const inherited = parent === undefined ? [] : [...parent.inherited, ...parent.own];
    const own = stage.steps.flatMap((step) => step.actions.flatMap(({ action, before, after }) => readInstall(stage, step, action, before, after)));
    all.set(stage, { stage, own, inherited });
  }
  return [...all.values()].filter(({ own }) => own.length > 0);
}

function readInstall(stage: StageStack, step: InstructionStep, action: Action, before: StackState, after: StackState): readonly LibraryInstall[] {
  if (action.kind !== 'package-install' || action.simulated || action.command.substitution) return [];
  if (action.manager !== 'apt' && action.manager !== 'yum') return [];
  const packages = action.packages.flatMap(readPackage);
  if (packages.length === 0) return [];
  const hasUnknownPackages = action.packages.some(({ name }) => name.value.includes(UNKNOWN));
  return [{ stage, step, action, before, after, packages, hasUnknownPackages }];
}

function readPackage(spec: PackageSpec): readonly LibraryPackage[] {
  if (spec.localFile) return [];
  const name = spec.name.value.replace(/-devel(?=$|-)/, '-dev');
  const library = libraryOfPackage(name);
  if (library === undefined || name.includes(UNKNOWN)) return [];
  const written = spec.version?.value;
  if (written === undefined || written === '*') return [{ spec, library, name, pinned: spec.release === undefined ? 'no' : 'unknown', version: undefined }];
  if (written.includes(UNKNOWN)) return [{ spec, library, name, pinned: 'unknown', version: undefined }];
  const version = written.replace(/^([\d.]+-\d+)\.cuda/, '$1+cuda');
  return [{ spec, library, name, pinned: isAptPattern(version) ? 'pattern' : 'exact', version }];
}

/** Whether a package word means a package: by its name, or by a pattern of names (`libnvinfer*`). */
export function isNamed({ name }: LibraryPackage, wanted: string): boolean {
  return name === wanted || (/[*?[]/.test(name) && matchesAptPattern(name, wanted));
}

/** Whether a command stands in a RUN in JSON form: without a shell, each word a string. */
export function isExecForm({ step }: LibraryInstall): boolean {
  return step.instruction.kind === 'run' && step.instruction.exec !== undefined;
}

/** The CUDA that a command's packages meet: of the stage before it, or else what it installs itself. */
export function cudaOf({ before, after }: LibraryInstall): ReturnType<typeof stageCuda> {
  return stageCuda(before) ?? (before.components.some(({ kind }) => kind === 'cuda' || kind === 'cudart') ? undefined : stageCuda(after));
}

/** Where a package is named. */
export function locatePackage({ action }: LibraryInstall, { spec }: LibraryPackage): Location {
  return { file: action.file, range: spec.range };
}

/**
 * The distribution of NVIDIA's network repository that apt or yum asks, `ubuntu2004`; undefined when the stage has none,
 * or is made for Jetson, whose repositories have other builds.
 */
export function networkDistro({ apt, components }: StackState): string | undefined {
  if (components.some(({ kind }) => kind === 'l4t')) return undefined;
  const repository = apt.repositories.findLast(({ repository: name, distro }) => (name === 'cuda' || name === 'machine-learning') && distro !== undefined);
  return repository?.distro;
}

/**
 * Whether a stage is made for ARM servers or Jetson: by its platform, by a repository it asks, or by an address it
 * names. The tables know those repositories less well.
 */
export function isForArm({ base, steps, final }: StageStack): boolean {
  if (/arm64|aarch64/.test(base.platform?.value ?? '') || final.apt.repositories.some(({ arch }) => /sbsa|arm64|aarch64/.test(arch ?? ''))) return true;
  return steps.some(({ actions }) => actions.some(({ action }) => (action.kind === 'repository-key' || action.kind === 'download') && /sbsa|arm64|aarch64/.test(action.url?.value ?? '')));
}

/** Whether files in apt's preferences may choose versions; the one that NVIDIA's repository brings does not. */
export function hasAptPreferences({ paths }: StackState): boolean {
  return paths.some(({ path }) => path.startsWith('/etc/apt/preferences') && !/\/(?:cuda-repository-pin|nvidia-|preferences\.d\/?$)/.test(path));
}

/** The version under which a package was installed by apt or yum earlier, or came with the base image. */
export interface InstalledPackage {
  readonly upstream: string;
  readonly cuda: string | undefined;
  /** False when it was installed in a branch, or is not certain to be that version. */
  readonly certain: boolean;
}

/** The last exact version of a package that the commands before `install` gave it. */
export function findInstalled(name: string, install: LibraryInstall, installs: StageInstalls): InstalledPackage | undefined {
  const before = [...installs.inherited, ...installs.own.slice(0, installs.own.indexOf(install))];
  for (const { action, packages } of before.reverse()) {
    const found = packages.find((item) => item.name === name);
    const version = found?.version === undefined ? undefined : parseNvidiaPackageVersion(found.version);
    if (version !== undefined) return { upstream: version.upstream, cuda: version.cuda, certain: !action.command.conditional };
    if (found !== undefined) return undefined;
  }
  return undefined;
}

/** The local repository package of TensorRT that the stage installs before a moment, told by the name of its file. */
export function findLocalRepository(stage: StageStack, { apt }: StackState): KnownArtifact | undefined {
  if (!apt.repositories.some(({ repository }) => repository === 'other')) return undefined;
  for (let current: StageStack | undefined = stage; current !== undefined; current = current.base.stage) {
    for (const { instruction, actions } of current.steps) {
      const names = instruction.kind === 'copy' || instruction.kind === 'add' ? instruction.sources.map(({ raw }) => raw) : actions.flatMap(({ action }) => fileNames(action));
      for (const name of names) {
        const artifact = recogniseArtifact(baseName(name.replace(/[?#].*$/, '')));
        if (artifact?.kind === 'tensorrt-local-repo') return artifact;
      }
    }
  }
  return undefined;
}

function fileNames(action: Action): readonly string[] {
  switch (action.kind) {
    case 'download':
      return [action.url.value, ...(action.output === undefined ? [] : [action.output.value])];
    case 'local-package-install':
      return action.files.map(({ path }) => path.value);
    case 'package-install':
      return action.packages.flatMap(({ localFile, text }) => (localFile ? [text.value] : []));
    default:
      return [];
  }
}

/** Names for a sentence: `a`, `a and b`, `a, b and 3 more`. */
export function listNames(names: readonly string[], most = 3): Text {
  return listAll(names.length > most ? [...names.slice(0, most - 1), msg`${names.length - most + 1} more`] : names);
}
