import { pathOf } from '../../files';
import { hasPython, programIn } from '../../image';
import type { RunCheck } from '../../model';
import { measure, probeStep, readProbe, textOf } from '../../python-probe';
import { pass, say, skip } from '../../verdict';

const TIMEOUT_MS = 60_000;

/** The driver compiles a kernel of ours, the GPU runs it, and the result is right: needs Python, but nothing of CUDA in the image. */
export const check: RunCheck = {
  id: 'cuda-kernel',
  title: say('A CUDA kernel runs'),
  kind: 'gpu',
  // Where nvcc is, its program proves more.
  applies: (image) => hasPython(image) || programIn(image, 'nvcc') === undefined,
  plan: (image) => probeStep('gpu', image, 'cuda_kernel.py', [pathOf('scale.ptx')], [], TIMEOUT_MS),
  read(result, image) {
    if (result.state === 'absent') return skip(say('There is neither a Python nor nvcc in the image to run a kernel with.'));
    return readProbe(result, image, 'CUDA', (data) =>
      pass(say('A kernel ran on {gpu} and its result is right.', { gpu: textOf(data['gpu']) ?? 'the GPU' }), {
        details: [say('Compute capability {computeCapability}; the driver runs CUDA up to {driverCuda}.', measure(data, { computeCapability: 'computeCapability', driverCuda: 'driverCuda' }))],
        measured: measure(data, { gpu: 'gpu', computeCapability: 'compute capability', driverCuda: 'driver-cuda' }),
      }),
    );
  },
};
