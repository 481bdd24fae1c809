import { networkArgument, pathOf } from '../../files';
import { MODULE_PACKAGES, hasPackage, hasPython, holds } from '../../image';
import type { RunCheck } from '../../model';
import { measure, probeStep, readProbe, textOf } from '../../python-probe';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 300_000;

/** tensorrt.Builder builds an engine, which is saved, loaded again and run. */
export const check: RunCheck = {
  id: 'tensorrt-engine',
  title: say('TensorRT builds, saves, loads and runs an engine'),
  kind: 'gpu',
  applies: (image) => hasPackage(image, MODULE_PACKAGES.tensorrt) || (holds(image, 'tensorrt-python') && hasPython(image)),
  plan: (image) => probeStep('gpu', image, 'tensorrt_engine.py', [pathOf('network.onnx'), networkArgument()], MODULE_PACKAGES.tensorrt, TIMEOUT_MS),
  read: (result, image) =>
    readProbe(result, image, 'tensorrt.Builder', (data) =>
      pass(say('TensorRT {version} built an engine, loaded it again and ran it; the result is right.', { version: textOf(data['version']) ?? '' }), {
        measured: measure(data, { version: 'tensorrt', gpu: 'gpu', computeCapability: 'compute capability' }),
      }),
    ),
};
