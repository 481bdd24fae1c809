import type { Text } from '../core/l10n/message';

/**
 * How a container is run, free of the form in which it is written. Texts that depend on the machine are written as Compose
 * writes them: `${DISPLAY}`, `${DISPLAY:-:0}`, and `$$` for a dollar sign (see host-text.ts).
 */

/** One option of `docker run` by its long name (`--shm-size`), with its value; a switch (`--rm`) has none. */
export interface Setting {
  readonly option: string;
  readonly value?: string;
}

/** The way by which a container gets its GPUs: a device request, the runtime of NVIDIA, or CDI device names. */
export type GpuWay = 'gpus' | 'runtime' | 'cdi';

/** The GPUs of a container. */
export interface GpuRequest {
  /** All, so many, or those with these indices or UUIDs. */
  readonly which: 'all' | number | readonly string[];
  /** Driver capabilities that the request itself names: `compute`, `utility` … Mostly none: the variable NVIDIA_DRIVER_CAPABILITIES serves every form. */
  readonly capabilities: readonly string[];
  /** The container shall start where there is no GPU, too. */
  readonly optional: boolean;
  readonly through: GpuWay;
}

/** An image that is built first. Paths as in Compose: the Dockerfile counts from the context. */
export interface PlanBuild {
  readonly context: string;
  readonly dockerfile: string | undefined;
  readonly target: string | undefined;
  /** `NAME=value`. */
  readonly args: readonly string[];
}

/** One description of how a container is run; every form is read into it and written from it. */
export interface RunPlan {
  readonly image: string | undefined;
  /** With a build, `image` is the name of what is built. */
  readonly build: PlanBuild | undefined;
  readonly gpus: GpuRequest | undefined;
  /** All other options, in the order given. Of a repeated option that stands once, the last counts. */
  readonly settings: readonly Setting[];
  readonly command: readonly string[];
}

/** The engine for which something is written. rootless: Docker without root. cdi: Docker with CDI device names. */
export type Engine = 'docker' | 'rootless' | 'podman' | 'cdi';

/** Something that a person should know of what was read or written: a template with its data. */
export interface Note {
  readonly text: string;
  readonly data: Readonly<Record<string, Text>>;
}

/** A file to be written. */
export interface GeneratedFile {
  /** Below the folder that is opened, with `/`: `.devcontainer/devcontainer.json`. */
  readonly path: string;
  readonly text: string;
  /** A script that is to be run. */
  readonly executable: boolean;
}

/** What a writer gives. */
export interface Output {
  readonly files: readonly GeneratedFile[];
  /** What the form cannot express, and what must be done besides. */
  readonly notes: readonly Note[];
}

/** A note from a template and its data. */
export function note(text: string, data: Readonly<Record<string, Text>> = {}): Note {
  return { text, data };
}
