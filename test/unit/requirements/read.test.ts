import { expect, test } from 'vitest';
import { readRequirements } from '../../../src/core/requirements/read';
import { parseRequirement } from '../../../src/core/requirements/requirement';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';

const FILE = 'requirements.txt';

test.each([
  ['torch==2.1.0+cu118', { name: 'torch', specifier: '==2.1.0+cu118' }],
  ['Foo_Bar.baz [a, b] >=1, <2 ; python_version < "3.9"', { name: 'foo-bar-baz', extras: ['a', 'b'], specifier: '>=1, <2', marker: 'python_version < "3.9"' }],
  ['foo (>=1)', { name: 'foo', specifier: '>=1' }],
  ['foo @ https://x/foo-1.zip ; sys_platform == "linux"', { name: 'foo', url: 'https://x/foo-1.zip', marker: 'sys_platform == "linux"' }],
  ['foo[a] @ git+https://x/y.git@v1', { name: 'foo', extras: ['a'], url: 'git+https://x/y.git@v1' }],
  ['git+https://x/y.git#egg=z[a]&subdirectory=s', { name: 'z', extras: ['a'] }],
  ['./dir[a]', { name: '', extras: ['a'], url: './dir[a]' }],
  ['.', { name: '', url: '.' }],
  ['a/b', { name: '', url: 'a/b' }],
  ['wheels/tensorrt-8.6.1-cp38-none-linux_x86_64.whl', { name: 'tensorrt', wheel: { version: '8.6.1', python: 'cp38', abi: 'none', platform: 'linux_x86_64' } }],
  ['https://x/foo-1.2.tar.gz', { name: 'foo', url: 'https://x/foo-1.2.tar.gz' }],
  [`tensorrt==${UNKNOWN}`, { name: 'tensorrt', specifier: `==${UNKNOWN}` }],
  [`${UNKNOWN}==1`, { name: '', specifier: '' }],
  ['@', { name: '', specifier: '' }],
])('reads %s', (text, expected) => {
  const range = { start: 0, end: text.length };
  expect(parseRequirement(Traced.literal(text, FILE, range), { file: FILE, range, origin: 'command', editable: false })).toMatchObject(expected);
});

test.each([
  ['comments and blank lines', '# a\n\n  foo  # b\nbar#c\n', ['foo', 'bar#c']],
  ['continuations', 'foo>=1,\\\n  <2\nbar\n', ['foo>=1,\\\n  <2', 'bar']],
  ['hashes', 'foo==1 --hash=sha256:abc \\\n  --hash=sha256:def\n', ['foo==1']],
  ['other line ends', 'foo\r\nbar\r\n', ['foo', 'bar']],
  ['editable installs', '-e git+https://x/y.git#egg=z\n--editable=./d\n', ['git+https://x/y.git#egg=z', './d']],
  ['options', '--no-binary :all:\nfoo\n', ['foo']],
])('knows the place of each requirement: %s', (_, text, expected) => {
  const { requirements } = readRequirements(FILE, text);
  expect(requirements.map(({ range }) => text.slice(range.start, range.end))).toEqual(expected);
});

test('reads options', () => {
  const text =
    '-i https://i\n--extra-index-url https://e  # why\n--extra-index-url=https://e2\n-f https://f\n-r other.txt\n-rthird.txt\n-c pins.txt\n--no-index\n--pre\nfoo==${VERSION}\n';
  const file = readRequirements(FILE, text);
  const written = ({ range }: { range: { start: number; end: number } }): string => text.slice(range.start, range.end);
  expect({
    index: file.indexUrl && written(file.indexUrl),
    extra: file.extraIndexUrls.map(written),
    links: file.findLinks.map(written),
    includes: file.includes.map(written),
    constraints: file.constraints.map(written),
    noIndex: file.noIndex,
    pre: file.pre,
    specifiers: file.requirements.map(({ specifier }) => specifier),
  }).toEqual({
    index: 'https://i',
    extra: ['https://e', 'https://e2'],
    links: ['https://f'],
    includes: ['other.txt', 'third.txt'],
    constraints: ['pins.txt'],
    noIndex: true,
    pre: true,
    specifiers: [`==${UNKNOWN}`],
  });
});

test('a specifier is edited where it is written', () => {
  const text = 'foo\ntorch==2.1.0 # x\n';
  const torch = readRequirements(FILE, text).requirements[1];
  expect(torch?.text.edit(7, 12, '2.2.0')).toEqual({ file: FILE, range: { start: 11, end: 16 }, newText: '2.2.0' });
});
