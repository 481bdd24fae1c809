import type { ComponentKind } from '../stack/model';

/** An image of an organisation's own. */
export interface OverlayImage {
  /** Registry and path as FROM writes them; `*` stands for any text. */
  readonly name: string;
  /** Tags that are meant, with `*`; undefined for all. */
  readonly tags: readonly string[] | undefined;
  /** The image that it is built on: its contents are there as well. */
  readonly base: string | undefined;
  /** Name and version joined: `ubuntu22.04`. */
  readonly os: string | undefined;
  readonly versions: ReadonlyMap<ComponentKind, string>;
  readonly flavor: 'base' | 'runtime' | 'devel' | undefined;
  readonly env: ReadonlyMap<string, string>;
  /** Lowest Linux driver. */
  readonly driver: string | undefined;
  readonly platforms: readonly string[] | undefined;
  /** What is not listed is not in it. */
  readonly complete: boolean;
  readonly source: string;
  readonly checked: string;
}

/** A registry or path that serves the images of another. */
export interface OverlayMirror {
  /** `harbor.example.com/hub`: what stands before the path of an image. */
  readonly prefix: string;
  /** `docker.io`, `nvcr.io`. */
  readonly of: string;
  /** It serves the tags that the publisher serves, no others. */
  readonly faithful: boolean;
}

/** Tags of which an organisation knows whether its registry has them. */
export interface OverlayTags {
  readonly image: string;
  readonly served: readonly string[];
  readonly removed: readonly string[];
  readonly source: string;
  readonly checked: string;
}

/** What an organisation adds to the facts. */
export interface Overlay {
  readonly images: readonly OverlayImage[];
  readonly mirrors: readonly OverlayMirror[];
  readonly tags: readonly OverlayTags[];
}
