import { expect, it } from 'vitest';
import { completeCompose } from '../../../src/core/assist/completion/compose';
import { completeDevcontainer } from '../../../src/core/assist/completion/devcontainer';
import { completeRequirements } from '../../../src/core/assist/completion/requirements';
import { describeRequirementAt } from '../../../src/core/assist/hover/requirement';
import { findOutside } from '../../../src/dev/fuzz-targets';
import { createRandom, mutate } from '../../../src/dev/mutate';

const SEEDS = [
  'x-gpu: &gpu\n  deploy:\n    resources:\n      reservations:\n        devices:\n          - driver: nvidia\n            capabilities: [gpu]\nservices:\n  app:\n    <<: *gpu\n    image: "nvidia/cuda:12.4"\n    environment:\n      - NVIDIA_DRIVER_CAPABILITIES=compute\n    ulimits: { memlock: -1 }\n',
  '{\n  // GPUs\n  "image": "nvidia/cuda:12",\n  "runArgs": ["--gpus", "all", "--ipc=host", "-e", "NVIDIA_VISIBLE_DEVICES=all"],\n  "hostRequirements": { "gpu": "optional" },\n  "containerEnv": { "NVIDIA_": "" },\n}\n',
  '--extra-index-url https://download.pytorch.org/whl/cu118\ntorch==2.1.0+cu118 ; python_version < "3.12" \\\n  --hash=sha256:00\nonnxruntime-gpu[x]==1.16.3 # y\n',
];

it('300 mutated files: completion and hover never throw, and every range lies in its text', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = createRandom(seed);
    const text = mutate(SEEDS[seed % SEEDS.length] ?? '', SEEDS, random);
    for (let i = 0; i < 8; i++) {
      const offset = random(text.length + 1);
      for (const found of [completeCompose(text, offset), completeDevcontainer(text, offset), completeRequirements(text, offset), describeRequirementAt(text, offset)]) {
        expect(findOutside(found, text.length), `seed ${seed}, offset ${offset}`).toBeUndefined();
      }
    }
  }
});
