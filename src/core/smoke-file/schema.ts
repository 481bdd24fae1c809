import type { ComponentKind } from '../stack/model';
import type { Schema } from '../schema/model';
import { CHECK_IDS } from './check-ids';

/** Parts whose version a smoke file may ask for. */
const VERSIONED_PARTS: readonly ComponentKind[] = ['os', 'python', 'cuda', 'cudart', 'nvcc', 'cublas', 'cudnn', 'tensorrt', 'nccl', 'torch', 'tensorflow', 'onnxruntime', 'torch-tensorrt', 'jax', 'triton'];

const SIZE = { pattern: '^\\d+(\\.\\d+)? *([kKmMgG](i?[bB])?|[bB])?$', patternErrorMessage: 'a size, such as 512m or 16g' };
const TIME = { pattern: '^\\d+(\\.\\d+)? *(ms|s|m|min|h)?$', patternErrorMessage: 'a time, such as 30s or 5m' };
const VERSION = { pattern: '^(\\d+(\\.\\w+)*|[<>=!~][^;]*)$', patternErrorMessage: 'a version, such as 8.6, or a range, such as >=10,<11' };

const text: Schema = { type: ['string', 'number', 'boolean'], description: 'The value.' };

/** What a whole file may say of its containers, and a check of its own. */
const surroundings: Readonly<Record<string, Schema>> = {
  gpus: {
    type: ['string', 'number', 'array'],
    description: 'GPUs of the GPU checks: all, none, how many, or a list of indexes and UUIDs. all by default.',
    examples: ['all', 'none', '1'],
    items: { type: ['string', 'number'], description: 'An index or a UUID.' },
  },
  env: { type: 'object', description: 'Variables of the environment, beside those of the image.', additionalProperties: text },
  mounts: {
    type: 'array',
    description: 'Files and folders of the machine of the engine: SOURCE:TARGET, read-only; SOURCE:TARGET:rw to write to it. ./ is the folder of this file.',
    items: { type: 'string', description: './models:/models', pattern: '^(?:[A-Za-z]:[\\\\/])?[^:]+:/[^:]*(:(ro|rw))?$', patternErrorMessage: 'SOURCE:TARGET or SOURCE:TARGET:rw, TARGET beginning with /' },
  },
  network: { type: 'boolean', description: 'Containers have none, unless this is true.' },
  memory: { type: ['string', 'number'], description: 'The most memory a container may have: 512m, 16g. 8g by default.', ...SIZE },
  time: { type: ['string', 'number'], description: 'How long a command may take: 30s, 5m. 60s by default; checks of TensorRT Containers have times of their own.', ...TIME },
  user: { type: ['string', 'number'], description: "The user that commands run as; the image's own by default." },
  workdir: { type: 'string', description: "The folder that commands run in; the image's own by default." },
};

/** The schema of `*.smoke.yaml`; media/schemas/smoke.schema.json is written from it. */
export const smokeFileSchema: Schema = {
  type: 'object',
  description: 'A smoke test of an image: what it must have and what must run in it.',
  additionalProperties: false,
  properties: {
    image: { type: 'string', description: 'The image that is tested.' },
    dockerfile: { type: 'string', description: 'The Dockerfile that is built and then tested, from the folder of this file.' },
    target: { type: ['string', 'number'], description: 'The stage that is built; the last one by default.' },
    context: { type: 'string', description: 'The build context, from the folder of this file; the folder of the Dockerfile by default.' },
    buildArgs: { type: 'object', description: 'Values of ARGs, as docker build --build-arg gives them.', additionalProperties: text },
    profiles: {
      type: 'array',
      description: 'Which checks of TensorRT Containers are run; what is asked for on the command line or in the tests view by default.',
      items: { type: 'string', description: 'static reads files, cpu runs programs without a GPU, gpu with one.', enum: ['static', 'cpu', 'gpu'] },
    },
    skip: { type: 'array', description: 'Checks of TensorRT Containers that are left out, by id.', items: { type: 'string', description: 'An id, such as ffmpeg-cuvid.', enum: CHECK_IDS } },
    versions: {
      type: 'object',
      description: 'Versions that the image must have: 8.6 means any 8.6, >=10,<11 a range. Another one is a failure.',
      additionalProperties: false,
      properties: Object.fromEntries(VERSIONED_PARTS.map((part) => [part, { type: ['string', 'number'], description: 'The version of this part.', ...VERSION } as const])),
    },
    models: { type: 'array', description: 'ONNX files that trtexec must build and run on the GPU, from the folder of this file.', items: { type: 'string', description: 'A file that ends in .onnx.' } },
    ...surroundings,
    checks: {
      type: 'array',
      description: 'Commands of your own.',
      items: {
        type: 'object',
        description: 'A command and what it must do.',
        additionalProperties: false,
        required: ['run'],
        properties: {
          name: { type: ['string', 'number'], description: 'What results call it; the command by default.' },
          run: {
            type: ['string', 'array'],
            description: 'The command: a list is started as it is, a text is given to /bin/sh -c.',
            items: { type: ['string', 'number', 'boolean'], description: 'A program or an argument.' },
            minItems: 1,
          },
          profile: { type: 'string', description: 'gpu where it needs a GPU; cpu by default.', enum: ['cpu', 'gpu'] },
          output: { type: ['string', 'number', 'array'], description: 'Text that its output must contain; a list where all must be there.', items: { type: ['string', 'number'], description: 'A text.' } },
          matches: { type: 'string', description: 'A regular expression (JavaScript) that its output must match.' },
          exit: { type: ['number', 'string'], description: 'The exit status that it must have; 0 by default.', pattern: '^\\d{1,3}$', patternErrorMessage: 'a number from 0 to 255' },
          ...surroundings,
        },
      },
    },
  },
};
