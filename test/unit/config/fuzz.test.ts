import { expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/complete';
import { readConfig } from '../../../src/core/config/read';
import { readOverlay } from '../../../src/core/overlay/read';
import { findOutside, FUZZ_FILE } from '../../../src/dev/fuzz-targets';
import { createRandom, mutate } from '../../../src/dev/mutate';

const SEEDS = [
  `# settings
rules: { image: off, tensorrt-engine-copied: error }
targets:
  - &a { name: a, gpus: [T4, 8.0], driver: 535.54 }
  - <<: *a
    name: "b"
    os: 'jetpack4.6'
overlay: [one.yaml, two.json]
ignore:
- third_party/
buildArgs:
  A: |
    text
`,
  `checked: 2026-11-01
images:
  - name: registry.example.com/ml/*
    tags: ["24.*"]
    base: nvidia/cuda:12.4.1-base-ubuntu22.04
    cuda: 12.4.1
    env: { A: 1 }
mirrors: [{ prefix: harbor.example.com/hub, of: docker.io, faithful: true }]
tags:
  - image: nvidia/cuda
    served: [11.0-base]
`,
];

it('400 mutated files: nothing throws and every range lies in its text', () => {
  for (let seed = 0; seed < 400; seed++) {
    const random = createRandom(seed);
    const text = mutate(SEEDS[random(SEEDS.length)] ?? '', SEEDS, random);
    const found = [readConfig(text, FUZZ_FILE), readOverlay(text, FUZZ_FILE), completeConfig(text, random(text.length + 1))];
    expect(findOutside(found, text.length), `seed ${seed}`).toBeUndefined();
  }
});
