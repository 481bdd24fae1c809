import type { BuildRequest } from '../build/model';
import type { DataEntry, DataMap, Scalar } from '../data/model';
import type { Location } from '../text/range';
import type { Traced } from '../text/traced';

/** A variable of a service's `environment`, or of a file that `env_file` names. */
export interface ServiceVariable {
  readonly name: string;
  /** Undefined for a name alone: its value is that of the shell which starts Compose. */
  readonly value: Traced | undefined;
  /** The line of the list, or key and value of the map. */
  readonly location: Location;
}

/** `volumes`: a bind mount or a named volume. */
export interface ServiceMount {
  readonly source: string | undefined;
  readonly target: string;
  readonly location: Location;
}

/** One request for devices: an item of `deploy.resources.reservations.devices` or of `gpus`. */
export interface DeviceRequest {
  readonly syntax: 'deploy' | 'gpus';
  /** The item; of `gpus: all` the scalar. */
  readonly node: DataMap | Scalar;
  readonly driver: Scalar | undefined;
  readonly count: DataEntry | undefined;
  readonly deviceIds: DataEntry | undefined;
  readonly capabilities: DataEntry | undefined;
}

/** A CDI device in `devices`: `nvidia.com/gpu=all`. */
export interface CdiDevice {
  /** What follows `=`: `all`, `0`, a UUID. */
  readonly device: string;
  readonly node: Scalar;
}

/** A service as Compose would run it: with what it extends, what it merges, and what an override file adds. */
export interface ComposeService {
  readonly name: string;
  /** The name in the file that was read. */
  readonly location: Location;
  /** All its attributes; parts may be written in other files. */
  readonly node: DataMap;
  /**
   * False where something is missing that decides how it runs: a base that cannot be read, or neither an image nor a
   * build in a file that is made to be combined with others. What is absent is then unknown.
   */
  readonly complete: boolean;
  readonly image: Scalar | undefined;
  readonly build: BuildRequest | undefined;
  readonly environment: readonly ServiceVariable[];
  /** False when an `env_file` could not be read. */
  readonly environmentComplete: boolean;
  readonly runtime: Scalar | undefined;
  readonly requests: readonly DeviceRequest[];
  readonly cdiDevices: readonly CdiDevice[];
  /** Paths of `devices` on the host: `/dev/nvidia0`, `/dev/dri`. */
  readonly devicePaths: readonly string[];
  readonly mounts: readonly ServiceMount[];
  /** Words of `command` and of `entrypoint`; a string is cut at white space. */
  readonly command: readonly string[];
  readonly entrypoint: readonly string[];
}

/** A Compose file with all that it draws in. */
export interface ComposeProject {
  readonly file: string;
  readonly text: string;
  readonly root: DataMap;
  /** The key `version`, which old programs honour and Compose since 1.27 does not. */
  readonly version: Scalar | undefined;
  /** Services that the file itself names, in its order. */
  readonly services: readonly ComposeService[];
  /** Services of files that `include` names: no finding lies in them. */
  readonly included: readonly ComposeService[];
  /** Text of every other file that was read, by reported name. */
  readonly files: ReadonlyMap<string, string>;
  /** True when a file beside this one that is made for GPUs (`compose.gpu.yaml`) wires the service of that name. */
  readonly isWiredElsewhere: (service: string) => boolean;
}
