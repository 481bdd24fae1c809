import { hasPython, promises } from '../../image';
import type { RunCheck, Sentence } from '../../model';
import { probeStep, readProbe, textOf } from '../../python-probe';
import { pass } from '../../verdict';

const TIMEOUT_MS = 60_000;

/** A check that a library of the driver that the capabilities promise answers; `passed` words it. */
export function displayCheck(api: 'egl' | 'vulkan' | 'nvdec', capability: Parameters<typeof promises>[1], title: Sentence, passed: Sentence): RunCheck {
  return {
    id: api,
    title,
    kind: 'gpu',
    applies: (image) => promises(image, capability) && hasPython(image),
    plan: (image) => probeStep('gpu', image, 'display.py', [api], [], TIMEOUT_MS),
    read: (result, image) => readProbe(result, image, title, (data) => pass({ ...passed, data: { gpu: textOf(data['gpu']) ?? 'NVIDIA' } })),
  };
}
