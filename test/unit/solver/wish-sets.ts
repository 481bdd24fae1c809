import type { Wishes } from '../../../src/core/solver/model';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// Versions that exist, that almost do, and that do not; prefixes of every length and ranges.
const CHOICES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  tensorrt: ['8.6', '8.6.1', '8.6.1.6', '8.5', '8', '10', '10.13', '10.9.0', '>=10.0,<10.8', '10.16.1', '11.0', '9.1', '7.2.3', '10.7', '8.4.1', 'any'],
  cuda: ['12', '12.1', '12.4.1', '11.8', '13', '11', '13.0', '>=11.4,<12.2', '10.2', '12.6'],
  cudnn: ['8', '8.9', '9', '9.1.0', '>=8.6,<9.2'],
  python: ['3.10', '3.8', '3.12', '3.11', '>=3.8,<3.11'],
  ubuntu: ['22.04', '20.04', '24.04', '18.04', '>=20.04,<23.04'],
  torch: ['2.1', '2.1.2', '2.4', '1.13.1', '2.12', '>=2.0,<2.3', '2.5+cu118'],
  tensorflow: ['2.10', '2.12', '2.15', '2.18', '2.15.1', '>=2.5,<2.12'],
  onnxruntime: ['1.16', '1.17.1', '1.19', '1.22', '>=1.14,<1.18'],
  driver: ['535', '525.60.13', '470', '450.80.02', '550.54.15', '580', '515.65.01'],
  gpu: ['RTX 4090', 'V100', 'T4', 'A100', '8.6', 'RTX 5090', 'GTX 1080', 'Jetson AGX Orin', 'H100'],
  flavor: ['base', 'runtime', 'devel'],
  family: ['apt', 'pip', 'ngc'],
};

/** A set of wishes, the more the larger `eagerness` (0 to 1). */
export function randomWishes(random: () => number, eagerness: number): Wishes {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const wishes = Object.fromEntries(Object.entries(CHOICES).flatMap(([key, values]) => (random() < eagerness ? [[key, pick(values)]] : []))) as Wishes;
  return random() < 0.15 && wishes.torch !== undefined ? { ...wishes, compile: true } : wishes;
}
