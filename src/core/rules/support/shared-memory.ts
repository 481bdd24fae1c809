import type { Evidence } from '../../facts/evidence';
import { containerFacts } from '../../facts/container-facts';
import type { ContainerImage } from '../model';
import { nameOf } from './image-uses';

/** What Docker gives a container that does not ask, in bytes. */
export const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

/** Why a container needs more shared memory than Docker gives it. */
export interface SharedMemoryNeed {
  /** Something in the container's own words needs it, and not the image alone. */
  readonly certain: boolean;
  /** `nvcr.io/nvidia/pytorch:24.05-py3`, `torchrun`. */
  readonly what: string;
  readonly evidence: readonly Evidence[];
}

const TRAINING = /(?:^|\/)(?:torchrun|deepspeed|accelerate|horovodrun)$|^torch\.distributed(?:\.\w+)?$|^--?(?:num[_-]workers|workers|tensor-parallel-size|tp)(?:=|$)/;

/** What of an image and a command needs /dev/shm of more than 64 MB; undefined when nothing known does. */
export function findSharedMemoryNeed(container: ContainerImage | undefined, words: readonly string[]): SharedMemoryNeed | undefined {
  const image = container?.stage.rootImage;
  const word = words.find((each) => TRAINING.test(each));
  const isSingle = /^--?(?:num[_-]workers|workers|tensor-parallel-size|tp)/.test(word ?? '') && /^[01]$/.test(word?.split('=')[1] ?? words[words.indexOf(word ?? '') + 1] ?? '');
  if (word !== undefined && !isSingle && image !== undefined && /pytorch|torch|tensorflow|vllm|cuda/.test(image.canonical)) {
    return { certain: true, what: word, evidence: containerFacts('shm-default', image.canonical.startsWith('vllm/') ? 'shm-vllm' : 'shm-nccl') };
  }
  if (image === undefined) return undefined;
  const what = nameOf(image);
  if (image.family === 'ngc-pytorch' || image.family === 'ngc-tensorflow') return { certain: false, what, evidence: containerFacts('shm-ngc', 'shm-default') };
  if (image.family === 'ngc-triton' && !/-(?:sdk|client)/.test(image.reference.tag ?? '')) return { certain: false, what, evidence: containerFacts('shm-default') };
  return undefined;
}

/** `8gb`, `512m`, `1073741824` in bytes, as Docker reads sizes; undefined for anything else. */
export function readBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(text.trim());
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match?.[2] ?? '').toLowerCase());
  return match === null ? undefined : Number(match[1]) * 1024 ** power;
}
