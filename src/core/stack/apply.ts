import type { Action, KnownArtifact, PackageInstall, PackageSpec, PipRequirement } from '../shell/installers/model';
import { parseNvidiaRepositoryUrl } from '../shell/installers/nvidia-repository';
import { distroPython, distroPythonEvidence } from '../image/distribution';
import { overlaps, type Location } from '../text/range';
import { baseName, resolvePath } from '../text/path';
import { cudaOfPipTag } from '../version/cuda';
import { exactVersionOf, satisfiesPep440 } from '../version/pep440';
import { DISTRIBUTION_PYTHON, packageMeaning, packageVersion, pythonPackageMeaning, pythonVersion } from './packages';
import type { AptState, Certainty, Component, ComponentKind, StackState, VersionClaim, Via } from './model';

/** Known archives by the absolute path under which they were downloaded. */
export interface Downloads {
  get(path: string): KnownArtifact | undefined;
  set(path: string, artifact: KnownArtifact): void;
}

/** What an action needs to know of the stage besides its state. */
export interface ApplyContext {
  /** Written by downloads, read by extracts. */
  readonly downloads: Downloads;
  /** Known archives by pipeline number of the running script, for `curl … | tar xz`. */
  readonly pipelineDownloads: Map<number, KnownArtifact>;
  readonly recogniseArtifact: (fileName: string) => KnownArtifact | undefined;
}

/** The key that signs NVIDIA's repositories since 2022-04-27, by key id or by the file it is fetched from (table `apt-keys`). */
const CURRENT_KEY = /3bf863cc|D42D0685/i;

