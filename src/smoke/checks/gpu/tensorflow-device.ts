import { MODULE_PACKAGES, hasPackage, hasPython, holds } from '../../image';
import type { RunCheck } from '../../model';
import { measure, probeStep, readProbe, textOf } from '../../python-probe';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 300_000;

/** TensorFlow computes on the GPU. */
export const check: RunCheck = {
  id: 'tensorflow-device',
  title: say('TensorFlow computes on the GPU'),
  kind: 'gpu',
  applies: (image) => hasPackage(image, MODULE_PACKAGES.tensorflow) || (holds(image, 'tensorflow') && hasPython(image)),
  plan: (image) => probeStep('gpu', image, 'tensorflow_device.py', [], MODULE_PACKAGES.tensorflow, TIMEOUT_MS),
  read: (result, image) =>
    readProbe(result, image, 'tensorflow', (data) =>
      pass(say('TensorFlow {version} computes on {gpu}.', { version: textOf(data['version']) ?? '', gpu: textOf(data['gpu']) ?? 'the GPU' }), {
        measured: measure(data, { version: 'tensorflow', gpu: 'gpu', computeCapability: 'compute capability' }),
      }),
    ),
};
