import { expect, it } from 'vitest';
import { joinWords, splitWords } from '../../../src/client/build/words';

it.each([
  ['', []],
  ['  one   two ', ['one', 'two']],
  ['"id=key,src=/home/me/My Keys/key" id=token,env=TOKEN', ['id=key,src=/home/me/My Keys/key', 'id=token,env=TOKEN']],
  ['""', []],
  // Docker reads these options as CSV: quotes within a value are its own.
  ['id=key,"src=a,b" x', ['id=key,"src=a,b"', 'x']],
  ['"open', ['"open']],
])('takes %o apart', (line, words) => {
  expect(splitWords(line)).toEqual(words);
  expect(splitWords(joinWords(words))).toEqual(words);
});
