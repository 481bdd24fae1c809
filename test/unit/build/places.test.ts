import { describe, expect, it } from 'vitest';
import { folderOf, narrowContext, resolveInside } from '../../../src/core/build/places';
import { readContext } from '../../../src/core/engine/example';

describe('resolveInside', () => {
  it.each([
    ['', 'a', 'a'],
    ['', '.', ''],
    ['docker/gpu', '../Dockerfile', 'docker/Dockerfile'],
    ['docker', './a//b/../c/', 'docker/a/c'],
    ['docker', '../..', undefined],
    ['docker', '/etc/passwd', undefined],
    ['docker', '~/x', undefined],
    ['docker', 'C:\\x', undefined],
    ['docker', 'https://github.com/a/b.git', undefined],
    ['docker', 'git@github.com:a/b.git', undefined],
  ])('goes from %j by %j to %j', (folder, path, expected) => {
    expect(resolveInside(folder, path)).toBe(expected);
  });
});

it('names the folder of a path', () => {
  expect(['Dockerfile', 'a/b/Dockerfile'].map(folderOf)).toEqual(['', 'a/b']);
});

it('narrows a context to a folder of it', () => {
  const context = readContext({ 'app/x': 'text', y: 'other' });
  const inside = context && narrowContext(context, 'app');
  expect([inside?.readText('x'), inside?.readText('/x'), inside?.readText('y'), inside?.fileName('x')]).toEqual(['text', 'text', undefined, 'app/x']);
});
