import { expect, test } from 'vitest';
import { UNKNOWN } from '../../../src/core/text/traced';
import { read } from './reading';

test.each([
  ['echo a b', 'a b'],
  ['echo -n a', 'a'],
  ["printf '%s' a", 'a'],
  ['echo 11.8.0 | cut -d. -f1,2', '11.8'],
  ['echo 11.8.0 | cut -f 2- -d .', '8.0'],
  ['echo 11.8.0 | cut -d "." -f -2', '11.8'],
  ['echo 11 | cut -d. -f1', '11'],
  ['echo 11.8 | tr . -', '11-8'],
  ['echo 11.8 | tr -d .', '118'],
  ['echo Ab | tr A-Z a-z', 'ab'],
  ["echo 11.8.0 | sed 's/\\.//g'", '1180'],
  ["echo 11.8 | sed -e 's/8/9/'", '11.9'],
  ["echo 11.8.0 | awk -F. '{print $1\"-\"$2}'", '11-8'],
  ["echo 11.8.0 | sed 's/\\.[0-9]*$//'", undefined],
  ['echo 11.8.0 | tr -d a-z', undefined],
  ['echo *.deb', undefined],
  ['echo a; echo b', undefined],
  ['echo a > f', undefined],
  ['echo $UNSURE', undefined],
  ['cat f', undefined],
])('$(%s)', (script, expected) => {
  const { commands } = read(`a "$(${script})"`, { UNSURE: UNKNOWN });
  expect(commands.find(({ name }) => name === 'a')?.words[1]?.text.value).toBe(expected ?? UNKNOWN);
});
