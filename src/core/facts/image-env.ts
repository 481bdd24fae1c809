import { sentence } from '../l10n/message';
import type { Evidence } from './evidence';
import { lookupBy } from './lookup';
import { defineTable } from './table';
import text from './tables/image-env.json?raw';

interface ImageVariable {
  readonly family: 'nvidia-cuda' | 'ngc';
  readonly kind: 'env' | 'label';
  readonly name: string;
  /** Flavors that have it, separated by spaces; null for all. */
  readonly flavors: string | null;
  /** Its value where all images of the family share it. */
  readonly value: string | null;
  /** What it says, in a few words. */
  readonly meaning: string;
}

const table = defineTable<ImageVariable>(text);
const byFamilyAndName = lookupBy(table, (row) => `${row.family} ${row.kind} ${row.name}`);

/** The value that all images of a family give an environment variable; undefined where they differ or have none. */
export function sharedImageVariable(family: 'nvidia-cuda' | 'ngc', name: string): string | undefined {
  return byFamilyAndName(`${family} env ${name}`)?.value ?? undefined;
}

/** Whether images of a family set an environment variable of that name, as far as is known; by its kin for those that NVIDIA numbers through. */
export function isImageVariable(family: 'nvidia-cuda' | 'ngc', name: string): boolean {
  return /^(?:NV_|NVIDIA_)/.test(name) || byFamilyAndName(`${family} env ${name}`) !== undefined;
}

/** What an environment variable of NVIDIA's images says, in a few words, as evidence; undefined for other variables. */
export function imageVariableMeaning(name: string): Evidence | undefined {
  const row = byFamilyAndName(`nvidia-cuda env ${name}`) ?? byFamilyAndName(`ngc env ${name}`);
  return row && { fact: sentence(row.meaning), source: row.source, checked: table().checked };
}
