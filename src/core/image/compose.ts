import type { Evidence } from '../facts/evidence';
import type { Certainty, ComponentKind, VersionClaim } from '../stack/model';
import { UNKNOWN } from '../text/traced';
import type { DecodedImage, ImageComponent, ImageReference, TagPart } from './model';
import type { ImageName } from './name';

/** What a decoder is given: a reference to an image that it knows by name. */
export interface KnownReference extends ImageName {
  readonly reference: ImageReference;
  /** The tag, `latest` when none is written. */
  readonly tag: string;
}

/** A decoder of one registry family; undefined when it has nothing to say of the image. */
export type Decoder = (known: KnownReference) => DecodedImage | undefined;

/**
 * A decoded image with the given fields; the others say that nothing is known. What a mirror serves is not known, so
 * that behind one the status is unknown whatever the publisher's lists say.
 */
export function composeImage(known: KnownReference, fields: Partial<DecodedImage> & Pick<DecodedImage, 'family'>): DecodedImage {
  const mirrored = known.mirrored ? { status: 'unknown' as const, statusEvidence: undefined } : undefined;
  return {
    reference: known.reference,
    canonical: known.canonical,
    mirrored: known.mirrored,
    parts: [],
    status: 'unknown',
    statusEvidence: undefined,
    flavor: undefined,
    components: [],
    componentsComplete: false,
    env: new Map(),
    envComplete: false,
    packageManager: undefined,
    libc: undefined,
    aptRepositories: [],
    heldPackages: [],
    platforms: undefined,
    repositoryKey: undefined,
    repositoryKeyEvidence: undefined,
    driverMin: undefined,
    driverEvidence: undefined,
    ...fields,
    ...mirrored,
  };
}

/** A component of an image. `version` is a claim, or a text that is exact. */
export function imageComponent(
  kind: ComponentKind,
  version: VersionClaim | string | undefined,
  certainty: Certainty,
  evidence?: Evidence,
  name?: string,
): ImageComponent {
  const claim: VersionClaim = version === undefined ? { type: 'unknown' } : typeof version === 'string' ? { type: 'exact', version } : version;
  return { kind, name, version: claim, certainty, evidence };
}

/** A version of which only the leading parts may be written. */
export function leadingParts(version: string): VersionClaim {
  return { type: 'prefix', version };
}

/** `version` is exact when it has at least `parts` parts, else its leading parts. */
export function exactFrom(version: string, parts: number): VersionClaim {
  return version.split('.').length >= parts ? { type: 'exact', version } : leadingParts(version);
}

/** A piece of a tag between two dashes, with its place. */
export interface TagSegment {
  readonly text: string;
  readonly start: number;
}

/** The tag cut at its dashes; a segment with an unknown part is left out, `complete` tells whether none was. */
export function splitTag(tag: string): { readonly segments: readonly TagSegment[]; readonly complete: boolean } {
  const segments: TagSegment[] = [];
  let start = 0;
  let complete = true;
  for (const text of tag.split('-')) {
    if (text.includes(UNKNOWN)) complete = false;
    else segments.push({ text, start });
    start += text.length + 1;
  }
  return { segments, complete };
}

/** The part of a tag that a segment, or `length` characters of it from `offset` on, stands for. */
export function tagPart(kind: TagPart['kind'], segment: TagSegment, offset = 0, length: number = segment.text.length - offset): TagPart {
  const start = segment.start + offset;
  return { kind, value: segment.text.slice(offset, offset + length), range: { start, end: start + length } };
}
