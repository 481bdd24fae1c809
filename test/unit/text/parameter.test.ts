import { describe, expect, test } from 'vitest';
import { modifyValue, substringOf } from '../../../src/core/text/parameter';
import type { ParameterOperator } from '../../../src/core/text/parameter';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';

const traced = (text: string) => Traced.literal(text, 'f', { start: 100, end: 100 + text.length });

// Results of bash 5.2.
test.each<[string, ParameterOperator, string, string]>([
  ['11.6.2', '%', '.*', '11.6'],
  ['11.6.2', '%%', '.*', '11'],
  ['11.6.2', '#', '*.', '6.2'],
  ['11.6.2', '##', '*.', '2'],
  ['11.6.2', '%', 'x', '11.6.2'],
  ['11.6.2', '%', '', '11.6.2'],
  ['11.6.2', '#', '??', '.6.2'],
  ['11.6.2', '%', '?', '11.6.'],
  ['cuda11.8', '#', 'cuda', '11.8'],
  ['a*b*c', '#', 'a\\*', 'b*c'],
  ['a*b', '%', '\\**', 'a'],
  ['8.6.1-1+cuda11.8', '%%', '[-+]*', '8.6.1'],
  ['8.6.1-1+cuda11.8', '##', '*[!0-9.]', '11.8'],
  ['v12', '#', '[[:alpha:]]', '12'],
  [']x', '#', '[]a]', 'x'],
  ['[x', '#', '[', 'x'],
  ['b-c', '#', '[a-]', 'b-c'],
  ['-c', '#', '[a-]', 'c'],
])('removes from %s by %s%s', (value, operator, pattern, result) => {
  expect(modifyValue(traced(value), operator, pattern).value).toBe(result);
});

test.each<[string, ParameterOperator, string, string, string]>([
  ['11.6.2', '/', '.', '-', '11-6.2'],
  ['11.6.2', '//', '.', '-', '11-6-2'],
  ['11.6.2', '//', '.', '', '1162'],
  ['11.6.2', '//', '[0-9]', 'x', 'xx.x.x'],
  ['11.6.2', '/#', '11', '12', '12.6.2'],
  ['11.6.2', '/#', '6', '12', '11.6.2'],
  ['11.6.2', '/%', '.2', '', '11.6'],
  ['11.6.2', '/%', '.6', '', '11.6.2'],
  ['11.6.2', '/', '.*', '', '11'],
  ['11.6.2', '/', 'x', 'y', '11.6.2'],
  ['11.6.2', '/', '', 'y', '11.6.2'],
  ['', '//', '*', 'y', ''],
])('replaces in %s by %s%s/%s', (value, operator, pattern, replacement, result) => {
  expect(modifyValue(traced(value), operator, pattern, replacement).value).toBe(result);
});

test.each<[ParameterOperator, string]>([
  ['^', 'Ubuntu 20x'],
  ['^^', 'UBUNTU 20X'],
  [',', 'ubuntu 20x'],
  [',,', 'ubuntu 20x'],
])('changes case by %s', (operator, result) => {
  expect(modifyValue(traced('ubuntu 20x'), operator, '').value).toBe(result);
});

test('keeps what it leaves verbatim, so that it can be edited where it is written', () => {
  expect(modifyValue(traced('11.6.2'), '%', '.*').edit(0, 4, '12.0')).toEqual({ file: 'f', range: { start: 100, end: 104 }, newText: '12.0' });
  expect(modifyValue(traced('v8.6'), '#', 'v').edit(0, 3, '9')).toEqual({ file: 'f', range: { start: 101, end: 104 }, newText: '9' });
  expect(modifyValue(traced('11.6'), '//', '.', '-').pieces).toEqual([
    { text: '11', file: 'f', range: { start: 100, end: 102 }, verbatim: true },
    { text: '-', file: 'f', range: { start: 102, end: 103 }, verbatim: false },
    { text: '6', file: 'f', range: { start: 103, end: 104 }, verbatim: true },
  ]);
  expect(modifyValue(traced('aB'), ',,', '').pieces[0]?.verbatim).toBe(false);
});

describe('is unknown', () => {
  test.each<[string, Traced, ParameterOperator, string, string]>([
    ['of an unknown value', Traced.concat([traced('8.'), Traced.unknown('f', { start: 0, end: 2 })]), '%', '.*', ''],
    ['by an unknown pattern', traced('8.6'), '%', UNKNOWN, ''],
    ['by an unknown replacement', traced('8.6'), '/', '.', UNKNOWN],
    ['of a value that is too long', traced('a'.repeat(5000)), '%', '*', ''],
    ['for a case change by pattern', traced('abc'), '^^', '[ab]', ''],
  ])('%s', (_, value, operator, pattern, replacement) => {
    expect(modifyValue(value, operator, pattern, replacement).value).toBe(UNKNOWN);
  });

  test('for an escape that Docker refuses', () => {
    expect(modifyValue(traced('a.b'), '%', '\\.*', '', 'docker').value).toBe(UNKNOWN);
    expect(modifyValue(traced('a.b'), '%', '\\.*').value).toBe('a');
  });
});

test('Docker knows no sets', () => {
  expect(modifyValue(traced('[ab]c'), '#', '[ab]', '', 'docker').value).toBe('c');
});

test.each([
  [0, 2, '11'],
  [3, undefined, '6.2'],
  [-1, undefined, '2'],
  [-3, 1, '6'],
  [0, -2, '11.6'],
  [2, 0, ''],
  [6, undefined, ''],
  [7, undefined, ''],
  [-9, undefined, ''],
  [4, -4, ''],
  [1, 99, '1.6.2'],
])('cuts from %i, length %s', (offset, length, result) => {
  expect(substringOf(traced('11.6.2'), offset, length).value).toBe(result);
});

test('cuts nothing out of an unknown value', () => {
  expect(substringOf(Traced.unknown('f', { start: 0, end: 2 }), 0, 1).value).toBe(UNKNOWN);
});
