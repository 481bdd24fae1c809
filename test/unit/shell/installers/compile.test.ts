import { describe, expect, test } from 'vitest';
import { isArchitectureList, parseArchitectureList, parseCompilerFlags } from '../../../../src/core/shell/installers/architectures';
import { Traced, UNKNOWN } from '../../../../src/core/text/traced';
import { act, actions, at } from '../reading';

const literal = (text: string): Traced => Traced.literal(text, 'f', { start: 50, end: 50 + text.length });

describe('architecture lists', () => {
  test.each([
    ['7.5;8.6+PTX', [['75', false], ['86', true]]],
    ['7.0 7.5, 8.0', [['70', false], ['75', false], ['80', false]]],
    ['75-real;86-virtual;90a', [['75', false], ['86', true], ['90a', false]]],
    ['sm_75,compute_80', [['75', false], ['80', true]]],
    ['12.0;100;10.0a', [['120', false], ['100', false], ['100a', false]]],
    ['native', [['native', false]]],
    ['all-major', [['all-major', false]]],
    ['Auto', [['auto', false]]],
    ['Turing OFF', []],
    [`8.6;${UNKNOWN}`, [['86', false]]],
    ['', []],
  ])('%s', (text, expected) => {
    const requests = parseArchitectureList(literal(text));
    expect(requests.map(({ sm, ptx }) => [sm, ptx])).toEqual(expected);
    for (const { range } of requests) expect(text.slice(range.start - 50, range.end - 50)).toMatch(/^[\w.+-]+$/);
  });

  test('ranges hold single tokens', () => {
    const text = '7.5;8.6+PTX';
    expect(parseArchitectureList(literal(text)).map(({ range }) => text.slice(range.start - 50, range.end - 50))).toEqual(['7.5', '8.6+PTX']);
  });

  test.each([
    ['-gencode arch=compute_70,code=sm_70', ['70']],
    ['-gencode=arch=compute_75,code=[sm_75,compute_75] -gencode arch=compute_80,code=sm_80', ['75', '75 ptx', '80']],
    ['-gencode arch=compute_60', ['60 ptx']],
    ['-arch=sm_90a', ['90a']],
    ['--gpu-architecture compute_86', ['86 ptx']],
    ['-arch=native', ['native']],
    ['-O3 -std=c++17', []],
  ])('options %s', (text, expected) => {
    expect(parseCompilerFlags(literal(text)).map(({ sm, ptx }) => (ptx ? `${sm} ptx` : sm))).toEqual(expected);
  });

  test.each([
    ['TORCH_CUDA_ARCH_LIST', true],
    ['CMAKE_CUDA_ARCHITECTURES', true],
    ['CUDA_ARCH_BIN', true],
    ['TCNN_CUDA_ARCHITECTURES', true],
    ['NVTE_CUDA_ARCHS', true],
    ['CUDA_COMPUTE_CAP', true],
    ['CUDA_VERSION', false],
  ])('%s names a list: %s', (name, expected) => {
    expect(isArchitectureList(name)).toBe(expected);
  });
});

describe('builds', () => {
  test.each([
    ['cmake .. -DCMAKE_CUDA_ARCHITECTURES="75;86" -D WITH_CUDA:BOOL=ON', [
      {
        kind: 'compile',
        tool: 'cmake',
        usesNvcc: true,
        architectures: [{ sm: '75' }, { sm: '86' }],
        architectureList: { name: 'CMAKE_CUDA_ARCHITECTURES', value: '75;86' },
        defines: { CMAKE_CUDA_ARCHITECTURES: '75;86', WITH_CUDA: 'ON' },
      },
    ]],
    ['make -j8 CUDA_ARCH="-gencode arch=compute_61,code=sm_61"', [
      {
        kind: 'compile',
        tool: 'make',
        architectures: [{ sm: '61' }],
        architectureList: { name: 'CUDA_ARCH', value: '-gencode arch=compute_61,code=sm_61' },
        defines: { CUDA_ARCH: '-gencode arch=compute_61,code=sm_61' },
      },
    ]],
    ['nvcc -gencode arch=compute_70,code=sm_70 -arch sm_75 x.cu', [{ kind: 'compile', tool: 'nvcc', usesNvcc: true, architectures: [{ sm: '70' }, { sm: '75' }] }]],
    ['nvcc --version', [{ kind: 'execute' }]],
    ['TORCH_CUDA_ARCH_LIST="8.6+PTX" python3 setup.py install --cuda_ext', [
      {
        kind: 'compile',
        tool: 'setup.py',
        usesNvcc: true,
        architectures: [{ sm: '86', ptx: true }],
        architectureList: { name: 'TORCH_CUDA_ARCH_LIST', value: '8.6+PTX' },
      },
    ]],
    ['python setup.py --version', [{ kind: 'execute' }]],
    ['cargo build --features cuda', [{ kind: 'compile', tool: 'cargo' }]],
    ['bazel build //x', [{ kind: 'compile', tool: 'bazel' }]],
    ['export TORCH_CUDA_ARCH_LIST="8.6 9.0"', [
      { kind: 'compile', tool: 'export', architectures: [{ sm: '86' }, { sm: '90' }], architectureList: { name: 'TORCH_CUDA_ARCH_LIST', value: '8.6 9.0' }, defines: { TORCH_CUDA_ARCH_LIST: '8.6 9.0' } },
      { kind: 'execute' },
    ]],
    ['CUDAARCHS=86 uv pip install .', [
      { kind: 'pip-install', tool: 'uv', requirements: [{ url: '.' }] },
      { kind: 'compile', tool: 'uv', architectures: [{ sm: '86' }], architectureList: { name: 'CUDAARCHS', value: '86' } },
    ]],
    ['cmake --version', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text)).toEqual(expected);
  });

  test('an architecture is shown where it stands', () => {
    const text = 'cmake "-DCMAKE_CUDA_ARCHITECTURES=75;86"';
    const [build] = act(text);
    if (build?.kind !== 'compile') throw new Error('no build');
    expect(build.architectures.map(({ range }) => at(text, range))).toEqual(['75', '86']);
  });
});
