import type { Gpu } from '../facts/gpus';
import type { Message } from '../l10n/message';

/** Where an image has to run. `jetson` is linux/arm64 on a Jetson module, which has drivers and images of its own. */
export type TargetPlatform = 'linux/amd64' | 'linux/arm64' | 'jetson';

/** A GPU of a target. */
export interface TargetGpu {
  /** The product as the table has it (`GeForce RTX 4090`), or `compute capability 8.9`. */
  readonly name: string;
  /** `8.9`. */
  readonly computeCapability: string;
  /** Undefined where only the compute capability is given. */
  readonly segment: Gpu['segment'] | undefined;
}

/** The operating system of the machine that runs the container. */
export interface TargetOs {
  /** As written: `ubuntu22.04`, `wsl2`, `l4t32.6.1`, `jetpack6.0`. */
  readonly text: string;
  /** Drivers have Windows numbers there (WSL 2). */
  readonly windows: boolean;
  /** The release of Jetson Linux: `32.6.1`. */
  readonly l4t: string | undefined;
}

/** One place where the image must run; what is undefined is not known, and rules that need it are silent. */
export interface Target {
  readonly name: string;
  /** The name, where it is words of ours. */
  readonly said?: Message;
  /** Empty when not known. */
  readonly gpus: readonly TargetGpu[];
  /** `535.183.06`, or its leading parts: `535`. */
  readonly driver: string | undefined;
  readonly platform: TargetPlatform | undefined;
  readonly os: TargetOs | undefined;
}

/** A target as people write it in `.trtc.yaml`, the setting `tensorrt.targets` and examples of rules. */
export interface TargetSource {
  readonly name: string;
  /** Products (`RTX 4090`, `A100`) or compute capabilities (`8.9`, `sm_89`). */
  readonly gpus?: readonly string[];
  readonly driver?: string;
  readonly platform?: TargetPlatform;
  readonly os?: string;
}
