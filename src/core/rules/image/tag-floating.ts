import type { Evidence } from '../../facts/evidence';
import { ngcReleases } from '../../facts/ngc-images';
import type { DecodedImage } from '../../image/model';
import { msg } from '../../l10n/message';
import { defineRule } from '../model';
import { listImages, locateTag, nameOf, retag } from '../support/image-uses';

const FLOATING_TAG = /^(?:latest|nightly|devel|dev|main|master|edge)(?:-|$)/;
/** Families whose every image is for GPUs; of tensorflow/tensorflow only the tags that say so. */
const GPU_FAMILIES: ReadonlySet<DecodedImage['family']> = new Set(['nvidia-cuda', 'ngc-tensorrt', 'ngc-triton', 'ngc-pytorch', 'ngc-tensorflow', 'ngc-tensorrt-llm', 'ngc-l4t', 'ngc-deepstream', 'pytorch']);

const DEFAULT_TAG: Evidence = {
  fact: msg`A reference without tag means the tag latest, whatever that is on the day of the build.`,
  source: 'https://docs.docker.com/reference/dockerfile/#from',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'image-tag-floating',
  family: 'image',
  severity: 'warning',
  summary: 'A GPU base image has no tag, or one that moves.',
  messages: {
    untagged: '{image} has no tag: the CUDA, the framework and the driver it asks for are those of the day of the build.',
    floating: '{image} moves: the CUDA, the framework and the driver it asks for are those of the day of the build.',
  },
  docs: {
    what: 'A `FROM` takes a GPU image without tag, or under a tag such as `latest` or `nightly`.',
    why: 'A new image under the same name can bring another CUDA: wheels built for the old one, pinned packages and TensorRT plans stop working, and the container may need a newer [driver](https://docs.nvidia.com/deploy/cuda-compatibility/) than the host has. Which image a build got cannot be told afterwards.',
    instead: 'Pin the version that the file was tried with.',
    silent: 'A digest pins the image, the tag comes from a variable without value, or the image is not known to be for GPUs.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'no tag',
      text: 'FROM «pytorch/pytorch»\n',
      messageId: 'untagged',
    },
    {
      kind: 'bad',
      title: 'a tag that moves',
      text: 'FROM tensorflow/tensorflow:«latest-gpu»\n',
      messageId: 'floating',
    },
    {
      kind: 'good',
      title: 'versions',
      text: 'FROM pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime\n',
    },
    {
      kind: 'good',
      title: 'no GPU image',
      text: 'FROM ubuntu\nFROM tensorflow/tensorflow\n',
    },
    {
      kind: 'good',
      title: 'pinned by digest',
      text: 'FROM pytorch/pytorch@sha256:0f51ba4a7e5e3c0f0d5d0e5ad8c1d0c0f2f5b8c1a4d2e7b6c9f8a1b2c3d4e5f6\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      const { image, by } = use;
      const { tag, digest } = image.reference;
      const location = locateTag(use);
      if (by !== 'from' || digest !== undefined || location === undefined || !isForGpus(image)) continue;
      // A tag that the registry does not have any more is another rule's.
      if (image.status === 'removed' || (tag !== undefined && !FLOATING_TAG.test(tag))) continue;
      report({ messageId: tag === undefined ? 'untagged' : 'floating', data: { image: nameOf(image) }, location, evidence: [DEFAULT_TAG], fixes: retag(use, newestTag(image)) });
    }
  },
});

function isForGpus({ family, reference }: DecodedImage): boolean {
  return GPU_FAMILIES.has(family) || (family === 'tensorflow' && /(?:^|-)gpu(?:-|$)/.test(reference.tag ?? ''));
}

/** The newest monthly release that is known; other families have no list to choose from. */
function newestTag({ canonical }: DecodedImage): readonly string[] {
  const newest = ngcReleases(canonical).findLast(({ tags }) => tags.includes('py3'));
  return newest === undefined ? [] : [`${newest.release}-py3`];
}
