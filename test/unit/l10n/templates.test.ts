// The texts for translators are found where they are given to the functions that word sentences, and where these hand them on.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { msg } from '../../../src/core/l10n/message';
import { listGivenTexts, listMapTexts, listPropertyTexts, listTaggedTexts } from '../../../src/dev/templates.mjs';

mkdirSync('.cache', { recursive: true });
const folder = mkdtempSync(path.join('.cache', 'templates-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('literals, constants and both ways of a condition', () => {
  const file = write('direct.ts', `const TITLE = 'It\\'s here';\nsay(TITLE);\nsay("two", {});\nsay(is ? 'three' : \`four\`);\nother('not this');`);
  expect(listGivenTexts([file], { say: 0 })).toEqual(["It's here", 'two', 'three', 'four']);
});

test('a function that hands a parameter on, called in another file before it is defined', () => {
  const caller = write('a.ts', `tell(1, 'handed on');`);
  const taker = write('b.ts', `function tell(count: number, template: string) { return say(template); }`);
  expect(listGivenTexts([caller, taker], { say: 0 })).toEqual(['handed on']);
});

test('properties', () => {
  const file = write('entries.ts', `const ENTRIES = [{ id: 'x', text: 'told' }];`);
  expect(listPropertyTexts([file], 'text')).toEqual(['told']);
});

test('maps', () => {
  const file = write('maps.ts', `const rule = { messages: { one: 'first', 'two': LATER }, other: { three: 'not this' } };\nconst LATER = \`second\`;`);
  expect(listMapTexts([file], 'messages')).toEqual(['first', 'second']);
});

test('templates of msg, as msg makes them', () => {
  const file = write('tagged.ts', "const a = msg`It\\'s \\`{x}\\``;\nconst b = msg`Pin ${name} to ${build.version}.`;\nconst c = msg`has ${is ? msg`none` : 'one'}`;\nother`not this ${a}`;");
  expect(listTaggedTexts([file])).toEqual(["It's `{x}`", 'Pin {0} to {1}.', 'has {0}', 'none']);
  expect(msg`Pin ${'a'} to ${1}.`.template).toBe('Pin {0} to {1}.');
});
