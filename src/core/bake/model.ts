import type { BuildRequest } from '../build/model';
import type { Location } from '../text/range';

/** A target of a bake file, with what it inherits. */
export interface BakeTarget {
  readonly name: string;
  readonly location: Location;
  readonly build: BuildRequest;
}

export interface BakeFile {
  readonly file: string;
  readonly targets: readonly BakeTarget[];
}
