import { applyTagFacts, decodeOverlayImage, findMirrored, findOverlayImage } from '../overlay/decode';
import type { Overlay } from '../overlay/model';
import type { Decoder } from './compose';
import { decodeDistribution, decodePython } from './distribution';
import { decodeByTable, decodeConda, decodePyTorch, decodeTensorFlow } from './frameworks';
import { decodeL4t } from './jetson';
import type { DecodedImage } from './model';
import { findImageName } from './name';
import { decodeCudaDlBase, decodeNgc, decodeOtherNgc } from './ngc';
import { decodeNvidiaCuda } from './nvidia-cuda';
import { parseImageReference } from './reference';

const DECODERS: readonly (readonly [RegExp, Decoder])[] = [
  [/^(?:nvcr\.io\/)?nvidia\/(?:cuda|cudagl|opengl)$/, decodeNvidiaCuda],
  [/^nvcr\.io\/nvidia\/(?:tensorrt|tritonserver|tensorrtserver|inferenceserver|pytorch|tensorflow)$/, decodeNgc],
  [/^nvcr\.io\/nvidia\/cuda-dl-base$/, decodeCudaDlBase],
  [/^nvcr\.io\/nvidia\/l4t-/, decodeL4t],
  [/^nvcr\.io\/nvidia\/(?:deepstream(?:-l4t)?|tensorrt-llm\/release)$|^vllm\//, decodeByTable],
  [/^nvcr\.io\//, decodeOtherNgc],
  [/^tensorflow\//, decodeTensorFlow],
  [/^pytorch\//, decodePyTorch],
  [/^(?:mambaorg|continuumio|condaforge)\//, decodeConda],
  [/^python$/, decodePython],
  [/^[a-z]+\d*$/, decodeDistribution],
];

/** Images of an overlay may be built on others of it. */
const MAX_DEPTH = 8;

/**
 * What is known of the image behind a reference as it stands in FROM after expansion: `nvidia/cuda:11.6.2-devel-ubuntu20.04`.
 * Unknown parts are UNKNOWN characters; what does not hang on them is told nevertheless. An organisation's `overlay`
 * is asked first. Undefined for an image that no decoder knows, and for what is no reference. Never throws.
 */
export function decodeImage(text: string, overlay?: Overlay, depth = 0): DecodedImage | undefined {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  const own = overlay && findOverlayImage(overlay, reference);
  if (own !== undefined) return decodeOverlayImage(own, reference, own.base === undefined || depth >= MAX_DEPTH ? undefined : decodeImage(own.base, overlay, depth + 1));
  const mirrored = overlay && findMirrored(overlay, reference);
  const found = findImageName(mirrored === undefined ? reference : { ...reference, ...mirrored });
  if (found === undefined) return undefined;
  const name = mirrored === undefined ? found : { ...found, mirrored: found.mirrored || !mirrored.faithful };
  // With a digest and no tag nothing can be read from the reference; Docker takes `latest` only without a digest.
  const tag = reference.tag ?? (reference.digest === undefined ? 'latest' : '');
  const decoder = DECODERS.find(([pattern]) => pattern.test(name.canonical))?.[1];
  const image = decoder?.({ ...name, reference, tag });
  return image === undefined || overlay === undefined ? image : applyTagFacts(overlay, image);
}
