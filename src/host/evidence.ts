// What the host check reads, as a JSON document: collected once (collect.ts), judged by the probes, kept as recordings in tests.

/** What a program answered. */
export interface CommandOutcome {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** Exit status; null where it did not start or a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no answer: not on the PATH, not executable or the like, no answer in time. */
  readonly problem: 'missing' | 'not-started' | 'timed-out' | null;
}

/** A file, or why its text is not here; `code` is the system's: ENOENT, EACCES. */
export type FileOutcome = { readonly path: string; readonly text: string; readonly modifiedMs: number } | { readonly path: string; readonly code: string };

/** Names in a folder, or why they are not here. */
export type FolderOutcome = { readonly path: string; readonly names: readonly string[] } | { readonly path: string; readonly code: string };

export type CommandName = 'smi' | 'smiGpus' | 'smiCapabilities' | 'smiFabric' | 'ctk' | 'ctkCdi' | 'containerCli' | 'dpkg' | 'rpm';
export type FileName = 'kernelModule' | 'daemonJson' | 'rootlessDaemonJson' | 'toolkitConfig' | 'tegraRelease' | 'osRelease';
export type FolderName = 'dev' | 'cdi' | 'runCdi' | 'wslLibraries';
export type ProgramName = 'docker' | 'nvidia-container-runtime' | 'nvidia-container-runtime-hook';

/** A PCI device of NVIDIA that shows pictures or computes. */
export interface PciGpu {
  /** `0x2684`. */
  readonly device: string;
  /** Kernel driver bound to it: nvidia, nouveau, vfio-pci; null for none. */
  readonly driver: string | null;
}

/** What an engine says of itself: the part of `EngineInfo` of src/docker that the probes read. */
export interface EngineFacts {
  readonly product: 'docker' | 'podman';
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly architecture: string;
  readonly hostName: string;
  readonly kernel: string;
  readonly operatingSystem: string;
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
  readonly cdiDevices: readonly string[] | null;
  readonly cdiSpecFolders: readonly string[] | null;
  readonly cgroupDriver: string;
  readonly cgroupVersion: string | null;
  readonly storageDriver: string;
  readonly dataRoot: string;
  readonly securityOptions: readonly string[];
}

/** An engine that could be asked. */
export interface AddressFacts {
  readonly name: string;
  readonly url: string;
  readonly from: string;
  readonly current: boolean;
}

/** What was asked of the engine, by the caller. */
export interface EngineEvidence {
  readonly address: AddressFacts | null;
  readonly info: EngineFacts | null;
  /** Why `info` is not here: kind and detail of the DockerProblem of src/docker. */
  readonly problem: { readonly kind: string; readonly detail: string } | null;
  /** Others that this machine knows. */
  readonly others: readonly AddressFacts[];
  /** What the build cache holds; null where it was not asked. */
  readonly buildCacheBytes: number | null;
}

/** This machine: the one on which the check runs. */
export interface MachineEvidence {
  /** Node's names: linux, darwin, win32; x64, arm64. */
  readonly platform: string;
  readonly architecture: string;
  readonly hostName: string;
  readonly kernel: string;
  readonly userId: number | null;
  /** The check itself runs in a container. */
  readonly inContainer: boolean;
  readonly commands: Readonly<Record<CommandName, CommandOutcome>>;
  readonly files: Readonly<Record<FileName, FileOutcome>>;
  readonly folders: Readonly<Record<FolderName, FolderOutcome>>;
  /** CDI specifications of NVIDIA in /etc/cdi and /var/run/cdi. */
  readonly cdiSpecs: readonly FileOutcome[];
  /** Where a program of the PATH really lies; null: not there. */
  readonly programs: Readonly<Record<ProgramName, string | null>>;
  /** Null where the machine does not say. */
  readonly pciGpus: readonly PciGpu[] | null;
  /** The firmware lets nothing start that is not signed; null where it does not say. */
  readonly secureBoot: boolean | null;
  /** systemd names the control groups of containers' devices through this link. */
  readonly hasDeviceLinks: boolean;
  /** Space of the engine's data root; null where the engine is not on this machine. */
  readonly dataRoot: { readonly path: string; readonly totalBytes: number; readonly availableBytes: number } | null;
}

/** All that the probes judge. */
export interface HostEvidence {
  readonly version: 1;
  /** ISO time. */
  readonly collected: string;
  readonly engine: EngineEvidence;
  readonly machine: MachineEvidence;
}

/**
 * Where the engine runs: on this machine; in a virtual machine of Docker Desktop on it; in Docker Desktop on WSL, which
 * shares the GPU with Windows and its WSL distributions; on another machine; or there is none to ask.
 */
export type EnginePlace = 'here' | 'desktop-vm' | 'desktop-wsl' | 'elsewhere' | 'unknown';

/** Tells where the engine runs: by what it says of itself, not by its address, which may be forwarded. */
export function placeOfEngine({ engine: { info, address }, machine }: Pick<HostEvidence, 'engine'> & { readonly machine: Pick<MachineEvidence, 'platform' | 'kernel' | 'hostName' | 'inContainer' | 'dataRoot'> }): EnginePlace {
  if (info === null) return address === null || isLocalUrl(address.url) ? 'unknown' : 'elsewhere';
  if (info.operatingSystem.startsWith('Docker Desktop')) {
    if (address !== null && !isLocalUrl(address.url)) return 'elsewhere';
    return isWslKernel(info.kernel) && isWindowsDriven(machine) ? 'desktop-wsl' : 'desktop-vm';
  }
  if (info.kernel !== machine.kernel || info.hostName !== machine.hostName) return 'elsewhere';
  // A container has a name of its own, unless it shares the host's network: the engine's files tell whether it runs in it, too.
  return machine.inContainer && machine.dataRoot === null ? 'elsewhere' : 'here';
}

/** `5.15.90.1-microsoft-standard-WSL2`. */
export function isWslKernel(kernel: string): boolean {
  return /microsoft/i.test(kernel);
}

/** The GPU's driver is that of Windows: on Windows itself and in WSL. */
export function isWindowsDriven({ platform, kernel }: Pick<MachineEvidence, 'platform' | 'kernel'>): boolean {
  return platform === 'win32' || isWslKernel(kernel);
}

function isLocalUrl(url: string): boolean {
  // A chosen context that does not exist has no address: nothing says that its engine is elsewhere.
  return url === '' || /^(?:unix|npipe):/.test(url);
}
