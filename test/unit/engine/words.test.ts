import { describe, expect, it } from 'vitest';
import { parseMarks } from '../../../src/core/engine/marks';
import { RuleRegistry } from '../../../src/core/engine/registry';
import { compareSeverity, findSetting, type RuleSettings } from '../../../src/core/engine/settings';
import { findClosest } from '../../../src/core/engine/spelling';
import { createRule } from './rules';

describe('parseMarks', () => {
  it.each([
    ['FROM «a»:«b»\n', 'FROM a:b\n', [[5, 6], [7, 8]]],
    ['none', 'none', []],
    ['at a «»point', 'at a point', [[5, 5]]],
    ['«whole»', 'whole', [[0, 5]]],
  ])('%s', (marked, text, ranges) => {
    expect(parseMarks(marked)).toEqual({ text, ranges: ranges.map(([start, end]) => ({ start, end })) });
  });
});

describe('findClosest', () => {
  const names = ['tensorrt-apt-unpinned', 'image-tag-removed', 'image', 'cuda'];
  it.each([
    ['tensorrt-apt-unpined', 'tensorrt-apt-unpinned'],
    ['image-tag-remove', 'image-tag-removed'],
    ['imgae', 'image'],
    ['DL3008', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s -> %s', (name, expected) => {
    expect(findClosest(name, names)).toBe(expected);
  });
});

describe('settings', () => {
  const rule = createRule('image-tag-removed', { aliases: ['image-tag-gone'] });
  it.each<[RuleSettings, string | undefined]>([
    [{}, undefined],
    [{ 'image-tag-removed': 'off' }, 'off'],
    [{ 'image-tag-gone': 'hint' }, 'hint'],
    [{ image: 'warning' }, 'warning'],
    [{ image: 'off', 'image-tag-removed': 'error' }, 'error'],
    [{ cuda: 'off' }, undefined],
    [Object.create({ image: 'off' }) as RuleSettings, undefined],
  ])('%j -> %s', (settings, expected) => {
    expect(findSetting(settings, rule)).toBe(expected);
  });

  it('orders severities', () => {
    expect((['error', 'hint', 'warning', 'information'] as const).toSorted(compareSeverity)).toEqual(['hint', 'information', 'warning', 'error']);
  });
});

describe('RuleRegistry', () => {
  const rules = [createRule('image-a', { aliases: ['image-old'] }), createRule('image-b'), createRule('cuda-c', { family: 'cuda' })];
  const registry = new RuleRegistry(rules);
  it.each([
    ['image-a', ['image-a']],
    ['image-old', ['image-a']],
    ['image', ['image-a', 'image-b']],
    ['cuda', ['cuda-c']],
    ['constructor', []],
  ])('%s', (name, ids) => {
    expect(registry.find(name).map(({ id }) => id)).toEqual(ids);
  });
});
