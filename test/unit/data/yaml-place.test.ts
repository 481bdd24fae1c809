import { describe, expect, it } from 'vitest';
import { keysBeside, linesAround, readYamlPlace, type YamlPlace } from '../../../src/core/data/yaml-place';

function placeAt(marked: string): YamlPlace | undefined {
  return readYamlPlace(marked.replace('│', ''), marked.indexOf('│'));
}

describe('readYamlPlace', () => {
  it.each<[string, string, readonly string[]]>([
    ['the root', '│', []],
    ['a map', 'a:\n  b:\n    │', ['a', 'b']],
    ['a map that is left', 'a:\n  b:\n    c: 1\n  │', ['a']],
    ['an item', 'a:\n  - │', ['a', '[]']],
    ['an item at the indent of its key', 'a:\n- b: 1\n  │', ['a', '[]']],
    ['a list in a list', 'a:\n  - - │', ['a', '[]', '[]']],
    ['below an anchor, a tag and a comment', 'a: &x !!map # y\n  │', ['a']],
    ['quoted keys', '"a b":\n  \'c\':\n    │', ['a b', 'c']],
    ['lines of Windows', 'a:\r\n  b:\r\n    │', ['a', 'b']],
    ['behind a text of several lines', 'a:\n  b: |\n    c:\n      d:\n  │', ['a']],
  ])('%s', (_, marked, path) => {
    expect(placeAt(marked)?.path).toEqual(path);
  });

  it('tells key and value', () => {
    expect(placeAt('a:\n  b: "x│')).toMatchObject({ path: ['a'], key: 'b', written: ' "x', indent: 2, first: false });
    expect(placeAt('a:\n  - b:│')).toMatchObject({ path: ['a', '[]'], key: 'b', written: '', indent: 4, first: true });
    expect(placeAt('a:\n  - x=│')).toMatchObject({ key: undefined, written: 'x=', first: true });
  });

  it.each(['# │', 'a: 1 # │', 'a:\n  b: 1\n   │', 'a:\n  b: |\n    │', 'a:\n    b: 1\n  │'])('knows no place at %j', (marked) => {
    expect(placeAt(marked)).toBeUndefined();
  });
});

it('lists the keys beside a place and not those of other maps', () => {
  const keys = (marked: string): readonly string[] => {
    const place = placeAt(marked);
    return place === undefined ? [] : [...keysBeside(marked.replace('│', ''), place)].sort();
  };
  expect(keys('a:\n  b: 1\n  │\n  c:\n    d: 1\ne: 1\n')).toEqual(['b', 'c']);
  expect(keys('- a: 1\n  │\n- b: 1\n')).toEqual(['a']);
  expect(keys('- a: 1\n- │\n  c: 1\n- b: 1\n')).toEqual(['c']);
});

it('takes the lines around a place as far as its map goes', () => {
  const marked = 'a:\n  b:\n    c: 1\n    │\n\n    d:\n      - 1\n  e:\n    f: 1\n';
  const place = placeAt(marked);
  expect(place && linesAround(marked.replace('│', ''), place)).toEqual(['    c: 1', '    ', '', '    d:', '      - 1']);
});
