import { findCudaImage } from '../../facts/cuda-images';
import { osOf } from '../../image/distribution';
import { nearestServedCudaTags } from '../../image/suggest';
import { majorMinorOf } from '../../version/dotted';
import { defineRule, type Fix } from '../model';
import { endOfSupport, isCudaImage, wishOf } from '../support/cuda-tags';
import { findPart, listImages, locatePart, locateTag, nameOf, retag, type ImageUse } from '../support/image-uses';

const MAXIMUM_FIXES = 2;

export const rule = defineRule({
  id: 'image-end-of-life',
  family: 'image',
  severity: 'information',
  summary: 'The CUDA image or its distribution is out of support.',
  messages: {
    image: '{image} is at the end of its life: NVIDIA builds it no more, and deletes it some day.',
    distribution: '{os} has had no free security updates since {date}.',
  },
  docs: {
    what: 'An `nvidia/cuda` tag stands in NVIDIA’s list of unsupported tags, or its Linux distribution is past the end of its standard support.',
    why: 'NVIDIA rebuilds only the [supported](https://gitlab.com/nvidia/container-images/cuda/-/blob/master/doc/support-policy.md) images and deletes the others from Docker Hub after a time. A distribution past its end gets no security updates, and new CUDA, cuDNN and TensorRT packages are not built for it.',
    instead: 'Take the newest patch release, or the same CUDA version on a supported distribution.',
    silent: 'The tag is gone already, which `image-tag-removed` reports; other images than `nvidia/cuda`.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a patch release that NVIDIA has given up',
      text: 'FROM nvidia/cuda:«12.0.0-runtime-ubuntu22.04»\n',
      messageId: 'image',
      fixed: 'FROM nvidia/cuda:12.0.1-runtime-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'an old Ubuntu under a CUDA that has newer ones',
      text: 'FROM nvidia/cuda:11.8.0-devel-«ubuntu20.04»\n',
      messageId: 'distribution',
      fixed: 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\n',
    },
    {
      kind: 'good',
      title: 'supported',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n',
    },
    {
      kind: 'good',
      title: 'behind a mirror nobody knows what is served',
      text: 'FROM registry.example.com/nvidia/cuda:12.0.0-runtime-ubuntu22.04\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      const { image } = use;
      if (!isCudaImage(image) || image.mirrored) continue;
      const location = locateTag(use);
      if (location !== undefined && image.status === 'end-of-life') {
        const evidence = image.statusEvidence === undefined ? [] : [image.statusEvidence];
        report({ messageId: 'image', data: { image: nameOf(image) }, location, evidence, fixes: suggestSupported(use) });
      }
      const part = findPart(image, 'os');
      const os = osOf(image.components);
      const end = os === undefined ? undefined : endOfSupport(os);
      const place = part === undefined ? location : locatePart(use, part);
      if (os === undefined || end === undefined || place === undefined) continue;
      report({ messageId: 'distribution', data: { os, date: end.date }, location: place, evidence: [end.evidence], fixes: suggestSupported(use) });
    }
  },
});

/** Served tags of the same CUDA minor version on a supported distribution. */
function suggestSupported(use: ImageUse): readonly Fix[] {
  const wish = wishOf(use.image);
  const tags = nearestServedCudaTags(wish).filter((tag) => {
    const row = findCudaImage(tag);
    return endOfSupport(row?.os ?? '') === undefined && majorMinorOf(row?.cuda ?? '') === majorMinorOf(wish.cuda ?? '');
  });
  return retag(use, tags.slice(0, MAXIMUM_FIXES));
}
