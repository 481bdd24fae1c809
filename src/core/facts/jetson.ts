import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/jetson.json?raw';

/** One L4T release with the libraries of its JetPack. */
export interface JetsonRelease {
  readonly l4t: string;
  readonly jetpack: string | null;
  /** `11.4`. */
  readonly cuda: string | null;
  /** `11.4.298`: version of the CUDA packages. */
  readonly cudaPackage: string | null;
  readonly cudnn: string | null;
  readonly tensorrt: string | null;
  readonly ubuntu: string | null;
  readonly modules: readonly string[] | null;
  readonly computeCapabilities: readonly string[] | null;
  readonly source: string;
}

const table = defineTable<JetsonRelease>(text);
const byL4t = lookupBy(table, (row) => row.l4t);

/** The row of an L4T release. A trailing `.0` does not count: `34.1` and `34.1.0` are the same. */
export function findJetsonRelease(l4t: string): JetsonRelease | undefined {
  return byL4t(l4t) ?? byL4t(l4t.replace(/\.0$/, '')) ?? byL4t(`${l4t}.0`);
}

/** All known releases, oldest first. */
export function jetsonReleases(): readonly JetsonRelease[] {
  return table().rows;
}

/** ISO date on which the table was last compared with its sources. */
export function jetsonChecked(): string {
  return table().checked;
}
