// Types of index.mjs for the tests; what each does is told where it is defined.

export interface GpuMachine {
  readonly driver: string;
  readonly cuda: string;
  readonly gpus: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly bus: string;
    readonly computeCapability: string;
    readonly memoryMiB: number;
    readonly usedMiB: number;
    readonly utilizationPercent: number;
    readonly memoryUtilizationPercent: number;
    readonly temperatureC: number;
    readonly powerW: number;
    readonly powerLimitW: number;
  }[];
}

/** What is needed to talk to an engine; the whole of it where a test started it itself. */
export interface EngineAccess {
  readonly host: string;
  readonly socket: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface TestEngine extends EngineAccess {
  readonly folder: string;
  readonly machine: GpuMachine | null;
  readonly setGpuProcesses: (processes: readonly { readonly gpu: number; readonly pid: number; readonly name: string; readonly usedMiB: number }[]) => void;
  readonly restart: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface TestRegistry {
  readonly host: string;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface PlainRegistry extends TestRegistry {
  readonly port: number;
}

export interface TlsRegistry extends TestRegistry {
  readonly mounts: Readonly<Record<string, string>>;
  readonly daemonEnv: Readonly<Record<string, string>>;
}

export const MACHINE: GpuMachine;
export function setUpEngine(): void;
export function whyNoEngine(): string | null;
export function startEngine(options?: {
  readonly gpu?: 'stand-in' | 'none' | GpuMachine;
  readonly runtimes?: boolean;
  readonly mirrors?: readonly string[];
  readonly bridge?: boolean;
  readonly registry?: TlsRegistry;
  readonly listen?: readonly string[];
  readonly flags?: readonly string[];
  readonly modern?: boolean;
}): Promise<TestEngine>;
export function startRegistry(): Promise<PlainRegistry>;
export function startTlsRegistry(): Promise<TlsRegistry>;
export function makeCertificates(folder: string, names: readonly string[]): string;
export function freePort(): Promise<number>;
export function startSshServer(engine: EngineAccess): Promise<{ readonly url: string; readonly env: NodeJS.ProcessEnv; readonly stop: () => Promise<void> }>;
export function startXServer(): Promise<{ readonly display: string; readonly authority: string; readonly env: NodeJS.ProcessEnv; readonly stop: () => Promise<void> }>;
export function setUpRootlessPodman(options: { readonly user: string; readonly uid: number; readonly gid: number; readonly machine: GpuMachine }): {
  readonly run: (argv: readonly string[], options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> }) => { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  readonly stop: () => void;
};
export function startPodman(): Promise<{ readonly host: string; readonly socket: string; readonly stop: () => Promise<void> }>;

export function docker(engine: EngineAccess, ...args: readonly string[]): string;
export function busyboxImage(engine: EngineAccess): Promise<string>;
export function fakeCudaImage(
  engine: EngineAccess,
  tag: string,
  options?: { readonly repository?: string; readonly env?: Readonly<Record<string, string>>; readonly labels?: Readonly<Record<string, string>> },
): Promise<string>;
export function debootstrapImage(engine: EngineAccess, options?: { readonly packages?: readonly string[]; readonly name?: string }): string;
export function syntheticImages(engine: EngineAccess, count: number): Promise<void>;
export function syntheticContainers(engine: EngineAccess, count: number, image?: string): Promise<void>;
