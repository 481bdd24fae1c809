import { ngcRelease, ngcReleases, ngcReleasesWithTensorRT, ngcValue } from '../../facts/ngc-images';
import { imageFact } from '../../facts/image-facts';
import type { Evidence } from '../../facts/evidence';
import type { Dockerfile } from '../../dockerfile/model';
import { firstParts, hasPrefix } from '../../version/dotted';
import type { DecodedImage, ImageFamily, TagPart } from '../../image/model';
import { defineRule, type Report } from '../model';
import { findPart, listImages, locatePart, nameOf, retag, type ImageUse } from '../support/image-uses';

type MessageId = 'version' | 'variable' | 'comment';

/** What the images of a family are versioned by, in the reader's words. */
const SOFTWARE: Partial<Record<ImageFamily, string>> = {
  'ngc-tensorrt': 'TensorRT',
  'ngc-triton': 'Triton',
  'ngc-pytorch': 'PyTorch',
  'ngc-tensorflow': 'TensorFlow',
};
// NVIDIA's own NVIDIA_TENSORRT_VERSION does hold the release.
const LIBRARY_VARIABLE = /^(?!NVIDIA_)(?:\w+_)?(?:TENSORRT|TRT)_?VER(?:SION)?$/i;
const LIBRARY_IN_COMMENT = /\b(?:TensorRT|TRT)\s+(?:version\s+)?v?(\d\d\.\d\d)(?![\d.-])(?!\s*(?:container|image|release|tag))/i;
const MAXIMUM_FIXES = 3;

export const rule = defineRule<MessageId>({
  id: 'image-ngc-release-confused',
  family: 'image',
  severity: 'error',
  summary: 'The version of a library stands where an NGC container has its monthly release, or the reverse.',
  messages: {
    version: '{image}: NGC containers are tagged by monthly release (YY.MM), not by the version of {software}; there is no {version}, and the build stops with `manifest unknown`.',
    variable: '{name} holds the release of the container, {release}; the TensorRT in it is {tensorrt}.',
    comment: '{release} is the release of the container; the TensorRT in it is {tensorrt}.',
  },
  docs: {
    what: '`nvcr.io/nvidia/tensorrt:8.2-py3` and the like; also a variable named after the version of TensorRT, or a comment, that holds a container release.',
    why: 'The number in the tag of `tensorrt`, `tritonserver`, `pytorch` and `tensorflow` is the month of the [release](https://docs.nvidia.com/deeplearning/frameworks/support-matrix/index.html). What TensorRT is in it stands in the release notes. The two are easily mixed up, and a plan built with “TensorRT 22.01” loads in no TensorRT that calls itself so.',
    instead: 'Name the release that ships the version you want, and call the variable a release.',
    silent: 'The tag is not fully known, or a mirror stands in front.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a TensorRT version for a release',
      text: 'FROM nvcr.io/nvidia/tensorrt:«8.5.2»-py3\n',
      messageId: 'version',
      fixed: 'FROM nvcr.io/nvidia/tensorrt:23.01-py3\n',
    },
    {
      kind: 'bad',
      title: 'the version of the server',
      text: 'ARG TRITON=2.33.0\nFROM nvcr.io/nvidia/tritonserver:«${TRITON}»-py3\n',
      messageId: 'version',
      fixed: 'ARG TRITON=23.04\nFROM nvcr.io/nvidia/tritonserver:${TRITON}-py3\n',
    },
    {
      kind: 'bad',
      title: 'a release under the name of a version',
      text: 'ARG TENSORRT_VERSION=«22.01»\nFROM nvcr.io/nvidia/tensorrt:${TENSORRT_VERSION}-py3\n',
      messageId: 'variable',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'a comment that takes one for the other',
      text: '«# TensorRT 22.01, CUDA 11.6»\nFROM nvcr.io/nvidia/tensorrt:22.01-py3\n',
      messageId: 'comment',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'a release',
      text: '# TensorRT 8.2.2 in container release 22.01\nARG RELEASE=22.01\nFROM nvcr.io/nvidia/tensorrt:${RELEASE}-py3\n',
    },
    {
      kind: 'good',
      title: 'Jetson images are tagged by version',
      text: 'FROM nvcr.io/nvidia/l4t-tensorrt:r8.5.2.2-devel\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      reportVersion(use, report);
      const release = use.image.family === 'ngc-tensorrt' ? findPart(use.image, 'release') : undefined;
      if (release !== undefined) reportRelease(use, release, stack.dockerfile, report);
    }
  },
});

type Reporter = (report: Report<MessageId>) => void;

function reportVersion(use: ImageUse, report: Reporter): void {
  const { image } = use;
  const software = SOFTWARE[image.family];
  const version = findPart(image, 'tensorrt') ?? findPart(image, 'framework');
  const location = version && locatePart(use, version);
  if (software === undefined || version === undefined || location === undefined || image.status !== 'never-existed') return;
  const suffix = findPart(image, 'suffix')?.value ?? 'py3';
  const releases = releasesWith(image, version.value.replace(/^v/, '')).filter((release) => ngcRelease(image.canonical, release)?.tags.includes(suffix) === true);
  report({
    messageId: 'version',
    ...(image.reference.digest === undefined ? undefined : { severity: 'information' }),
    data: { image: nameOf(image), software, version: version.value },
    location,
    evidence: image.statusEvidence === undefined ? [] : [image.statusEvidence],
    fixes: retag(use, releases.slice(0, MAXIMUM_FIXES).map((release) => `${release}-${suffix}`)),
  });
}

/** The releases that ship a version, newest first; the fourth number of TensorRT is known of few. */
function releasesWith(image: DecodedImage, version: string): readonly string[] {
  if (image.family === 'ngc-tensorrt') {
    const exact = ngcReleasesWithTensorRT(version, image.canonical);
    const found = exact.length > 0 ? exact : ngcReleasesWithTensorRT(firstParts(version, 3), image.canonical);
    return found.map(({ release }) => release);
  }
  return ngcReleases(image.canonical)
    .filter(({ framework }) => framework !== null && hasPrefix(framework, version))
    .map(({ release }) => release)
    .reverse();
}

/** A release that a variable or a comment takes for a version of TensorRT. */
function reportRelease(use: ImageUse, release: TagPart, dockerfile: Dockerfile, report: Reporter): void {
  const row = ngcRelease(use.image.canonical, release.value);
  const tensorrt = row && ngcValue(row, 'tensorrt');
  if (tensorrt === undefined) return;
  const evidence: readonly Evidence[] = [tensorrt.evidence, ...[imageFact('ngc-release-name')].filter((fact) => fact !== undefined)];
  const data = { release: release.value, tensorrt: tensorrt.value };
  const offset = use.image.reference.tagRange?.start ?? 0;
  for (const { use: variable, file, range } of use.reference.slice(offset + release.range.start, offset + release.range.end).pieces) {
    if (variable === undefined || !LIBRARY_VARIABLE.test(variable.name)) continue;
    report({ messageId: 'variable', severity: 'information', data: { ...data, name: variable.name }, location: { file, range }, evidence });
  }
  for (const { text, range } of dockerfile.comments) {
    if (LIBRARY_IN_COMMENT.exec(text)?.[1] !== release.value) continue;
    report({ messageId: 'comment', severity: 'information', data, location: { file: dockerfile.file, range }, evidence });
  }
}
