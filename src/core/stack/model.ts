import type { Evidence } from '../facts/evidence';
import type { DecodedImage, ImageReference } from '../image/model';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/model';
import type { Overlay } from '../overlay/model';
import type { Action, ContextReader } from '../shell/installers/model';
import type { ShellCommand } from '../shell/model';
import type { Location } from '../text/range';
import type { Traced } from '../text/traced';

export type ComponentKind =
  | 'os'
  | 'python'
  | 'cuda'
  | 'cudart'
  | 'nvcc'
  | 'cuda-headers'
  | 'cublas'
  | 'cudnn'
  | 'cudnn-headers'
  | 'tensorrt'
  | 'tensorrt-headers'
  | 'tensorrt-python'
  | 'trtexec'
  | 'nccl'
  | 'cuda-compat'
  | 'torch'
  | 'tensorflow'
  | 'onnxruntime'
  | 'torch-tensorrt'
  | 'jax'
  | 'triton'
  | 'tensorrt-llm'
  | 'deepstream'
  | 'l4t'
  | 'conda'
  | 'driver-library'
  | 'engine-file'
  | 'package';

/** What is known of a version. */
export type VersionClaim =
  | { readonly type: 'exact'; readonly version: string }
  /** Only the leading parts are known: `8` of a cudnn8 tag, `12.4` of cuda-toolkit-12-4. */
  | { readonly type: 'prefix'; readonly version: string }
  /** A specifier in the syntax of its installer (`>=2.0,<3`, `8.6.*`). */
  | { readonly type: 'range'; readonly specifier: string }
  /** Unpinned: the newest that the repository or index has on the day of the build. */
  | { readonly type: 'newest' }
  | { readonly type: 'unknown' };

/** stated = written in the file; derived = follows from a cited fact; assumed = likely, not proven. */
export type Certainty = 'stated' | 'derived' | 'assumed';

export type Via = 'base-image' | 'apt' | 'yum' | 'pip' | 'conda' | 'archive' | 'copy' | 'env' | 'script' | 'other';

export interface Component {
  readonly kind: ComponentKind;
  /** Package or file that brought it: `libnvinfer8`, `tensorrt-cu12`, `nvidia/cuda:11.6.2-…`. */
  readonly name: string;
  readonly version: VersionClaim;
  /** CUDA that this build was made for, where its version says so (`+cuda11.8`, `+cu118`, `-cu12`): `11.8`, `12`. */
  readonly cuda: string | undefined;
  readonly certainty: Certainty;
  readonly via: Via;
  readonly where: Location;
  readonly evidence: Evidence | undefined;
}

/** State of apt in a stage at one moment. */
export interface AptState {
  /** An index update has run in this stage (or an ancestor) since the last repository was added whose lists were not there yet. */
  readonly updated: boolean;
  readonly repositories: readonly {
    readonly repository: 'cuda' | 'machine-learning' | 'nvidia-docker' | 'other';
    readonly distro: string | undefined;
    readonly arch: string | undefined;
    readonly where: Location | undefined;
  }[];
  /** Packages on hold, by name. */
  readonly held: ReadonlySet<string>;
  /** The 2022 key problem: 'old' = an update of NVIDIA's repositories fails; 'unknown' = say nothing. */
  readonly key: 'old' | 'new' | 'unknown';
}

/** Everything known of a stage's file system and configuration at one moment. Immutable; later states share parts. */
export interface StackState {
  readonly components: readonly Component[];
  /** ENV in force, base image's included. A name that is absent is unset when `envComplete`, unknown otherwise. */
  readonly env: ReadonlyMap<string, Traced>;
  readonly envComplete: boolean;
  readonly workdir: string;
  readonly user: string | undefined;
  readonly apt: AptState;
  /** pip options in force by ENV or `pip config`. */
  readonly pip: { readonly indexUrl: Traced | undefined; readonly extraIndexUrls: readonly Traced[] };
  /** Paths that instructions of this stage made or copied, without those of the base image. */
  readonly paths: readonly { readonly path: string; readonly where: Location }[];
  /** Something was done that can bring any file: COPY of a whole context, an unknown script. Rules about absence step down. */
  readonly opaque: boolean;
}

/** One action with the state around it. */
export interface ActionStep {
  readonly action: Action;
  readonly instruction: Instruction;
  readonly before: StackState;
  readonly after: StackState;
}

/** One instruction with the state around it. */
export interface InstructionStep {
  readonly instruction: Instruction;
  readonly before: StackState;
  readonly after: StackState;
  /** RUN, and CMD/ENTRYPOINT/HEALTHCHECK: the commands in it; those of scripts it runs come after the call. */
  readonly commands: readonly ShellCommand[];
  readonly actions: readonly ActionStep[];
  /** The value of an ARG or ENV after the instruction; undefined for a variable that nothing known sets. */
  readonly variable: (name: string) => Traced | undefined;
}

/** Where a stage starts from. */
export interface StageBase {
  /** The reference after expansion; holds UNKNOWN for what no ARG gives. */
  readonly reference: Traced;
  readonly parsed: ImageReference | undefined;
  /** An earlier stage; undefined for an external image. */
  readonly stage: StageStack | undefined;
  /** An external image that some decoder knows. */
  readonly image: DecodedImage | undefined;
  /** `--platform` value after expansion. */
  readonly platform: Traced | undefined;
}

export interface StageStack {
  readonly stage: Stage;
  readonly base: StageBase;
  /** The external image at the end of the chain of stages. */
  readonly rootImage: DecodedImage | undefined;
  readonly initial: StackState;
  readonly steps: readonly InstructionStep[];
  readonly final: StackState;
  /** The last stage, or one that the last stage is built upon. */
  readonly shipped: boolean;
}

export interface StackReport {
  readonly dockerfile: Dockerfile;
  readonly stages: readonly StageStack[];
  /** Global ARGs, with value and place, as FROM sees them. */
  readonly globals: ReadonlyMap<string, Traced>;
  /** Files of the build context that were read, by reported name, with their text: findings may lie in them. */
  readonly files: ReadonlyMap<string, string>;
  /** For each of those files the place in the Dockerfile that first has it read: the word that names it. */
  readonly readAt: ReadonlyMap<string, Location>;
  /** The build context, where there is one at hand. Findings lie in files of `files` alone. */
  readonly context?: ContextReader | undefined;
  /** An organisation's own images, which `decodeImage` asks first. */
  readonly overlay?: Overlay | undefined;
}

