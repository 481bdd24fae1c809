import { frameworksChecked, torchComputeCapabilities, torchRelease } from '../../facts/frameworks';
import type { Evidence } from '../../facts/evidence';
import { joinAny, msg, type Text } from '../../l10n/message';
import { gpuEvidence, judgeCudaForGpu, runsOn } from '../../target/judge-gpu';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Severity } from '../model';
import { distinctEvidence, finalStage, listTargetGpus, namePairs, type TargetPair } from '../support/targets';
import { findTorchWheel, type TorchWheel } from '../support/torch-wheel';

type MessageId = 'notCompiled' | 'dropped' | 'newer';

interface Miss extends TargetPair {
  readonly messageId: MessageId;
  /** Last or first CUDA with code for the GPU. */
  readonly bound: string;
  readonly evidence: readonly Evidence[];
}

const SEVERITIES: Readonly<Record<MessageId, Severity>> = { notCompiled: 'error', dropped: 'error', newer: 'warning' };

export const rule = defineRule<MessageId>({
  id: 'torch-arch-misses-target',
  family: 'frameworks',
  severity: 'error',
  summary: 'The PyTorch wheel has no code for the GPU of a target.',
  messages: {
    notCompiled: 'The wheel of PyTorch {version} for CUDA {cuda} has no code for {targets}: `no kernel image is available for execution on the device`.{instead}',
    dropped: 'The wheel of PyTorch {version} brings CUDA {cuda}, which has no code for {targets}; CUDA {bound} was the last: `no kernel image is available for execution on the device`.{instead}',
    newer: 'The wheel of PyTorch {version} brings CUDA {cuda}, older than {targets}: `with CUDA capability sm_{sm} is not compatible with the current PyTorch installation`. Code for it begins with CUDA {bound}.{instead}',
  },
  docs: {
    what: 'A target names a GPU for which the installed PyTorch wheel was not compiled.',
    why: 'A wheel holds machine code for a list of compute capabilities, which [differs by CUDA](https://github.com/pytorch/pytorch/blob/main/RELEASE.md): the CUDA 13 builds begin with Turing, Blackwell needs CUDA 12.8. On any other GPU `import torch` warns, and the first kernel [fails](https://github.com/pytorch/pytorch/issues/31285). The CUDA of the base image does not matter: the wheel brings its own.',
    instead: 'Install the build for a CUDA that knows the GPU from its own index, or another release.',
    silent: 'No target names a GPU, the version or the CUDA of the wheel is not known, it comes from another index than PyTorch’s or PyPI, or the target is a Jetson.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the default wheel on Blackwell',
      text: 'FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install «torch==2.6.0»\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090'] }],
      messageId: 'newer',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'a build for CUDA 13 on Volta',
      text: 'FROM python:3.12-slim\nRUN pip install «torch==2.11.0» --index-url https://download.pytorch.org/whl/cu130\n',
      targets: [{ name: 'cluster', gpus: ['V100', 'A100'] }],
      messageId: 'dropped',
    },
    {
      kind: 'bad',
      title: 'a list without the GPU',
      text: 'FROM python:3.12-slim\nRUN pip install «torch==2.12.0+cu126» --extra-index-url https://download.pytorch.org/whl/cu126\n',
      targets: [
        { name: 'workstation', gpus: ['RTX 5090'] },
        { name: 'laptop', gpus: ['RTX 4090'] },
      ],
      messageId: 'notCompiled',
    },
    {
      kind: 'good',
      title: 'machine code of an earlier compute capability',
      text: 'FROM python:3.12-slim\nRUN pip install torch==2.12.0 --index-url https://download.pytorch.org/whl/cu126\n',
      targets: [{ name: 'laptop', gpus: ['RTX 4090'] }],
    },
    {
      kind: 'good',
      title: 'the build for Blackwell',
      text: 'FROM python:3.12-slim\nRUN pip install torch==2.7.1 --index-url https://download.pytorch.org/whl/cu128\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090'] }],
    },
    {
      kind: 'good',
      title: 'an index that may have builds of its own',
      text: 'FROM python:3.12-slim\nRUN pip install torch==2.6.0 --index-url https://pypi.example.com/simple\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090'] }],
    },
  ],
  check({ report, stack, targets }) {
    const pairs = listTargetGpus(targets);
    const stage = pairs.length === 0 ? undefined : finalStage(stack);
    const wheel = stage && findTorchWheel(stack, stage);
    if (wheel === undefined) return;
    const misses = pairs.flatMap((pair) => judge(wheel, pair) ?? []);
    const [first] = misses;
    if (first === undefined) return;
    const alike = misses.filter(({ messageId }) => messageId === first.messageId);
    const others = misses.filter((miss) => !alike.includes(miss));
    const { component, version, cuda } = wheel;
    report({
      messageId: first.messageId,
      severity: component.certainty === 'assumed' ? 'warning' : SEVERITIES[first.messageId],
      data: {
        version,
        cuda,
        targets: namePairs(alike),
        bound: first.bound,
        sm: first.gpu.computeCapability.replace('.', ''),
        instead: describeInstead(wheel, pairs),
      },
      location: component.where,
      evidence: distinctEvidence(misses.flatMap(({ evidence }) => evidence)),
      related: others.length === 0 ? [] : [{ location: component.where, message: msg`It has no code for ${namePairs(others)} either.` }],
    });
  },
});

function judge({ version, cuda }: Pick<TorchWheel, 'version' | 'cuda'>, pair: TargetPair): Miss | undefined {
  const { gpu } = pair;
  const compiled = torchComputeCapabilities(version, cuda);
  const release = torchRelease(version);
  if (compiled !== undefined && release !== undefined) {
    if (compiled.some((one) => serves(one, gpu.computeCapability))) return undefined;
    const fact = msg`Wheels of PyTorch ${version} for CUDA ${cuda} are compiled for ${compiled.join(', ')}`;
    return { ...pair, messageId: 'notCompiled', bound: '', evidence: [{ fact, source: release.source, checked: frameworksChecked() }, ...gpuEvidence(gpu)] };
  }
  // What nvcc does not know cannot be in the wheel; PTX for a newer GPU may be.
  const verdict = judgeCudaForGpu(cuda, gpu);
  return verdict && { ...pair, messageId: verdict.kind, bound: verdict.bound, evidence: verdict.evidence };
}

function serves(compiled: string, computeCapability: string): boolean {
  const plain = compiled.replace('+PTX', '');
  return runsOn(plain, computeCapability) || (plain !== compiled && compareDotted(computeCapability, plain) >= 0);
}

/** The builds of the same release that serve all GPUs. */
function describeInstead({ version }: TorchWheel, pairs: readonly TargetPair[]): Text {
  const builds = (torchRelease(version)?.cuda ?? []).filter((cuda) => pairs.every((pair) => judge({ version, cuda }, pair) === undefined));
  const [first] = builds;
  return first === undefined ? '' : msg` Its build for CUDA ${joinAny(builds)} has: --index-url ${`https://download.pytorch.org/whl/cu${first.replace('.', '')}`}.`;
}
