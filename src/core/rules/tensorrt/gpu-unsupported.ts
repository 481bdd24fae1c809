import type { Component } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { judgeTensorRTForGpu, type TensorRTGpuVerdict } from '../../target/judge-gpu';
import { defineRule } from '../model';
import { distinctEvidence, finalStage, listTargetGpus, locateComponent, namePairs, type TargetPair } from '../support/targets';

type MessageId = TensorRTGpuVerdict['kind'];

export const rule = defineRule<MessageId>({
  id: 'tensorrt-gpu-unsupported',
  family: 'tensorrt',
  severity: 'error',
  summary: 'The TensorRT of the image does not run on the GPU of a target.',
  messages: {
    dropped: 'TensorRT {version} needs compute capability {bound} or higher, and {targets} has {capability}: `Target GPU SM {sm} is not supported by this TensorRT release`.',
    newer: 'TensorRT {version} knows GPUs up to compute capability {bound}, and {targets} has {capability}: `Target GPU SM {sm} is not supported by this TensorRT release`.',
  },
  docs: {
    what: 'A target names a GPU outside the range of compute capabilities of the installed TensorRT.',
    why: 'TensorRT brings kernels for the GPUs that it knows and builds for no others: 8.6 has none for Kepler and Maxwell, 10.0 none for Pascal, 10.5 none for Volta; 8.4 ends before Ada and Hopper, 10.7 before Blackwell. See its [support matrix](https://docs.nvidia.com/deeplearning/tensorrt/latest/getting-started/support-matrix.html).',
    instead: 'Take a release that knows all GPUs of your targets.',
    silent: 'No target names a GPU, the version of TensorRT or its range is not known, or the target is a Jetson.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Volta after TensorRT 10.4',
      text: 'FROM nvidia/cuda:12.6.3-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «libnvinfer10=10.7.0.23-1+cuda12.6»\n',
      targets: [{ name: 'cluster', gpus: ['V100', 'A100'] }],
      messageId: 'dropped',
    },
    {
      kind: 'bad',
      title: 'Blackwell before TensorRT 10.8',
      text: 'FROM nvcr.io/nvidia/tensorrt:«24.08-py3»\n',
      targets: [{ name: 'workstation', gpus: ['RTX 5090'] }],
      messageId: 'newer',
    },
    {
      kind: 'good',
      title: 'within the range',
      text: 'FROM nvcr.io/nvidia/tensorrt:24.08-py3\n',
      targets: [{ name: 'laptop', gpus: ['RTX 4090'] }],
    },
    {
      kind: 'good',
      title: 'no target',
      text: 'FROM nvcr.io/nvidia/tensorrt:24.08-py3\n',
    },
  ],
  check({ report, stack, targets }) {
    const pairs = listTargetGpus(targets);
    const stage = pairs.length === 0 ? undefined : finalStage(stack);
    if (stage === undefined || stage.rootImage?.family === 'ngc-l4t') return;
    const reported = new Set<string>();
    for (const component of findComponents(stage.final, 'tensorrt')) {
      const version = knownVersion(component.version);
      if (version === undefined || reported.has(version)) continue;
      const failures = judge(version, pairs);
      const [first] = failures;
      if (first === undefined) continue;
      reported.add(version);
      const alike = failures.filter(({ gpu, verdict }) => verdict.kind === first.verdict.kind && gpu.computeCapability === first.gpu.computeCapability);
      const others = failures.filter((failure) => !alike.includes(failure));
      const location = locateComponent(stack, stage, component);
      report({
        messageId: first.verdict.kind,
        ...(isWeak(component) ? { severity: 'warning' } : undefined),
        data: { version, bound: first.verdict.bound, targets: namePairs(alike), capability: first.gpu.computeCapability, sm: first.gpu.computeCapability.replace('.', '') },
        location,
        evidence: distinctEvidence([...(component.evidence === undefined ? [] : [component.evidence]), ...failures.flatMap(({ verdict }) => verdict.evidence)]),
        related: others.length === 0 ? [] : [{ location, message: `It does not run on ${namePairs(others)} either.` }],
      });
    }
  },
});

function judge(version: string, pairs: readonly TargetPair[]) {
  return pairs.flatMap((pair) => {
    const verdict = judgeTensorRTForGpu(version, pair.gpu);
    return verdict === undefined ? [] : [{ ...pair, verdict }];
  });
}

function isWeak({ certainty }: Component): boolean {
  return certainty === 'assumed';
}
