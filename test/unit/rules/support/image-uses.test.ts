import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../../src/core/dockerfile/read';
import { listImages, nameOf, retag } from '../../../../src/core/rules/support/image-uses';
import { neededStages } from '../../../../src/core/rules/support/needed-stages';
import { interpret } from '../../../../src/core/stack/interpret';
import type { StackReport } from '../../../../src/core/stack/model';
import { applyEdits } from '../../../../src/core/text/edit';

function stackOf(text: string): StackReport {
  const dockerfile = readDockerfile(text, 'Dockerfile');
  if ('problem' in dockerfile) throw new Error(dockerfile.problem);
  return interpret(dockerfile);
}

describe('listImages', () => {
  it.each([
    ['FROM', 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04 AS a\nFROM a\n', ['from nvidia/cuda:12.4.1-base-ubuntu22.04']],
    ['COPY --from', 'FROM scratch\nCOPY --from=ubuntu:22.04 /a /b\n', ['copy ubuntu:22.04']],
    ['a stage by name or number', 'FROM ubuntu:22.04 AS debian\nFROM scratch\nCOPY --from=Debian /a /b\nCOPY --from=0 /a /b\n', ['from ubuntu:22.04']],
    ['a mount', 'FROM scratch\nRUN --mount=type=bind,from=debian:12,target=/m ls\n', ['mount debian:12']],
    ['a variable, which BuildKit does not expand there', 'FROM scratch\nCOPY --from=$IMAGE /a /b\n', []],
    ['an image that no decoder knows', 'FROM example.com/a/b:1\n', []],
  ])('%s', (_, text, expected) => {
    expect(listImages(stackOf(text)).map(({ by, image }) => `${by} ${nameOf(image)}`)).toEqual(expected);
  });

  it('knows where a mount names its image', () => {
    const text = 'FROM scratch\nRUN --mount=type=bind,from=debian:12,target=/m ls\n';
    const [use] = listImages(stackOf(text));
    const range = use?.reference.locate()?.range;
    expect(text.slice(range?.start, range?.end)).toBe('debian:12');
  });
});

describe('retag', () => {
  const LITERAL = 'FROM nvidia/cuda:11.0-base\n';
  it.each([
    ['a number', 'FROM nvidia/cuda:11.2.0-devel-ubuntu20.04\n', '11.2.2-devel-ubuntu20.04', 'FROM nvidia/cuda:11.2.2-devel-ubuntu20.04\n'],
    ['a piece more', LITERAL, '11.0.3-base-ubuntu20.04', 'FROM nvidia/cuda:11.0.3-base-ubuntu20.04\n'],
    ['a piece less', 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\n', '12.4.1-devel-ubuntu22.04', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n'],
    ['a piece in between', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n', '12.4.1-cudnn-devel-ubuntu22.04', 'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\n'],
    ['the first tag', 'FROM nvidia/cuda AS a\n', '13.2.0-base-ubuntu24.04', 'FROM nvidia/cuda:13.2.0-base-ubuntu24.04 AS a\n'],
    ['another word', 'FROM nvidia/cuda:latest\n', '13.2.0-base-ubuntu24.04', 'FROM nvidia/cuda:13.2.0-base-ubuntu24.04\n'],
    [
      'pieces out of several ARGs',
      'ARG CUDA=11.2.0\nARG OS=18.04\nFROM nvidia/cuda:${CUDA}-devel-ubuntu${OS}\n',
      '11.4.3-devel-ubuntu20.04',
      'ARG CUDA=11.4.3\nARG OS=20.04\nFROM nvidia/cuda:${CUDA}-devel-ubuntu${OS}\n',
    ],
    ['the whole reference in an ARG', 'ARG BASE=nvidia/cuda:11.2.0-base-ubuntu20.04\nFROM $BASE\n', '11.2.2-base-ubuntu20.04', 'ARG BASE=nvidia/cuda:11.2.2-base-ubuntu20.04\nFROM $BASE\n'],
    ['a literal flavor beside an ARG', 'ARG V=12.4.1\nFROM nvidia/cuda:$V-base-ubuntu22.04\n', '12.4.1-runtime-ubuntu22.04', 'ARG V=12.4.1\nFROM nvidia/cuda:$V-runtime-ubuntu22.04\n'],
    ['a digest, which would win', `FROM nvidia/cuda:11.2.0-base-ubuntu20.04@sha256:${'0'.repeat(64)}\n`, '11.2.2-base-ubuntu20.04', undefined],
    ['a default that is not written out', 'ARG V\nFROM nvidia/cuda:${V:-"11.2.0"}-base-ubuntu20.04\n', '11.2.2-base-ubuntu20.04', 'ARG V\nFROM nvidia/cuda:${V:-"11.2.2"}-base-ubuntu20.04\n'],
  ])('%s', (_, text, tag, expected) => {
    const use = listImages(stackOf(text))[0];
    const fix = use && retag(use, [tag])[0];
    expect(fix && applyEdits(text, fix.edits)).toBe(expected);
  });
});

it('tells the stages that the last one needs', () => {
  const stack = stackOf('FROM ubuntu:22.04 AS a\nFROM a AS b\nFROM ubuntu:22.04 AS c\nFROM ubuntu:22.04 AS d\nFROM b\nCOPY --from=d /x /x\n');
  const needed = neededStages(stack);
  expect(stack.stages.filter((stage) => needed.has(stage)).map(({ stage }) => stage.index)).toEqual([0, 1, 3, 4]);
});
