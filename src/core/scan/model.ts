// What lies in a built image, read from its files. All paths are absolute paths inside the image.
import type { ComponentKind, Via } from '../stack/model';

/** Everything that was read of one image without running it. */
export interface ImageScan {
  readonly version: 1;
  /** As it was asked for: a name or an id. */
  readonly image: string;
  readonly imageId: string;
  /** In Docker's words: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly os: OperatingSystem | null;
  readonly packages: readonly DistributionPackage[];
  readonly pythons: readonly PythonInstallation[];
  readonly libraries: readonly Library[];
  /** Programs that checks may want to start: `sh`, `trtexec`, `nvcc`, `ffmpeg`, `nvidia-smi`; only those that are there. */
  readonly programs: readonly { readonly name: string; readonly path: string }[];
  /** The parts that matter to us, each with its exact version and the file that proves it. */
  readonly components: readonly ScannedComponent[];
  /** What was not read, and why. Where this is not empty, absence of something proves nothing. */
  readonly gaps: readonly ScanGap[];
  /** What the scan cost. */
  readonly cost: { readonly bytesRead: number; readonly requests: number; readonly durationMs: number };
}

/** `/etc/os-release`. */
export interface OperatingSystem {
  /** `ubuntu`, `debian`, `rocky`. */
  readonly id: string;
  /** `22.04`; null for a rolling release. */
  readonly versionId: string | null;
  /** `Ubuntu 22.04.3 LTS`. */
  readonly prettyName: string | null;
  readonly file: string;
}

/** An installed package of the distribution. */
export interface DistributionPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** On hold by `apt-mark hold`. */
  readonly held: boolean;
  /** What installs such packages: dpkg's, RPM's (yum, dnf, zypper) or those of Alpine. */
  readonly manager: 'apt' | 'yum' | 'apk';
  /** The file that says so: `/var/lib/dpkg/status`, `/var/lib/rpm/rpmdb.sqlite`. */
  readonly file: string;
}

/** One Python with its packages. */
export interface PythonInstallation {
  /** What a smoke test can start: `/usr/bin/python3.10`, `/opt/venv/bin/python3`; null where packages lie there without an interpreter. */
  readonly program: string | null;
  /** `3.10` or, where a file says so, `3.10.12`; null when nothing says it. */
  readonly version: string | null;
  /** Folders of its packages. */
  readonly folders: readonly string[];
  readonly packages: readonly PythonPackage[];
}

/** A package of pip or conda. */
export interface PythonPackage {
  /** In normal form (PEP 503): lower case, `-` between words. */
  readonly name: string;
  readonly version: string;
  readonly manager: 'pip' | 'conda' | 'apt';
  /** The file that says so: `…/torch-2.1.0.dist-info/METADATA`, `conda-meta/…json`. */
  readonly file: string;
}

/** A shared library that the scan looked at: those of CUDA, cuDNN, TensorRT and the frameworks, and what they need. */
export interface Library {
  /** The real file, symbolic links followed. */
  readonly path: string;
  /** The names under which it is found: `libnvinfer.so.8`, `libnvinfer.so`. */
  readonly names: readonly string[];
  readonly sizeBytes: number;
  /** Of the file's name: `8.6.1` of `libnvinfer.so.8.6.1`; null where it has none. */
  readonly version: string | null;
  /** What of its ELF headers was read; null where it was too long to be read, or is no ELF file. */
  readonly elf: ElfInfo | null;
  /** For each NEEDED of it, in order, where the loader finds it; empty where `elf` is null. */
  readonly needed: readonly NeededLibrary[];
  /** A library of the host's driver (`libcuda.so.1`, `libnvidia-ml.so.1`), which the container toolkit brings. */
  readonly ofDriver: boolean;
}

/** One NEEDED of a library. */
export interface NeededLibrary {
  readonly name: string;
  /**
   * found: the loader finds it at `path`. host: the container toolkit brings it. elsewhere: it lies in the image at
   * `path`, in no folder that the loader searches; a program that loads it first can do with it (Python wheels do).
   * missing: nowhere. unknown: a gap of the scan may hide it.
   */
  readonly state: 'found' | 'host' | 'elsewhere' | 'missing' | 'unknown';
  readonly path: string | null;
}

/** The dynamic section of an ELF file (System V ABI, chapter 5). */
export interface ElfInfo {
  readonly bits: 32 | 64;
  /** In Docker's words where we know it (`amd64`, `arm64`), else `machine-N` with the number of e_machine. */
  readonly machine: string;
  readonly soname: string | null;
  readonly needed: readonly string[];
  /** DT_RPATH and DT_RUNPATH, split at colons. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
}

/** A part of the stack as it is installed. */
export interface ScannedComponent {
  readonly kind: ComponentKind;
  /** Package or file: `libnvinfer8`, `torch`, `version.json`. */
  readonly name: string;
  /** Exact, as far as the evidence goes: `8.6.1.6`, `11.8.0`. */
  readonly version: string;
  /** CUDA that it was built for, where its version or name says so. */
  readonly cuda: string | null;
  readonly via: Via;
  /** The file that proves it; `ENV` for the environment in the image's settings. */
  readonly file: string;
}

/** Something that was not read. `detail` is plain text of the image or the engine: show it as such. */
export interface ScanGap {
  /** A path or a folder in the image; null where the gap concerns the whole. */
  readonly path: string | null;
  readonly why:
    /** Longer than the scan may read. */
    | 'too-large'
    /** Written in a form that is not understood (a broken file). */
    | 'format'
    /** Hidden by a volume that the image declares there. */
    | 'volume'
    /** The engine refused or broke off. */
    | 'refused';
  readonly detail: string;
}
