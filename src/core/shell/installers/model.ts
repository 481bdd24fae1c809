import type { Range } from '../../text/range';
import type { Traced } from '../../text/traced';
import type { ShellCommand } from '../model';

/** A package named to apt, dpkg, yum, conda …: `name`, `name=version`, `name/release`, `./file.deb`. */
export interface PackageSpec {
  /** Name without architecture suffix and version; holds UNKNOWN where it came from an unknown variable. */
  readonly name: Traced;
  /** What follows `=`; undefined when unpinned. May be a wildcard (`8.6.*`), may hold UNKNOWN. */
  readonly version: Traced | undefined;
  /** `pkg:arm64` → `arm64`. */
  readonly architecture: string | undefined;
  /** `pkg/jammy` → `jammy`. */
  readonly release: string | undefined;
  /** The whole word as written, quotes included. */
  readonly range: Range;
  /** Value of the whole word. */
  readonly text: Traced;
  /** Set for `./x.deb` and `/tmp/x.deb`. */
  readonly localFile: boolean;
}

interface ActionBase {
  readonly command: ShellCommand;
  /** File and range of the words that made this action: what a finding underlines when it has nothing narrower. */
  readonly file: string;
  readonly range: Range;
}

/** apt, apt-get, aptitude, yum, dnf, microdnf, apk, zypper, pacman: one action per call. */
export interface PackageInstall extends ActionBase {
  readonly kind: 'package-install';
  readonly manager: 'apt' | 'yum' | 'apk' | 'zypper' | 'pacman';
  readonly packages: readonly PackageSpec[];
  readonly assumeYes: boolean;
  readonly noInstallRecommends: boolean;
  readonly allowDowngrades: boolean;
  readonly allowChangeHeldPackages: boolean;
  readonly allowUnauthenticated: boolean;
  /** `--download-only`, `--dry-run`, `-s`: nothing is installed. */
  readonly simulated: boolean;
  /** `-t release` / `--target-release`. */
  readonly targetRelease: string | undefined;
  /** Where a further package word can be added: the end of the last package word. */
  readonly insertAt: number;
}

export interface PackageRemove extends ActionBase {
  readonly kind: 'package-remove';
  readonly manager: PackageInstall['manager'];
  readonly packages: readonly PackageSpec[];
  readonly allowChangeHeldPackages: boolean;
}

/** `apt-get update`, `yum makecache`. */
export interface PackageIndexUpdate extends ActionBase {
  readonly kind: 'package-index-update';
  readonly manager: PackageInstall['manager'];
}

/** `apt-get upgrade`, `dist-upgrade`, `yum update`. */
export interface PackageUpgrade extends ActionBase {
  readonly kind: 'package-upgrade';
  readonly manager: PackageInstall['manager'];
  readonly allowChangeHeldPackages: boolean;
}

/** `apt-mark hold|unhold`. */
export interface PackageHold extends ActionBase {
  readonly kind: 'package-hold';
  readonly hold: boolean;
  readonly packages: readonly PackageSpec[];
}

/** A repository added: `add-apt-repository`, `echo deb … > …list`, `yum-config-manager --add-repo`, a curl of a `.list`, cuda-keyring. */
export interface RepositoryAdd extends ActionBase {
  readonly kind: 'repository-add';
  readonly manager: PackageInstall['manager'];
  /** Base URL as given. */
  readonly url: Traced | undefined;
  /** For NVIDIA's network repositories: `ubuntu2204`, `x86_64`, and which of the two there are. */
  readonly nvidia: { readonly repository: 'cuda' | 'machine-learning' | 'nvidia-docker'; readonly distro: string; readonly arch: string } | undefined;
  /** The distribution codename in a `deb` line or in a PPA's file name. */
  readonly codename: string | undefined;
}

/** A signing key added: `apt-key add`, `apt-key adv --fetch-keys URL`, `rpm --import`, a key file fetched to a keyrings folder. */
export interface RepositoryKey extends ActionBase {
  readonly kind: 'repository-key';
  readonly tool: 'apt-key' | 'rpm' | 'gpg' | 'keyring-package';
  readonly url: Traced | undefined;
  /** Key id or fingerprint named on the command line. */
  readonly keyId: string | undefined;
  readonly removed: boolean;
}

/** A repository list removed before it can fail: `rm /etc/apt/sources.list.d/cuda.list`. */
export interface RepositoryRemove extends ActionBase {
  readonly kind: 'repository-remove';
  readonly path: Traced;
}

