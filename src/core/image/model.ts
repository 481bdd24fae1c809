import type { Evidence } from '../facts/evidence';
import type { ComponentKind, Certainty, VersionClaim } from '../stack/model';
import type { Range } from '../text/range';

/** `registry/path:tag@digest`, split as Docker splits it. Ranges are offsets in the reference's text. */
export interface ImageReference {
  readonly text: string;
  /** Host and port, only when written. */
  readonly registry: string | undefined;
  /** Path without registry, tag and digest: `nvidia/cuda`, `library/ubuntu` as written (`ubuntu`). */
  readonly repository: string;
  readonly repositoryRange: Range;
  readonly tag: string | undefined;
  readonly tagRange: Range | undefined;
  readonly digest: string | undefined;
}

export type ImageFamily =
  | 'nvidia-cuda'
  | 'ngc-tensorrt'
  | 'ngc-triton'
  | 'ngc-pytorch'
  | 'ngc-tensorflow'
  | 'ngc-tensorrt-llm'
  | 'ngc-l4t'
  | 'ngc-deepstream'
  | 'ngc-other'
  | 'tensorflow'
  | 'pytorch'
  | 'distribution'
  | 'python'
  | 'other';

/** What is known of a tag's being there to pull. */
export type TagStatus =
  /** In the newest list read. */
  | 'served'
  /** In the publisher's newest list of tags at the end of their life: still there when it was read, to be deleted. */
  | 'end-of-life'
  /** Proven to be gone. */
  | 'removed'
  /** Was listed once, is no longer listed; that it is gone from the registry is likely, not proven. */
  | 'delisted'
  /** Of the family's grammar, and the tables are complete enough to say that it never was. */
  | 'never-existed'
  /** Not of the family's grammar, or the tables cannot tell. */
  | 'unknown'
  /** Above everything in the tables. */
  | 'newer';

/** A piece of the tag that means something: offsets in the tag. */
export interface TagPart {
  readonly kind: 'cuda' | 'flavor' | 'cudnn' | 'os' | 'release' | 'suffix' | 'framework' | 'python' | 'tensorrt' | 'l4t';
  readonly value: string;
  readonly range: Range;
}

/** One thing that an image brings. */
export interface ImageComponent {
  readonly kind: ComponentKind;
  readonly name: string | undefined;
  readonly version: VersionClaim;
  readonly certainty: Certainty;
  readonly evidence: Evidence | undefined;
}

/** An apt repository that the image's sources list names. */
export interface ImageAptRepository {
  readonly repository: 'cuda' | 'machine-learning';
  readonly distro: string;
  readonly arch: string;
}

export interface DecodedImage {
  readonly reference: ImageReference;
  readonly family: ImageFamily;
  /** Canonical name without mirror: `nvidia/cuda`, `nvcr.io/nvidia/tensorrt`, `ubuntu`. */
  readonly canonical: string;
  /** A mirror, proxy or private registry stands in front: what it serves is not known. */
  readonly mirrored: boolean;
  readonly parts: readonly TagPart[];
  readonly status: TagStatus;
  readonly statusEvidence: Evidence | undefined;
  /** nvidia/cuda and l4t-cuda: base, runtime or devel; undefined where the family has none. */
  readonly flavor: 'base' | 'runtime' | 'devel' | undefined;
  readonly components: readonly ImageComponent[];
  /** True when CUDA, cuDNN, TensorRT and Python that `components` lacks are not in the image; false when that is not known. */
  readonly componentsComplete: boolean;
  /** Environment that the image sets, as far as it is known (CUDA_VERSION, PATH, LD_LIBRARY_PATH, NVIDIA_…). */
  readonly env: ReadonlyMap<string, string>;
  /** False when `env` may lack variables, so that an unset one is unknown and not empty. True only for families read in full. */
  readonly envComplete: boolean;
  readonly packageManager: 'apt' | 'yum' | 'apk' | 'pacman' | 'zypper' | undefined;
  readonly libc: 'glibc' | 'musl' | undefined;
  readonly aptRepositories: readonly ImageAptRepository[];
  /** Packages on hold in the image, by name. */
  readonly heldPackages: readonly string[];
  /** Platforms of the manifest, where known: `linux/amd64`, `linux/arm64`. */
  readonly platforms: readonly string[] | undefined;
  /** For 2022 key change: 'old' = carries only the old key, 'new', or undefined where not known. */
  readonly repositoryKey: 'old' | 'new' | undefined;
  readonly repositoryKeyEvidence: Evidence | undefined;
  /** Lowest Linux driver for this image, as its publisher says. */
  readonly driverMin: string | undefined;
  readonly driverEvidence: Evidence | undefined;
}
