import { findClosest } from '../../engine/spelling';
import { imageFact } from '../../facts/image-facts';
import { ngcRelease } from '../../facts/ngc-images';
import { joinAll, msg } from '../../l10n/message';
import type { Location } from '../../text/range';
import { defineRule, type Fix, type Report } from '../model';
import { findPart, listImages, locateTag, nameOf, restsOn, retag, type ImageUse } from '../support/image-uses';

type MessageId = 'missing' | 'wrong' | 'client' | 'variant' | 'ended';

export const rule = defineRule<MessageId>({
  id: 'image-ngc-suffix-missing',
  family: 'image',
  severity: 'error',
  summary: 'The tag of an NGC container lacks its suffix, or has one that this release does not have.',
  messages: {
    missing: '{image}: tags of this container end in `-py3` or a variant of it; the release alone is no tag, and the build stops with `manifest unknown`.',
    wrong: '{image}: `{suffix}` is no suffix of this container, whose tags are `{release}-py3` and variants of it; the build stops with `manifest unknown`.',
    client: '{image}: the client image of {release} has the suffix `{right}`; the build stops with `manifest unknown`.',
    variant: '{image}: NVIDIA’s TensorFlow containers are `tf1-py3` and `tf2-py3` since 19.11, and nobody is seen to use {release} without; the build may stop with `manifest unknown`.',
    ended: '{image}: NVIDIA’s last container with TensorFlow 1 is 23.03; the build stops with `manifest unknown`.',
  },
  docs: {
    what: 'A tag of `nvcr.io/nvidia/tensorrt`, `tritonserver`, `pytorch` or `tensorflow` names the monthly release without `-py3`, or with a suffix that there is none of: `23.04-py`, `20.11-py3-sdk`.',
    why: 'The [containers](https://docs.nvidia.com/deeplearning/frameworks/support-matrix/index.html) are tagged `<YY.MM>-py3`, with variants behind it (`-py3-sdk`, `-py3-min`, `tf2-py3`, `trtllm-python-py3`). NGC has no tag for the release alone, and none is chosen for you. Some suffixes changed: the client image of Triton is `-py3-clientsdk` [up to 20.11](https://github.com/triton-inference-server/server/issues/2330) and `-py3-sdk` from 20.12 on.',
    instead: 'Write the whole tag: `nvcr.io/nvidia/tensorrt:22.01-py3`.',
    silent: 'The release is older than 19.01, when tags without suffix were still made, the suffix comes from a variable without value, or a mirror stands in front.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the release alone',
      text: 'FROM nvcr.io/nvidia/tensorrt:«22.01»\n',
      messageId: 'missing',
      fixed: 'FROM nvcr.io/nvidia/tensorrt:22.01-py3\n',
    },
    {
      kind: 'bad',
      title: 'the release alone, out of an ARG',
      text: 'ARG RELEASE=23.05\nFROM nvcr.io/nvidia/tritonserver:«${RELEASE}»\n',
      messageId: 'missing',
      fixed: 'ARG RELEASE=23.05-py3\nFROM nvcr.io/nvidia/tritonserver:${RELEASE}\n',
    },
    {
      kind: 'bad',
      title: 'a digit is missing',
      text: 'FROM nvcr.io/nvidia/tritonserver:«23.04-py»\n',
      messageId: 'wrong',
      fixed: 'FROM nvcr.io/nvidia/tritonserver:23.04-py3\n',
    },
    {
      kind: 'bad',
      title: 'the variant without py3',
      text: 'FROM nvcr.io/nvidia/tritonserver:«23.04-sdk»\n',
      messageId: 'wrong',
      fixed: 'FROM nvcr.io/nvidia/tritonserver:23.04-py3-sdk\n',
    },
    {
      kind: 'bad',
      title: 'the client image under its later name',
      text: 'FROM nvcr.io/nvidia/tritonserver:«20.11-py3-sdk»\n',
      messageId: 'client',
      fixed: 'FROM nvcr.io/nvidia/tritonserver:20.11-py3-clientsdk\n',
    },
    {
      kind: 'bad',
      title: 'which TensorFlow',
      text: 'FROM nvcr.io/nvidia/tensorflow:«22.01-py3»\n',
      messageId: 'variant',
      severity: 'warning',
      fixed: 'FROM nvcr.io/nvidia/tensorflow:22.01-tf2-py3\n',
    },
    {
      kind: 'bad',
      title: 'TensorFlow 1 after its end',
      text: 'FROM nvcr.io/nvidia/tensorflow:«23.06-tf1-py3»\n',
      messageId: 'ended',
      fixed: 'FROM nvcr.io/nvidia/tensorflow:23.03-tf1-py3\n',
    },
    {
      kind: 'good',
      title: 'whole tags',
      text: 'FROM nvcr.io/nvidia/tensorrt:22.01-py3\nFROM nvcr.io/nvidia/tensorflow:23.03-tf1-py3\nFROM nvcr.io/nvidia/tritonserver:24.08-trtllm-python-py3\n',
    },
    {
      kind: 'good',
      title: 'the suffix comes from the build',
      text: 'ARG SUFFIX\nFROM nvcr.io/nvidia/tensorrt:22.01${SUFFIX}\n',
    },
    {
      kind: 'good',
      title: 'images with tags of their own',
      text: 'FROM nvcr.io/nvidia/cuda:12.4.1-base-ubuntu22.04\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      const { image } = use;
      const location = locateTag(use);
      const release = findPart(image, 'release')?.value;
      if (location === undefined || release === undefined) continue;
      if (image.status === 'unknown') reportVariant(use, release, location, report);
      if (image.status !== 'never-existed') continue;
      const suffix = findPart(image, 'suffix')?.value ?? '';
      const right = suffix.replace(/py3-(?:client)?sdk$/, suffix.endsWith('clientsdk') ? 'py3-sdk' : 'py3-clientsdk');
      const found = restsOn(image, 'ngc-tag-python')
        ? { messageId: suffix === '' ? ('missing' as const) : ('wrong' as const), fixes: completeSuffix(use, release, suffix) }
        : restsOn(image, 'triton-client-image')
          ? { messageId: 'client' as const, fixes: retag(use, [`${release}-${right}`], () => true) }
          : restsOn(image, 'ngc-tensorflow-1-end')
            ? { messageId: 'ended' as const, fixes: retag(use, ['23.03-tf1-py3', `${release}-${suffix.replace('tf1', 'tf2')}`]) }
            : undefined;
      if (found === undefined) continue;
      report({
        ...found,
        ...(image.reference.digest === undefined ? undefined : { severity: 'information' }),
        data: { image: nameOf(image), release, suffix, right },
        location,
        evidence: image.statusEvidence === undefined ? [] : [image.statusEvidence],
      });
    }
  },
});

