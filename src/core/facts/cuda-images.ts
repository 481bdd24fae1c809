import { msg, type Message } from '../l10n/message';
import type { Evidence } from './evidence';
import { groupsBy, lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/cuda-images.json?raw';
import contentsText from './tables/cuda-image-contents.json?raw';

/** One nvidia/cuda tag. */
export interface CudaImage {
  readonly tag: string;
  /** As in the tag: `11.6.2`, `10.2`; null for `latest`. */
  readonly cuda: string | null;
  readonly flavor: 'base' | 'runtime' | 'devel' | null;
  /** Major version; false for an image without cuDNN, null where it has one of unknown version. */
  readonly cudnn: string | false | null;
  /** Versions that the tag's Dockerfile had one after another, separated by spaces, the last one last. */
  readonly cudnnVersions: string | null;
  /** `ubuntu20.04`; for a tag without one the distribution it stands for. */
  readonly os: string | null;
  readonly status: 'served' | 'end-of-life' | 'delisted' | 'removed' | 'unknown';
  readonly evidence: 'list' | 'end-of-life-list' | 'list-history' | 'hub' | 'issue' | 'sibling' | 'pin';
  /** ISO date of the observation. */
  readonly date: string;
  readonly source: string;
}

/** What the Dockerfile of nvidia/cuda puts into the images of one CUDA version and distribution. */
export interface CudaImageContents {
  readonly cuda: string;
  readonly os: string;
  /** Separated by spaces: `linux/amd64 linux/arm64`. */
  readonly platforms: string | null;
  /** Those of the cuDNN variant, where they differ. */
  readonly cudnnPlatforms: string | null;
  /** Value of CUDA_VERSION. */
  readonly cudaVersion: string | null;
  /** Version of the package cuda-cudart, which is not the CUDA version: `11.6.55` in CUDA 11.6.2. */
  readonly cudart: string | null;
  readonly cublas: string | null;
  readonly nccl: string | null;
  /** Whether cuda-compat is installed. */
  readonly compat: boolean | null;
  /** What stands before the distribution's PATH. */
  readonly path: 'nvidia' | 'cuda' | null;
  readonly libraryPath: string | null;
  /** Packages on hold that the runtime flavor adds, separated by spaces. */
  readonly heldRuntime: string | null;
  /** Packages on hold that the devel flavor adds to those of runtime. */
  readonly heldDevel: string | null;
  readonly source: string;
}

const images = defineTable<CudaImage>(text);
const contents = defineTable<CudaImageContents>(contentsText);
const byTag = lookupBy(images, (row) => row.tag);
const byCuda = groupsBy(images, (row) => row.cuda ?? '');
const contentsOf = lookupBy(contents, (row) => `${row.cuda} ${row.os}`);

/** The row of an nvidia/cuda tag. */
export function findCudaImage(tag: string): CudaImage | undefined {
  return byTag(tag);
}

/** All tags of a CUDA version, written as in the tags (`11.6.2`). */
export function cudaImagesOf(cuda: string): readonly CudaImage[] {
  return byCuda(cuda);
}

/** All rows. */
export function allCudaImages(): readonly CudaImage[] {
  return images().rows;
}

/** What the images of a CUDA version, written as in the tags, hold on a distribution (`ubuntu20.04`). */
export function findCudaImageContents(cuda: string, os: string): CudaImageContents | undefined {
  return contentsOf(`${cuda} ${os}`);
}

/** Why the row's status is believed. */
export function cudaImageEvidence(row: CudaImage): Evidence {
  return { fact: statusFact(row), source: row.source, checked: row.date };
}

/** Evidence that the contents of an image come from NVIDIA's Dockerfile for it. */
export function cudaContentsEvidence(fact: Message, row: CudaImageContents): Evidence {
  return { fact, source: row.source, checked: contents().checked };
}

function statusFact({ tag, status, evidence }: CudaImage): Message {
  const name = `nvidia/cuda:${tag}`;
  switch (evidence) {
    case 'list':
      return status === 'served' ? msg`${name} is in NVIDIA's list of supported tags` : msg`${name} was in NVIDIA's list of supported tags and has been replaced by a newer release`;
    case 'end-of-life-list':
      return msg`${name} is in NVIDIA's list of unsupported tags, which are to be deleted`;
    case 'list-history':
      return msg`${name} is no longer in NVIDIA's lists of supported and unsupported tags`;
    case 'hub':
      return status === 'served' ? msg`${name} was on Docker Hub` : msg`${name} was on Docker Hub earlier and is missing from every later list of its tags`;
    case 'issue':
      return msg`${name} is reported gone from Docker Hub`;
    case 'sibling':
      return msg`${name} was taken off NVIDIA's lists, and NVIDIA deletes tags by CUDA version and distribution together: others of this pair are gone`;
    case 'pin':
      return msg`${name} is used in public files; no list of tags that new has been read`;
  }
}
