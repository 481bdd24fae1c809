import { msg, type Text } from '../l10n/message';
import { majorMinorOf } from '../version/dotted';
import type { Evidence } from './evidence';
import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/cuda-requirements.json?raw';

type Segment = 'datacenter' | 'workstation' | 'geforce';

/** What NVIDIA_REQUIRE_CUDA of the images of one CUDA version lets through below that CUDA. */
interface Requirement extends Readonly<Record<Segment, readonly number[]>> {
  /** `12.8`. */
  readonly cuda: string;
  /** Every driver from this branch on. */
  readonly anyFrom: number | null;
}

const table = defineTable<Requirement>(text);
const byCuda = lookupBy(table, (row) => row.cuda);

/** Which older driver branches an nvidia/cuda image lets start a container. */
export interface AdmittedBranches {
  /** Whether a branch (535) is let through on GPUs of a segment; undefined segment: on any GPU at all. */
  readonly admits: (branch: number, segment: Segment | undefined) => boolean;
  readonly evidence: Evidence;
}

/** What the images of a CUDA version (`12.8.1`, `12.8`) ask of drivers that are older than it. Undefined when not known. */
export function admittedBranches(cuda: string): AdmittedBranches | undefined {
  const row = byCuda(majorMinorOf(cuda) ?? '');
  if (row === undefined) return undefined;
  const list = (segment: Segment): Text => (row[segment].length === 0 ? msg`none` : row[segment].join(', '));
  return {
    admits: (branch, segment) =>
      (row.anyFrom !== null && branch >= row.anyFrom) || (segment === undefined ? [...row.datacenter, ...row.workstation, ...row.geforce] : row[segment]).includes(branch),
    evidence: {
      fact: msg`NVIDIA_REQUIRE_CUDA of nvidia/cuda ${row.cuda} images asks for a driver with CUDA ${row.cuda}, or one of the branches ${list('datacenter')} on data-center GPUs, ${list('geforce')} on GeForce`,
      source: row.source,
      checked: table().checked,
    },
  };
}
