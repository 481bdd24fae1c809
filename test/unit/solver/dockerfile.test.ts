import { describe, expect, it } from 'vitest';
import { writeDockerfile } from '../../../src/core/solver/dockerfile';
import { solve } from '../../../src/core/solver/solve';
import type { Wishes } from '../../../src/core/solver/model';

function write(wishes: Wishes): readonly string[] {
  const [combination] = solve(wishes, { count: 1 }).combinations;
  return combination === undefined ? [] : writeDockerfile(combination).split('\n');
}

describe('the lines to paste', () => {
  it('name, pin and hold all packages of one build', () => {
    expect(write({ tensorrt: '8.6.1', cuda: '11.8', ubuntu: '20.04', packages: ['libnvinfer-plugin8'], flavor: 'runtime' })).toEqual([
      'FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu20.04',
      'RUN apt-get update \\',
      ' && apt-get install -y --no-install-recommends \\',
      '        libnvinfer-plugin8=8.6.1.6-1+cuda11.8 \\',
      '        libnvinfer8=8.6.1.6-1+cuda11.8 \\',
      ' && apt-mark hold libnvinfer-plugin8 libnvinfer8 \\',
      ' && rm -rf /var/lib/apt/lists/*',
    ]);
  });

  it('take each wheel from its index', () => {
    const lines = write({ torch: '2.4.1+cu118', onnxruntime: '1.17', ubuntu: '20.04' });
    expect(lines.slice(-2)).toEqual([
      'RUN python3 -m pip install --no-cache-dir torch==2.4.1+cu118 --index-url https://download.pytorch.org/whl/cu118',
      "RUN python3 -m pip install --no-cache-dir 'onnxruntime-gpu==1.17.*'",
    ]);
    expect(lines).toContain('        python3-pip \\');
  });

  it('tell pip to install beside the distribution where it has to be told', () => {
    expect(write({ torch: '2.8', ubuntu: '24.04' }).at(-1)).toBe('RUN python3 -m pip install --no-cache-dir --break-system-packages torch==2.8.0');
    expect(write({ torch: '1.10+cu111', ubuntu: '18.04' })).toContain('RUN python3 -m pip install --no-cache-dir --upgrade pip');
  });

  it('are FROM alone where the image has all', () => {
    expect(write({ cuda: '12.1', flavor: 'base', ubuntu: '22.04' })).toEqual(['FROM nvidia/cuda:12.1.1-base-ubuntu22.04']);
    expect(write({ tensorrt: '8.6.1', family: 'ngc' })).toHaveLength(1);
  });
});
