import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/core/image/decode';
import { distroPython, distroPythonEvidence } from '../../../src/core/image/distribution';
import type { DecodedImage } from '../../../src/core/image/model';
import { UNKNOWN } from '../../../src/core/text/traced';

function decode(text: string): DecodedImage {
  const image = decodeImage(text);
  if (image === undefined) throw new Error(`not decoded: ${text}`);
  return image;
}

/** `kind version` with `*` after leading parts, and the certainty's first letter. */
function contents(text: string): string[] {
  return decode(text).components.map(({ kind, name, version, certainty }) => {
    const known = version.type === 'exact' ? version.version : version.type === 'prefix' ? `${version.version}*` : version.type;
    return `${kind === 'os' ? (name ?? '') : kind} ${known} ${certainty.charAt(0)}`;
  });
}

describe('distributions', () => {
  it.each([
    ['ubuntu:22.04', 'ubuntu 22.04 s'],
    ['ubuntu:jammy', 'ubuntu 22.04 s'],
    ['ubuntu:14.04.2', 'ubuntu 14.04 s'],
    ['ubuntu:jammy-20240111', 'ubuntu 22.04 s'],
    ['ubuntu', 'ubuntu unknown s'],
    ['ubuntu:rolling', 'ubuntu unknown s'],
    ['ubuntu:bookworm', 'ubuntu unknown s'],
    [`ubuntu:${UNKNOWN}`, 'ubuntu unknown s'],
    ['debian:bookworm-slim', 'debian 12 s'],
    ['debian:12.5-slim', 'debian 12 s'],
    ['alpine:3.15', 'alpine 3.15 s'],
    ['rockylinux:9', 'rockylinux 9 s'],
    ['centos:centos7', 'centos 7 s'],
    ['fedora:40', 'fedora 40 s'],
    ['amazonlinux:2023', 'amzn 2023 s'],
    ['redhat/ubi9', 'ubi 9 s'],
    ['archlinux', 'archlinux unknown s'],
  ])('%s', (text, os) => {
    expect(contents(text)).toEqual([os]);
    expect(decode(text).family).toBe('distribution');
  });

  it('have their package manager and C library', () => {
    expect(decode('alpine:3.15')).toMatchObject({ packageManager: 'apk', libc: 'musl', componentsComplete: true });
    expect(decode('debian:12')).toMatchObject({ packageManager: 'apt', libc: 'glibc', componentsComplete: true });
    expect(decode('rockylinux:9')).toMatchObject({ packageManager: 'yum', componentsComplete: false });
    expect(decode('archlinux')).toMatchObject({ packageManager: 'pacman', envComplete: false });
    expect(decode('ubuntu:22.04')).toMatchObject({ envComplete: true });
    expect(decode('amazonlinux:2023')).toMatchObject({ packageManager: 'yum' });
    expect(decode('registry.example.com/ubuntu:22.04')).toMatchObject({ mirrored: true, componentsComplete: false, envComplete: false });
  });

  it.each([
    ['ubuntu18.04', '3.6'],
    ['ubuntu20.04', '3.8'],
    ['ubuntu22.04', '3.10'],
    ['ubuntu24.04', '3.12'],
    ['debian12', '3.11'],
    ['centos7', undefined],
    ['', undefined],
  ])('python3 of %s is %s', (os, python) => {
    expect(distroPython(os)).toBe(python);
    expect(distroPythonEvidence(os)?.source.startsWith('https://')).toBe(python === undefined ? undefined : true);
  });
});

describe('python', () => {
  it.each([
    ['python:3.10', ['python 3.10* s']],
    ['python:3.10.12-slim', ['python 3.10.12 s']],
    ['python:3.12-slim-bookworm', ['debian 12 s', 'python 3.12* s']],
    ['python:3.11-alpine3.18', ['alpine unknown s', 'python 3.11* s']],
    ['python:latest', ['python unknown s']],
    [`python:${UNKNOWN}-slim`, ['python unknown s']],
  ])('%s', (text, expected) => {
    expect(contents(text)).toEqual(expected);
  });
});

