import { ngcReleases } from '../../facts/ngc-images';
import type { DecodedImage } from '../../image/model';
import { msg } from '../../l10n/message';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Fix } from '../model';
import { isCudaImage, nearestCudaTags, wishOf } from '../support/cuda-tags';
import { findPart, listImages, locateTag, nameOf, restsOn, retag, type ImageUse } from '../support/image-uses';

export const rule = defineRule({
  id: 'image-tag-unknown',
  family: 'image',
  severity: 'warning',
  summary: 'The tag of a base image was never published.',
  messages: {
    unknown: '{image} was never published: the build stops with `manifest unknown` or `not found`.',
    skipped: 'There is no release {release} of {repository}: the build stops with `manifest unknown`.',
    renamed: '{image}: the inference server is called tensorrtserver up to 20.02 and tritonserver from 20.03 on; under this name the build stops with `manifest unknown`.',
  },
  docs: {
    what: 'A tag that follows the grammar of its publisher, but names a combination that was never built: `nvidia/cuda:12.2.1-…`, `12.4.0-cudnn-…`, `11.6-runtime-ubuntu20.04` without patch number, NGC releases that were skipped.',
    why: 'Not every CUDA release has images, not every release has a cuDNN variant, the name of that variant has changed from `cudnn8` over `cudnn9` to plain `cudnn`, and since CUDA 11.2 every tag has three numbers. NVIDIA’s [lists of tags](https://gitlab.com/nvidia/container-images/cuda/-/tree/master/doc) tell what there was.',
    instead: 'Take the nearest tag of the list.',
    silent: 'The tag is newer than the lists that were read, of a grammar of its own, or behind a mirror.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a CUDA release without images',
      text: 'FROM nvidia/cuda:«12.2.1-devel-ubuntu22.04»\n',
      messageId: 'unknown',
      fixed: 'FROM nvidia/cuda:12.2.2-devel-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'the patch number is missing',
      text: 'FROM nvidia/cuda:«11.6-runtime-ubuntu20.04»\n',
      messageId: 'unknown',
      fixed: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\n',
    },
    {
      kind: 'bad',
      title: 'a release that had no cuDNN variant',
      text: 'ARG CUDA=12.4.0\nFROM nvidia/cuda:«${CUDA}-cudnn-devel-ubuntu22.04»\n',
      messageId: 'unknown',
      fixed: 'ARG CUDA=12.4.1\nFROM nvidia/cuda:${CUDA}-cudnn-devel-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'the old name of the cuDNN variant',
      text: 'FROM nvidia/cuda:«12.4.1-cudnn8-devel-ubuntu22.04»\n',
      messageId: 'unknown',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'a month without release',
      text: 'FROM nvcr.io/nvidia/pytorch:«20.04-py3»\n',
      messageId: 'skipped',
      fixed: 'FROM nvcr.io/nvidia/pytorch:20.06-py3\n',
    },
    {
      kind: 'bad',
      title: 'the server under its later name',
      text: 'FROM nvcr.io/nvidia/tritonserver:«20.02-py3»\n',
      messageId: 'renamed',
      fixed: 'FROM nvcr.io/nvidia/tensorrtserver:20.02-py3\n',
    },
    {
      kind: 'good',
      title: 'newer than the lists',
      text: 'FROM nvidia/cuda:99.0.0-devel-ubuntu24.04\n',
    },
    {
      kind: 'good',
      title: 'a tag that is served',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      const { image } = use;
      const location = locateTag(use);
      if (location === undefined || image.status !== 'never-existed') continue;
      const found = isCudaImage(image)
        ? { messageId: 'unknown' as const, fixes: retag(use, nearestCudaTags(wishOf(image)).map(({ tag }) => tag)) }
        : restsOn(image, 'ngc-release-skipped')
          ? { messageId: 'skipped' as const, fixes: retag(use, neighbourTags(image)) }
          : restsOn(image, 'triton-renamed')
            ? { messageId: 'renamed' as const, fixes: renameServer(use) }
            : undefined;
      // Wrong versions and suffixes of NGC tags have rules of their own.
      if (found === undefined) continue;
      report({
        ...found,
        ...(image.reference.digest === undefined ? undefined : { severity: 'information' }),
        data: { image: nameOf(image), repository: image.canonical, release: findPart(image, 'release')?.value ?? '' },
        location,
        evidence: image.statusEvidence === undefined ? [] : [image.statusEvidence],
      });
    }
  },
});

/** The releases around one that was skipped, with the same suffix; the later one first. */
function neighbourTags(image: DecodedImage): readonly string[] {
  const release = findPart(image, 'release')?.value ?? '';
  const suffix = findPart(image, 'suffix')?.value ?? '';
  const withSuffix = ngcReleases(image.canonical).filter((row) => row.tags.includes(suffix)).map((row) => row.release);
  const later = withSuffix.find((other) => compareDotted(other, release) > 0);
  const earlier = withSuffix.findLast((other) => compareDotted(other, release) < 0);
  return [later, earlier].flatMap((other) => (other === undefined ? [] : [`${other}-${suffix}`]));
}

/** tritonserver ⇄ tensorrtserver, where the word is written. */
function renameServer({ reference, image }: ImageUse): readonly Fix[] {
  const { repository, repositoryRange } = image.reference;
  const [from, to] = repository.endsWith('tritonserver') ? ['triton', 'tensorrt'] : ['tensorrt', 'triton'];
  const start = repositoryRange.start + repository.lastIndexOf(`${from}server`);
  const edit = reference.edit(start, start + from.length, to);
  return edit === undefined ? [] : [{ title: msg`Use ${image.canonical.replace(`${from}server`, `${to}server`)}`, safe: false, edits: [edit] }];
}