/** The state after one action; the given state is left as it is. */
export function applyAction(state: StackState, action: Action, context: ApplyContext): StackState {
  const where: Location = { file: action.file, range: action.range };
  const certainty: Certainty = action.command.conditional ? 'assumed' : 'stated';
  const directory = action.command.workingDirectory ?? state.workdir;
  const at = (path: string): string => resolvePath(directory, path);
  switch (action.kind) {
    case 'package-install':
      return installPackages(state, action, certainty, at, context);
    case 'package-remove':
      return action.command.conditional ? state : removePackages(state, action.packages);
    case 'package-index-update':
      return { ...state, apt: { ...state.apt, updated: true } };
    case 'package-upgrade':
      return state;
    case 'package-hold': {
      const held = new Set(state.apt.held);
      for (const { name } of action.packages) {
        if (action.hold) held.add(name.value);
        else held.delete(name.value);
      }
      return { ...state, apt: { ...state.apt, held } };
    }
    case 'repository-add':
      return { ...state, apt: addRepository(state.apt, action.nvidia?.repository ?? 'other', action.nvidia?.distro, action.nvidia?.arch, where) };
    case 'repository-key':
      return !action.removed && (action.tool === 'keyring-package' || CURRENT_KEY.test(`${action.url?.value ?? ''} ${action.keyId ?? ''}`))
        ? { ...state, apt: { ...state.apt, key: 'new' } }
        : state;
    case 'repository-remove':
      return removeRepository(state, action.path.value);
    case 'local-package-install':
      return action.files.reduce(
        (current, file) => installLocalFile(current, at(file.path.value), { file: action.file, range: file.range }, certainty, context),
        state,
      );
    case 'pip-install': {
      const added = action.requirements.flatMap((requirement) => {
        const meaning = pythonPackageMeaning(requirement.name, 'pip');
        if (meaning === undefined || requirement.marker !== undefined || (!action.upgrade && isSatisfied(state, requirement))) return [];
        const { version, cuda } = pythonVersion(requirement.wheel === undefined ? requirement.specifier : `==${requirement.wheel.version}`);
        return [
          component(meaning.kind, requirement.name, version, cuda ?? meaning.cuda ?? indexCuda(state, action.indexUrl?.value), certainty, 'pip', {
            file: requirement.file,
            range: requirement.range,
          }),
        ];
      });
      return added.length === 0 ? state : { ...state, components: place(state.components, added) };
    }
    case 'pip-config':
      if (/index-url$/.test(action.key) && !/extra/.test(action.key)) return { ...state, pip: { ...state.pip, indexUrl: action.value } };
      if (/extra-index-url$/.test(action.key)) return { ...state, pip: { ...state.pip, extraIndexUrls: [...state.pip.extraIndexUrls, action.value] } };
      return state;
    case 'pip-uninstall': {
      const names = new Set(action.names);
      return withComponents(state, (item) => !(item.via === 'pip' && names.has(item.name)));
    }
    case 'conda-install': {
      const added = action.packages.flatMap((spec) => {
        const meaning = pythonPackageMeaning(spec.name.value.toLowerCase(), 'conda');
        if (meaning === undefined) return [];
        return [component(meaning.kind, spec.name.value, condaVersion(spec.version?.value), undefined, certainty, 'conda', { file: action.file, range: spec.range })];
      });
      return added.length === 0 ? state : { ...state, components: place(state.components, added) };
    }
    case 'download': {
      if (action.pipedToShell) return { ...state, opaque: true };
      const name = baseName(action.url.value.replace(/[?#].*$/, ''));
      const artifact = action.artifact ?? context.recogniseArtifact(name);
      if (artifact !== undefined) {
        context.downloads.set(at(action.output?.value ?? name), artifact);
        context.pipelineDownloads.set(action.command.pipeline, artifact);
      }
      return state;
    }
    case 'extract': {
      const artifact =
        action.artifact ??
        (action.archive === undefined ? context.pipelineDownloads.get(action.command.pipeline) : context.downloads.get(at(action.archive.value)));
      const into = action.into === undefined ? undefined : at(action.into.value);
      const made = into === undefined ? state : addPath(state, into, where);
      if (artifact !== undefined) return installArtifact(made, artifact, where, certainty, action.installsDriver);
      return into === '/' || into?.startsWith('/usr') === true ? { ...made, opaque: true } : made;
    }
    case 'file-copy':
      return addPath(state, at(action.destination.value), where);
    case 'file-make':
      return action.paths.reduce((current, path) => addPath(current, at(path.value), where), state);
    case 'file-remove':
      return action.paths.some(({ value }) => value.startsWith('/var/lib/apt/lists'))
        ? { ...state, apt: { ...state.apt, updated: false } }
        : state;
    case 'file-write':
      return addPath(state, at(action.path.value), where);
    case 'git-clone': {
      const folder = action.directory?.value ?? baseName(action.url.value).replace(/\.git$/, '');
      return addPath(state, at(folder), where);
    }
    case 'compile':
    case 'execute':
      return state;
  }
}

/** A component with the fields in one order; `name` is the package or file that brought it. */
export function component(
  kind: ComponentKind,
  name: string,
  version: VersionClaim,
  cuda: string | undefined,
  certainty: Certainty,
  via: Via,
  where: Location,
  evidence: Component['evidence'] = undefined,
): Component {
  return { kind, name, version, cuda, certainty, via, where, evidence };
}

/** The components after others were installed over them: a package takes the place of its earlier version. */
export function place(existing: readonly Component[], added: readonly Component[]): readonly Component[] {
  const kept = existing.filter((old) => !added.some((item) => replaces(item, old)));
  return [...kept, ...added];
}

function replaces(item: Component, old: Component): boolean {
  if (item.kind !== old.kind || item.certainty === 'assumed') return false;
  if (item.name === old.name && item.via === old.via) return true;
  if (old.via !== 'base-image') return false;
  // The CUDA images install cuDNN and NCCL by apt, one package a major; the NGC images install frameworks by pip.
  if (item.kind === 'cudnn' || item.kind === 'cudnn-headers') return (item.via === 'apt' || item.via === 'yum') && sameMajor(item.version, old.version);
  if (item.kind === 'nccl') return item.via === 'apt' || item.via === 'yum';
  return item.via === 'pip' && ['torch', 'tensorflow', 'onnxruntime', 'torch-tensorrt', 'jax', 'tensorrt-llm'].includes(item.kind);
}

function sameMajor(a: VersionClaim, b: VersionClaim): boolean {
  return 'version' in a && 'version' in b && a.version.split('.')[0] === b.version.split('.')[0];
}

function installPackages(state: StackState, action: PackageInstall, certainty: Certainty, at: (path: string) => string, context: ApplyContext): StackState {
  if (action.simulated) return state;
  const via: Via = action.manager === 'apt' ? 'apt' : action.manager === 'yum' ? 'yum' : 'other';
  let current = state;
  const added: Component[] = [];
  for (const spec of action.packages) {
    const where: Location = { file: action.file, range: spec.range };
    if (spec.localFile) {
      current = installLocalFile(current, at(spec.text.value), where, certainty, context);
      continue;
    }
    if (spec.name.value === 'cuda-keyring') current = { ...current, apt: { ...current.apt, key: 'new' } };
    for (const meaning of packageMeaning(spec.name.value)) {
      if (DISTRIBUTION_PYTHON.test(spec.name.value)) {
        // A Python that the base image brings stays first on PATH.
        if (!state.components.some(({ kind, via: origin }) => kind === 'python' && origin === 'base-image')) {
          added.push(distributionPython(state, certainty, via, where));
        }
        continue;
      }
      const { version, cuda } = packageVersion(spec.version?.value, meaning.named);
      added.push(component(meaning.kind, spec.name.value, version, cuda ?? meaning.cuda, certainty, via, where));
    }
  }
  return added.length === 0 ? current : { ...current, components: place(current.components, added) };
}

/** Whether pip finds a package there already that a requirement allows, and leaves it alone. */
export function isSatisfied({ components }: StackState, { name, specifier, url }: PipRequirement): boolean {
  const present = components.findLast((item) => (item.via === 'pip' && item.name === name) || (item.via === 'base-image' && item.kind === name));
  if (present === undefined || url !== undefined || present.certainty === 'assumed') return false;
  if (specifier.includes('+')) {
    // The component keeps the local version apart, as its CUDA.
    const [wanted, local] = (exactVersionOf(specifier) ?? '').split('+');
    return local !== undefined && present.cuda !== undefined && cudaOfPipTag(local) === present.cuda && present.version.type === 'exact' && present.version.version === wanted;
  }
  if (present.version.type === 'exact') return specifier === '' || satisfiesPep440(present.version.version, specifier, true) === true;
  return present.via === 'base-image' && specifier === '';
}

/** The Python 3 of the stage's distribution. */
function distributionPython(state: StackState, certainty: Certainty, via: Via, where: Location): Component {
  const os = state.components.find(({ kind }) => kind === 'os');
  const name = os === undefined || !('version' in os.version) ? undefined : `${os.name}${os.version.version}`;
  const version = name === undefined ? undefined : distroPython(name);
  if (version === undefined) return component('python', 'python3', { type: 'unknown' }, undefined, certainty, via, where);
  return component('python', 'python3', { type: 'prefix', version }, undefined, certainty === 'stated' ? 'derived' : certainty, via, where, name === undefined ? undefined : distroPythonEvidence(name));
}

function removePackages(state: StackState, packages: readonly PackageSpec[]): StackState {
  const patterns = packages.map(({ name }) => name.value.replace(/^\^/, '').replace(/[.*?$[].*$/, ''));
  const kinds = new Set(packages.flatMap(({ name }) => packageMeaning(name.value.replace(/[.*?$[].*$/, ''))).map(({ kind }) => kind));
  return withComponents(state, (item) => {
    if (item.via === 'apt' || item.via === 'yum') return !packages.some(({ name }, i) => matchesRemoval(name.value, patterns[i] ?? '', item.name));
    return !(item.via === 'base-image' && kinds.has(item.kind) && item.kind !== 'cuda');
  });
}

function matchesRemoval(written: string, prefix: string, name: string): boolean {
  return written === prefix ? name === written : prefix !== '' && name.startsWith(prefix);
}

function withComponents(state: StackState, keep: (item: Component) => boolean): StackState {
  const components = state.components.filter(keep);
  return components.length === state.components.length ? state : { ...state, components };
}

function addRepository(apt: AptState, repository: AptState['repositories'][number]['repository'], distro: string | undefined, arch: string | undefined, where: Location): AptState {
  // A second entry for an address whose lists have been read lacks nothing.
  const isKnown = repository !== 'other' && distro !== undefined && apt.repositories.some((one) => one.repository === repository && one.distro === distro && (one.arch === undefined || arch === undefined || one.arch === arch));
  return { ...apt, updated: apt.updated && isKnown, repositories: [...apt.repositories, { repository, distro, arch, where }] };
}

/** Removing NVIDIA's list files takes the failing signature with them, and the packages too. */
function removeRepository(state: StackState, path: string): StackState {
  const all = /sources\.list\.d\/?\*?$/.test(path);
  const cuda = all || /(?:^|\/)(?:cuda|nvidia|\*)[^/]*$/.test(path);
  const machineLearning = all || /(?:^|\/)(?:nvidia-ml|nvidia|\*)[^/]*$/.test(path);
  // `add-apt-repository --remove 'deb URL /'` takes the line of the image away, not the one that a keyring brings.
  const named = parseNvidiaRepositoryUrl(path);
  const repositories = state.apt.repositories.filter(
    ({ repository, distro, where }) => !((repository === 'cuda' && cuda) || (repository === 'machine-learning' && machineLearning) || (where === undefined && repository === named?.repository && distro === named.distro)),
  );
  if (repositories.length === state.apt.repositories.length) return state;
  const failing = repositories.some(({ repository }) => repository === 'cuda' || repository === 'machine-learning');
  return { ...state, apt: { ...state.apt, repositories, key: failing ? state.apt.key : 'new' } };
}

function installLocalFile(state: StackState, path: string, where: Location, certainty: Certainty, context: ApplyContext): StackState {
  const artifact = context.downloads.get(path) ?? context.recogniseArtifact(baseName(path));
  return artifact === undefined ? state : installArtifact(state, artifact, where, certainty, false);
}

function installArtifact(state: StackState, artifact: KnownArtifact, where: Location, certainty: Certainty, installsDriver: boolean): StackState {
  const version: VersionClaim = artifact.version === undefined ? { type: 'unknown' } : { type: 'exact', version: artifact.version };
  const bring = (kinds: readonly ComponentKind[], claim: VersionClaim = version): StackState => ({
    ...state,
    components: place(
      state.components,
      kinds.map((kind) => component(kind, artifact.kind, claim, artifact.cuda, certainty, 'archive', where)),
    ),
  });
  switch (artifact.kind) {
    case 'tensorrt-tar':
      return bring(['tensorrt', 'tensorrt-headers', 'trtexec']);
    case 'cudnn-tar':
      return bring(['cudnn', 'cudnn-headers']);
    case 'cuda-runfile':
      return bring(['cuda', 'nvcc', 'cuda-headers', 'cudart', 'cublas', ...(installsDriver ? (['driver-library'] as const) : [])]);
    case 'driver-runfile':
      return bring(['driver-library']);
    case 'conda-installer':
      return bring(['conda']);
    case 'onnxruntime-tar':
      return bring(['onnxruntime']);
    case 'cuda-keyring': {
      // Where the installer saw the URL, it has added the repository already, with distribution and architecture.
      const added = state.apt.repositories.some(({ repository, where: at }) => repository === 'cuda' && at !== undefined && at.file === where.file && overlaps(at.range, where.range));
      return { ...state, apt: { ...(added ? state.apt : addRepository(state.apt, 'cuda', artifact.os, artifact.arch, where)), key: 'new' } };
    }
    case 'cuda-network-repo':
      return { ...state, apt: addRepository(state.apt, 'cuda', artifact.os, 'x86_64', where) };
    case 'machine-learning-repo':
      return { ...state, apt: addRepository(state.apt, 'machine-learning', artifact.os, 'x86_64', where) };
    case 'cuda-local-repo':
    case 'tensorrt-local-repo':
    case 'nccl-local-repo':
      return { ...state, apt: addRepository(state.apt, 'other', artifact.os, artifact.arch, where) };
    case 'wheel':
      return state;
  }
}

function addPath(state: StackState, path: string, where: Location): StackState {
  return { ...state, paths: [...state.paths, { path, where }] };
}

function condaVersion(written: string | undefined): VersionClaim {
  if (written === undefined || written === '*') return { type: 'newest' };
  const plain = /^=*(\d[\d.]*)(\.?\*)?$/.exec(written);
  if (plain === null) return { type: 'range', specifier: written };
  // conda reads one `=` as a prefix: cudatoolkit=11.3 takes 11.3.1.
  return { type: written.startsWith('==') ? 'exact' : 'prefix', version: (plain[1] ?? '').replace(/\.$/, '') };
}

/** CUDA of a PyTorch index, `https://download.pytorch.org/whl/cu118` → 11.8; undefined for any other index. */
function indexCuda(state: StackState, indexUrl: string | undefined): string | undefined {
  const tag = /\/whl\/(?:nightly\/|test\/)?(cu\d{2,3})\b/.exec(indexUrl ?? state.pip.indexUrl?.value ?? '')?.[1];
  return tag === undefined ? undefined : cudaOfPipTag(tag);
}
