// What the rest of the project sees of Docker. Nothing of dockerode's own types leaves this folder.
import type { Message } from '../core/l10n/message';

/** Where an engine is reached. */
export interface EngineAddress {
  /** What people call it: the name of the docker context, `DOCKER_HOST`, or the label given in the settings. Unique among the addresses of one list. */
  readonly name: string;
  readonly from: 'context' | 'environment' | 'setting' | 'socket';
  /** As the docker command line writes it: `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`, `npipe:////./pipe/docker_engine`. */
  readonly url: string;
  /** Folder of `ca.pem`, `cert.pem` and `key.pem`; null where the connection is not encrypted or ssh encrypts it. */
  readonly certificates: string | null;
  /** The context says that the engine's certificate is not to be checked (`docker context create --docker skip-tls-verify=true`). */
  readonly skipVerification?: boolean;
  /** The one that `docker` without further words talks to. */
  readonly current: boolean;
}

/** Why Docker did not do what was asked. `detail` holds the words of whoever refused; where they are ours, `said` has them as they can be translated. */
export type DockerProblem =
  /** No socket, no docker command. */
  | { readonly kind: 'not-installed' }
  /** Nothing answers; `lost`: it did, and then broke the connection off. */
  | { readonly kind: 'daemon-down'; readonly url: string; readonly lost?: true }
  /** The socket is there and refuses this user. */
  | { readonly kind: 'no-permission'; readonly url: string }
  /** A remote engine does not answer: name unknown, connection refused, ssh or TLS failed. */
  | { readonly kind: 'context-unreachable'; readonly name: string; readonly url: string; readonly detail: string; readonly said?: Message }
  /** The engine has no way to give a container a GPU. */
  | { readonly kind: 'no-gpu-runtime'; readonly detail: string }
  | { readonly kind: 'cancelled' }
  /** The engine answered and refused; `status` is its HTTP status, or null where a command line reported it. */
  | { readonly kind: 'api'; readonly status: number | null; readonly detail: string; readonly said?: Message };

/** What is known of an engine itself. */
export interface EngineInfo {
  readonly product: 'docker' | 'podman';
  /** `20.10.24`. */
  readonly version: string;
  readonly apiVersion: string;
  /** `linux`, and the machine's architecture in Docker's words: `amd64`, `arm64`. */
  readonly os: string;
  readonly architecture: string;
  /** Name and kernel of the machine that it runs on. */
  readonly hostName: string;
  readonly kernel: string;
  readonly operatingSystem: string;
  /** Names of the registered OCI runtimes: `runc`, `nvidia`. */
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
  /** CDI devices that the engine has discovered (`nvidia.com/gpu=0`); null where it does not say. */
  readonly cdiDevices: readonly string[] | null;
  /** Folders in which it looks for CDI specifications; null where it does not say. */
  readonly cdiSpecFolders: readonly string[] | null;
  readonly cgroupDriver: string;
  readonly cgroupVersion: string | null;
  readonly storageDriver: string;
  /** Folder in which images and containers lie, on the engine's machine. */
  readonly dataRoot: string;
  /** `name=rootless`, `name=userns`, … */
  readonly securityOptions: readonly string[];
}

/** How a container gets its GPU. */
export type GpuAccess =
  | { readonly how: 'none' }
  /** `--gpus`, or Compose's device reservation: which devices (`all`, a count, ids or UUIDs) and capabilities. */
  | { readonly how: 'gpus'; readonly devices: 'all' | number | readonly string[]; readonly capabilities: readonly string[] }
  /** `--runtime=nvidia` (or a runtime that the engine's default is), with what NVIDIA_VISIBLE_DEVICES says. */
  | { readonly how: 'runtime'; readonly runtime: string; readonly devices: 'all' | 'none' | readonly string[]; readonly capabilities: readonly string[] }
  /** `--device nvidia.com/gpu=all`. */
  | { readonly how: 'cdi'; readonly devices: readonly string[] }
  /** Device nodes given one by one: `--device /dev/nvidia0`. */
  | { readonly how: 'devices'; readonly devices: readonly string[] };

/** State of a container in the engine's words. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface PublishedPort {
  readonly containerPort: number;
  readonly protocol: string;
  /** Null where it is exposed but not published. */
  readonly hostPort: number | null;
  readonly hostAddress: string | null;
}

/** A row of the list of containers: all that one list call tells. */
export interface ContainerSummary {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** As the container was created with; may be an id. */
  readonly image: string;
  readonly imageId: string;
  readonly state: ContainerState;
  /** `Up 3 minutes (healthy)`. */
  readonly status: string;
  readonly health: 'healthy' | 'unhealthy' | 'starting' | null;
  /** Seconds since the epoch. */
  readonly createdSeconds: number;
  readonly ports: readonly PublishedPort[];
  readonly labels: Readonly<Record<string, string>>;
  readonly compose: { readonly project: string; readonly service: string } | null;
}

/** What one inspect call adds. It never changes in a container's life, so that it is asked once. */
export interface ContainerDetails {
  readonly id: string;
  readonly gpu: GpuAccess;
  readonly environment: readonly string[];
  readonly user: string;
  readonly privileged: boolean;
}

/** A row of the list of images: all that one list call tells. */
export interface ImageSummary {
  /** `sha256:…`. */
  readonly id: string;
  /** `repository:tag`; none for a dangling image. */
  readonly tags: readonly string[];
  /** `repository@sha256:…`. */
  readonly digests: readonly string[];
  readonly createdSeconds: number;
  readonly sizeBytes: number;
  /** Part of it that other images share; null where the engine was not asked or does not say. */
  readonly sharedBytes: number | null;
  /** How many containers use it; null where the engine does not say. */
  readonly containers: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly dangling: boolean;
}

/** What one inspect call adds. It never changes in an image's life, so that it is asked once for an id. */
export interface ImageDetails {
  readonly id: string;
  readonly os: string;
  readonly architecture: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly exposedPorts: readonly string[];
  /** Digests of the uncompressed layers, the base's first. */
  readonly layers: readonly string[];
}

/** Everything that the views show of one engine at one moment; null is what the engine has not told yet. */
export interface Inventory {
  readonly containers: readonly ContainerSummary[] | null;
  readonly images: readonly ImageSummary[] | null;
}
