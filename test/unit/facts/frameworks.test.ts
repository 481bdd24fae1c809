import { describe, expect, it } from 'vitest';
import {
  cudaOfTorch,
  newestTensorflow,
  newestTorch,
  onnxruntimeBuilds,
  onnxruntimeRelease,
  otherFrameworks,
  tensorflowRelease,
  torchComputeCapabilities,
  torchRelease,
  torchTensorRTRelease,
} from '../../../src/core/facts/frameworks';
import { cudaMajorOfTensorRTPip, parseTensorRTPipPackage, tensorRTPipFacts, tensorRTPipHasPython, tensorRTPipVersions } from '../../../src/core/facts/tensorrt-pip';

describe('PyTorch', () => {
  it.each([
    ['2.1.0', '12.1'],
    ['2.0.1', '11.7'],
    ['2.6.0', '12.4'],
    ['2.2.2', '12.1'],
    ['2.0.1+cu118', '11.8'],
    ['2.1', '12.1'],
    ['1.12.1', '10.2'],
    ['2.1.0+cpu', undefined],
    ['1.9.0', undefined],
    ['99.0.0', undefined],
    ['x', undefined],
  ])('%s comes with CUDA %j', (version, cuda) => {
    expect(cudaOfTorch(version)).toBe(cuda);
  });

  it('gathers a release from its row and its series', () => {
    const release = torchRelease('2.1.2');
    expect(release?.cuda).toEqual(['11.8', '12.1']);
    expect(release?.indexUrls.get('11.8')).toBe('https://download.pytorch.org/whl/cu118');
    expect(release?.cudnn.get('12.1')).toBe('8.9.2.26');
    expect(release?.python).toContain('3.10');
    expect(torchRelease('2.13.0')?.python).toContain('3.14');
  });

  it('knows what the wheels are compiled for', () => {
    expect(torchComputeCapabilities('2.12.1', '13.0')).toContain('9.0');
    expect(torchComputeCapabilities('2.1.0', '12.1')).toBeUndefined();
    expect(newestTorch()).toMatch(/^2\.1[4-9]/);
  });
});

describe('TensorFlow', () => {
  it.each([
    ['2.4.1', '11.0', '8.0', '7.1.3'],
    ['2.15.0', '12.2', '8.9', '8.6.1'],
    ['2.1.0', '10.1', '7.6', '6.0.1'],
    ['1.14.0', '10.0', '7.4', '5.0.2'],
    ['2.18.0', '12.5', '9.3', 'none'],
  ])('%s is built against CUDA %s, cuDNN %s, TensorRT %s', (version, cuda, cudnn, tensorrt) => {
    expect(tensorflowRelease(version)).toMatchObject({ cuda, cudnn, tensorrt });
  });

  it('chooses by specifier', () => {
    expect(newestTensorflow('~=2.4.0')?.version).toBe('2.4.0');
    expect(newestTensorflow('<2.16')?.version).toBe('2.15.0');
    expect(newestTensorflow('>=99')).toBeUndefined();
    expect(tensorflowRelease('99.0')).toBeUndefined();
  });
});

describe('ONNX Runtime', () => {
  it.each([
    ['1.18.1', '11.8', true],
    ['1.17.0', '11.8', true],
    ['1.16.3', '11.8', true],
    ['1.19.2', '12.x', true],
    ['1.22.0', '12.8', true],
    ['1.27.0', '13.0', true],
    ['99.0', undefined, undefined],
  ])('PyPI serves %s for CUDA %j', (version, cuda, pypi) => {
    expect(onnxruntimeRelease(version)?.cuda).toBe(cuda);
    expect(onnxruntimeRelease(version)?.pypi).toBe(pypi);
  });

  it('knows the builds beside it', () => {
    expect(onnxruntimeBuilds('1.17.1').map((build) => build.cuda)).toEqual(['11.8', '12.x']);
    expect(onnxruntimeBuilds('1.18.1').find((build) => !build.pypi)?.cudnn).toBe('9.x');
  });

  it('has one PyPI build a series', () => {
    for (let minor = 0; minor <= 27; minor++) expect(onnxruntimeBuilds(`1.${minor}`).filter((build) => build.pypi)).toHaveLength(1);
  });
});

describe('others', () => {
  it('finds Torch-TensorRT by release and series', () => {
    expect(torchTensorRTRelease('2.6.0')).toMatchObject({ cuda: '12.6', tensorrt: '10.7.0.23' });
    expect(torchTensorRTRelease('2.6.9')?.version).toBe('2.6.1');
    expect(torchTensorRTRelease('99')).toBeUndefined();
  });

  it('keeps spot rows of the rest', () => {
    expect(otherFrameworks('paddlepaddle-gpu').map((row) => row.version)).toContain('2.3.2');
    expect(otherFrameworks('cupy').length).toBeGreaterThan(3);
  });
});

describe('TensorRT on PyPI', () => {
  it.each([
    ['tensorrt', { cuda: undefined, part: 'front', flavor: 'full', obsolete: false }],
    ['tensorrt-cu12-libs', { cuda: '12', part: 'libs', flavor: 'full', obsolete: false }],
    ['tensorrt-lean-cu13', { cuda: '13', part: 'front', flavor: 'lean', obsolete: false }],
    ['nvidia-tensorrt', { cuda: undefined, part: 'front', flavor: 'full', obsolete: true }],
    ['tensorrt-llm', undefined],
    ['torch-tensorrt', undefined],
  ])('reads %s', (name, expected) => {
    expect(parseTensorRTPipPackage(name)).toEqual(expected);
  });

  it.each([
    ['tensorrt', undefined, '13'],
    ['tensorrt', '10.14.1.48', '13'],
    ['tensorrt', '10.13.0.35', '12'],
    ['tensorrt', '10.13.2.6', '13'],
    ['tensorrt', '8.6.1', undefined],
    ['tensorrt-cu12', '10.14.1.48', '12'],
    ['nvidia-tensorrt', undefined, undefined],
    ['numpy', undefined, undefined],
  ])('%s %s brings CUDA %j', (name, version, cuda) => {
    expect(cudaMajorOfTensorRTPip(name, version)?.value).toBe(cuda);
  });

  it.each([
    ['8.6.1.post1', '3.12', false],
    ['10.0.1', '3.12', true],
    ['10.0.1', '3.7', false],
    ['8.6.1', '3.7', undefined],
    ['10.9.0', '3.14', false],
    ['11.1.0', '3.14', true],
    ['11.0.0', '3.9', false],
    ['10.0.1', '3.10', undefined],
    ['what', '3.12', undefined],
  ])('%s has wheels for Python %s: %j', (version, python, has) => {
    expect(tensorRTPipHasPython(version, python)?.has).toBe(has);
  });

  it('knows indexes and the old name', () => {
    expect(tensorRTPipFacts('nvidia-tensorrt', 'renamed')[0]?.value).toBe('tensorrt');
    expect(tensorRTPipFacts('tensorrt', 'index', '8.6.1')[0]?.value).toBe('https://pypi.nvidia.com');
    expect(tensorRTPipFacts('tensorrt', 'index', '10.0.1')).toEqual([]);
    expect(tensorRTPipVersions('tensorrt-cu12').at(-1)).toBe('11.3.0.99');
  });
});
