import type { Schema, SchemaType } from '../schema/model';
import type { ComponentKind } from '../stack/model';

const text: readonly SchemaType[] = ['string', 'number'];
const textList = (description: string, item: string): Schema => ({ type: 'array', description, items: { type: text, description: item } });
const source: Schema = { type: 'string', description: 'Where this is written down: an address or the name of a document. By default the overlay file.' };

/** The contents that an image of an overlay may name, each a version, with the component that it stands for. */
export const CONTENTS: Readonly<Record<string, { readonly kind: ComponentKind; readonly description: string }>> = {
  python: { kind: 'python', description: 'Python: 3.10 or 3.10.12.' },
  cuda: { kind: 'cuda', description: 'CUDA: 12.4.1.' },
  nvcc: { kind: 'nvcc', description: 'The compiler nvcc: 12.4.' },
  cublas: { kind: 'cublas', description: 'cuBLAS: 12.4.5.8.' },
  cudnn: { kind: 'cudnn', description: 'cuDNN: 9.1.0.70.' },
  tensorrt: { kind: 'tensorrt', description: 'TensorRT: 10.0.1.6.' },
  nccl: { kind: 'nccl', description: 'NCCL: 2.21.5.' },
  torch: { kind: 'torch', description: 'PyTorch: 2.3.0.' },
  tensorflow: { kind: 'tensorflow', description: 'TensorFlow: 2.16.1.' },
  onnxruntime: { kind: 'onnxruntime', description: 'ONNX Runtime with CUDA: 1.18.0.' },
  triton: { kind: 'triton', description: 'Triton Inference Server: 2.46.0.' },
};

const image: Schema = {
  type: 'object',
  description: 'An image and what it holds.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', description: 'Registry and path as FROM writes them, without a tag; * stands for any text: registry.example.com/ml/*' },
    tags: textList('The tags that are meant; all when left out.', 'A tag; * stands for any text: 24.*'),
    base: { type: 'string', description: 'The image that it is built on: what that holds is in this one, too. nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04' },
    os: { type: 'string', description: 'The distribution: ubuntu22.04, debian12, ubi9.', pattern: '^[a-z]+\\d[\\d.]*$', patternErrorMessage: 'name and version of a distribution, such as ubuntu22.04' },
    ...Object.fromEntries(
      Object.entries(CONTENTS).map(([name, { description }]) => [
        name,
        { type: text, description, pattern: '^\\d+(\\.\\d+)*([+a-z]\\S*)?$', patternErrorMessage: 'a version, such as 12.4.1' } satisfies Schema,
      ]),
    ),
    flavor: { type: 'string', description: 'As in tags of nvidia/cuda: devel has nvcc and the headers, runtime the libraries, base the CUDA runtime alone.', enum: ['base', 'runtime', 'devel'] },
    env: { type: 'object', description: 'Variables that the image sets.', additionalProperties: { type: ['string', 'number', 'boolean'], description: 'The value.' } },
    driver: { type: text, description: 'The oldest Linux driver under which it runs.', pattern: '^\\d{3}(\\.\\d+){0,2}$', patternErrorMessage: 'the version of a driver, such as 550 or 550.54.14' },
    platforms: textList('The platforms of its manifest.', 'linux/amd64, linux/arm64'),
    complete: { type: 'boolean', description: 'True: no CUDA library, Python or TensorRT is in it but what is listed here.' },
    source,
  },
};

/** The schema of an overlay file; media/schemas/overlay.schema.json is written from it. */
export const overlaySchema: Schema = {
  type: 'object',
  description: "An organisation's own images and facts, named in .trtc.yaml as overlay.",
  additionalProperties: false,
  properties: {
    checked: { type: 'string', description: 'The day on which this was last compared with what it describes: 2026-11-20.', pattern: '^\\d{4}-\\d{2}-\\d{2}$', patternErrorMessage: 'a day, such as 2026-11-20' },
    images: { type: 'array', description: 'Images and what they hold; the first that matches counts.', items: image },
    mirrors: {
      type: 'array',
      description: 'Registries or paths that serve the images of another registry.',
      items: {
        type: 'object',
        description: 'A mirror.',
        additionalProperties: false,
        required: ['prefix', 'of'],
        properties: {
          prefix: { type: 'string', description: 'What stands before the path of the image: harbor.example.com/hub' },
          of: { type: 'string', description: 'The registry whose images it serves.', examples: ['docker.io', 'nvcr.io'] },
          faithful: { type: 'boolean', description: 'True: it serves the tags that the publisher serves today, so that a tag which is gone there is gone here.' },
        },
      },
    },
    tags: {
      type: 'array',
      description: 'Tags that your registry has though the publisher deleted them, or lacks.',
      items: {
        type: 'object',
        description: 'The tags of an image.',
        additionalProperties: false,
        required: ['image'],
        properties: {
          image: { type: 'string', description: 'Registry and path as FROM writes them; * stands for any text: nvidia/cuda' },
          served: textList('Tags that can be pulled.', 'A tag; * stands for any text.'),
          removed: textList('Tags that cannot be pulled.', 'A tag; * stands for any text.'),
          source,
        },
      },
    },
  },
};
