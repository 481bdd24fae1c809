import { msg } from '../../../../src/core/l10n/message';
import { expect, test } from 'vitest';
import type { Dockerfile } from '../../../../src/core/dockerfile/model';
import { readDockerfile } from '../../../../src/core/dockerfile/read';
import { assignedPath, removeFolder, splitPath } from '../../../../src/core/rules/support/search-path';
import { interpret } from '../../../../src/core/stack/interpret';
import { Traced } from '../../../../src/core/text/traced';

const literal = (text: string): Traced => Traced.literal(text, 'f', { start: 10, end: 10 + text.length });

/** The folders that each ENV of a Dockerfile adds to LD_LIBRARY_PATH, as text of the file. */
function added(env: string): readonly (readonly string[])[] {
  const text = `FROM ubuntu:22.04\n${env}\n`;
  const stack = interpret(readDockerfile(text, 'Dockerfile') as Dockerfile);
  return stack.stages.flatMap(({ steps }) =>
    steps.flatMap((step) => {
      const path = assignedPath(step, 'LD_LIBRARY_PATH', (folder) => folder !== '/skipped');
      return path === undefined ? [] : [path.added.map(({ location: { range } }) => text.slice(range.start, range.end))];
    }),
  );
}

test.each([
  ['ENV LD_LIBRARY_PATH=/a:/skipped:/b', [['/a', '/b']]],
  ['ENV LD_LIBRARY_PATH=/a\nENV LD_LIBRARY_PATH=/b:$LD_LIBRARY_PATH', [['/a'], ['/b']]],
  ['ARG HOME_DIR=/opt\nENV LD_LIBRARY_PATH=${HOME_DIR}/lib', [['${HOME_DIR}/lib']]],
  ['ENV PATH=/a', []],
])('%s', (env, expected) => {
  expect(added(env)).toEqual(expected);
});

test('folders have their offsets', () => {
  expect(splitPath(literal('/a::/bc'))).toEqual([
    { folder: '/a', start: 0, end: 2 },
    { folder: '', start: 3, end: 3 },
    { folder: '/bc', start: 4, end: 7 },
  ]);
});

test.each([
  ['/a:/b:/c', 0, { start: 10, end: 13 }],
  ['/a:/b:/c', 2, { start: 15, end: 18 }],
  ['/a', 0, undefined],
])('taking a folder out of %s takes one colon along (%i)', (text, index, range) => {
  const value = literal(text);
  const entry = splitPath(value)[index];
  expect(entry && removeFolder(value, entry, msg`Drop`)?.edits[0]?.range).toEqual(range);
});