describe('tensorflow', () => {
  it('1.14.0-gpu has Python 2, CUDA 10.0 and TensorRT 5.0.2', () => {
    expect(contents('tensorflow/tensorflow:1.14.0-gpu')).toEqual(['ubuntu 16.04 d', 'python 2* d', 'cuda 10.0* d', 'cudnn 7.4.1.5 d', 'tensorrt 5.0.2* d', 'tensorflow 1.14.0 s']);
    expect(contents('tensorflow/tensorflow:1.14.0-gpu-py3')).toContain('python 3* d');
    expect(contents('tensorflow/tensorflow:1.14.0-gpu-py3-jupyter')).toContain('cuda 10.0* d');
  });

  it.each([
    ['tensorflow/tensorflow:1.5.0-gpu', 'cuda 9.0* d', 'tensorrt'],
    ['tensorflow/tensorflow:2.12.0-gpu', 'cuda 11.8* a', undefined],
    ['tensorflow/tensorflow:2.1.0-gpu', 'cuda 10.0* a', undefined],
    ['tensorflow/tensorflow:2.10.0-gpu', 'python 3* d', 'cuda'],
    ['tensorflow/tensorflow:1.13.1', 'python 2* d', 'cuda'],
    ['tensorflow/tensorflow:latest-gpu', 'tensorflow unknown s', 'cuda'],
    ['tensorflow/tensorflow:devel-gpu', 'tensorflow unknown s', 'cuda'],
  ])('%s has %s, and no %s is told', (text, some, none) => {
    expect(contents(text)).toContain(some);
    if (none !== undefined) expect(contents(text).filter((line) => line.startsWith(`${none} `))).toEqual([]);
  });

  it.each([
    ['tensorflow/tensorflow:2.8.0-gpu', 'old'],
    ['tensorflow/tensorflow:1.15.2-gpu-py3', 'old'],
    ['tensorflow/tensorflow:2.8.1-gpu', undefined],
    ['tensorflow/tensorflow:2.8.0', undefined],
    ['tensorflow/tensorflow:latest-gpu', undefined],
  ])('the repository key of %s is %s', (text, key) => {
    expect(decode(text).repositoryKey).toBe(key);
    expect(decode(text).repositoryKeyEvidence === undefined).toBe(key === undefined);
  });
});

describe('pytorch', () => {
  it.each([
    ['pytorch/pytorch:1.7.1-cuda11.0-cudnn8-devel', 'old', 'devel', ['nvcc 11.0* d', 'cudnn-headers 8* d', 'torch 1.7.1 s', 'cuda 11.0* s']],
    ['pytorch/pytorch:1.10.0-cuda11.3-cudnn8-devel', 'old', 'devel', ['nvcc 11.3* d']],
    ['pytorch/pytorch:1.12.0-cuda11.3-cudnn8-devel', undefined, 'devel', ['nvcc 11.3* d']],
    ['pytorch/pytorch:1.11.0-cuda11.3-cudnn8-runtime', undefined, 'runtime', ['cudnn 8* s', 'cuda 11.3* s']],
    ['pytorch/pytorch:1.3-cuda10.1-cudnn7-devel', 'old', 'devel', ['torch 1.3* s']],
    ['pytorch/pytorch:latest', undefined, undefined, ['torch unknown s']],
    [`pytorch/pytorch:${UNKNOWN}-devel`, undefined, 'devel', ['torch unknown s']],
  ])('%s', (text, key, flavor, some) => {
    const image = decode(text);
    expect(image).toMatchObject({ repositoryKey: key, flavor, family: 'pytorch', componentsComplete: false });
    expect(contents(text)).toEqual(expect.arrayContaining(some));
    if (flavor !== 'devel') expect(contents(text).filter((line) => line.startsWith('nvcc'))).toEqual([]);
  });
});

