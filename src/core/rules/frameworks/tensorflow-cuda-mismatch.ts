import { tensorflowReleases, type TensorFlowRelease } from '../../facts/frameworks';
import { nearestServedCudaTags } from '../../image/suggest';
import { msg } from '../../l10n/message';
import type { StackReport, StackState } from '../../stack/model';
import { findComponent, knownVersion, stageCuda } from '../../stack/query';
import { isCudaCompatible } from '../../version/cuda';
import { compareDotted, majorMinorOf, majorOf } from '../../version/dotted';
import { exactVersionOf } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { rootUse } from '../support/absence';
import { isCudaImage, wishOf } from '../support/cuda-tags';
import { findPart, retag } from '../support/image-uses';
import { listKeptPipUses, locateRequirement, replaceRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';
import { cudartOf, tensorflowCandidates, tensorflowEvidence } from './tensorflow';

type MessageId = 'mismatch' | 'newest';

export const rule = defineRule<MessageId>({
  id: 'tensorflow-cuda-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'TensorFlow is built for another CUDA than the one in the stage.',
  messages: {
    mismatch: '{requirement} is built for CUDA {built}, and this stage has CUDA {cuda}: `Could not load dynamic library {soname}`, and TensorFlow runs on the CPU.',
    newest: '{requirement} without a version takes the newest TensorFlow, built for CUDA {built}; this stage has CUDA {cuda}: `Could not load dynamic library {soname}`, and TensorFlow runs on the CPU.',
  },
  docs: {
    what: 'pip installs a TensorFlow that loads CUDA from the system, in a stage with another CUDA.',
    why: 'A TensorFlow wheel is built for one CUDA version and looks for its libraries by name: 2.4 for `libcudart.so.11.0`, 2.3 for `libcudart.so.10.1` ([table](https://www.tensorflow.org/install/source#gpu)). Where they are missing TensorFlow says so in its log and goes on without a GPU.',
    instead: 'Take the image of the CUDA that the release was built for, or the release that was built for the image’s CUDA. From 2.14 on `tensorflow[and-cuda]` brings the libraries itself.',
    silent: 'The extra `and-cuda` is there, other wheels or conda bring CUDA, a later command takes the package away or installs another version, or the stage’s CUDA is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a range in which no release is for this CUDA',
      text: 'FROM nvidia/cuda:10.1-cudnn7-devel\nRUN pip install «"tensorflow~=2.4"»\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.0.3-cudnn8-devel-ubuntu18.04\nRUN pip install "tensorflow~=2.4"\n',
    },
    {
      kind: 'bad',
      title: 'a release for CUDA 10.1 on CUDA 11',
      text: 'FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorflow==2.3.0»\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow==2.11.0\n',
    },
    {
      kind: 'bad',
      title: 'beside the framework of the image',
      text: 'FROM nvcr.io/nvidia/pytorch:22.04-py3\nRUN pip install «tensorflow==2.2.0»\n',
      messageId: 'mismatch',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'a release that can bring its CUDA',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorflow==2.16.1»\n',
      messageId: 'mismatch',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow[and-cuda]==2.16.1\n',
    },
    {
      kind: 'bad',
      title: 'the newest, on an older CUDA',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «tensorflow» numpy\n',
      messageId: 'newest',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow[and-cuda] numpy\n',
    },
    {
      kind: 'good',
      title: 'another minor version of the same major',
      text: 'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow==2.11.0\n',
    },
    {
      kind: 'good',
      title: 'the wheel brings its CUDA',
      text: 'FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install "tensorflow[and-cuda]==2.18.0"\n',
    },
    {
      kind: 'good',
      title: 'there for its dependencies only',
      text: 'FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow==2.14.0 && pip3 uninstall -y tensorflow\n',
    },
    {
      kind: 'good',
      title: 'no CUDA in the stage',
      text: 'FROM python:3.9-slim\nRUN pip install tensorflow==2.4.0\n',
    },
    {
      kind: 'good',
      title: 'a package without GPU support',
      text: 'FROM nvidia/cuda:11.2.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow-cpu==2.3.0 tensorflow==1.14.0\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listKeptPipUses(stack)) {
      const finding = judge(use, stack);
      if (finding !== undefined) report(finding);
    }
  },
});

