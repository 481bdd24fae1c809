import { msg } from '../l10n/message';
import type { Evidence } from './evidence';
import { defineTable } from './table';
import text from './tables/application-images.json?raw';

/** An image of an application that people run with Compose. */
export interface ApplicationImage {
  /** The end of its repository path: `plex` for `lscr.io/linuxserver/plex`. With `variant` the whole name: what a mirror serves is not known. */
  readonly name: string;
  /** video: it decodes or encodes on the GPU. */
  readonly use: 'video' | null;
  /** Tags that name a variant and no release; such tags were never published. */
  readonly variant: string | null;
  /** What such a tag lacks. */
  readonly prefix: string | null;
}

const table = defineTable<ApplicationImage>(text);

/** True for a repository whose application uses the GPU for video; the evidence says who reports it. */
export function findVideoImage(repository: string): Evidence | undefined {
  const row = table().rows.find(({ name, use }) => use === 'video' && endsWithName(repository, name));
  return row && { fact: msg`${row.name} decodes and encodes video on the GPU, which needs the driver capability video`, source: row.source, checked: table().checked };
}

/** What a tag of an image (`ghcr.io/owner/name`) lacks that names a variant alone (`stable-`), with evidence; undefined for every other tag. */
export function findVariantTag(image: string, tag: string): { readonly prefix: string; readonly evidence: Evidence } | undefined {
  const row = table().rows.find(({ name, variant }) => variant !== null && name === image && new RegExp(variant).test(tag));
  if (row === undefined || row.prefix === null) return undefined;
  return { prefix: row.prefix, evidence: { fact: msg`Tags of ${row.name} begin with a release or with ${row.prefix.replace(/-$/, '')}`, source: row.source, checked: table().checked } };
}

function endsWithName(repository: string, name: string): boolean {
  return repository === name || repository.endsWith(`/${name}`);
}
