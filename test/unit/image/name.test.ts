import { describe, expect, it } from 'vitest';
import { findImageName } from '../../../src/core/image/name';
import { parseImageReference } from '../../../src/core/image/reference';
import { UNKNOWN } from '../../../src/core/text/traced';

function nameOf(text: string): string | undefined {
  const reference = parseImageReference(text);
  const name = reference && findImageName(reference);
  return name && `${name.canonical}${name.mirrored ? ' (mirror)' : ''}`;
}

describe('findImageName', () => {
  it.each([
    ['nvidia/cuda:x', 'nvidia/cuda'],
    ['docker.io/nvidia/cuda:x', 'nvidia/cuda'],
    ['index.docker.io/nvidia/cuda', 'nvidia/cuda'],
    ['nvcr.io/nvidia/cuda', 'nvcr.io/nvidia/cuda'],
    ['nvcr.io/nvidia/clara/x', 'nvcr.io/nvidia/clara/x'],
    ['ubuntu', 'ubuntu'],
    ['library/ubuntu', 'ubuntu'],
    ['docker.io/library/ubuntu', 'ubuntu'],
    ['redhat/ubi8', 'ubi8'],
    ['registry.access.redhat.com/ubi9/ubi-minimal', 'ubi9'],
    ['registry.example.com:5000/dockerhub/nvidia/cuda', 'nvidia/cuda (mirror)'],
    ['docker.m.daocloud.io/nvidia/cuda', 'nvidia/cuda (mirror)'],
    ['proxy/nvidia/cuda', 'nvidia/cuda (mirror)'],
    [`${UNKNOWN}/nvidia/cuda`, 'nvidia/cuda (mirror)'],
    [`${UNKNOWN}nvidia/cuda`, 'nvidia/cuda (mirror)'],
    ['mirror.example.com/nvcr.io/nvidia/tensorrt', 'nvcr.io/nvidia/tensorrt (mirror)'],
    ['mirror.example.com/nvidia/tensorrt-llm/release', 'nvcr.io/nvidia/tensorrt-llm/release (mirror)'],
    ['public.ecr.aws/docker/library/ubuntu', 'ubuntu (mirror)'],
    ['registry.example.com/ubuntu', 'ubuntu (mirror)'],
    ['registry.example.com/docker-hub/python', 'python (mirror)'],
    ['registry.example.com/ubi8/ubi', 'ubi8 (mirror)'],
  ])('%s is %s', (text, expected) => {
    expect(nameOf(text)).toBe(expected);
  });

  it.each(['nvidia/tensorrt', 'me/cuda', 'me/ubuntu', 'ghcr.io/me/python', 'mcr.microsoft.com/devcontainers/python', 'nvcr.io/nvstaging/x', 'detectme', UNKNOWN, `nvidia/cuda${UNKNOWN}`, `${UNKNOWN}cuda`])(
    '%s is nobody’s known image',
    (text) => {
      expect(nameOf(text)).toBeUndefined();
    },
  );
});