function judge(use: PipUse, stack: StackReport): Report<MessageId> | undefined {
  const { requirement, before, stage } = use;
  if (requirement.extras.includes('and-cuda') || bringsCuda(use)) return undefined;
  const cuda = stageCuda(before);
  const candidates = cuda === undefined ? [] : tensorflowCandidates(use);
  const release = candidates.at(-1);
  if (cuda === undefined || release === undefined) return undefined;
  const isOpen = exactVersionOf(requirement.specifier) === undefined;
  const isMatched = ({ cuda: built }: TensorFlowRelease): boolean => isCudaCompatible(built, cuda.version) !== false;
  // pip takes the newest; only where nothing says which that is all of them must fail.
  const knowsPython = pipPython(stage, before, use.action) !== undefined;
  if (isMatched(release) || (isOpen && !knowsPython && candidates.some(isMatched))) return undefined;
  const isFloating = requirement.specifier === '';
  return {
    messageId: isFloating ? 'newest' : 'mismatch',
    severity: severityFor(use, isFloating || cuda.component.certainty === 'assumed' || isForOtherFramework(before) ? 'warning' : 'error'),
    data: { requirement: requirement.text.value.trim(), built: release.cuda, cuda: cuda.version, soname: cudartOf(release.cuda) },
    location: locateRequirement(use),
    evidence: [tensorflowEvidence(release)],
    related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }],
    fixes: fixesFor(use, isFloating ? release : (candidates[0] ?? release), cuda.version, stack),
  };
}

/** In an image of PyTorch, TensorFlow mostly prepares data, which it does as well without a GPU. */
function isForOtherFramework(before: StackState): boolean {
  return before.components.some(({ kind, via }) => kind === 'torch' && via === 'base-image');
}

/** CUDA out of wheels or conda lies beside that of the image. */
function bringsCuda({ stage, action }: PipUse): boolean {
  if (stage.final.components.some(({ kind, via }) => (via === 'pip' || via === 'conda') && (kind === 'cudart' || kind === 'cudnn' || kind === 'cublas'))) return true;
  return action.requirements.some(({ name }) => /^nvidia-.*-cu\d+$/.test(name)) || action.requirementFiles.some(({ found }) => !found);
}

/** TensorFlow refuses a cuDNN older than the one it was compiled with; one that is not known does not rule a release out. */
function hasCudnnFor({ cudnn }: TensorFlowRelease, state: StackState): boolean {
  const present = majorMinorOf(knownVersion(findComponent(state, 'cudnn')?.version) ?? '');
  return present === undefined || compareDotted(present, majorMinorOf(cudnn) ?? cudnn) >= 0;
}

/** For releases from 2.14 on the extra; before that the newest release for the stage's CUDA, and the image for the oldest that is allowed. */
function fixesFor(use: PipUse, release: TensorFlowRelease, cuda: string, stack: StackReport): readonly Fix[] {
  const { requirement, stage, before, action } = use;
  if (compareDotted(release.version, '2.14') >= 0 && requirement.name === 'tensorflow' && !/^=?=?2\.15\.0$/.test(requirement.specifier)) {
    const written = /^\s*tensorflow/i.exec(requirement.text.value)?.[0].length;
    const edit = written === undefined || requirement.extras.length > 0 ? undefined : requirement.text.edit(0, written, 'tensorflow[and-cuda]');
    return edit === undefined ? [] : [{ title: msg`Let TensorFlow bring its CUDA`, safe: false, edits: [edit] }];
  }
  const python = pipPython(stage, before, action)?.version;
  const fitting = tensorflowReleases().findLast(
    (row) => isCudaCompatible(row.cuda, cuda) === true && hasCudnnFor(row, before) && compareDotted(row.version, '2.14') < 0 && python !== undefined && row.python?.includes(python) === true && majorOf(row.version) === majorOf(release.version),
  );
  const isGone = fitting === undefined || (requirement.name === 'tensorflow-gpu' && compareDotted(fitting.version, '2.12') >= 0);
  const edit = isGone ? undefined : replaceRequirement(requirement, requirement.name, `==${fitting.version}`);
  const other = edit === undefined || fitting === undefined ? [] : [{ title: msg`Install TensorFlow ${fitting.version}, built for CUDA ${fitting.cuda}`, safe: false, edits: [edit] }];
  const from = rootUse(stack, stage);
  if (from === undefined || !isCudaImage(from.image)) return other;
  const wish = wishOf(from.image);
  const tags = nearestServedCudaTags({ ...wish, cuda: release.cuda, cudnn: release.cudnn.split('.')[0] });
  // Another distribution would be another question.
  const isKept = (tag: string): boolean => tag.startsWith(`${release.cuda}.`) && (findPart(from.image, 'os') === undefined || tag.endsWith(wish.os));
  return [...other, ...retag(from, tags.filter(isKept).slice(0, 1))];
}