/** TensorFlow without the major version that its tags have had since there were two. */
function reportVariant(use: ImageUse, release: string, location: Location, report: (found: Report<MessageId>) => void): void {
  const { image } = use;
  const row = image.family === 'ngc-tensorflow' && findPart(image, 'suffix')?.value === 'py3' && !image.mirrored ? ngcRelease(image.canonical, release) : undefined;
  const variants = row?.tags.filter((tag) => /^tf[12]-py3$/.test(tag)) ?? [];
  if (row === undefined || variants.length === 0 || row.tags.includes('py3')) return;
  report({
    messageId: 'variant',
    severity: image.reference.digest === undefined ? 'warning' : 'information',
    data: { image: nameOf(image), release },
    location,
    evidence: [{ fact: msg`${image.canonical}:${release} is used as ${joinAll(variants)} in public files, never as py3`, source: row.source, checked: imageFact('ngc-tag-python')?.checked ?? '' }],
    fixes: retag(use, [...variants].reverse().map((tag) => `${release}-${tag}`)),
  });
}

/** The tags of the release that come near to what is written. A missing `-py3` can mean only one image. */
function completeSuffix(use: ImageUse, release: string, suffix: string): readonly Fix[] {
  const known = ngcRelease(use.image.canonical, release)?.tags ?? [];
  const near = suffix === '' ? undefined : (known.find((tag) => tag.endsWith(`-${suffix}`)) ?? findClosest(suffix, known));
  const plain = known.filter((tag) => /^(?:tf[12]-)?py3$/.test(tag)).sort().reverse();
  const choices = near === undefined ? plain : [near];
  return retag(use, choices.map((tag) => `${release}-${tag}`), () => choices.length === 1);
}
