import { defineTable } from './table';
import text from './tables/gpus.json?raw';

/** A GPU product. */
export interface Gpu {
  /** As NVIDIA writes it, without the brand in front: `GeForce RTX 4090`, `A100`, `Jetson AGX Orin`. */
  readonly gpu: string;
  /** `8.9`. */
  readonly computeCapability: string;
  readonly segment: 'datacenter' | 'workstation' | 'geforce' | 'jetson';
  readonly notes: string | null;
  readonly source: string;
}

const table = defineTable<Omit<Gpu, 'source'>>(text);

/** All known products, by name. */
export function gpus(): readonly Gpu[] {
  return table().rows;
}

/** ISO date on which the table was last compared with its sources. */
export function gpusChecked(): string {
  return table().checked;
}

let byName: ReadonlyMap<string, Gpu> | undefined;

/**
 * The product that a name means, as a person or nvidia-smi writes it: `RTX 4090`, `NVIDIA GeForce RTX 4090`,
 * `NVIDIA A100-SXM4-80GB`, `Tesla T4`. Undefined when it is not in the table.
 */
export function findGpu(name: string): Gpu | undefined {
  byName ??= new Map(gpus().map((gpu) => [normalise(gpu.gpu), gpu]));
  const words = normalise(name).split(' ');
  // nvidia-smi puts form factor, memory and edition behind the product; take words off until a product is left.
  for (let count = words.length; count > 0; count--) {
    const found = byName.get(words.slice(0, count).join(' '));
    if (found !== undefined) return found;
  }
  return undefined;
}

function normalise(name: string): string {
  return name
    .toLowerCase()
    .replace(/[()_/,-]/g, ' ')
    .replace(/\b(?:nvidia|tesla|geforce|laptop gpu|gpu)\b/g, ' ')
    .replace(/\b(rtx|gtx|titan|quadro)(\d)/g, '$1 $2')
    .replace(/(\d)\s*(ti|super)\b/g, '$1 $2')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Compute capability of a product (`RTX 4090` → `8.9`); undefined when it is not in the table. */
export function computeCapability(name: string): string | undefined {
  return findGpu(name)?.computeCapability;
}
