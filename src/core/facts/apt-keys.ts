import type { Evidence } from './evidence';
import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/apt-keys.json?raw';

/** Which key of NVIDIA's repository the nvidia/cuda images of a CUDA version and Ubuntu trust. */
export interface ImageKey {
  readonly cuda: string;
  readonly os: string;
  /** ISO date of the first base Dockerfile. */
  readonly firstSeen: string;
  /** ISO date of the first base Dockerfile with the new key; null when none was published. */
  readonly newKeyFrom: string | null;
  /** always: every build has only the old key; before-rebuild: builds older than `newKeyFrom` have; no: none has. */
  readonly oldKeyBuilds: 'always' | 'before-rebuild' | 'no';
  /** Whether the base Dockerfile lists the machine-learning repository besides, up to `machineLearningUntil`. */
  readonly machineLearning: boolean;
  readonly machineLearningUntil: string | null;
  readonly source: string;
}

const table = defineTable<ImageKey>(text);
const byCudaAndOs = lookupBy(table, (row) => `${row.cuda} ${row.os}`);

/** The row of a CUDA version, written as in the tag, and a distribution (`ubuntu20.04`). */
export function findImageKey(cuda: string, os: string): ImageKey | undefined {
  return byCudaAndOs(`${cuda} ${os}`);
}

/** What is known of the key of that CUDA version and distribution, as a sentence with its source. */
export function imageKeyEvidence(row: ImageKey): Evidence {
  const name = `nvidia/cuda ${row.cuda} on ${row.os}`;
  const facts = {
    always: `No Dockerfile of ${name} with NVIDIA's repository key of 2022-04-27 was ever published`,
    'before-rebuild': `${name} was rebuilt with NVIDIA's new repository key from ${row.newKeyFrom ?? ''} on; older builds fail on apt-get update`,
    no: `${name} was first built after NVIDIA changed its repository key on 2022-04-27`,
  };
  return { fact: facts[row.oldKeyBuilds], source: row.source, checked: table().checked };
}
