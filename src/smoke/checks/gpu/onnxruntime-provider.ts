import { networkArgument, pathOf } from '../../files';
import { MODULE_PACKAGES, hasPackage, hasPython, holds } from '../../image';
import type { RunCheck } from '../../model';
import { measure, probeStep, readProbe, textOf } from '../../python-probe';
import { pass, say } from '../../verdict';

const TIMEOUT_MS = 300_000;

/** A check that ONNX Runtime runs the network with a provider, and did not quietly fall back to the CPU. */
export function providerCheck(id: string, provider: string, title: string): RunCheck {
  return {
    id,
    title: say(title),
    kind: 'gpu',
    applies: (image) => hasPackage(image, MODULE_PACKAGES.onnxruntime) || (holds(image, 'onnxruntime') && hasPython(image)),
    plan: (image) => probeStep('gpu', image, 'onnxruntime_device.py', [provider, pathOf('network.onnx'), networkArgument()], MODULE_PACKAGES.onnxruntime, TIMEOUT_MS),
    read: (result, image) =>
      readProbe(result, image, provider, (data) =>
        pass(say('ONNX Runtime {version} ran a network with {provider}.', { version: textOf(data['version']) ?? '', provider }), { measured: measure(data, { version: 'onnxruntime' }) }),
      ),
  };
}
