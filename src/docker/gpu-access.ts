// How a container gets its GPU, read from what `docker inspect` says of it.
import type { GpuAccess } from './model';

/** Of an inspect answer what decides it. Podman leaves fields out. */
export interface GpuEvidence {
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
  readonly HostConfig?: {
    readonly Runtime?: string;
    readonly DeviceRequests?: readonly DeviceRequest[] | null;
    readonly Devices?: readonly { readonly PathOnHost?: string }[] | null;
    readonly Annotations?: Readonly<Record<string, string>> | null;
    readonly Binds?: readonly string[] | null;
    readonly Mounts?: readonly { readonly Target?: string }[] | null;
  } | null;
}

interface DeviceRequest {
  readonly Driver?: string;
  readonly Count?: number;
  readonly DeviceIDs?: readonly string[] | null;
  readonly Capabilities?: readonly (readonly string[])[] | null;
}

/** A device in the words of the Container Device Interface. */
const CDI_DEVICE = /^nvidia\.com\/[\w.-]+=[\w.:-]+$/;

/** A container asks the NVIDIA runtime for devices by mounting into this folder, where environment variables are not trusted. */
const DEVICE_MOUNTS = '/var/run/nvidia-container-devices/';

/** The ways are looked for in the order in which they win: a device request is served whatever the runtime. */
export function readGpuAccess({ Config, HostConfig }: GpuEvidence): GpuAccess {
  const host = HostConfig ?? {};
  const environment = readEnvironment(Config?.Env ?? []);
  return readRequests(host.DeviceRequests ?? []) ?? readCdi(host) ?? readRuntime(host, environment) ?? readDevices(host) ?? { how: 'none' };
}

function readRequests(requests: readonly DeviceRequest[]): GpuAccess | undefined {
  const cdi = requests.filter(({ Driver }) => Driver === 'cdi').flatMap(({ DeviceIDs }) => DeviceIDs ?? []);
  if (cdi.some((device) => CDI_DEVICE.test(device))) return { how: 'cdi', devices: cdi };

  const gpus = requests.filter(({ Driver = '', Capabilities }) => Driver === 'nvidia' || (Driver === '' && (Capabilities ?? []).flat().includes('gpu')));
  const [first] = gpus;
  if (first === undefined) return undefined;
  const capabilities = unique(gpus.flatMap(({ Capabilities }) => (Capabilities ?? []).flat())).filter((name) => name !== 'gpu');
  const ids = unique(gpus.flatMap(({ DeviceIDs }) => DeviceIDs ?? []));
  const count = first.Count ?? 0;
  return { how: 'gpus', devices: ids.length > 0 ? ids : count < 0 ? 'all' : count, capabilities };
}

function readCdi(host: NonNullable<GpuEvidence['HostConfig']>): GpuAccess | undefined {
  const annotated = Object.entries(host.Annotations ?? {}).flatMap(([name, value]) => (name.startsWith('cdi.k8s.io/') ? value.split(',') : []));
  const devices = [...annotated, ...(host.Devices ?? []).map(({ PathOnHost = '' }) => PathOnHost)].filter((device) => CDI_DEVICE.test(device));
  return devices.length === 0 ? undefined : { how: 'cdi', devices: unique(devices) };
}

/**
 * `nvidia`, and its variants `nvidia-cdi` and `nvidia-legacy`. An engine whose default runtime is nvidia writes that into
 * each container, so that no question to the engine is needed.
 */
function readRuntime(host: NonNullable<GpuEvidence['HostConfig']>, environment: ReadonlyMap<string, string>): GpuAccess | undefined {
  const runtime = host.Runtime ?? '';
  if (!/nvidia/i.test(runtime)) return undefined;
  const mounted = [...(host.Binds ?? []).map((bind) => bind.split(':')[1] ?? ''), ...(host.Mounts ?? []).map(({ Target = '' }) => Target)].flatMap((target) =>
    target.startsWith(DEVICE_MOUNTS) ? [target.slice(DEVICE_MOUNTS.length)] : [],
  );
  const wanted = mounted.length > 0 ? mounted : list(environment.get('NVIDIA_VISIBLE_DEVICES') ?? (isOldImage(environment) ? 'all' : ''));
  const none = wanted.length === 0 || wanted[0] === 'void' || wanted[0] === 'none';
  return {
    how: 'runtime',
    runtime,
    devices: none ? 'none' : wanted.includes('all') ? 'all' : wanted,
    capabilities: list(environment.get('NVIDIA_DRIVER_CAPABILITIES') ?? ''),
  };
}

/** Images made before NVIDIA_REQUIRE_CUDA existed get all GPUs without asking: NVIDIA/nvidia-container-toolkit, `IsLegacy`. */
function isOldImage(environment: ReadonlyMap<string, string>): boolean {
  const isSet = (name: string): boolean => (environment.get(name) ?? '') !== '';
  return isSet('CUDA_VERSION') && !isSet('NVIDIA_REQUIRE_CUDA');
}

/** Nodes of GPUs only: `/dev/nvidiactl` and its like alone give none. `/dev/dxg` is the GPU under WSL 2. */
function readDevices(host: NonNullable<GpuEvidence['HostConfig']>): GpuAccess | undefined {
  const devices = (host.Devices ?? []).map(({ PathOnHost = '' }) => PathOnHost).filter((device) => /^\/dev\/(nvidia\d+|dxg)$/.test(device));
  return devices.length === 0 ? undefined : { how: 'devices', devices };
}

function readEnvironment(entries: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function list(value: string): readonly string[] {
  return value.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
