import { msg, type Message } from '../../l10n/message';
import type { ActionStep, StackReport, StageStack } from '../../stack/model';
import { packageMeaning } from '../../stack/packages';
import { defineRule, type Fix } from '../model';
import { isCudaImage, nearestCudaTags, wishOf } from '../support/cuda-tags';
import { listImages, nameOf, retag } from '../support/image-uses';

/** What comes from NVIDIA's repository although it is no component of a stack. */
const NVIDIA_PACKAGE = /^(?:cuda|nsight|libnv|libnccl|libcudnn|libcu[a-z]+)-/;

export const rule = defineRule({
  id: 'image-key-rotated',
  family: 'image',
  severity: 'warning',
  summary: 'apt-get update runs in an image that trusts only NVIDIA’s repository key of before 2022-04-27.',
  messages: {
    old: '{image} trusts only the old key of NVIDIA’s repository: apt-get update stops with `NO_PUBKEY A4B469963BF863CC` and `the repository … is no longer signed`.',
    olderBuilds: 'Builds of {image} from before the change trust only the old key of NVIDIA’s repository: in those apt-get update stops with `NO_PUBKEY A4B469963BF863CC`.',
  },
  docs: {
    what: 'An `apt-get update` in an image that was built before NVIDIA changed the signing key of its repositories, with no remedy before it.',
    why: 'On 2022-04-27 NVIDIA [replaced](https://developer.nvidia.com/blog/updating-the-cuda-linux-gpg-repository-key/) the key `7fa2af80` by `3bf863cc`. Images from before that day list NVIDIA’s repository and do not know its new key, so that apt refuses all package lists. The supported `nvidia/cuda` tags were rebuilt; images of others on top of them, `pytorch/pytorch` among them, were not.',
    instead: 'Before the first `apt-get update`, remove NVIDIA’s list files when nothing is installed from there, or fetch the new key; or take an image that was built since.',
    silent: 'The list is removed or a key is added before, the update may fail without ending the build, the tag was rebuilt, or it is not known what the image trusts.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an image on top of an old CUDA image',
      text: 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN «apt-get update» && apt-get install -y git\n',
      messageId: 'old',
      fixed: 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN rm -f /etc/apt/sources.list.d/cuda.list /etc/apt/sources.list.d/nvidia-ml.list\nRUN apt-get update && apt-get install -y git\n',
    },
    {
      kind: 'bad',
      title: 'packages of NVIDIA are installed later: the key is needed',
      text: 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN «apt-get update» && apt-get install -y cuda-nvprof-11-3\n',
      messageId: 'old',
      fixed:
        'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/3bf863cc.pub\nRUN apt-get update && apt-get install -y cuda-nvprof-11-3\n',
    },
    {
      kind: 'bad',
      title: 'a tag whose last build had the new key, but that is gone',
      text: 'FROM nvidia/cuda:11.2.1-runtime-ubuntu20.04\nRUN «apt-get update» && apt-get install -y curl\n',
      messageId: 'olderBuilds',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:11.2.1-runtime-ubuntu20.04\nRUN rm -f /etc/apt/sources.list.d/cuda.list /etc/apt/sources.list.d/nvidia-ml.list\nRUN apt-get update && apt-get install -y curl\n',
    },
    {
      kind: 'good',
      title: 'the new key is fetched first',
      text: 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/3bf863cc.pub && apt-get update\n',
    },
    {
      kind: 'good',
      title: 'the list is removed first',
      text: 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN rm /etc/apt/sources.list.d/cuda.list && apt-get update\n',
    },
    {
      kind: 'good',
      title: 'a tag that was rebuilt',
      text: 'FROM nvidia/cuda:11.3.1-devel-ubuntu20.04\nRUN apt-get update\n',
    },
    {
      kind: 'good',
      title: 'apt is not used',
      text: 'FROM pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel\nRUN pip install einops\n',
    },
  ],
  check({ report, stack }) {
    const reported = new Set<StageStack>();
    for (const stage of stack.stages) {
      // What fails in a stage keeps those built upon it from being built.
      if (stage.base.stage !== undefined && reported.has(stage.base.stage)) {
        reported.add(stage);
        continue;
      }
      const step = findUpdate(stage);
      const image = stage.rootImage;
      if (step === undefined || image === undefined) continue;
      reported.add(stage);
      const old = step.before.apt.key === 'old';
      const from = rootOf(stage).base.reference.locate();
      report({
        messageId: old ? 'old' : 'olderBuilds',
        ...(old ? undefined : { severity: 'information' }),
        data: { image: nameOf(image) },
        location: { file: step.action.file, range: step.action.range },
        evidence: image.repositoryKeyEvidence === undefined ? [] : [image.repositoryKeyEvidence],
        related: from === undefined ? [] : [{ location: from, message: msg`The image is named here.` }],
        fixes: findFixes(stack, stage, step),
      });
    }
  },
});

