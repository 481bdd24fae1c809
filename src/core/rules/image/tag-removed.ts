import { defineRule, type Fix } from '../model';
import { isCudaImage, nearestCudaTags, wishOf } from '../support/cuda-tags';
import { neededStages } from '../support/needed-stages';
import { listImages, locateTag, nameOf, retag, type ImageUse } from '../support/image-uses';

export const rule = defineRule({
  id: 'image-tag-removed',
  family: 'image',
  severity: 'error',
  summary: 'The tag of a base image was deleted from its registry.',
  messages: {
    removed: '{image} was deleted from the registry: the build stops with `manifest unknown` or `not found`.',
    untagged: '{image} has no tag, which means `latest`, and that was deleted from the registry: the build stops with `manifest unknown`.',
    delisted: '{image} is in none of NVIDIA’s lists any more, and NVIDIA deletes such tags: where it is gone the build stops with `manifest unknown`.',
    pinned: '{image} was deleted from the registry; the digest may still be pulled until its layers are cleaned up.',
  },
  docs: {
    what: 'A `FROM`, `COPY --from` or `RUN --mount=from=` names a tag that its publisher has deleted, or has taken off all lists of tags.',
    why: 'NVIDIA [deletes](https://gitlab.com/nvidia/container-images/cuda/-/blob/master/doc/support-policy.md) `nvidia/cuda` tags from Docker Hub and NGC six months after their end of life, and keeps only the newest patch release of a CUDA version. A file that has built for years then fails on every machine without the image in its cache.',
    instead: 'Take the newest patch release of the same CUDA minor version, flavor and distribution; where all of them are gone, the nearest version that is still served. Keep images that must not vanish in a registry of your own.',
    silent: 'A mirror or private registry stands in front of the image: what it serves is not known. With a digest in the reference, in a stage that the last one does not need, or where nobody has looked at the registry since the tag left the lists, the rule steps down.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a superseded patch release',
      text: 'FROM nvidia/cuda:«11.2.0-devel-ubuntu20.04»\n',
      messageId: 'removed',
      fixed: 'FROM nvidia/cuda:11.2.2-devel-ubuntu20.04\n',
    },
    {
      kind: 'bad',
      title: 'an old short tag',
      text: 'FROM nvidia/cuda:«11.0-base»\nRUN nvidia-smi || true\n',
      messageId: 'removed',
      fixed: 'FROM nvidia/cuda:11.0.3-base-ubuntu20.04\nRUN nvidia-smi || true\n',
    },
    {
      kind: 'bad',
      title: 'the version comes from an ARG',
      text: 'ARG CUDA_VERSION=11.2.0\nARG OS=20.04\nFROM nvidia/cuda:«${CUDA_VERSION}-devel-ubuntu${OS}»\n',
      messageId: 'removed',
      fixed: 'ARG CUDA_VERSION=11.2.2\nARG OS=20.04\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu${OS}\n',
    },
    {
      kind: 'bad',
      title: 'no tag of that CUDA version is left',
      text: 'FROM nvidia/cuda:«10.2-cudnn7-devel-ubuntu18.04»\n',
      messageId: 'removed',
      fixed: 'FROM nvidia/cuda:11.0.3-cudnn8-devel-ubuntu18.04\n',
    },
    {
      kind: 'bad',
      title: 'libraries copied out of an image that is gone',
      text: 'FROM ubuntu:20.04\nCOPY --from=nvidia/cuda:«11.2.0-runtime-ubuntu20.04» /usr/local/cuda/lib64 /usr/local/cuda/lib64\n',
      messageId: 'removed',
      fixed: 'FROM ubuntu:20.04\nCOPY --from=nvidia/cuda:11.2.2-runtime-ubuntu20.04 /usr/local/cuda/lib64 /usr/local/cuda/lib64\n',
    },
    {
      kind: 'bad',
      title: 'no tag at all',
      text: 'FROM «nvidia/cuda»\n',
      messageId: 'untagged',
      fixed: 'FROM nvidia/cuda:13.2.0-devel-ubuntu24.04\n',
    },
    {
      kind: 'bad',
      title: 'taken off the lists, the registry not looked at',
      text: 'FROM nvcr.io/nvidia/cuda:«11.2.0-devel-ubuntu20.04»\n',
      messageId: 'delisted',
      severity: 'warning',
      fixed: 'FROM nvcr.io/nvidia/cuda:11.2.2-devel-ubuntu20.04\n',
    },
    {
      kind: 'bad',
      title: 'pinned by digest',
      text: 'FROM nvidia/cuda:«11.2.0-devel-ubuntu20.04»@sha256:0f51ba4a7e5e3c0f0d5d0e5ad8c1d0c0f2f5b8c1a4d2e7b6c9f8a1b2c3d4e5f6\n',
      messageId: 'pinned',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'a stage that only some builds need',
      text: 'ARG CUDA=118\nFROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS cuda-118\nFROM nvidia/cuda:«11.3.0-devel-ubuntu20.04» AS cuda-113\nFROM cuda-${CUDA}\n',
      messageId: 'removed',
      severity: 'warning',
      fixed: 'ARG CUDA=118\nFROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS cuda-118\nFROM nvidia/cuda:11.4.3-devel-ubuntu20.04 AS cuda-113\nFROM cuda-${CUDA}\n',
    },
    {
      kind: 'good',
      title: 'the last patch release is served',
      text: 'FROM nvidia/cuda:11.2.2-devel-ubuntu20.04\n',
    },
    {
      kind: 'good',
      title: 'a mirror in front',
      text: 'FROM registry.example.com/nvidia/cuda:11.2.0-devel-ubuntu20.04\n',
    },
    {
      kind: 'good',
      title: 'a version that only the build knows',
      text: 'ARG CUDA_VERSION\nFROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu20.04\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      const { image } = use;
      const location = locateTag(use);
      if (location === undefined || (image.status !== 'removed' && image.status !== 'delisted')) continue;
      const { digest, tag } = image.reference;
      // A stage that the last one does not need is only built when someone asks for it.
      const built = neededStages(stack).has(use.stage);
      const messageId = digest !== undefined ? 'pinned' : image.status === 'delisted' ? 'delisted' : tag === undefined ? 'untagged' : 'removed';
      report({
        messageId,
        ...(messageId === 'pinned' ? { severity: 'information' } : messageId === 'delisted' || !built ? { severity: 'warning' } : undefined),
        data: { image: nameOf(image) },
        location,
        evidence: image.statusEvidence === undefined ? [] : [image.statusEvidence],
        fixes: findFixes(use),
      });
    }
  },
});

/** Patch releases of one minor version are binary compatible, so that a change of the patch number alone is safe. */
function findFixes(use: ImageUse): readonly Fix[] {
  if (!isCudaImage(use.image)) return [];
  const choices = nearestCudaTags(wishOf(use.image));
  const safe = new Set(choices.filter(({ patchOnly }) => patchOnly).map(({ tag }) => tag));
  return retag(use, choices.map(({ tag }) => tag), (tag) => safe.has(tag));
}
