import { expect, it } from 'vitest';
import { renderCheck } from '../../../src/cli/smoke-report';
import { createPaint } from '../../../src/cli/terminal';
import type { CheckRecord } from '../../../src/smoke/record';

const check = (id: string, state: CheckRecord['state'], sentence: string): CheckRecord =>
  ({ id, title: id, kind: 'gpu', state, sentence, details: ['Do this.'], evidence: 'a line', knownError: null, durationMs: 0 });

it('what keeps several checks from telling is explained once', () => {
  const told = new Set<string>();
  const lines = [check('nvidia-smi', 'blocked', 'No GPU.'), check('cuda-kernel', 'blocked', 'No GPU.'), check('torch-device', 'failed', 'It fails.')].flatMap((one) => renderCheck(one, createPaint(false), told));
  expect(lines).toEqual([
    '  blocked No GPU. [nvidia-smi]',
    '      = Do this.',
    '      | a line',
    '  blocked No GPU. [cuda-kernel]',
    '  failed  It fails. [torch-device]',
    '      = Do this.',
    '      | a line',
  ]);
});