describe('Jetson', () => {
  it.each([
    ['nvcr.io/nvidia/l4t-base:r32.4.3', ['l4t 32.4.3 s', 'ubuntu 18.04 d']],
    ['nvcr.io/nvidia/l4t-jetpack:r35.4.1', ['l4t 35.4.1 s', 'cuda 11.4* d', 'nvcc 11.4* a']],
    ['nvcr.io/nvidia/l4t-pytorch:r35.2.1-pth2.0-py3', ['l4t 35.2.1 s', 'python 3.8* d', 'torch 2.0.0a0+ec3941ad.nv23.2 d', 'cuda 11.4* a']],
    ['nvcr.io/nvidia/l4t-tensorrt:r8.2.1-runtime', ['ubuntu 18.04 d', 'tensorrt 8.2.1* s', 'tensorrt-python 8.2.1* a']],
    ['nvcr.io/nvidia/l4t-cuda:12.2.12-devel', ['cuda 12.2* s', 'nvcc 12.2* a']],
    ['nvcr.io/nvidia/l4t-ml:r34.1.0-py3', ['l4t 34.1.0 s']],
    ['nvcr.io/nvidia/l4t-base:custom', []],
  ])('%s is for Arm', (text, some) => {
    expect(decode(text)).toMatchObject({ family: 'ngc-l4t', platforms: ['linux/arm64'] });
    expect(contents(text)).toEqual(expect.arrayContaining(some));
  });

  it('has no CUDA of its own up to r32', () => {
    expect(contents('nvcr.io/nvidia/l4t-pytorch:r32.7.1-pth1.10-py3').filter((line) => line.startsWith('cuda '))).toEqual([]);
  });
});

describe('others', () => {
  it.each([
    ['nvcr.io/nvidia/deepstream:6.1.1-devel', 'ngc-deepstream', ['deepstream 6.1.1 s', 'cuda 11.7.1 d', 'tensorrt 8.4.1.5 d']],
    ['nvcr.io/nvidia/deepstream:7.1-triton-multiarch', 'ngc-deepstream', ['deepstream 7.1* s', 'tensorrt 10.3.0.26 a']],
    ['nvcr.io/nvidia/deepstream-l4t:6.2-samples', 'ngc-deepstream', ['deepstream 6.2* s']],
    ['nvcr.io/nvidia/tensorrt-llm/release:1.1.0', 'ngc-tensorrt-llm', ['tensorrt-llm 1.1.0 s']],
    ['vllm/vllm-openai:v0.11.2', 'other', ['cuda 12.9* d', 'python 3.12* d']],
    ['mambaorg/micromamba:1.5.8-jammy', 'other', ['conda unknown s']],
    ['continuumio/anaconda2', 'other', ['conda unknown s', 'python 2* d']],
    ['continuumio/anaconda3', 'other', ['conda unknown s', 'python 3* d']],
  ])('%s', (text, family, some) => {
    expect(decode(text).family).toBe(family);
    expect(contents(text)).toEqual(expect.arrayContaining(some));
  });

  it.each(['scratch', 'builder', '', UNKNOWN, `${UNKNOWN}/${UNKNOWN}:${UNKNOWN}`, 'me/app:1', 'a b', '::', 'nvidia/tensorrt:22.01-py3'])('nothing is known of %j', (text) => {
    expect(decodeImage(text)).toBeUndefined();
  });
});

describe('any input', () => {
  const names = ['nvidia/cuda', 'nvcr.io/nvidia/tensorrt', 'nvcr.io/nvidia/tritonserver', 'nvcr.io/nvidia/l4t-ml', 'nvcr.io/nvidia/deepstream', 'nvcr.io/nvidia/cuda-dl-base', 'tensorflow/tensorflow', 'pytorch/pytorch', 'ubuntu', 'python', 'x.y/nvidia/cuda', `${UNKNOWN}/ubuntu`];
  const pieces = ['11.6.2', '8.0', '22.01', '1.14.0', 'r32.4.3', 'cudnn8', 'cudnn', 'tensorrt', 'devel', 'runtime', 'base', 'ubuntu20.04', 'py3', 'sdk', 'gpu', 'tf1', 'cuda11.0', 'pth1.8', '-', '--', '.', UNKNOWN, '0', '99999999999999999999', 'constructor', '__proto__', 'rc'];

  it('never throws, and the parts lie in the tag', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.tuple(fc.constantFrom(...names), fc.array(fc.constantFrom(...pieces), { maxLength: 6 })).map(([name, tag]) => `${name}:${tag.join('-')}`)),
        (text) => {
          const image = decodeImage(text);
          const tag = image?.reference.tag ?? '';
          for (const { value, range } of image?.parts ?? []) expect(tag.slice(range.start, range.end)).toBe(value);
          for (const { evidence } of image?.components ?? []) if (evidence !== undefined) expect(evidence.source).not.toBe('');
        },
      ),
      { numRuns: 5000 },
    );
  });
});
