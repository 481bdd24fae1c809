import type { BuildRequest } from '../build/model';
import type { ComposeProject, ComposeService, ServiceMount, ServiceVariable } from '../compose/model';
import type { DataEntry, DataMap, Scalar } from '../data/model';

/** One option of `docker run` in `runArgs`. */
export interface RunOption {
  /** As written: `--gpus`, `-v`. */
  readonly name: string;
  readonly value: string | undefined;
  /** The element that holds the option. */
  readonly node: Scalar;
  /** The element that holds the value: the same one (`--gpus=all`) or the next. */
  readonly valueNode: Scalar | undefined;
}

/** A feature: `ghcr.io/devcontainers/features/nvidia-cuda:1` with its options. */
export interface Feature {
  /** Without the version. */
  readonly id: string;
  readonly version: string | undefined;
  readonly entry: DataEntry;
}

/** A devcontainer.json with what it points at. */
export interface Devcontainer {
  readonly file: string;
  readonly text: string;
  readonly root: DataMap;
  readonly image: Scalar | undefined;
  readonly build: BuildRequest | undefined;
  /** `dockerComposeFile`: the container is then a service of Compose. */
  readonly compose: DataEntry | undefined;
  readonly service: Scalar | undefined;
  /** The Compose files, laid over each other in their order; undefined when one of them cannot be read. */
  readonly composeProject: ComposeProject | undefined;
  readonly composeService: ComposeService | undefined;
  readonly runArgs: DataEntry | undefined;
  readonly options: readonly RunOption[];
  readonly featuresEntry: DataEntry | undefined;
  readonly features: readonly Feature[];
  /** `hostRequirements.gpu`. */
  readonly hostGpu: DataEntry | undefined;
  /** `containerEnv`, and `-e` of `runArgs`. */
  readonly containerEnv: readonly ServiceVariable[];
  readonly remoteEnv: readonly ServiceVariable[];
  /** `mounts`, and `-v` and `--mount` of `runArgs`. */
  readonly mounts: readonly ServiceMount[];
  /** Text of every other file that was read, by reported name. */
  readonly files: ReadonlyMap<string, string>;
}
