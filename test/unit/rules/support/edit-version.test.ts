import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../../src/core/dockerfile/read';
import { editVersions, locateVersion, mergeEdits } from '../../../../src/core/rules/support/edit-version';
import { listLibraryInstalls, type LibraryInstall } from '../../../../src/core/rules/support/library-packages';
import { interpret } from '../../../../src/core/stack/interpret';
import { applyEdits } from '../../../../src/core/text/edit';

function installOf(text: string): LibraryInstall {
  const dockerfile = readDockerfile(text, 'Dockerfile');
  if ('problem' in dockerfile) throw new Error(dockerfile.problem);
  const install = listLibraryInstalls(interpret(dockerfile))[0]?.own[0];
  if (install === undefined) throw new Error('installs nothing');
  return install;
}

/** The text after all packages of its first install got another version. */
function edited(text: string, version: string): string | undefined {
  const install = installOf(text);
  const edits = editVersions(install, install.packages, new Map(install.packages.map(({ name }) => [name, version])));
  return edits && applyEdits(text, edits);
}

describe('editVersions', () => {
  const NEW = '8.4.3-1+cuda11.6';
  it.each([
    ['in words', 'FROM a\nRUN apt-get install -y libnvinfer8=8.4.1-1+cuda11.6 "libnvinfer-dev=8.4.1-1+cuda11.6"\n', 'FROM a\nRUN apt-get install -y libnvinfer8=8.4.3-1+cuda11.6 "libnvinfer-dev=8.4.3-1+cuda11.6"\n'],
    [
      'once, in an ARG that several share',
      'FROM a\nARG V=8.4.1-1+cuda11.6\nRUN apt-get install -y libnvinfer8=$V libnvinfer-dev=${V}\n',
      'FROM a\nARG V=8.4.3-1+cuda11.6\nRUN apt-get install -y libnvinfer8=$V libnvinfer-dev=${V}\n',
    ],
    [
      'in the ARG that the number comes from',
      'FROM a\nARG V=8.4.1\nARG C=11.6\nRUN apt-get install -y libnvinfer8=${V}-1+cuda${C} libnvinfer-dev=${V}-1+cuda${C}\n',
      'FROM a\nARG V=8.4.3\nARG C=11.6\nRUN apt-get install -y libnvinfer8=${V}-1+cuda${C} libnvinfer-dev=${V}-1+cuda${C}\n',
    ],
    [
      'in the assignment of the same RUN',
      'FROM a\nRUN V=8.4.1-1+cuda11.6 && apt-get install -y libnvinfer8=${V} libnvinfer-dev=${V}\n',
      'FROM a\nRUN V=8.4.3-1+cuda11.6 && apt-get install -y libnvinfer8=${V} libnvinfer-dev=${V}\n',
    ],
    ['as yum writes them', 'FROM a\nRUN yum install -y libnvinfer8-8.4.1-1.cuda11.6\n', 'FROM a\nRUN yum install -y libnvinfer8-8.4.3-1.cuda11.6\n'],
    ['in JSON form', 'FROM a\nRUN ["apt-get", "install", "-y", "libnvinfer8=8.4.1-1+cuda11.6"]\n', 'FROM a\nRUN ["apt-get", "install", "-y", "libnvinfer8=8.4.3-1+cuda11.6"]\n'],
  ])('%s', (_, text, expected) => {
    expect(edited(text, NEW)).toBe(expected);
  });

  it('writes a version out where the variable means another package too', () => {
    const text = 'FROM a\nARG V=8.4.1-1+cuda11.6\nRUN apt-get install -y libnvinfer8=$V libnvinfer-dev=$V\n';
    const install = installOf(text);
    const edits = editVersions(install, install.packages.slice(0, 1), new Map([['libnvinfer8', NEW]]));
    expect(edits && applyEdits(text, edits)).toBe(`FROM a\nARG V=8.4.1-1+cuda11.6\nRUN apt-get install -y libnvinfer8=${NEW} libnvinfer-dev=$V\n`);
  });

  it('gives no edits for a package that is not pinned', () => {
    expect(edited('FROM a\nRUN apt-get install -y libnvinfer8\n', NEW)).toBeUndefined();
  });
});

describe('locateVersion', () => {
  it.each([
    ['a word', 'FROM a\nRUN apt-get install -y libnvinfer8=8.4.1-1+cuda11.6\n', '8.4.1-1+cuda11.6'],
    ['where a variable is used', 'FROM a\nARG V=8.4.1-1+cuda11.6\nRUN apt-get install -y libnvinfer8=$V\n', '$V'],
    ['an assignment', 'FROM a\nRUN V=8.4.1-1+cuda11.6; apt-get install -y libnvinfer8=$V\n', 'V=8.4.1-1+cuda11.6'],
    ['a package without a version', 'FROM a\nRUN apt-get install -y libnvinfer8\n', 'libnvinfer8'],
  ])('points at %s', (_, text, expected) => {
    const install = installOf(text);
    const [item] = install.packages;
    const range = item && locateVersion(install, item).range;
    expect(text.slice(range?.start, range?.end)).toBe(expected);
  });
});

describe('mergeEdits', () => {
  const edit = (start: number, end: number, newText: string) => ({ file: 'Dockerfile', range: { start, end }, newText });

  it('keeps one of two equal edits', () => {
    expect(mergeEdits([edit(1, 3, 'a'), edit(5, 6, 'b'), edit(1, 3, 'a')])).toEqual([edit(1, 3, 'a'), edit(5, 6, 'b')]);
  });

  it('refuses two texts for the same place', () => {
    expect(mergeEdits([edit(1, 3, 'a'), edit(1, 3, 'b')])).toBeUndefined();
    expect(mergeEdits([edit(1, 3, 'a'), edit(2, 4, 'a')])).toBeUndefined();
  });
});
