import type { Evidence } from '../../facts/evidence';
import { imageFact } from '../../facts/image-facts';
import { jetsonReleases } from '../../facts/jetson';
import type { DecodedImage } from '../../image/model';
import { joinComma, msg } from '../../l10n/message';
import type { Target } from '../../target/model';
import { nameTarget } from '../../target/read';
import { compareDotted, majorOf } from '../../version/dotted';
import { defineRule, type Report, type Severity } from '../model';
import { rootStage, rootUse } from '../support/absence';
import { findPart, locatePart, locateTag, nameOf, type ImageUse } from '../support/image-uses';
import { finalStage } from '../support/targets';
import { whyPlatforms } from './platform-mismatch';

type MessageId = 'absent' | 'flag' | 'notJetson' | 'onlyJetson' | 'release';

const SEVERITIES: Readonly<Record<MessageId, Severity>> = { absent: 'error', flag: 'error', notJetson: 'warning', onlyJetson: 'error', release: 'warning' };

const SERVER_ON_JETSON: Evidence = {
  fact: msg`On a Jetson with JetPack 4 the arm64 image of nvcr.io/nvidia/tensorrt:21.12-py3 finds no CUDA device`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1598',
  checked: '2026-11-20',
};

/** Containers of NVIDIA whose arm64 image is for servers; on Jetson up to JetPack 5 they find no GPU. */
const SERVER_FAMILIES: ReadonlySet<DecodedImage['family']> = new Set(['nvidia-cuda', 'ngc-tensorrt', 'ngc-triton', 'ngc-pytorch', 'ngc-tensorflow']);

export const rule = defineRule<MessageId>({
  id: 'image-target-platform',
  family: 'image',
  severity: 'error',
  summary: 'The base image does not run on the platform of a target.',
  messages: {
    absent: '{image} exists for {platforms}, and {targets} is {platform}: `no matching manifest for {platform}`, or `exec format error` where it runs.',
    flag: '`--platform={flag}` makes an image for {flag}, and {targets} is {platform}: `exec format error`.',
    notJetson: 'The arm64 image of {image} is for Arm servers, and {targets} is a Jetson up to JetPack 5: it finds no CUDA device there.',
    onlyJetson: '{image} is for Jetson, and {targets} is {platform}: `exec format error` on x86-64, and no library of CUDA on an Arm server.',
    release: '{image} is for L4T {needed}, and {targets} runs L4T {l4t}: its libraries do not fit the driver of the host.',
  },
  docs: {
    what: 'A target names a platform, or the L4T or JetPack release of a Jetson, on which the base image of the final stage does not run.',
    why: 'Many GPU images exist for x86-64 alone, and the [L4T images](https://github.com/dusty-nv/jetson-containers/blob/legacy/README.md) for Jetson alone, whose driver is part of its system: up to L4T r32 the libraries are even mounted from the host, and later images need a host of their own release series.',
    instead: 'Take an image for the platform; for Jetson `nvcr.io/nvidia/l4t-…` of the release that the board runs.',
    silent: 'No target names its platform, or it is not known what the image exists for.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an x86 image for an Arm server',
      text: 'FROM nvidia/cuda:«11.1.1-base-ubuntu20.04»\n',
      targets: [{ name: 'graviton', platform: 'linux/arm64' }],
      messageId: 'absent',
    },
    {
      kind: 'bad',
      title: 'built for another processor',
      text: 'FROM --platform=«linux/amd64» ubuntu:22.04\n',
      targets: [{ name: 'edge', gpus: ['Jetson AGX Orin'] }],
      messageId: 'flag',
    },
    {
      kind: 'bad',
      title: 'a server image on a Jetson',
      text: 'FROM nvcr.io/nvidia/tensorrt:«21.12-py3»\n',
      targets: [{ name: 'nano', platform: 'jetson', os: 'jetpack4.6' }],
      messageId: 'notJetson',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'a Jetson image on x86',
      text: 'FROM nvcr.io/nvidia/l4t-base:«r32.4.3»\nRUN apt-get update && apt-get install -y python3-pip\n',
      targets: [{ name: 'workstation', platform: 'linux/amd64' }],
      messageId: 'onlyJetson',
    },
    {
      kind: 'bad',
      title: 'another L4T than the board has',
      text: 'FROM nvcr.io/nvidia/l4t-ml:r«34.1.0»-py3\n',
      targets: [{ name: 'xavier', platform: 'jetson', os: 'l4t32.6.1' }],
      messageId: 'release',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'the release of the board',
      text: 'FROM nvcr.io/nvidia/l4t-pytorch:r35.2.1-pth2.0-py3\n',
      targets: [{ name: 'orin', gpus: ['Jetson AGX Orin'], os: 'jetpack5.1.2' }],
    },
    {
      kind: 'good',
      title: 'an image for both',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n',
      targets: [
        { name: 'cluster', platform: 'linux/amd64' },
        { name: 'graviton', platform: 'linux/arm64' },
      ],
    },
    {
      kind: 'good',
      title: 'no target',
      text: 'FROM nvcr.io/nvidia/l4t-base:r32.4.3\n',
    },
  ],
  check({ report, stack, targets }) {
    const stage = finalStage(stack);
    const placed = targets.filter(({ platform }) => platform !== undefined);
    if (stage === undefined || placed.length === 0) return;
    const use = rootUse(stack, stage);
    const flag = rootStage(stage).base.platform;
    const known = /^linux\/(?:amd64|arm64)(?:\/v8)?$/.exec(flag?.value ?? '');
    const asked = known === null ? undefined : known[0].replace('/v8', '');
    const failures = placed.flatMap((target) => judge(target, asked, use?.image) ?? []);
    const order: readonly MessageId[] = ['flag', 'onlyJetson', 'absent', 'release', 'notJetson'];
    const [worst] = order.filter((id) => failures.some(({ messageId }) => messageId === id));
    const alike = failures.filter(({ messageId }) => messageId === worst);
    const [first] = alike;
    const location = worst === 'flag' ? flag?.locate() : use && locate(use, worst);
    if (worst === undefined || first === undefined || location === undefined) return;
    const others = failures.filter((failure) => !alike.includes(failure));
    report({
      messageId: worst,
      severity: use?.image.mirrored === true && SEVERITIES[worst] === 'error' ? 'warning' : SEVERITIES[worst],
      data: { image: use === undefined ? '' : nameOf(use.image), flag: asked ?? '', targets: joinComma(alike.map(({ target }) => nameTarget(target))), ...first.data },
      location,
      evidence: first.evidence,
      related: [
        { location, message: msg`The platform is chosen here.` },
        ...(others.length === 0 ? [] : [{ location, message: msg`It does not run on ${joinComma(others.map(({ target }) => nameTarget(target)))} either.` }]),
      ],
    });
  },
});

