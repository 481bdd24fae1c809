import { describe, expect, it } from 'vitest';
import { nameComponent } from '../../../src/core/stack/component-names';

describe('the name of a component', () => {
  it.each([
    ['cudnn', undefined, 'cuDNN'],
    ['cublas', 'libcublas', 'cuBLAS'],
    ['cudart', undefined, 'CUDA runtime'],
    ['os', 'ubuntu', 'Ubuntu'],
    ['os', 'nixos', 'nixos'],
    ['trtexec', undefined, 'trtexec'],
  ] as const)('of %s %s is as its makers spell it', (kind, name, expected) => {
    expect(nameComponent(kind, name)).toBe(expected);
  });
});
