import { cudaContentsEvidence, findCudaImageContents } from '../../facts/cuda-images';
import type { Evidence } from '../../facts/evidence';
import { imageFact } from '../../facts/image-facts';
import { osOf } from '../../image/distribution';
import type { DecodedImage } from '../../image/model';
import { msg, type Message } from '../../l10n/message';
import type { Action } from '../../shell/installers/model';
import type { StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import { defineRule, type Report } from '../model';
import { rootStage } from '../support/absence';
import { findPart, listImages, locateTag, nameOf } from '../support/image-uses';
import { neededStages } from '../support/needed-stages';

type MessageId = 'manifest' | 'sbsa' | 'content';
type Architecture = 'amd64' | 'arm64';

/** What Docker and packages call the two architectures. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  amd64: 'amd64',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  arm64: 'arm64',
  aarch64: 'arm64',
  sbsa: 'arm64',
  aarch64sbsa: 'arm64',
};
/** Installers that are programs for one architecture. */
const RUN_TO_INSTALL: ReadonlySet<string> = new Set(['conda-installer', 'cuda-runfile', 'driver-runfile']);
/** NGC containers whose arm64 image is for Arm servers. */
const SERVER_FAMILIES = new Set(['ngc-tensorrt', 'ngc-triton', 'ngc-pytorch', 'ngc-tensorflow']);

const NO_JETSON: Evidence = {
  fact: msg`On a Jetson with JetPack 4 the arm64 image of nvcr.io/nvidia/tensorrt:21.12-py3 finds no CUDA device`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1598',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'image-platform-mismatch',
  family: 'image',
  severity: 'error',
  summary: 'An image or a package is for another processor than the stage.',
  messages: {
    manifest: '{image} exists for {platforms}, not for {platform}: `no matching manifest for {platform}`, or the build fails with `exec format error`.',
    sbsa: 'The arm64 image of {image} is for Arm servers; on a Jetson up to JetPack 5 it finds no CUDA device.',
    content: '{what} is for {architecture}, and the stage is {platform}: it cannot be installed or run there.',
  },
  docs: {
    what: 'A `FROM --platform` that the image does not exist for, and packages, wheels and archives for x86-64 in an arm64 stage, or the reverse.',
    why: 'Many GPU images exist for one processor only: `nvidia/cuda` up to 11.x mostly for x86-64, the [L4T images](https://github.com/dusty-nv/jetson-containers/blob/legacy/README.md) of Jetson for arm64. Docker then pulls nothing, or pulls what cannot run. An arm64 image is not enough either: those of NGC are for servers (SBSA), not for Jetson, which has its own until JetPack 6.',
    instead: 'For Jetson take `nvcr.io/nvidia/l4t-…` of the board’s L4T release; elsewhere leave `--platform` to the build, and choose archives by `TARGETARCH`.',
    silent: 'The platform comes from the build, or it is not known what the image exists for.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an x86 image for a Jetson',
      text: 'FROM --platform=linux/arm64 nvidia/cuda:«11.1.1-base-ubuntu20.04»\n',
      messageId: 'manifest',
    },
    {
      kind: 'bad',
      title: 'a Jetson image for x86',
      text: 'FROM --platform=linux/amd64 nvcr.io/nvidia/l4t-base:«r32.7.1»\n',
      messageId: 'manifest',
    },
    {
      kind: 'bad',
      title: 'the server image on arm64',
      text: 'FROM --platform=linux/arm64 nvcr.io/nvidia/tensorrt:«21.09-py3»\n',
      messageId: 'sbsa',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'an x86 wheel in a Jetson image',
      text: 'FROM nvcr.io/nvidia/l4t-base:r32.7.1\nRUN pip3 install «https://example.com/onnxruntime_gpu-1.10.0-cp36-cp36m-linux_x86_64.whl»\n',
      messageId: 'content',
    },
    {
      kind: 'good',
      title: 'a Jetson image on arm64',
      text: 'FROM --platform=linux/arm64 nvcr.io/nvidia/l4t-base:r32.7.1\n',
    },
    {
      kind: 'good',
      title: 'the platform of the build',
      text: 'FROM --platform=$TARGETPLATFORM nvidia/cuda:11.1.1-base-ubuntu20.04\n',
    },
    {
      kind: 'good',
      title: 'an archive for each architecture',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG TARGETARCH\nRUN if [ "$TARGETARCH" = arm64 ]; then curl -O https://example.com/tool-1.0-cp310-cp310-linux_aarch64.whl; fi\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listImages(stack)) {
      const { image, stage, by } = use;
      const location = locateTag(use);
      const platform = by === 'from' ? platformOf(stage) : undefined;
      if (platform === undefined || location === undefined) continue;
      const name = `linux/${platform}`;
      if (image.platforms !== undefined && !image.platforms.includes(name)) {
        report({
          messageId: 'manifest',
          ...(image.mirrored || image.reference.digest !== undefined || !neededStages(stack).has(stage) ? { severity: 'warning' } : undefined),
          data: { image: nameOf(image), platform: name, platforms: image.platforms.join(', ') },
          location,
          evidence: whyPlatforms(image),
        });
      } else if (platform === 'arm64' && SERVER_FAMILIES.has(image.family) && image.platforms === undefined) {
        report({ messageId: 'sbsa', severity: 'information', data: { image: nameOf(image) }, location, evidence: [NO_JETSON] });
      }
    }
    for (const stage of stack.stages) checkContents(stage, report);
  },
});

