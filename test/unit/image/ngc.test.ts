import { msg } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { ngcRelease, ngcReleases, ngcReleasesWithTensorRT, ngcValue } from '../../../src/core/facts/ngc-images';
import { decodeImage } from '../../../src/core/image/decode';
import type { DecodedImage } from '../../../src/core/image/model';
import { UNKNOWN } from '../../../src/core/text/traced';

const IMAGES = ['tensorrt', 'tritonserver', 'tensorrtserver', 'pytorch', 'tensorflow'];

function decode(name: string): DecodedImage {
  const image = decodeImage(`nvcr.io/nvidia/${name}`);
  if (image === undefined) throw new Error(`not decoded: ${name}`);
  return image;
}

function versions(image: DecodedImage): Record<string, string> {
  return Object.fromEntries(image.components.map(({ kind, version }) => [kind, version.type === 'exact' || version.type === 'prefix' ? version.version : version.type]));
}

describe('every NGC tag of the table', () => {
  it.each(IMAGES)('of %s decodes to its release', (name) => {
    const releases = ngcReleases(`nvcr.io/nvidia/${name}`);
    expect(releases.length).toBeGreaterThan(15);
    for (const row of releases) {
      for (const suffix of row.tags) {
        const tag = `${row.release}-${suffix}`;
        const image = decode(`${name}:${tag}`);
        expect(image.parts.find(({ kind }) => kind === 'release')?.value, tag).toBe(row.release);
        expect(image.status, tag).toBe('unknown');
        for (const { value, range } of image.parts) expect(tag.slice(range.start, range.end)).toBe(value);
      }
    }
  });

  it('keeps what a source says of the image itself above what others of the month have', () => {
    for (const name of IMAGES) {
      for (const row of ngcReleases(`nvcr.io/nvidia/${name}`)) {
        for (const field of ['cuda', 'cudnn', 'tensorrt'] as const) {
          const value = ngcValue(row, field);
          if (row[field] === null) expect(value?.certainty ?? 'assumed').toBe('assumed');
          else expect(value?.value.startsWith(row[field])).toBe(true);
        }
      }
    }
  });
});

describe('status', () => {
  it.each([
    ['tensorrt:22.01-py3', 'unknown'],
    ['tensorrt:22.01', 'never-existed'],
    ['tensorrt', 'unknown'],
    ['tensorrt:8.2-py3', 'never-existed'],
    ['tensorrt:8.6.1', 'never-existed'],
    ['tensorrt:10.12-py3', 'never-existed'],
    ['pytorch:2.1.0-py3', 'never-existed'],
    ['tensorrt:20.04-py3', 'never-existed'],
    ['tensorrt:30.01-py3', 'newer'],
    ['tensorrt:18.06', 'unknown'],
    ['tritonserver:20.11-py3-sdk', 'never-existed'],
    ['tritonserver:20.12-py3-sdk', 'unknown'],
    ['tritonserver:20.10-py3-clientsdk', 'unknown'],
    ['tritonserver:21.02-py3-clientsdk', 'never-existed'],
    ['tritonserver:23.04-py', 'never-existed'],
    ['tritonserver:19.10-py3', 'never-existed'],
    ['tensorrtserver:19.10-py3', 'unknown'],
    ['tensorrtserver:20.09-py3', 'never-existed'],
    ['tensorflow:23.03-tf1-py3', 'unknown'],
    ['tensorflow:23.09-tf1-py3', 'never-existed'],
    [`tritonserver:${UNKNOWN}-py3`, 'unknown'],
    [`tritonserver:23.04-${UNKNOWN}`, 'unknown'],
    [`tensorrt:8.${UNKNOWN}`, 'unknown'],
  ])('%s: %s', (name, status) => {
    const image = decode(name);
    expect(image.status).toBe(status);
    if (status === 'never-existed') expect(image.statusEvidence?.source).toMatch(/^https:/);
  });

  it('tells a library version from a release by its part', () => {
    expect(decode('tensorrt:8.2-py3').parts[0]).toEqual({ kind: 'tensorrt', value: '8.2', range: { start: 0, end: 3 } });
    expect(decode('tritonserver:2.34.0-py3').parts[0]?.kind).toBe('framework');
    expect(decode('tensorrt:22.01-py3').parts.map(({ kind }) => kind)).toEqual(['release', 'suffix']);
  });

  it('is unknown behind a mirror', () => {
    expect(decodeImage('registry.example.com/nvidia/tensorrt:8.2-py3')).toMatchObject({ mirrored: true, status: 'unknown', family: 'ngc-tensorrt' });
  });
});

