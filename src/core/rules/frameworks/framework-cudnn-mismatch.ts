import type { Evidence } from '../../facts/evidence';
import { tensorflowWheel } from '../../facts/frameworks';
import { cudnnConsumerEvidence, cudnnConsumers, cudnnReleaseEvidence, type CudnnConsumer } from '../../facts/source-packages';
import { decodeImage } from '../../image/decode';
import type { DecodedImage } from '../../image/model';
import { nearestServedCudaTags } from '../../image/suggest';
import { msg } from '../../l10n/message';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import type { Component, StackReport, StackState } from '../../stack/model';
import { isCudaCompatible } from '../../version/cuda';
import { compareDotted, firstParts, majorMinorOf, majorOf } from '../../version/dotted';
import { exactVersionOf, parsePep440, satisfiesPep440 } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { retag } from '../support/image-uses';
import { allActions, listKeptPipUses, locateRequirement, replaceRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { tensorflowEvidence } from './tensorflow';

const EQUAL_OR_NEWER: Evidence = {
  fact: msg`XLA, in TensorFlow and JAX, wants the major version of cuDNN that it was compiled with and an equal or newer minor version.`,
  source: 'https://github.com/borisdayma/dalle-mini/issues/316',
  checked: '2026-11-20',
};

type MessageId = 'older' | 'otherMajor';

export const rule = defineRule<MessageId>({
  id: 'framework-cudnn-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'A package that takes cuDNN from the system wants another one than the stage has.',
  messages: {
    older: '{requirement} is compiled with cuDNN {built}, and this stage has {cudnn}: `Loaded runtime CuDNN library: {loaded} but source was compiled with: {built}`, and operations on the GPU fail.',
    otherMajor: '{package} loads cuDNN {wanted} to run convolutional models such as Whisper, and this stage has cuDNN {present}: `{error}`.',
  },
  docs: {
    what: 'TensorFlow, or a jaxlib that uses the system’s CUDA, is installed in a stage whose cuDNN has the same major version and an older minor version; or ctranslate2, on which faster-whisper runs, in a stage with another major version.',
    why: 'When they start they compare the cuDNN that is loaded with the one that they were compiled with, and [refuse an older minor version](https://github.com/borisdayma/dalle-mini/issues/316); a newer one will do. ctranslate2 looks for the libraries of [one major version](https://github.com/SYSTRAN/faster-whisper/issues/1086): of cuDNN 8 before 4.5, of cuDNN 9 from then on.',
    instead: 'Take a base image with that cuDNN or a newer one of the same major, or the build for the older cuDNN.',
    silent: 'The version of one of them is not known to the minor part, or wheels bring cuDNN; for ctranslate2 also where PyTorch does.',
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
      kind: 'bad',
      title: 'ctranslate2 for cuDNN 8 on cuDNN 9',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install «ctranslate2==4.4.0» faster-whisper==1.0.3\n',
      messageId: 'otherMajor',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install ctranslate2==4.5.0 faster-whisper==1.0.3\n',
    },
    {
      kind: 'bad',
      title: 'faster-whisper takes the newest ctranslate2, for cuDNN 9',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install «faster-whisper==1.0.3»\n',
      messageId: 'otherMajor',
      severity: 'warning',
    },
    {
      kind: 'good',
      title: 'ctranslate2 for the cuDNN that is there',
      text: 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install faster-whisper==1.0.3 && pip3 install ctranslate2==4.4.0\n',
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
    for (const use of listKeptPipUses(stack)) {
      const finding = judgeMajor(use);
      if (finding !== undefined) report(finding);
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

/** A package that loads cuDNN by the name of one major version, where the system has another. */
function judgeMajor(use: PipUse): Report<MessageId> | undefined {
  const { requirement, stage } = use;
  const row = consumed(use);
  const [present, ...others] = findComponents(stage.final, 'cudnn');
  const major = majorOf(knownVersion(present?.version) ?? '');
  if (row === undefined || present === undefined || others.length > 0 || major === undefined || String(major) === row.cudnn) return undefined;
  // Of an image that is built anew under its tag the major version stays.
  if ((present.certainty === 'assumed' && present.via !== 'base-image') || bringsCudnn(use) || findComponents(stage.final, 'torch').length > 0) return undefined;
  const fitting = cudnnConsumers(requirement.name).find(({ cudnn, take }) => cudnn === String(major) && take !== null);
  const take = fitting?.take ?? undefined;
  const edit = take === undefined ? undefined : replaceRequirement(requirement, requirement.name, `==${take}`);
  const release = fitting && cudnnReleaseEvidence(fitting);
  return {
    messageId: 'otherMajor',
    severity: 'warning',
    data: { package: requirement.text.value.trim(), wanted: row.cudnn, present: String(major), error: row.error },
    location: locateRequirement(use),
    evidence: [cudnnConsumerEvidence(row), ...(release === undefined ? [] : [release])],
    related: [{ location: present.where, message: msg`cuDNN ${String(major)} comes from here.` }],
    fixes: edit === undefined || take === undefined ? [] : [{ title: msg`Install ${requirement.name} ${take}, which loads cuDNN ${String(major)}`, safe: false, edits: [edit] }],
  };
}

/** What is known of the cuDNN that a requirement loads from the system. */
function consumed({ requirement: { name, specifier }, stage }: PipUse): CudnnConsumer | undefined {
  const rows = cudnnConsumers(name);
  // The ctranslate2 that is named beside faster-whisper is the one that loads cuDNN.
  if (rows.length === 0 || (name === 'faster-whisper' && allActions(stage).some((one) => one.kind === 'pip-install' && one.requirements.some((other) => other.name === 'ctranslate2')))) return undefined;
  const version = exactVersionOf(specifier);
  return version !== undefined ? rows.find(({ versions }) => satisfiesPep440(version, versions) === true) : specifier === '' ? rows.at(-1) : undefined;
}

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
  const release = tensorflowWheel(name, version);
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
