import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../../../src/core/image/reference';
import { UNKNOWN } from '../../../src/core/text/traced';

const digest = `sha256:${'0'.repeat(64)}`;

describe('parseImageReference', () => {
  it.each([
    ['ubuntu', undefined, 'ubuntu', undefined, undefined],
    ['ubuntu:22.04', undefined, 'ubuntu', '22.04', undefined],
    ['nvidia/cuda:11.6.2-devel-ubuntu20.04', undefined, 'nvidia/cuda', '11.6.2-devel-ubuntu20.04', undefined],
    ['nvcr.io/nvidia/tensorrt:22.01-py3', 'nvcr.io', 'nvidia/tensorrt', '22.01-py3', undefined],
    ['localhost/cuda:a', 'localhost', 'cuda', 'a', undefined],
    ['localhost:5000/cuda', 'localhost:5000', 'cuda', undefined, undefined],
    ['registry:5000/a/b:c', 'registry:5000', 'a/b', 'c', undefined],
    ['registry/a/b:c', undefined, 'registry/a/b', 'c', undefined],
    ['Registry/a', 'Registry', 'a', undefined, undefined],
    ['[::1]:5000/a', '[::1]:5000', 'a', undefined, undefined],
    [`a@${digest}`, undefined, 'a', undefined, digest],
    [`docker.io/library/a:1@${digest}`, 'docker.io', 'library/a', '1', digest],
    [`${UNKNOWN}/nvidia/cuda:1`, UNKNOWN, 'nvidia/cuda', '1', undefined],
    [`${UNKNOWN}nvidia/cuda:1`, undefined, `${UNKNOWN}nvidia/cuda`, '1', undefined],
    [`nvidia/cuda:${UNKNOWN}-devel`, undefined, 'nvidia/cuda', `${UNKNOWN}-devel`, undefined],
    [`a.b:${UNKNOWN}/c:${UNKNOWN}`, `a.b:${UNKNOWN}`, 'c', UNKNOWN, undefined],
    [UNKNOWN, undefined, UNKNOWN, undefined, undefined],
  ])('splits %s', (text, registry, repository, tag, digestPart) => {
    const reference = parseImageReference(text);
    expect(reference).toMatchObject({ text, registry, repository, tag, digest: digestPart });
    const { repositoryRange, tagRange } = reference ?? { repositoryRange: { start: 0, end: 0 }, tagRange: undefined };
    expect(text.slice(repositoryRange.start, repositoryRange.end)).toBe(repository);
    expect(tagRange && text.slice(tagRange.start, tagRange.end)).toBe(tag);
  });

  it.each(['', ' ', 'a b', 'Ubuntu', 'a//b', '/a', 'a/', 'a:', 'a:b:c', 'a:-b', 'a@', 'a@sha256', '-a', 'a..b', 'a.b:port/c', `a:${'x'.repeat(129)}`, 'a/'.repeat(600) + 'a', '$X', '${X}/a'])('refuses %j', (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });

  it('never throws, and its ranges lie in the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(new RegExp(`^[a-z0-9:@/._${UNKNOWN}-]{0,60}$`))), (text) => {
        const reference = parseImageReference(text);
        if (reference === undefined) return;
        for (const range of [reference.repositoryRange, reference.tagRange]) {
          if (range === undefined) continue;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