/** `dpkg -i file.deb`, `rpm -i`. Known local-repository packages are told by their file name. */
export interface LocalPackageInstall extends ActionBase {
  readonly kind: 'local-package-install';
  readonly tool: 'dpkg' | 'rpm';
  readonly files: readonly { readonly path: Traced; readonly range: Range }[];
}

/** One requirement given to pip. */
export interface PipRequirement {
  /** Normalised name (PEP 503): lower case, `-` for runs of `-_.`. Empty for a URL whose name cannot be told. */
  readonly name: string;
  readonly extras: readonly string[];
  /** Version specifier as written, e.g. `==2.1.0+cu118`, `>=2,<3`; empty when any version will do. */
  readonly specifier: string;
  /** Value of the whole requirement and where it is written. */
  readonly text: Traced;
  readonly file: string;
  readonly range: Range;
  /** A wheel, archive or VCS URL, or a local path. */
  readonly url: string | undefined;
  /** Parts of a wheel's file name, when the requirement is one. */
  readonly wheel: { readonly version: string; readonly python: string; readonly abi: string; readonly platform: string } | undefined;
  readonly editable: boolean;
  /** Environment marker after `;`. */
  readonly marker: string | undefined;
  /** Where the requirement was read: on the command line, in a requirements file, or in a `pyproject.toml`. */
  readonly origin: 'command' | 'requirements' | 'project';
}

export interface PipInstall extends ActionBase {
  readonly kind: 'pip-install';
  readonly tool: 'pip' | 'uv' | 'pipx';
  /** `python3.8 -m pip` → `python3.8`; `/opt/venv/bin/pip` → that path; undefined for plain `pip`. */
  readonly interpreter: string | undefined;
  readonly requirements: readonly PipRequirement[];
  /** `-r FILE`, as written; those found in the build context are already among `requirements`. */
  readonly requirementFiles: readonly { readonly path: Traced; readonly range: Range; readonly found: boolean }[];
  readonly constraintFiles: readonly Traced[];
  readonly indexUrl: Traced | undefined;
  readonly extraIndexUrls: readonly Traced[];
  readonly findLinks: readonly Traced[];
  readonly noDependencies: boolean;
  readonly noIndex: boolean;
  readonly noBuildIsolation: boolean;
  readonly upgrade: boolean;
  readonly pre: boolean;
  /** Anything left over, for rules that look for single options. */
  readonly options: readonly Traced[];
  /** Where an option can be added, in `file`. */
  readonly insertAt: number;
  /** What stands between two options there: a blank, or where they are the items of a list in YAML its newline, indent and dash. */
  readonly beforeOption?: string;
}

/** `pip config set global.index-url URL`. */
export interface PipConfig extends ActionBase {
  readonly kind: 'pip-config';
  readonly key: string;
  readonly value: Traced;
}

export interface PipUninstall extends ActionBase {
  readonly kind: 'pip-uninstall';
  readonly names: readonly string[];
}

/** conda, mamba, micromamba: install, create, update. */
export interface CondaInstall extends ActionBase {
  readonly kind: 'conda-install';
  readonly tool: 'conda' | 'mamba' | 'micromamba';
  /** `name=version=build`, `channel::name`. `version` as written after the first `=`, operators included. */
  readonly packages: readonly (PackageSpec & { readonly channel: string | undefined; readonly build: string | undefined })[];
  readonly channels: readonly string[];
  readonly environment: string | undefined;
  readonly environmentFile: Traced | undefined;
}

/** wget, curl, ADD URL. */
export interface Download extends ActionBase {
  readonly kind: 'download';
  readonly url: Traced;
  readonly output: Traced | undefined;
  /** Set for archives that are known by their name. */
  readonly artifact: KnownArtifact | undefined;
  /** Piped into `sh` or `bash`. */
  readonly pipedToShell: boolean;
}

/** A file known by its name alone: TensorRT or cuDNN tar, CUDA runfile, local repository package, wheel, Anaconda installer. */
export interface KnownArtifact {
  readonly kind:
    | 'tensorrt-tar'
    | 'tensorrt-local-repo'
    | 'cudnn-tar'
    | 'cuda-runfile'
    | 'cuda-local-repo'
    | 'cuda-keyring'
    /** Packages of 2016 to 2022 that add a network repository: `cuda-repo-ubuntu1804_…`, `nvidia-machine-learning-repo-…`. */
    | 'cuda-network-repo'
    | 'machine-learning-repo'
    | 'driver-runfile'
    | 'nccl-local-repo'
    | 'conda-installer'
    | 'wheel'
    | 'onnxruntime-tar';
  readonly version: string | undefined;
  readonly cuda: string | undefined;
  readonly cudnn: string | undefined;
  /** `ubuntu2204`, `Ubuntu-20.04`, as the name says. */
  readonly os: string | undefined;
  readonly arch: string | undefined;
}