describe('contents', () => {
  it('of a TensorRT release', () => {
    const image = decode('tensorrt:23.08-py3');
    expect(versions(image)).toMatchObject({ cuda: '12.2.1', tensorrt: '8.6.1', trtexec: '8.6.1', 'tensorrt-python': '8.6.1' });
    expect(image.components.find(({ kind }) => kind === 'tensorrt')?.certainty).toBe('derived');
    expect(image.components.find(({ kind }) => kind === 'cuda')).toMatchObject({ certainty: 'assumed', evidence: { fact: msg`${'tritonserver'} ${'23.08'} of the same month has ${'CUDA'} ${'12.2.1'}` } });
    expect(image).toMatchObject({ driverMin: '535', componentsComplete: false });
    expect(image.env.get('NVIDIA_TENSORRT_VERSION')).toBe('23.08');
  });

  it('22.01 is the release of the seeds', () => {
    expect(versions(decode('tensorrt:22.01-py3'))).toMatchObject({ os: '20.04', python: '3.8', cuda: '11.6.0', tensorrt: '8.2.2.1', cublas: '11.8.1.74' });
  });

  it('of the frameworks', () => {
    expect(versions(decode('pytorch:24.01-py3'))).toMatchObject({ os: '22.04', python: '3.10', torch: '2.2.0a0+81ea7a4', tensorrt: '8.6.1.6', cudnn: '8.9.7.29' });
    expect(versions(decode('pytorch:21.12-py3'))['conda']).toBe('unknown');
    expect(versions(decode('pytorch:22.12-py3'))['conda']).toBeUndefined();
    expect(versions(decode('tensorflow:21.12-tf2-py3'))).toHaveProperty('tensorflow');
  });

  it('of Triton differ by variant', () => {
    expect(versions(decode('tritonserver:24.05-py3'))).toMatchObject({ triton: '2.46.0', tensorrt: '10.0.1.6' });
    expect(versions(decode('tritonserver:24.05-py3-min'))).not.toHaveProperty('triton');
    expect(versions(decode('tritonserver:24.05-py3-sdk'))).toEqual({ os: '22.04' });
    expect(versions(decode('tritonserver:24.05-trtllm-python-py3'))).toMatchObject({ 'tensorrt-llm': '0.9.0', cuda: '12.3.2' });
    expect(versions(decode(`tritonserver:24.05-${UNKNOWN}`))).toEqual({ os: '22.04' });
    expect(decode('tritonserver:24.05-py3-igpu').platforms).toEqual(['linux/arm64']);
  });

  it('of cuda-dl-base', () => {
    expect(versions(decode('cuda-dl-base:25.03-cuda12.8-devel-ubuntu24.04'))).toMatchObject({ os: '24.04', cuda: '12.8', nvcc: '12.8' });
    expect(decode('clara/unknown:1')).toMatchObject({ family: 'ngc-other', components: [] });
  });
});

describe('releases by TensorRT version', () => {
  it.each([
    ['8.2', '22.01'],
    ['8.6.1', '23.08'],
    ['7.2', '20.12'],
  ])('%s is in %s', (version, release) => {
    expect(ngcReleasesWithTensorRT(version).map((found) => found.release)).toContain(release);
  });

  it('are those whose TensorRT is known that well, the newest first', () => {
    const found = ngcReleasesWithTensorRT('8.2');
    expect(found.every(({ tensorrt }) => tensorrt.value.startsWith('8.2'))).toBe(true);
    expect(found.map(({ release }) => release)).toEqual([...found.map(({ release }) => release)].sort().reverse());
    expect(ngcReleasesWithTensorRT('99')).toEqual([]);
    expect(ngcRelease('nvcr.io/nvidia/tensorrt', '22.01')?.tags).toContain('py3');
  });
});
