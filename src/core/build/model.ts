import type { Scalar } from '../data/model';
import type { Location } from '../text/range';
import type { Traced } from '../text/traced';

/** One build argument that a file gives. */
export interface BuildArgument {
  readonly name: string;
  /** Undefined for a name alone: its value is that of the shell which starts the build. */
  readonly value: Traced | undefined;
  readonly location: Location;
  /** The value as a node of the file, where it stands alone there. */
  readonly node: Scalar | undefined;
}

/** What a file other than the Dockerfile decides of a build: a service of Compose, a target of bake, a dev container. */
export interface BuildRequest {
  /** Where the file asks for this build. */
  readonly location: Location;
  /** Folder of the build context inside what may be read; undefined when it is not known, or lies outside. */
  readonly context: string | undefined;
  /** Path of the Dockerfile inside what may be read; undefined when it is not known. */
  readonly dockerfile: string | undefined;
  /** The Dockerfile itself (`dockerfile_inline`). */
  readonly inline: Scalar | undefined;
  readonly args: readonly BuildArgument[];
  readonly target: Scalar | undefined;
  /** `additional_contexts`, `contexts`: what a name in FROM or COPY --from stands for, as written. */
  readonly namedContexts: readonly { readonly name: string; readonly value: Traced }[];
}
