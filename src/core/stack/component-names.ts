import { msg, type Text } from '../l10n/message';
import type { ComponentKind } from './model';

/** What a component is called, in the order in which contents are listed: what decides first. The empty name of the system stands for its distribution's. */
export const COMPONENT_NAMES: Readonly<Partial<Record<ComponentKind, Text>>> = {
  l4t: 'L4T',
  cuda: 'CUDA',
  cudnn: 'cuDNN',
  tensorrt: 'TensorRT',
  'tensorrt-python': msg`TensorRT for Python`,
  'tensorrt-llm': 'TensorRT-LLM',
  triton: 'Triton',
  deepstream: 'DeepStream',
  torch: 'PyTorch',
  'torch-tensorrt': 'Torch-TensorRT',
  tensorflow: 'TensorFlow',
  onnxruntime: 'ONNX Runtime',
  jax: 'JAX',
  nccl: 'NCCL',
  python: 'Python',
  os: '',
};

/** Components that no list of contents names, as their makers spell them. */
const OTHER_NAMES: Readonly<Partial<Record<ComponentKind, string>>> = { cudart: 'CUDA runtime', cublas: 'cuBLAS', 'cuda-headers': 'CUDA headers', 'cudnn-headers': 'cuDNN headers', 'tensorrt-headers': 'TensorRT headers' };

/** The distributions' own spelling of their names. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  ubuntu: 'Ubuntu',
  debian: 'Debian',
  centos: 'CentOS',
  rockylinux: 'Rocky Linux',
  ubi: 'UBI',
  fedora: 'Fedora',
  alpine: 'Alpine',
  amazonlinux: 'Amazon Linux',
};

/** The name of a component for people: `cuDNN`, `Ubuntu`; its kind where it has none of its own. `name` is the package, or the distribution. */
export function nameComponent(kind: ComponentKind, name = ''): Text {
  if (kind === 'os') return DISTRIBUTIONS[name] ?? name;
  return COMPONENT_NAMES[kind] ?? OTHER_NAMES[kind] ?? kind;
}