/** The architecture that FROM asks for; undefined where the build decides. */
function platformOf({ base: { platform } }: StageStack): Architecture | undefined {
  const match = /^(?:linux\/)?([\w-]+?)(?:\/v8)?$/.exec(platform?.value ?? '');
  return match?.[1] === undefined ? undefined : ARCHITECTURES[match[1]];
}

/** The architecture of a stage: what its external image is asked for, or the only one that exists. */
function architectureOf(stage: StageStack): Architecture | undefined {
  const root = rootStage(stage);
  const only = root.base.image?.platforms;
  if (root.base.platform !== undefined) return platformOf(root);
  return only?.length === 1 ? ARCHITECTURES[only[0]?.split('/')[1] ?? ''] : undefined;
}

/** Why an image exists for its platforms only. */
export function whyPlatforms(image: DecodedImage): readonly Evidence[] {
  const cuda = findPart(image, 'cuda')?.value;
  const os = osOf(image.components);
  const contents = cuda === undefined || os === undefined ? undefined : findCudaImageContents(cuda, os);
  const platforms = image.platforms?.join(', ') ?? '';
  const fact = contents ? cudaContentsEvidence(msg`${nameOf(image)} is built for ${platforms}`, contents) : image.family === 'ngc-l4t' ? imageFact('l4t-images') : undefined;
  return fact === undefined ? [] : [fact];
}

/** Wheels and installers of the other architecture. Package files are left out: cross compilers take them apart. */
function checkContents(stage: StageStack, report: (found: Report<MessageId>) => void): void {
  const platform = architectureOf(stage);
  const image = rootStage(stage).base.image;
  if (platform === undefined || image === undefined) return;
  for (const { actions } of stage.steps) {
    for (const { action } of actions) {
      if (action.command.conditional) continue;
      for (const { what, architecture, location } of contentsOf(action)) {
        if (architecture === platform) continue;
        report({
          messageId: 'content',
          ...(action.command.failureIgnored ? { severity: 'warning' } : undefined),
          data: { what, architecture: `linux/${architecture}`, platform: `linux/${platform}` },
          location,
          evidence: whyPlatforms(image),
          related: relatedFrom(stage),
        });
      }
    }
  }
}

function relatedFrom(stage: StageStack): Report['related'] & object {
  const location = rootStage(stage).base.reference.locate();
  return location === undefined ? [] : [{ location, message: msg`The image is chosen here.` }];
}

interface Content {
  readonly what: Message;
  readonly architecture: Architecture;
  readonly location: Location;
}

function contentsOf(action: Action): readonly Content[] {
  if (action.kind === 'pip-install') {
    return action.requirements.flatMap(({ wheel, name, file, range }) => {
      const architecture = ARCHITECTURES[/(?:^|_)(x86_64|amd64|aarch64|arm64)(?:\.|$)/.exec(wheel?.platform ?? '')?.[1] ?? ''];
      return architecture === undefined ? [] : [{ what: msg`The wheel of ${name}`, architecture, location: { file, range } }];
    });
  }
  if (action.kind !== 'extract' || !RUN_TO_INSTALL.has(action.artifact?.kind ?? '')) return [];
  const architecture = ARCHITECTURES[action.artifact?.arch ?? ''];
  return architecture === undefined ? [] : [{ what: msg`The installer`, architecture, location: { file: action.file, range: action.range } }];
}