/** The first update that has to fail, or fails where the image is an older build. */
function findUpdate(stage: StageStack): ActionStep | undefined {
  const image = stage.rootImage;
  if (image === undefined || image.mirrored) return undefined;
  // A tag that is gone, or a digest, can stand for a build from before the change.
  const doubtful = image.repositoryKeyEvidence !== undefined && image.repositoryKey === undefined;
  for (const { actions } of stage.steps) {
    const found = actions.find(({ action, before: { apt } }) => {
      if (action.kind !== 'package-index-update' || action.manager !== 'apt') return false;
      const { conditional, failureIgnored, words } = action.command;
      if (conditional || failureIgnored || words.some(({ text }) => /AllowInsecure|--allow-(?:insecure|unauthenticated)/i.test(text.value))) return false;
      return apt.repositories.some(({ repository }) => repository === 'cuda') && (apt.key === 'old' || (doubtful && apt.key === 'unknown'));
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

function rootOf(stage: StageStack): StageStack {
  return stage.base.stage === undefined ? stage : rootOf(stage.base.stage);
}

/** A RUN before the one that fails, and for nvidia/cuda a tag that was rebuilt. */
function findFixes(stack: StackReport, stage: StageStack, { instruction, before }: ActionStep): readonly Fix[] {
  const start = instruction.range.start;
  const insert = (title: Message, command: string): Fix => ({
    title,
    safe: false,
    edits: [{ file: stack.dockerfile.file, range: { start, end: start }, newText: `RUN ${command}\n` }],
  });
  const repository = before.apt.repositories.find((one) => one.repository === 'cuda');
  const fixes: Fix[] = [];
  if (before.user === undefined || /^(?:root|0)(?::|$)/.test(before.user)) {
    if (!installsFromNvidia(stack, stage)) {
      fixes.push(insert(msg`Remove NVIDIA’s package lists first`, 'rm -f /etc/apt/sources.list.d/cuda.list /etc/apt/sources.list.d/nvidia-ml.list'));
    } else if (repository?.distro !== undefined && repository.arch !== undefined && repository.distro !== 'ubuntu1604') {
      // apt of 16.04 cannot fetch a key over https without a package that it would have to install first.
      const url = `https://developer.download.nvidia.com/compute/cuda/repos/${repository.distro}/${repository.arch}/3bf863cc.pub`;
      fixes.push(insert(msg`Fetch NVIDIA’s new key first`, `apt-key adv --fetch-keys ${url}`));
    }
  }
  const use = listImages(stack).find(({ image, by }) => by === 'from' && image === stage.rootImage);
  if (use !== undefined && isCudaImage(use.image)) fixes.push(...retag(use, nearestCudaTags(wishOf(use.image)).slice(0, 1).map(({ tag }) => tag)));
  return fixes;
}

/** Whether the stage, or one built upon it, installs packages of NVIDIA's repositories. */
function installsFromNvidia(stack: StackReport, stage: StageStack): boolean {
  const isBuiltUpon = (other: StageStack | undefined): boolean => other !== undefined && (other === stage || isBuiltUpon(other.base.stage));
  return stack.stages.some(
    (other) =>
      isBuiltUpon(other) &&
      other.steps.some(({ actions }) =>
        actions.some(
          ({ action }) =>
            action.kind === 'package-install' &&
            action.packages.some(({ name }) => NVIDIA_PACKAGE.test(name.value) || packageMeaning(name.value).some(({ kind }) => kind !== 'python')),
        ),
      ),
  );
}
