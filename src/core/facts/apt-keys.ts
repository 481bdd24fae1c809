import { msg } from '../l10n/message';
import type { Evidence } from './evidence';
import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/apt-keys.json?raw';
import ngcText from './tables/ngc-old-keys.json?raw';

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
  const facts = {
    always: msg`No Dockerfile of nvidia/cuda ${row.cuda} on ${row.os} with NVIDIA's repository key of 2022-04-27 was ever published`,
    'before-rebuild': msg`nvidia/cuda ${row.cuda} on ${row.os} was rebuilt with NVIDIA's new repository key from ${row.newKeyFrom ?? ''} on; older builds fail on apt-get update`,
    no: msg`nvidia/cuda ${row.cuda} on ${row.os} was first built after NVIDIA changed its repository key on 2022-04-27`,
  };
  return { fact: facts[row.oldKeyBuilds], source: row.source, checked: table().checked };
}

interface NgcOldKey {
  readonly image: string;
  readonly release: string;
  readonly distro: string;
}

const ngcTable = defineTable<NgcOldKey>(ngcText);
const byImageAndRelease = lookupBy(ngcTable, (row) => `${row.image}:${row.release}`);

/** The distribution whose CUDA repository an NGC image lists with the old key alone, and why that is believed; undefined where nobody has seen it. */
export function findNgcOldKey(image: string, release: string): { readonly distro: string; readonly evidence: Evidence } | undefined {
  const row = byImageAndRelease(`${image}:${release}`);
  if (row === undefined) return undefined;
  const fact = msg`apt-get update in ${image}:${release}-py3 stops with NO_PUBKEY A4B469963BF863CC`;
  return { distro: row.distro, evidence: { fact, source: row.source, checked: ngcTable().checked } };
}