function locate(use: ImageUse, messageId: MessageId | undefined): Report['location'] | undefined {
  const part = messageId === 'release' ? findPart(use.image, 'l4t') : undefined;
  return part === undefined ? locateTag(use) : locatePart(use, part);
}

interface Failure {
  readonly target: Target;
  readonly messageId: MessageId;
  readonly data: Readonly<Record<string, string>>;
  readonly evidence: readonly Evidence[];
}

function judge(target: Target, flag: string | undefined, image: DecodedImage | undefined): Failure | undefined {
  const platform = target.platform === 'jetson' ? 'linux/arm64' : (target.platform ?? '');
  const fail = (messageId: MessageId, data: Failure['data'], evidence: readonly (Evidence | undefined)[]): Failure => ({
    target,
    messageId,
    data: { platform, ...data },
    evidence: evidence.filter((one) => one !== undefined),
  });
  if (flag !== undefined && flag !== platform) return fail('flag', {}, []);
  if (image === undefined) return undefined;
  if (image.family === 'ngc-l4t') return target.platform === 'jetson' ? judgeRelease(target, image, fail) : fail('onlyJetson', {}, [imageFact('l4t-images')]);
  if (flag === undefined && image.platforms !== undefined && !image.platforms.includes(platform)) {
    return fail('absent', { platforms: image.platforms.join(', ') }, whyPlatforms(image));
  }
  const l4t = target.os?.l4t;
  const old = target.platform === 'jetson' && l4t !== undefined && compareDotted(l4t, '36') < 0;
  return old && SERVER_FAMILIES.has(image.family) && !/igpu/.test(image.reference.tag ?? '') ? fail('notJetson', {}, [SERVER_ON_JETSON]) : undefined;
}

/** Whether an L4T image fits the L4T of the board (fact `l4t-host-match`). */
function judgeRelease({ os }: Target, image: DecodedImage, fail: (messageId: MessageId, data: Failure['data'], evidence: readonly (Evidence | undefined)[]) => Failure): Failure | undefined {
  const needed = findPart(image, 'l4t')?.value;
  const l4t = os?.l4t;
  if (needed === undefined || l4t === undefined || fitsHost(needed, l4t) || !jetsonReleases().some((row) => majorOf(row.l4t) === majorOf(needed))) return undefined;
  return fail('release', { needed, l4t }, [imageFact('l4t-host-match')]);
}

function fitsHost(image: string, host: string): boolean {
  const series = majorOf(image);
  if (series !== majorOf(host)) return false;
  if (series === 32) return compareDotted(image, host) === 0 || (compareDotted(image, '32.7') >= 0 && compareDotted(host, '32.7') >= 0);
  if (series === 34) return compareDotted(image, host) === 0;
  return series !== 36 || compareDotted(image, '36.4') < 0 === compareDotted(host, '36.4') < 0;
}
