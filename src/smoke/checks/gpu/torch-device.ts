import { MODULE_PACKAGES, hasPackage, hasPython, holds } from '../../image';
import type { RunCheck } from '../../model';
import { measure, probeStep, readProbe, textOf, textsOf } from '../../python-probe';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 300_000;

/** PyTorch computes on the GPU, cuDNN included. */
export const check: RunCheck = {
  id: 'torch-device',
  title: say('PyTorch computes on the GPU'),
  kind: 'gpu',
  applies: (image) => hasPackage(image, MODULE_PACKAGES.torch) || (holds(image, 'torch') && hasPython(image)),
  plan: (image) => probeStep('gpu', image, 'torch_device.py', [], MODULE_PACKAGES.torch, TIMEOUT_MS),
  read: (result, image) =>
    readProbe(result, image, 'torch', (data) => {
      const architectures = textsOf(data['architectures']).join(', ');
      return pass(say('PyTorch {version} computes on {gpu}.', { version: textOf(data['version']) ?? '', gpu: textOf(data['gpu']) ?? 'the GPU' }), {
        details: architectures === '' ? [] : [say('It has code for {architectures}.', { architectures })],
        measured: measure(data, { version: 'torch', cuda: 'torch-cuda', gpu: 'gpu', computeCapability: 'compute capability' }),
      });
    }),
};
