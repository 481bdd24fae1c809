import { describe, expect, it } from 'vitest';
import { compareDotted, firstParts, hasPrefix, isDotted, isSameRelease, majorMinorOf, majorOf, parseDotted } from '../../../src/core/version/dotted';

describe('dotted versions', () => {
  it.each([
    ['8.6.1.6', [8, 6, 1, 6]],
    ['535.183.06', [535, 183, 6]],
    ['12', [12]],
    ['12.', undefined],
    ['.5', undefined],
    ['8.6.x', undefined],
    ['', undefined],
  ])('parses %j', (text, parts) => {
    expect(parseDotted(text)).toEqual(parts);
    expect(isDotted(text)).toBe(parts !== undefined);
  });

  it.each([
    ['8.6.1.6', '8.6.1.10', -1],
    ['10.0.0', '9.9', 1],
    ['8.6', '8.6.0.0', 0],
    ['535.183.06', '535.183.6', 0],
    ['8.6.x', '8.6.0', -1],
    ['', '0', -1],
  ])('orders %j and %j', (a, b, sign) => {
    expect(Math.sign(compareDotted(a, b))).toBe(sign);
    expect(Math.sign(compareDotted(b, a))).toBe(0 - sign);
  });

  it.each([
    ['12.4.1', '12.4', true],
    ['12.4.1', '12', true],
    ['12.4', '12.4', true],
    ['12.41', '12.4', false],
    ['12.4', '12.4.1', false],
    ['12.4', '', false],
  ])('%j begins with %j: %j', (version, prefix, expected) => {
    expect(hasPrefix(version, prefix)).toBe(expected);
  });

  it('takes versions of different length for one release', () => {
    expect(isSameRelease('8.6', '8.6.1.6')).toBe(true);
    expect(isSameRelease('8.6.1.6', '8.6.1')).toBe(true);
    expect(isSameRelease('8.6.1', '8.6.2')).toBe(false);
  });

  it('cuts parts off', () => {
    expect(firstParts('8.6.1.6', 3)).toBe('8.6.1');
    expect(firstParts('8.6', 3)).toBe('8.6');
    expect([majorOf('11.8.0'), majorOf('12'), majorOf('cu12'), majorOf('12rc')]).toEqual([11, 12, undefined, undefined]);
    expect([majorMinorOf('11.8.0'), majorMinorOf('11'), majorMinorOf('11.x')]).toEqual(['11.8', undefined, undefined]);
  });
});
