import { msg } from '../../l10n/message';
import { judgeCudaForGpu, type CudaGpuVerdict } from '../../target/judge-gpu';
import { compareDotted, majorMinorOf } from '../../version/dotted';
import { defineRule } from '../model';
import { nameOf } from '../support/image-uses';
import { distinctEvidence, listTargetGpus, namePairs, retagToCuda, shippedCuda, type TargetPair } from '../support/targets';

type MessageId = CudaGpuVerdict['kind'];

export const rule = defineRule<MessageId>({
  id: 'cuda-gpu-unsupported',
  family: 'cuda',
  severity: 'error',
  summary: 'The CUDA of the image has no code for the GPU of a target.',
  messages: {
    dropped: '{what} is CUDA {cuda}, which left compute capability {capability} behind; CUDA {bound} was the last for {targets}: `no kernel image is available for execution on the device`.',
    newer: '{what} is CUDA {cuda}, older than compute capability {capability}; code for {targets} begins with CUDA {bound}. Libraries and frameworks of this CUDA lack it: `no kernel image is available for execution on the device`.',
  },
  docs: {
    what: 'A target names a GPU for which the CUDA of the final image has no code: its architecture was dropped, or came later.',
    why: 'The libraries of a toolkit (cuBLAS, cuDNN, what frameworks compile) hold machine code for the GPUs that it knows. A GPU with an earlier compute capability of the same major finds some; a newer one has to do with PTX, where a program brings it, and an older one than the toolkit knows finds nothing. CUDA 13 left Maxwell, Pascal and Volta behind, CUDA 12.8 was the first with Blackwell.',
    instead: 'Take an image with a CUDA that knows all GPUs of your targets.',
    silent: 'No target names a GPU, the CUDA of the image is not known, or the target is a Jetson.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Volta after CUDA 12',
      text: 'FROM nvidia/cuda:«13.0.1»-runtime-ubuntu22.04\n',
      targets: [{ name: 'cluster', gpus: ['V100', 'A100'] }],
      messageId: 'dropped',
      fixed: 'FROM nvidia/cuda:12.9.1-runtime-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'Blackwell before CUDA 12.8',
      text: 'ARG CUDA=12.4.1\nFROM nvidia/cuda:«${CUDA}»-devel-ubuntu22.04\n',
      targets: [
        { name: 'laptop', gpus: ['RTX 4090'] },
        { name: 'workstation', gpus: ['RTX 5090'] },
      ],
      messageId: 'newer',
      severity: 'warning',
      fixed: 'ARG CUDA=12.8.1\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04\n',
    },
    {
      kind: 'good',
      title: 'machine code of an earlier compute capability',
      text: 'FROM nvidia/cuda:11.7.1-runtime-ubuntu22.04\n',
      targets: [{ name: 'workstation', gpus: ['RTX 4090'] }],
    },
    {
      kind: 'good',
      title: 'no target',
      text: 'FROM nvidia/cuda:13.0.1-runtime-ubuntu22.04\n',
    },
  ],
  check({ report, stack, targets }) {
    const pairs = listTargetGpus(targets);
    const cuda = pairs.length === 0 ? undefined : shippedCuda(stack);
    if (cuda === undefined || cuda.use?.image.family === 'ngc-l4t') return;
    const failures = pairs.flatMap((pair) => {
      const verdict = judgeCudaForGpu(cuda.version, pair.gpu);
      return verdict === undefined ? [] : [{ ...pair, verdict }];
    });
    const worst = failures.some(({ verdict }) => verdict.kind === 'dropped') ? 'dropped' : 'newer';
    const [first, ...rest] = failures.filter(({ verdict }) => verdict.kind === worst);
    if (first === undefined) return;
    const minor = majorMinorOf(cuda.version) ?? '';
    const weak = worst === 'newer' || cuda.component.certainty === 'assumed' || cuda.use?.image.mirrored === true;
    const alike = [first, ...rest].filter(({ gpu }) => gpu.computeCapability === first.gpu.computeCapability);
    const others = failures.filter((failure) => !alike.includes(failure));
    report({
      messageId: worst,
      ...(weak ? { severity: 'warning' } : undefined),
      data: {
        what: cuda.use === undefined ? msg`The toolkit` : nameOf(cuda.use.image),
        cuda: minor,
        capability: first.gpu.computeCapability,
        bound: first.verdict.bound,
        targets: namePairs(alike),
      },
      location: cuda.location,
      evidence: distinctEvidence(failures.flatMap(({ verdict }) => verdict.evidence)),
      related: others.length === 0 ? [] : [{ location: cuda.location, message: msg`It does not serve ${namePairs(others)} either.` }],
      fixes: retagToCuda(cuda.use, (version) => isBetween(version, minor, worst) && serves(version, pairs), worst === 'dropped' ? 'highest' : 'lowest'),
    });
  },
});

function isBetween(version: string, current: string, kind: MessageId): boolean {
  const order = compareDotted(version, current);
  return kind === 'dropped' ? order < 0 : order > 0;
}

function serves(cuda: string, pairs: readonly TargetPair[]): boolean {
  return pairs.every(({ gpu }) => judgeCudaForGpu(cuda, gpu) === undefined);
}
