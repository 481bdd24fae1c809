import type Dockerode from 'dockerode';
import { msg } from '../core/l10n/message';
import { cancelled, DockerError, ours } from './errors';
import type { EngineAddress, EngineInfo } from './model';
import { Transport } from './transport';

/** A way to one engine, made by `connect`. Every function that asks something of an engine takes one. */
export interface Engine {
  readonly address: EngineAddress;
}

const clients = new WeakMap<Engine, { readonly docker: Dockerode; readonly transport: Transport }>();

/** Makes ready to talk to an engine; nothing is asked of it yet. dockerode is loaded at the first call. */
export async function connect(address: EngineAddress, signal?: AbortSignal): Promise<Engine> {
  const { default: Docker } = await import('dockerode');
  if (signal?.aborted === true) throw cancelled();
  const transport = new Transport(address);
  const engine: Engine = { address };
  // An option that dockerode's types do not name.
  const options: object = { modem: transport };
  clients.set(engine, { docker: new Docker(options), transport });
  return engine;
}

/** Closes the connections of an engine, also those that are in use. */
export function disconnect(engine: Engine): void {
  clients.get(engine)?.transport.close();
}

/** The dockerode client of an engine, for this folder only. Every error of it is a DockerError. */
export function clientOf(engine: Engine): Dockerode {
  const client = clients.get(engine);
  if (client === undefined) throw new TypeError('The engine was not made by connect().');
  return client.docker;
}

/** The same client, for the calls about the engine itself. */
export function systemOf(engine: Engine): SystemCalls {
  return clientOf(engine);
}

/** How a call can be called off. */
export interface CallOptions {
  readonly abortSignal?: AbortSignal | undefined;
}

/** Calls whose options or answers dockerode's types lack. */
export interface SystemCalls {
  readonly version: (options: CallOptions) => Promise<VersionAnswer>;
  readonly info: (options: CallOptions) => Promise<InfoAnswer>;
}

interface VersionAnswer {
  /** Missing where something else answers. */
  readonly Version?: string;
  readonly ApiVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion?: string;
  readonly Components?: readonly { readonly Name: string }[] | null;
}

/** Of `GET /info` what is used here; Podman and old engines leave some out. */
interface InfoAnswer {
  readonly Name?: string;
  readonly KernelVersion?: string;
  readonly OperatingSystem?: string;
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly DefaultRuntime?: string;
  readonly CDISpecDirs?: readonly string[] | null;
  readonly DiscoveredDevices?: readonly { readonly Source?: string; readonly ID?: string }[] | null;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  readonly Driver?: string;
  readonly DockerRootDir?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly SystemTime?: string;
}

/** Asks an engine about itself: two calls. */
export async function readEngineInfo(engine: Engine, signal?: AbortSignal): Promise<EngineInfo> {
  return (await greetEngine(engine, signal)).info;
}

/** What an engine says of itself, and what its clock showed, in seconds since the epoch; null where it does not tell. */
export async function greetEngine(engine: Engine, signal?: AbortSignal): Promise<{ readonly info: EngineInfo; readonly timeSeconds: number | null }> {
  const system = systemOf(engine);
  const [version, answer] = await Promise.all([system.version({ abortSignal: signal }), system.info({ abortSignal: signal })]);
  if (typeof version.Version !== 'string' || typeof answer !== 'object') {
    throw new DockerError({ kind: 'context-unreachable', name: engine.address.name, url: engine.address.url, ...ours(msg`what answers there is no Docker engine`) });
  }
  const time = Date.parse(answer.SystemTime ?? '');
  const cdi = answer.DiscoveredDevices?.flatMap(({ Source, ID }) => (Source === 'cdi' && ID !== undefined ? [ID] : []));
  const info: EngineInfo = {
    product: version.Components?.some(({ Name }) => /podman/i.test(Name)) === true ? 'podman' : 'docker',
    version: version.Version,
    apiVersion: version.ApiVersion,
    os: version.Os,
    architecture: version.Arch,
    hostName: answer.Name ?? '',
    kernel: version.KernelVersion ?? answer.KernelVersion ?? '',
    operatingSystem: answer.OperatingSystem ?? '',
    runtimes: Object.keys(answer.Runtimes ?? {}),
    defaultRuntime: answer.DefaultRuntime ?? '',
    cdiDevices: cdi ?? null,
    cdiSpecFolders: answer.CDISpecDirs ?? null,
    cgroupDriver: answer.CgroupDriver ?? '',
    cgroupVersion: answer.CgroupVersion ?? null,
    storageDriver: answer.Driver ?? '',
    dataRoot: answer.DockerRootDir ?? '',
    securityOptions: answer.SecurityOptions ?? [],
  };
  return { info, timeSeconds: Number.isNaN(time) ? null : Math.floor(time / 1000) };
}
