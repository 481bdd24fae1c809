import { gpus } from '../facts/gpus';
import type { Schema } from '../schema/model';

const text = ['string', 'number'] as const;

/** The schema of one target, as in `targets` of `.trtc.yaml` and the setting `tensorrt.targets`. */
export function targetSchema(): Schema {
  return {
    type: 'object',
    description: 'A place where the image must run.',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { type: text, description: 'What findings call it: production, laptop.' },
      gpus: {
        type: 'array',
        description: 'Its GPUs: products (RTX 4090, A100, Tesla T4) or compute capabilities (8.9).',
        items: { type: text, description: 'A product or a compute capability.', examples: listGpuNames() },
      },
      driver: {
        type: text,
        description: 'The oldest driver on it, as nvidia-smi shows it: 535.183.06, or its branch: 535.',
        pattern: '^\\d{3}(\\.\\d+){0,2}$',
        patternErrorMessage: 'the version of a driver, such as 535 or 535.183.06',
      },
      platform: {
        type: 'string',
        description: 'linux/amd64, linux/arm64 for servers and workstations with Arm, jetson for Jetson modules.',
        enum: ['linux/amd64', 'linux/arm64', 'jetson'],
      },
      os: {
        type: text,
        description: 'The operating system of the host: ubuntu22.04, debian12, rhel9, wsl2, l4t32.6.1 or jetpack4.6.',
        examples: ['ubuntu24.04', 'ubuntu22.04', 'ubuntu20.04', 'debian12', 'rhel9', 'wsl2', 'jetpack6.0', 'l4t36.3.0'],
      },
    },
  };
}

/** Products that a target may name, as the table has them. */
export function listGpuNames(): readonly string[] {
  return gpus().map(({ gpu }) => gpu);
}
