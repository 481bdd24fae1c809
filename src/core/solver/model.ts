import type { Evidence } from '../facts/evidence';
import type { Pin } from '../facts/tensorrt-pins';
import type { Message, Text } from '../l10n/message';

/** What one can wish for. `gpu` may be wished several times: the answer then runs on all of them. */
export type WishKey =
  | 'tensorrt'
  | 'cuda'
  | 'cudnn'
  | 'python'
  | 'ubuntu'
  | 'torch'
  | 'tensorflow'
  | 'onnxruntime'
  | 'driver'
  | 'gpu'
  | 'flavor'
  | 'family'
  | 'compile'
  | 'packages';

export type Flavor = 'base' | 'runtime' | 'devel';

/** apt and pip: an nvidia/cuda image with TensorRT from that installer; ngc: an image of NVIDIA's catalogue that has everything. */
export type Family = 'apt' | 'pip' | 'ngc';

/**
 * What the image must suit. A version is given by its leading parts (`8.6`, `8.6.*`, `any`) or as a specifier of PEP 440
 * (`>=10,<11`); torch may name its CUDA (`2.1+cu118`).
 */
export interface Wishes {
  readonly tensorrt?: string;
  readonly cuda?: string;
  readonly cudnn?: string;
  readonly python?: string;
  /** `22.04`, `ubuntu22.04`, `jammy`, or a specifier. */
  readonly ubuntu?: string;
  readonly torch?: string;
  readonly tensorflow?: string;
  readonly onnxruntime?: string;
  /** The driver of the host: `535.183.06`, or its branch `535`, which is taken to be the newest of that branch. */
  readonly driver?: string;
  /** Product or compute capability: `RTX 4090`, `8.9`, `sm_89`. */
  readonly gpu?: string | readonly string[];
  readonly flavor?: Flavor;
  readonly family?: Family;
  /** Something is compiled against torch in the image: nvcc and a CUDA like that of the wheel are needed. */
  readonly compile?: boolean;
  /** Debian packages of TensorRT that are needed, and so TensorRT from apt; by default those that the flavor and the other wishes ask for. */
  readonly packages?: readonly string[];
}

/** What is there already. Answers that change less of it come first. Versions exact or by their leading parts. */
export type Current = Partial<Readonly<Record<Exclude<WishKey, 'driver' | 'gpu' | 'compile' | 'packages'>, string>>>;

export interface SolveOptions {
  /** How many combinations are wanted at most; 3 by default. */
  readonly count?: number;
  readonly current?: Current;
}

/**
 * How two parts of a combination go together.
 * fits: a fact says so. note: they work, another choice is closer. partial: they work, but not together.
 * unknown: no fact says that they do or do not. no: a fact rules it out.
 */
export type Grade = 'fits' | 'note' | 'partial' | 'unknown' | 'no';

/** A sentence with the fact behind it. */
export interface Reason {
  readonly grade: Grade;
  readonly text: Message;
  readonly evidence: Evidence | undefined;
}

/** A wheel to install: `torch==2.1.2+cu118` from an index. */
export interface PipPin {
  readonly package: string;
  /** What follows the name: `==2.1.2+cu118`, `==1.17.*`. */
  readonly specifier: string;
  /** Option and address where it is not PyPI alone. */
  readonly index: { readonly option: '--index-url' | '--extra-index-url' | '--find-links'; readonly url: string } | undefined;
}

export type ComponentKey = 'cuda' | 'cudnn' | 'python' | 'ubuntu' | 'tensorrt' | 'torch' | 'tensorflow' | 'onnxruntime';

/** One part of a combination. */
export interface SolvedComponent {
  readonly key: ComponentKey;
  /** `8.6.1.6`; by the parts that are known. */
  readonly version: string;
  /** CUDA that it was built for, where it names one. */
  readonly cuda: string | undefined;
  readonly via: 'image' | 'apt' | 'pip';
}

/** One answer: an image, what to install in it, and why. For linux/amd64. */
export interface Combination {
  /** `nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04`. */
  readonly image: string;
  readonly family: Family;
  readonly flavor: Flavor | undefined;
  readonly components: readonly SolvedComponent[];
  /** Packages of TensorRT and cuDNN, all of which must be named with their versions. */
  readonly apt: readonly Pin[];
  readonly pip: readonly PipPin[];
  /** derived: facts prove every part. assumed: the reasons of grade `unknown` say what they do not prove. */
  readonly certainty: 'derived' | 'assumed';
  /** Why each part was chosen, and what to know of it. */
  readonly reasons: readonly Reason[];
}

/** One wish in words: `TensorRT 8.6`, `driver 535`, `RTX 4090`. */
export interface WishLabel {
  readonly key: WishKey;
  readonly label: Text;
}

/** The least change of wishes that gives an answer. */
export interface Relaxation {
  /** `CUDA 12.1.1 instead of CUDA 13`. */
  readonly text: Text;
  /** The wishes given up. */
  readonly instead: readonly WishLabel[];
  /** The wishes with which `combination` is the first answer. */
  readonly wishes: Wishes;
  readonly combination: Combination;
}

/** Why nothing fits. */
export interface Conflict {
  /** Wishes that cannot be met together; without any one of them the others can. */
  readonly wishes: readonly WishLabel[];
  /** The facts that rule them out. */
  readonly reasons: readonly Reason[];
  /** Nearest first. */
  readonly relaxations: readonly Relaxation[];
}

/** What could not be understood in the wishes. */
export interface WishProblem {
  readonly key: WishKey;
  readonly message: Message;
}

export interface Answer {
  /** Best first; empty when there is a conflict or a problem. */
  readonly combinations: readonly Combination[];
  readonly conflict: Conflict | undefined;
  readonly problems: readonly WishProblem[];
}
