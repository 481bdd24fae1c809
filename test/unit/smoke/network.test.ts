import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { buildTinyNetwork } from '../../../src/smoke/network';

it('is the network that ONNX 1.19 and ONNX Runtime 1.30 were seen to accept and compute', () => {
  const { onnx, input, output } = buildTinyNetwork();
  expect(onnx.length).toBe(811);
  expect(createHash('sha256').update(onnx).digest('hex')).toBe('86c1ca972c833a90e72317664cb996e24733056f6876fe1989dad29e96edb7af');
  expect(input).toHaveLength(192);
  // Computed by ONNX Runtime on a CPU.
  expect(output).toEqual([1.25, 1.4375]);
});
