import { expect, it } from 'vitest';
import { remember } from '../../../src/core/text/remember';

it('asks once for each combination of texts, undefined answers included', () => {
  const asked: string[] = [];
  const answer = remember((a: string, b: string | undefined) => {
    asked.push(`${a}/${b}`);
    return a === 'x' ? undefined : a + (b ?? '');
  });
  expect([answer('x', 'y'), answer('x', 'y'), answer('a', undefined), answer('a', 'b'), answer('a', 'b')]).toEqual([undefined, undefined, 'a', 'ab', 'ab']);
  expect(asked).toEqual(['x/y', 'a/undefined', 'a/b']);
});

it('forgets before it grows without end', () => {
  let asked = 0;
  const answer = remember((text: string) => text + String(asked++));
  for (let i = 0; i < 1000; i++) answer(String(i));
  answer('one more');
  answer('0');
  expect(asked).toBe(1002);
});
