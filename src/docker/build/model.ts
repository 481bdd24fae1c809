import type { BuildLog } from '../../core/build-log/build-log';
import type { BuildEvent } from '../../core/build-log/model';

/** What is to be built, in the words of `docker build`. */
export interface BuildSpec {
  /** Folder of the build context, or the address of a repository or archive. */
  readonly context: string;
  /** Path of the Dockerfile; `Dockerfile` in the context where none is given. */
  readonly dockerfile?: string;
  readonly target?: string;
  /** A null takes the value from the environment, as `--build-arg NAME` does. */
  readonly buildArgs?: Readonly<Record<string, string | null>>;
  readonly platforms?: readonly string[];
  readonly tags?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** `id=token,src=token.txt`, `id=token,env=TOKEN`. */
  readonly secrets?: readonly string[];
  /** `default`, `github=/path/to/key`. */
  readonly ssh?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly buildContexts?: Readonly<Record<string, string>>;
  /** Mode of the network of RUN. */
  readonly network?: string;
  /** `2g`. */
  readonly shmSize?: string;
  /** Entitlements: `network.host`, `device`. */
  readonly allow?: readonly string[];
  readonly noCache?: boolean;
  readonly pull?: boolean;
  /** Push to the registry of the tags in place of loading into the engine. */
  readonly push?: boolean;
  /** One of `docker buildx ls`: local, remote, or on Kubernetes. */
  readonly builder?: string;
}

/**
 * How a build is run: by buildx (with progress as JSON, or in plain text), by a docker command line that has BuildKit
 * without buildx, by one with the legacy builder alone, or by the Engine API where there is no docker command.
 */
export type BuildWay = 'buildx-json' | 'buildx' | 'buildkit' | 'legacy' | 'api';

/** How a build ended. */
export interface BuildOutcome {
  readonly ended: 'built' | 'failed' | 'cancelled';
  readonly way: BuildWay;
  /** Exit status of the docker command; null where a signal ended it, and for the Engine API. */
  readonly status: number | null;
  /** `sha256:…`; null where the build failed, or left its image elsewhere than in the engine. */
  readonly imageId: string | null;
  /** Digest of the manifest in the registry or the image store, where the builder tells it. */
  readonly digest: string | null;
  readonly durationMs: number;
  /** Steps, output and errors: what `diagnoseBuild` takes. */
  readonly log: BuildLog;
}

/** How a build is followed and called off. */
export interface BuildControl {
  readonly signal?: AbortSignal;
  /** Called with what the log tells, as it comes. */
  readonly onEvent?: (event: BuildEvent) => void;
  /** The docker program; `docker` from PATH by default. */
  readonly dockerPath?: string;
  /** Environment of the docker command: build arguments and secrets without value are taken from it. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where the docker command starts: relative paths in secrets and caches count from there. */
  readonly folder?: string;
}
