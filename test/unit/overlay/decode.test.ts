import { msg } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { decodeImage } from '../../../src/core/image/decode';
import type { DecodedImage } from '../../../src/core/image/model';
import type { ComponentKind } from '../../../src/core/stack/model';
import { readOverlay } from '../../../src/core/overlay/read';

function decode(image: string, overlay: string): DecodedImage | undefined {
  return decodeImage(image, readOverlay(overlay, 'overlay.yaml').overlay);
}

function version(image: DecodedImage | undefined, kind: ComponentKind): unknown {
  return image?.components.find((component) => component.kind === kind)?.version;
}

const BASE = `checked: 2026-11-01
images:
  - name: registry.example.com/ml/trt
    tags: [24.*]
    base: nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
    tensorrt: 10.0.1.6
  - name: registry.example.com/ml/*
    base: registry.example.com/ml/trt:24.05
    os: ubuntu22.04
    python: 3.11
`;

describe('images of an overlay', () => {
  it('hold what they are built on and what the overlay says', () => {
    const image = decode('registry.example.com/ml/trt:24.05', BASE);
    expect(version(image, 'cuda')).toEqual({ type: 'exact', version: '12.4.1' });
    expect(version(image, 'tensorrt')).toEqual({ type: 'exact', version: '10.0.1.6' });
    expect(version(image, 'nvcc')).toBeDefined();
    expect(image).toMatchObject({ family: 'other', status: 'unknown', mirrored: false, packageManager: 'apt', flavor: 'devel', parts: [], driverMin: '525.60.13' });
    expect(image?.components.find(({ kind }) => kind === 'tensorrt')?.evidence).toEqual({
      fact: msg`${'registry.example.com/ml/trt'} has ${'tensorrt 10.0.1.6'}`,
      source: 'overlay.yaml',
      checked: '2026-11-01',
    });
  });

  it('are built on each other', () => {
    const image = decode('registry.example.com/ml/serving:1', BASE);
    expect(version(image, 'tensorrt')).toEqual({ type: 'exact', version: '10.0.1.6' });
    expect(version(image, 'python')).toEqual({ type: 'prefix', version: '3.11' });
  });

  it('match by tag where tags are named', () => {
    expect(decode('registry.example.com/ml2/trt:23.01', BASE)).toBeUndefined();
    expect(version(decode('registry.example.com/ml/trt:23.01', BASE), 'python')).toBeDefined();
  });

  it('may name themselves', () => {
    expect(decode('a/b:1', 'images: [{ name: a/b, base: "a/b:1", cuda: 12.4.1 }]')?.components).toHaveLength(2);
  });

  it('take the place of what the decoders know', () => {
    expect(version(decode('nvidia/cuda:12.4.1-base-ubuntu22.04', 'images: [{ name: nvidia/cuda, cuda: 11.8.0 }]'), 'cuda')).toEqual({ type: 'exact', version: '11.8.0' });
  });

  it.each([
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acb', false],
    ['*', 'x', true],
    ['a*b*c', 'axbxc', true],
    ['a*b*b', 'ab', false],
    ['a.c', 'abc', false],
  ])('%s against the tag %s: %s', (pattern, tag, expected) => {
    expect(decode(`corp/base:${tag}`, `images: [{ name: corp/base, tags: ['${pattern}'] }]`) !== undefined).toBe(expected);
  });
});

describe('mirrors of an overlay', () => {
  const faithful = 'mirrors: [{ prefix: harbor.example.com/x, of: nvcr.io, faithful: true }]';

  it('give the publisher’s name, whatever the path', () => {
    const image = decode('harbor.example.com/x/nvidia/tensorrt:24.05-py3', faithful);
    expect(image).toMatchObject({ canonical: 'nvcr.io/nvidia/tensorrt', family: 'ngc-tensorrt', mirrored: false });
    expect(image?.reference.text).toBe('harbor.example.com/x/nvidia/tensorrt:24.05-py3');
  });

  it('are judged by the publisher’s tags only when they are faithful', () => {
    const of = (extra: string): DecodedImage | undefined => decode('mirror.example.com/nvidia/cuda:11.0-base', `mirrors: [{ prefix: mirror.example.com, of: docker.io${extra} }]`);
    expect(of('')).toMatchObject({ mirrored: true, status: 'unknown' });
    expect(of(', faithful: true')).toMatchObject({ mirrored: false, status: decodeImage('nvidia/cuda:11.0-base')?.status });
  });
});

describe('tags of an overlay', () => {
  const text = 'FROM nvidia/cuda:11.0-base\n';
  const rules = (overlay: string): string[] => analyseDockerfile(text, 'Dockerfile', { overlay: readOverlay(overlay, 'overlay.yaml').overlay }).findings.map(({ rule }) => rule);

  it('silence and raise findings about tags', () => {
    expect(rules('')).toContain('image-tag-removed');
    expect(rules('tags: [{ image: nvidia/cuda, served: ["11.0-*"] }]')).not.toContain('image-tag-removed');
    expect(decode('nvidia/cuda:12.4.1-base-ubuntu22.04', 'tags: [{ image: nvidia/cuda, removed: ["12.*"] }]')).toMatchObject({
      status: 'removed',
      statusEvidence: { fact: msg`${'nvidia/cuda'}:${'12.4.1-base-ubuntu22.04'} cannot be pulled`, source: 'overlay.yaml' },
    });
  });
});
