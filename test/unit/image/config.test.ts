import { describe, expect, it } from 'vitest';
import { readImageConfig, withScan, type ConfigStack } from '../../../src/core/image/config';
import type { ScannedComponent } from '../../../src/core/scan/model';
import { knownVersion } from '../../../src/core/stack/query';

const read = (tags: readonly string[], environment?: readonly string[], labels: Record<string, string> = {}): ConfigStack => readImageConfig({ tags, environment, labels });
const versions = ({ components }: ConfigStack): Record<string, string | undefined> => Object.fromEntries(components.map(({ kind, version }) => [kind, knownVersion(version)]));

describe('what an image says of itself', () => {
  it('reads nvidia/cuda by its tag before its environment is known', () => {
    const stack = read(['nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04']);
    expect(versions(stack)).toMatchObject({ cuda: '12.4.1', os: '22.04' });
    expect(stack.usesGpu).toBe(true);
  });

  it('reads an image built on it, whose name says nothing', () => {
    const environment = ['NVARCH=x86_64', 'NVIDIA_REQUIRE_CUDA=cuda>=11.8 brand=tesla,driver>=450,driver<451', 'CUDA_VERSION=11.8.0', 'NV_CUDNN_VERSION=8.9.6.50', 'NCCL_VERSION=2.15.5-1', 'NV_LIBCUBLAS_VERSION=11.11.3.6-1'];
    const stack = read(['registry.example/team/app:7'], environment);
    expect(versions(stack)).toEqual({ cuda: '11.8.0', cudnn: '8.9.6.50', nccl: '2.15.5', cublas: '11.11.3.6' });
    expect(stack.requireCuda).toMatch(/^cuda>=11\.8/);
    expect(stack.components[0]?.kind).toBe('cuda');
  });

  it('reads an NGC image: no build number for CUDA, nothing behind +, the label where there is no variable', () => {
    const environment = ['CUDA_VERSION=12.3.2.001', 'CUDNN_VERSION=8.9.7.29+cuda12.2', 'TRT_VERSION=8.6.1.6+cuda12.0.1.011', 'PYTORCH_VERSION=2.2.0a0+81ea7a4', 'CUBLAS_VERSION=12.3.4.1'];
    expect(versions(read([], environment))).toMatchObject({ cuda: '12.3.2', cudnn: '8.9.7.29', tensorrt: '8.6.1.6', torch: '2.2.0a0', cublas: '12.3.4.1' });
    expect(versions(read([], undefined, { 'com.nvidia.tensorrt.version': '10.14.1.48+cuda13.0', 'com.nvidia.cuda.version': '9.0' }))).toEqual({ tensorrt: '10.14.1.48' });
  });

  it('believes the image before its tag', () => {
    expect(versions(read(['nvidia/cuda:12.4.1-base-ubuntu22.04'], ['CUDA_VERSION=12.2.0']))).toMatchObject({ cuda: '12.2.0' });
  });

  it('says nothing of what it does not know', () => {
    expect(read(['app:latest'], ['PATH=/bin', 'CUDA_VERSION=', 'TRT_VERSION=newest', '=', 'no-equals-sign'], { 'com.nvidia.cudnn.version': '${VERSION}' })).toEqual({ components: [], decoded: undefined, requireCuda: undefined, usesGpu: false });
    expect(read(['__proto__:1'], undefined, {}).components).toEqual([]);
  });

  it.each([
    [['NVIDIA_VISIBLE_DEVICES=all'], true],
    [['NVIDIA_VISIBLE_DEVICES=void'], false],
    [['NVIDIA_VISIBLE_DEVICES='], false],
    [['NVIDIA_REQUIRE_CUDA=cuda>=9.0'], true],
    [['NVIDIA_REQUIRE_CUDA=cuda>=9.0', 'NVIDIA_DISABLE_REQUIRE=1'], false],
    [['PYTORCH_VERSION=2.1.0'], false],
  ])('%j is for a GPU: %s', (environment, usesGpu) => {
    expect(read(['app:1'], environment).usesGpu).toBe(usesGpu);
  });
});

describe('what was found inside an image', () => {
  const found = (kind: ScannedComponent['kind'], version: string, name: string = kind): ScannedComponent => ({ kind, name, version, cuda: null, via: 'apt', file: '/var/lib/dpkg/status' });
  const list = ({ components }: ConfigStack): readonly string[] => components.map(({ kind, version }) => `${kind} ${knownVersion(version)}`);

  it('goes before what it says of itself; of what was not found, that stays', () => {
    const stack = withScan(read([], ['CUDA_VERSION=12.4.0', 'TRT_VERSION=8.6.1.6']), [found('cuda', '12.4.1'), found('cudnn', '9.1.0.70')]);
    expect(list(stack)).toEqual(['tensorrt 8.6.1.6', 'cuda 12.4.1', 'cudnn 9.1.0.70']);
  });

  it('makes an image one for a GPU that says nothing of it', () => {
    const plain = read(['app:latest'], []);
    expect([plain.usesGpu, withScan(plain, [found('tensorrt', '10.3.0.26')]).usesGpu, withScan(plain, [found('python', '3.10.12')]).usesGpu]).toEqual([false, true, false]);
  });

  it('is named once for what comes in parts, and twice where two versions lie there', () => {
    const parts = [found('tensorrt', '10.3.0.26', 'libnvinfer10'), found('tensorrt', '10.3.0', 'libnvinfer.so.10.3.0'), found('tensorrt', '8.6.1', 'tensorrt')];
    expect(list(withScan(read([]), parts))).toEqual(['tensorrt 10.3.0.26', 'tensorrt 8.6.1']);
  });

  it('tells the CUDA of wheels, which bring it in parts', () => {
    const torch: ScannedComponent = { ...found('torch', '2.14.1'), via: 'pip', cuda: '12.6' };
    expect(list(withScan(read([]), [found('cudart', '13.0.96', 'nvidia-cuda-runtime'), torch]))).toContain('cuda 13.0');
    expect(list(withScan(read([]), [torch]))).toContain('cuda 12.6');
    expect(list(withScan(read([]), [{ ...torch, cuda: null }, found('cudart', `1${'0'.repeat(200)}.0`)])).join()).not.toContain('cuda ');
    expect(list(withScan(read([], ['CUDA_VERSION=12.4.1']), [torch])).filter((text) => text.startsWith('cuda '))).toEqual(['cuda 12.4.1']);
  });

  it('is left out where it is no version', () => {
    expect(list(withScan(read([]), ['', '$(id)', '[x](command:y)', '1\u202e2', `1${'0'.repeat(200)}`].map((version) => found('tensorrt', version))))).toEqual([]);
  });
});
