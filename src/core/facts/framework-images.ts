import { msg } from '../l10n/message';
import type { Evidence } from './evidence';
import { groupsBy } from './lookup';
import { defineTable } from './table';
import text from './tables/framework-images.json?raw';

/** What an image of a framework holds. */
export interface FrameworkImage {
  readonly image: string;
  /** A `*` stands for any text. */
  readonly tag: string;
  /** Version of the framework. */
  readonly framework: string | null;
  readonly cuda: string | null;
  /** `7.6.2.24`, or `7.x` where only the major version is known. */
  readonly cudnn: string | null;
  /** `8.4.3+cuda11.6`; false where the recipe installs none. */
  readonly tensorrt: string | false | null;
  readonly ubuntu: string | null;
  /** `3.8`, or `3` where only the major version is known. */
  readonly python: string | null;
  readonly baseImage: string | null;
  readonly driverMin: string | null;
  /** How well it is known: recipe = a recipe of about that time; all others name the very version. */
  readonly evidence: 'dockerfile' | 'build-script' | 'docs' | 'label' | 'recipe';
  readonly source: string;
}

const table = defineTable<FrameworkImage>(text);
const byImage = groupsBy(table, (row) => row.image);

/** The row of an image and tag; a row with a pattern counts when none has the tag itself. */
export function findFrameworkImage(image: string, tag: string): FrameworkImage | undefined {
  const rows = byImage(image);
  return rows.find((row) => row.tag === tag) ?? rows.find((row) => row.tag.includes('*') && matches(row.tag, tag));
}

/** All rows of an image, in the order of the table: oldest first. */
export function frameworkImagesOf(image: string): readonly FrameworkImage[] {
  return byImage(image);
}

/**
 * The row of a DeepStream release (`6.0.1`, `4.0.2`), whose images hold what the SDK of that release is linked with.
 * Undefined when there is none.
 */
export function findDeepStreamRelease(version: string): FrameworkImage | undefined {
  return byImage('nvcr.io/nvidia/deepstream').find(({ tag }) => tag === `${version}-*`);
}

/** Evidence of what an image holds. */
export function frameworkImageEvidence(row: FrameworkImage): Evidence {
  const origin = {
    dockerfile: msg`its recipe at the git tag of that version`,
    'build-script': msg`the build script of that release`,
    docs: msg`its documentation`,
    label: msg`the labels of an image built upon it`,
    recipe: msg`a recipe of about that time`,
  }[row.evidence];
  return { fact: msg`What ${row.image}:${row.tag} holds is taken from ${origin}`, source: row.source, checked: table().checked };
}

/** One `*` at most: the tables have no other patterns. */
function matches(pattern: string, tag: string): boolean {
  const [head = '', tail = ''] = pattern.split('*');
  return tag.length >= head.length + tail.length && tag.startsWith(head) && tag.endsWith(tail);
}