/** `tar -x`, `unzip`, and running a runfile or Anaconda's installer. */
export interface Extract extends ActionBase {
  readonly kind: 'extract';
  readonly archive: Traced | undefined;
  readonly artifact: KnownArtifact | undefined;
  /** `-C DIR`, `-p PREFIX`, `--toolkitpath=DIR`. */
  readonly into: Traced | undefined;
  /** A CUDA runfile run with `--driver` or without `--toolkit`. */
  readonly installsDriver: boolean;
}

/** cp, mv, ln -s, install: what lands where. */
export interface FileCopy extends ActionBase {
  readonly kind: 'file-copy';
  readonly link: boolean;
  readonly sources: readonly Traced[];
  readonly destination: Traced;
}

/** mkdir, rm. */
export interface FileChange extends ActionBase {
  readonly kind: 'file-make' | 'file-remove';
  readonly paths: readonly Traced[];
}

/** Text written to a file by echo, printf, cat or tee: ld.so.conf.d, profile, pip.conf. */
export interface FileWrite extends ActionBase {
  readonly kind: 'file-write';
  readonly path: Traced;
  readonly text: Traced | undefined;
  readonly append: boolean;
}

/** `git clone [-b BRANCH] URL [DIR]`. */
export interface GitClone extends ActionBase {
  readonly kind: 'git-clone';
  readonly url: Traced;
  readonly branch: string | undefined;
  readonly directory: Traced | undefined;
}

/** A GPU architecture asked of a compiler or build system. */
export interface ArchitectureRequest {
  /** Compute capability without dot, `75`, with its letter if any (`90a`); `native`, `all`, `all-major`, `auto` as written. */
  readonly sm: string;
  readonly ptx: boolean;
  readonly file: string;
  readonly range: Range;
}

/** nvcc, cmake, make, ninja, setup.py, cargo --features cuda …: something is compiled. */
export interface Compile extends ActionBase {
  readonly kind: 'compile';
  readonly tool: string;
  /** Certain to run nvcc: nvcc itself, CMAKE_CUDA_ARCHITECTURES given, `--cuda_ext`. */
  readonly usesNvcc: boolean;
  /** From -gencode, -arch, CMAKE_CUDA_ARCHITECTURES, CUDA_ARCH_BIN, TORCH_CUDA_ARCH_LIST, GPU_ARCHS … on the command. */
  readonly architectures: readonly ArchitectureRequest[];
  /** Where that list is given, for a fix that rewrites it: option or variable name and the value's text. */
  readonly architectureList: { readonly name: string; readonly value: Traced } | undefined;
  readonly defines: ReadonlyMap<string, Traced>;
}

/** A command that is neither of the above but of interest: nvidia-smi, trtexec, python -c, ldconfig, polygraphy. */
export interface Execute extends ActionBase {
  readonly kind: 'execute';
}

export type Action =
  | PackageInstall
  | PackageRemove
  | PackageIndexUpdate
  | PackageUpgrade
  | PackageHold
  | RepositoryAdd
  | RepositoryKey
  | RepositoryRemove
  | LocalPackageInstall
  | PipInstall
  | PipConfig
  | PipUninstall
  | CondaInstall
  | Download
  | Extract
  | FileCopy
  | FileChange
  | FileWrite
  | GitClone
  | Compile
  | Execute;

/** Reads text files of the build context; undefined for a file that is absent or unreadable. Paths are relative, with `/`. */
export interface ContextReader {
  readText(path: string): string | undefined;
  exists(path: string): boolean | undefined;
  /** The name under which findings in that file are reported. */
  fileName(path: string): string;
}

/** What an installer may look up while it reads a command. */
export interface InstallerContext {
  /** Resolves a path inside the image (after COPY and WORKDIR) to a file of the build context. */
  readImageFile(path: string, command?: ShellCommand): { readonly file: string; readonly text: string } | undefined;
  /** The URL from which an earlier command fetched a file, told by the file's name. */
  downloadUrl?(path: string): Traced | undefined;
}

/** One file an installer: the command names it answers to, and what it makes of a command. */
export interface Installer {
  readonly names: readonly (string | RegExp)[];
  recognise(command: ShellCommand, context: InstallerContext, pipeline: readonly ShellCommand[]): readonly Action[];
}
