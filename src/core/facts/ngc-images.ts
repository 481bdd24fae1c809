import { msg, type Text } from '../l10n/message';
import { compareDotted } from '../version/dotted';
import type { Evidence } from './evidence';
import { groupsBy, lookupBy } from './lookup';
import { defineTable } from './table';
import siblingsText from './tables/ngc-siblings.json?raw';
import text from './tables/ngc-images.json?raw';

/** A value of an NGC image with the certainty that its evidence carries. */
export interface NgcValue {
  readonly value: string;
  /** derived: a source says so of this image. assumed: another NGC image of the same month has it, or sources disagree. */
  readonly certainty: 'derived' | 'assumed';
  readonly evidence: Evidence;
}

export type NgcField = 'ubuntu' | 'python' | 'cuda' | 'cublas' | 'cudnn' | 'tensorrt' | 'nccl' | 'framework' | 'driverMin' | 'imageDriver' | 'driverBranches' | 'minComputeCapability';

/** One monthly release of an NGC container, as far as sources speak of that very image. */
export interface NgcImage extends Readonly<Record<NgcField, string | null>> {
  /** `nvcr.io/nvidia/tensorrt`. */
  readonly image: string;
  /** `22.01`. */
  readonly release: string;
  /** Suffixes after the release that public files use: `py3`, `py3-sdk`. */
  readonly tags: readonly string[];
  /** TensorFlow version of the tf1 variant. */
  readonly framework1: string | null;
  /** Contents of variants that differ, by suffix: `trtllm-python-py3` → { cuda, tensorrt, torch … }, with a `source` of their own or not. */
  readonly variants: Readonly<Record<string, Readonly<Record<string, string>>>> | null;
  /** Names of fields on which sources disagree, separated by spaces. */
  readonly conflicts: string | null;
  /** Best of the sources: `release-notes`, `matrix`, `image-env`, `tag-only` … */
  readonly confidence: string;
  readonly source: string;
}

interface NgcSibling {
  readonly release: string;
  readonly field: NgcField;
  readonly value: string;
  /** Short names of the images that it may stand in for, separated by spaces. */
  readonly images: string;
  readonly seenIn: string;
  readonly source: string;
}

const table = defineTable<NgcImage>(text);
const siblings = defineTable<NgcSibling>(siblingsText);
const byImageAndRelease = lookupBy(table, (row) => `${row.image}:${row.release}`);
const byImage = groupsBy(table, (row) => row.image);
const siblingsOf = groupsBy(siblings, (row) => `${row.release} ${row.field}`);

/** The release of an image: (`nvcr.io/nvidia/tensorrt`, `22.01`). */
export function ngcRelease(image: string, release: string): NgcImage | undefined {
  return byImageAndRelease(`${image}:${release}`);
}

/** All releases of an image, oldest first; empty for an image that the table does not have. */
export function ngcReleases(image: string): readonly NgcImage[] {
  return byImage(image);
}

/** The newest release of any image in the table. */
export function newestNgcRelease(): string {
  return table().rows.reduce((newest, row) => (compareDotted(row.release, newest) > 0 ? row.release : newest), '0');
}

/** A value of a release: its own, or that of another image of the same month where that is missing or shorter. */
export function ngcValue(row: NgcImage, field: NgcField): NgcValue | undefined {
  const own = row[field];
  const sibling = findSibling(row, field);
  const name = `${row.image}:${row.release}`;
  if (own !== null && !(sibling !== undefined && sibling.value.startsWith(`${own}.`))) {
    const disputed = row.conflicts?.split(' ').includes(field) ?? false;
    return {
      value: own,
      certainty: disputed ? 'assumed' : 'derived',
      evidence: { fact: msg`${name} has ${LABELS[field]} ${own}`, source: row.source, checked: table().checked },
    };
  }
  if (sibling === undefined) return undefined;
  return {
    value: sibling.value,
    certainty: 'assumed',
    evidence: {
      fact: msg`${sibling.seenIn} ${row.release} of the same month has ${LABELS[field]} ${sibling.value}`,
      source: sibling.source,
      checked: siblings().checked,
    },
  };
}

/**
 * The releases of nvcr.io/nvidia/tensorrt (or another image) that ship a TensorRT version, given as its leading parts
 * (`8.2`, `8.6.1`); newest first. A release whose TensorRT is known to fewer parts than asked for does not count.
 */
export function ngcReleasesWithTensorRT(version: string, image = 'nvcr.io/nvidia/tensorrt'): readonly { readonly release: string; readonly tensorrt: NgcValue }[] {
  const found: { readonly release: string; readonly tensorrt: NgcValue }[] = [];
  for (const row of byImage(image)) {
    const tensorrt = ngcValue(row, 'tensorrt');
    if (tensorrt !== undefined && (tensorrt.value === version || tensorrt.value.startsWith(`${version}.`))) found.push({ release: row.release, tensorrt });
  }
  return found.sort((a, b) => compareDotted(b.release, a.release));
}

const LABELS: Readonly<Record<NgcField, Text>> = {
  ubuntu: 'Ubuntu',
  python: 'Python',
  cuda: 'CUDA',
  cublas: 'cuBLAS',
  cudnn: 'cuDNN',
  tensorrt: 'TensorRT',
  nccl: 'NCCL',
  framework: msg`framework version`,
  driverMin: msg`minimum driver`,
  imageDriver: msg`bundled driver`,
  driverBranches: msg`usable driver branches`,
  minComputeCapability: msg`minimum compute capability`,
};

function findSibling(row: NgcImage, field: NgcField): NgcSibling | undefined {
  const name = row.image.slice(row.image.lastIndexOf('/') + 1);
  return siblingsOf(`${row.release} ${field}`).find((sibling) => sibling.images.split(' ').includes(name));
}
