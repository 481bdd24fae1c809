import type { DecodedImage } from '../../image/model';
import type { ContainerImage } from '../model';
import { nameOf } from './image-uses';

/** Families whose images are for GPUs; of some only certain tags. */
const GPU_FAMILIES: ReadonlySet<DecodedImage['family']> = new Set(['nvidia-cuda', 'ngc-tensorrt', 'ngc-triton', 'ngc-pytorch', 'ngc-tensorflow', 'ngc-tensorrt-llm', 'ngc-l4t', 'ngc-deepstream']);
/** Tags of images that talk to a server, or that are built without CUDA. */
const WITHOUT_GPU = /(?:^|[-_.])(?:sdk|client|cpu(?:-only)?)(?:$|[-_.])/;

/** The image that makes a container one for GPUs. */
export interface GpuImage {
  /** As written: `nvidia/cuda:12.4.1-base-ubuntu22.04`. */
  readonly name: string;
  readonly image: DecodedImage;
}

/** The GPU image that a container is made of, or that its Dockerfile builds upon; undefined when it is none, or not known to be one. */
export function findGpuImage(container: ContainerImage | undefined): GpuImage | undefined {
  const image = container?.stage.rootImage;
  if (image === undefined) return undefined;
  return isGpuImage(image) ? { name: nameOf(image), image } : undefined;
}

/** True for an image whose programs use a GPU: CUDA, NGC frameworks and servers, CUDA builds of frameworks; not for SDK, client and CPU tags. */
export function isGpuImage({ family, canonical, reference }: DecodedImage): boolean {
  const tag = reference.tag ?? '';
  if (WITHOUT_GPU.test(tag)) return false;
  if (GPU_FAMILIES.has(family)) return true;
  if (family === 'pytorch') return /cuda\d/.test(tag);
  if (family === 'tensorflow') return /(?:^|-)gpu(?:-|$)/.test(tag);
  return canonical === 'vllm/vllm-openai' && !/rocm|tpu|xpu/.test(tag);
}

/** True for an image of a Jetson, which takes its GPU by the nvidia runtime alone. */
export function isJetsonImage(container: ContainerImage | undefined): boolean {
  const image = container?.stage.rootImage;
  return image !== undefined && (image.family === 'ngc-l4t' || image.canonical.endsWith('-l4t') || /(?:^|-)(?:igpu|l4t|jetson|r3\d\.)/.test(image.reference.tag ?? ''));
}
