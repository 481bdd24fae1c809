import { msg } from '../../l10n/message';
import type { Component, StageStack } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { judgeTensorRTForGpu, type TensorRTGpuVerdict } from '../../target/judge-gpu';
import { compareDotted } from '../../version/dotted';
import { defineRule } from '../model';
import { distinctEvidence, finalStage, listTargetGpus, locateComponent, namePairs, type TargetPair } from '../support/targets';

type MessageId = TensorRTGpuVerdict['kind'];

export const rule = defineRule<MessageId>({
  id: 'tensorrt-gpu-unsupported',
  family: 'tensorrt',
  severity: 'error',
  summary: 'The TensorRT of the image does not run on the GPU of a target.',
  messages: {
    dropped: 'TensorRT {version} has no kernels for {targets}, compute capability {capability}: {release} needs {bound} or higher. `{error}`.',
    newer: 'TensorRT {version} is older than {targets}, compute capability {capability}: {release} ends with {bound}. `{error}`.',
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
        ...(isWeak(component, stage) ? { severity: 'warning' } : undefined),
        data: {
          version,
          bound: first.verdict.bound,
          release: first.verdict.release,
          targets: namePairs(alike),
          capability: first.gpu.computeCapability,
          error: errorOf(version, first.gpu.computeCapability),
        },
        location,
        evidence: distinctEvidence([...(component.evidence === undefined ? [] : [component.evidence]), ...failures.flatMap(({ verdict }) => verdict.evidence)]),
        related: others.length === 0 ? [] : [{ location, message: msg`It does not run on ${namePairs(others)} either.` }],
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

/** Framework images bring TensorRT along, whether it is used or not. */
function isWeak({ certainty, via }: Component, { rootImage }: StageStack): boolean {
  const family = rootImage?.family;
  return certainty === 'assumed' || (via === 'base-image' && family !== 'ngc-tensorrt' && family !== 'ngc-triton' && family !== 'ngc-deepstream');
}

/** What the builder says: https://github.com/NVIDIA/TensorRT/issues/2727, and from 10.1 on words of its own. */
function errorOf(version: string, capability: string): string {
  if (compareDotted(version, '10.1') >= 0) return `Target GPU SM ${capability.replace('.', '')} is not supported by this TensorRT release`;
  const [major = '', minor = ''] = capability.split('.');
  return `Unsupported SM: 0x${Number(major).toString(16)}0${minor}`;
}
