import type { Evidence } from '../../facts/evidence';
import { tensorflowRelease } from '../../facts/frameworks';
import { decodeImage } from '../../image/decode';
import type { DecodedImage } from '../../image/model';
import { nearestServedCudaTags } from '../../image/suggest';
import { msg } from '../../l10n/message';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import type { Component, StackReport, StackState } from '../../stack/model';
import { isCudaCompatible } from '../../version/cuda';
import { compareDotted, firstParts, majorMinorOf, majorOf } from '../../version/dotted';
import { exactVersionOf, parsePep440 } from '../../version/pep440';
import { defineRule, type Fix } from '../model';
import { rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { retag } from '../support/image-uses';
import { listPipUses, locateRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { tensorflowEvidence } from './tensorflow';

const EQUAL_OR_NEWER: Evidence = {
  fact: msg`XLA, in TensorFlow and JAX, wants the major version of cuDNN that it was compiled with and an equal or newer minor version.`,
  source: 'https://github.com/borisdayma/dalle-mini/issues/316',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'framework-cudnn-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'TensorFlow or JAX is compiled with a newer cuDNN than the one in the stage.',
  messages: {
    older: '{requirement} is compiled with cuDNN {built}, and this stage has {cudnn}: `Loaded runtime CuDNN library: {loaded} but source was compiled with: {built}`, and operations on the GPU fail.',
  },
  docs: {
    what: 'TensorFlow, or a jaxlib that uses the system’s CUDA, is installed in a stage whose cuDNN has the same major version and an older minor version.',
    why: 'When they start they compare the cuDNN that is loaded with the one that they were compiled with, and [refuse an older minor version](https://github.com/borisdayma/dalle-mini/issues/316); a newer one will do.',
    instead: 'Take a base image with that cuDNN or a newer one of the same major, or the build for the older cuDNN.',
    silent: 'The version of one of them is not known to the minor part, or wheels bring cuDNN.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'JAX for cuDNN 8.6 on 8.4',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04\nRUN pip install «"jax[cuda11_cudnn86]"» -f https://storage.googleapis.com/jax-releases/jax_cuda_releases.html\n',
      messageId: 'older',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04\nRUN pip install "jax[cuda11_cudnn86]" -f https://storage.googleapis.com/jax-releases/jax_cuda_releases.html\n',
    },
    {
      kind: 'bad',
      title: 'TensorFlow for cuDNN 8.6 on 8.4',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install «tensorflow==2.12.0»\n',
      messageId: 'older',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install tensorflow==2.12.0\n',
    },
    {
      kind: 'good',
      title: 'a newer minor version',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install tensorflow==2.11.0 "jax[cuda11_cudnn82]"\n',
    },
    {
      kind: 'good',
      title: 'the wheel brings its cuDNN',
      text: 'FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install "tensorflow[and-cuda]==2.16.1"\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const built = cudnnOf(use);
      const present = built === undefined ? undefined : stageCudnn(use.before);
      if (built === undefined || present === undefined || majorOf(built.cudnn) !== majorOf(present.version) || compareDotted(present.version, built.cudnn) >= 0 || bringsCudnn(use)) continue;
      report({
        messageId: 'older',
        severity: severityFor(use, present.component.certainty === 'assumed' ? 'warning' : 'error'),
        data: { requirement: use.requirement.text.value.trim(), built: `${built.cudnn}.0`, cudnn: present.full, loaded: firstParts(present.full, 3) },
        location: locateRequirement(use),
        evidence: [...built.evidence, EQUAL_OR_NEWER],
        related: [{ location: present.component.where, message: msg`cuDNN ${present.full} comes from here.` }],
        fixes: useNewerImage(use, built.cudnn, present.component, stack),
      });
    }
  },
});

/** The minor version of cuDNN that a requirement is compiled with, for one that takes it from the system. */
function cudnnOf(use: PipUse): { readonly cudnn: string; readonly evidence: readonly Evidence[] } | undefined {
  const { requirement, before } = use;
  const { name, extras, specifier, wheel } = requirement;
  const version = wheel?.version ?? exactVersionOf(specifier);
  if (name === 'jax' || name === 'jaxlib') {
    const text = [...extras, parsePep440(version ?? '')?.local ?? ''].map((one) => /^cuda\d+[._-]cudnn(\d)(\d)$/.exec(one)).find((one) => one !== null);
    return text === undefined || text === null ? undefined : { cudnn: `${text[1] ?? ''}.${text[2] ?? ''}`, evidence: [] };
  }
  if ((name !== 'tensorflow' && name !== 'tensorflow-gpu') || version === undefined || extras.length > 0) return undefined;
  const release = tensorflowRelease(version);
  const cuda = stageCuda(before)?.version;
  // With another CUDA it does not come to cuDNN; and the oldest releases are known to the major part alone.
  if (release === undefined || cuda === undefined || isCudaCompatible(release.cuda, cuda) !== true || majorMinorOf(release.cudnn) === undefined) return undefined;
  return { cudnn: release.cudnn, evidence: [tensorflowEvidence(release)] };
}

/** The one cuDNN of the system, with its minor version. */
function stageCudnn(state: StackState): { readonly version: string; readonly full: string; readonly component: Component } | undefined {
  const [first, ...others] = findComponents(state, 'cudnn');
  const full = knownVersion(first?.version) ?? '';
  const version = majorMinorOf(full);
  return first === undefined || version === undefined || others.length > 0 ? undefined : { version, full, component: first };
}

function bringsCudnn({ stage, action }: PipUse): boolean {
  return (
    stage.final.components.some(({ kind, via }) => kind === 'cudnn' && (via === 'pip' || via === 'conda')) ||
    action.requirementFiles.some(({ found }) => !found) ||
    stage.final.components.some(({ kind }) => kind === 'conda')
  );
}

/** The nearest image of the same CUDA major and distribution whose cuDNN is new enough. */
function useNewerImage({ stage }: PipUse, cudnn: string, { via }: Component, stack: StackReport): readonly Fix[] {
  const from = rootUse(stack, stage);
  if (via !== 'base-image' || from === undefined || !isCudaImage(from.image)) return [];
  const wish = wishOf(from.image);
  const major = majorOf(wish.cuda ?? '');
  if (major === undefined) return [];
  const minors = Array.from({ length: 10 }, (_, minor) => `${major}.${minor}`).filter((minor) => compareDotted(minor, majorMinorOf(wish.cuda ?? '') ?? '') > 0);
  const tag = minors.flatMap((cuda) => nearestServedCudaTags({ ...wish, cuda })).find((one) => fits(one, major, wish.os, cudnn));
  return tag === undefined ? [] : retag(from, [tag]);
}

function fits(tag: string, major: number, os: string, cudnn: string): boolean {
  const image = decodeImage(`nvidia/cuda:${tag}`);
  const own = knownVersion(image?.components.find(({ kind }) => kind === 'cudnn')?.version) ?? '';
  const isNear = tag.endsWith(`-${os}`) && majorOf(cudaPart(image)) === major;
  return isNear && majorMinorOf(own) !== undefined && majorOf(own) === majorOf(cudnn) && compareDotted(own, cudnn) >= 0;
}

function cudaPart(image: DecodedImage | undefined): string {
  return image?.parts.find(({ kind }) => kind === 'cuda')?.value ?? '';
}
