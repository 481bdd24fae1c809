import { describe, expect, it } from 'vitest';
import { appendProperty } from '../../../src/core/data/edit-json';
import { appendEntry, appendItem, indentUnit, removeEntry, removeItem, replaceEntry } from '../../../src/core/data/edit-yaml';
import { readJsonc } from '../../../src/core/data/jsonc';
import { findEntry, findValue, type DataEntry, type DataList, type DataMap } from '../../../src/core/data/model';
import { readYaml } from '../../../src/core/data/yaml';
import { applyEdits, type FileEdit } from '../../../src/core/text/edit';

function after(text: string, edit: FileEdit | undefined): string | undefined {
  return edit && applyEdits(text, [edit]);
}

function mapAt(text: string, ...path: string[]): DataMap {
  return findValue(readYaml(text, 'f'), ...path) as DataMap;
}

function entryAt(text: string, ...path: string[]): DataEntry {
  return findEntry(mapAt(text, ...path.slice(0, -1)), path.at(-1) ?? '') as DataEntry;
}

describe('edits of YAML', () => {
  it.each([
    ['behind the last entry', 's:\n  a: 1 # one\nt: 2\n', 's:\n  a: 1 # one\n  x: 1\n    y: 2\nt: 2\n'],
    ['at the end of a file without line break', 's:\n  a: 1', 's:\n  a: 1\n  x: 1\n    y: 2'],
    ['behind a block', 's:\n  a: |\n    one\nt: 2\n', 's:\n  a: |\n    one\n  x: 1\n    y: 2\nt: 2\n'],
    ['with the line ends of the file', 's:\r\n  a: 1\r\nt: 2\r\n', 's:\r\n  a: 1\r\n  x: 1\r\n    y: 2\r\nt: 2\r\n'],
    ['in a list item', 's:\n  - a: 1\n    b: 2\n', undefined],
    ['not in flow style', 's: {a: 1}\n', undefined],
  ])('append an entry %s', (_, text, expected) => {
    const map = mapAt(text, 's');
    expect(map.kind === 'map' ? after(text, appendEntry(text, map, [[0, 'x: 1'], [1, 'y: 2']], '  ')) : undefined).toBe(expected);
  });

  it('append behind a list item that is a map', () => {
    const text = 's:\n  - a: 1\n    b: 2\n';
    const list = findValue(readYaml(text, 'f'), 's') as DataList;
    expect(after(text, appendEntry(text, list.items[0] as DataMap, [[0, 'c: 3']], ''))).toBe('s:\n  - a: 1\n    b: 2\n    c: 3\n');
  });

  it('keep the comment behind what they replace', () => {
    const text = 's:\n  a: 1 # one\n  b: 2\n';
    expect(after(text, replaceEntry(text, entryAt(text, 's', 'a'), [[0, 'x:'], [1, 'y: 1']], '    '))).toBe('s:\n  x:\n      y: 1 # one\n  b: 2\n');
  });

  it.each([
    ['the first entry', 'a', 's:\n  a: 1\n  b: 2\n', 's:\n  b: 2\n'],
    ['the last entry', 'b', 's:\n  a: 1\n  b:\n    c: 2\nt: 3\n', 's:\n  a: 1\nt: 3\n'],
    ['an entry in flow style', 'a', 's: {a: 1, b: 2}\n', 's: {b: 2}\n'],
    ['the last one in flow style', 'b', 's: {a: 1, b: 2}\n', 's: {a: 1}\n'],
    ['before a comment of the next', 'a', 's:\n  a: 1 # one\n\n  # two\n\n  b: 2\n', 's:\n  # two\n\n  b: 2\n'],
    ['a block before a comment of the next', 'a', 's:\n  a:\n    - 1\n  # two\n  b: 2\n', 's:\n  # two\n  b: 2\n'],
    ['not the only one', 'a', 's:\n  a: 1\n', undefined],
  ])('remove %s', (_, key, text, expected) => {
    expect(after(text, removeEntry(text, mapAt(text, 's'), entryAt(text, 's', key)))).toBe(expected);
  });

  it('removes the first entry of an item', () => {
    const text = '- a: 1\n  # two\n  b: 2\n';
    const map = (readYaml(text, 'f') as DataList).items[0] as DataMap;
    expect(after(text, removeEntry(text, map, findEntry(map, 'a') as DataEntry))).toBe('- # two\n  b: 2\n');
  });

  it.each([
    ['a block', 's:\n  - a\n  - b # two\nt: 1\n', 's:\n  - a\n  - b # two\n  - c\nt: 1\n', 's:\n  - b # two\nt: 1\n'],
    ['flow style', 's: [a, b]\n', 's: [a, b, c]\n', 's: [b]\n'],
  ])('change lists in %s', (_, text, appended, removed) => {
    const list = findValue(readYaml(text, 'f'), 's') as DataList;
    expect(after(text, appendItem(text, list, 'c'))).toBe(appended);
    expect(after(text, removeItem(text, list, list.items[0] as DataList))).toBe(removed);
  });

  it.each([
    ['s:\n  a:\n    b: 1\n', '  '],
    ['s:\n    a:\n        b: 1\n', '    '],
    ['s:\n  a: {b: 1}\n', '  '],
  ])('take the step of the file: %j', (text, expected) => {
    expect(indentUnit(text, entryAt(text, 's', 'a'))).toBe(expected);
  });
});

describe('edits of JSON', () => {
  it.each([
    ['lines', '{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "x": 1\n}\n'],
    ['a trailing comma', '{\n  "a": 1, // one\n}\n', '{\n  "a": 1,\n  "x": 1, // one\n}\n'],
    ['one line', '{ "a": 1 }', '{ "a": 1, "x": 1 }'],
    ['nothing', '{}', undefined],
  ])('append a property to %s', (_, text, expected) => {
    expect(after(text, appendProperty(text, readJsonc(text, 'f') as DataMap, '"x": 1'))).toBe(expected);
  });
});
