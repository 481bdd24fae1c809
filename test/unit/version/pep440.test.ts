import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePep440, exactVersionOf, newestSatisfying, parsePep440, parseSpecifier, satisfiesPep440 } from '../../../src/core/version/pep440';

describe('PEP 440', () => {
  it('takes a version apart', () => {
    expect(parsePep440('2.1.0rc1+cu118')).toEqual({ release: [2, 1, 0], public: '2.1.0rc1', local: 'cu118', isPrerelease: true });
    expect(parsePep440('8.6.1.post1')).toEqual({ release: [8, 6, 1], public: '8.6.1.post1', local: undefined, isPrerelease: false });
    expect(parsePep440('8.6.1.6-1+cuda12.0')).toMatchObject({ local: 'cuda12.0' });
    expect(parsePep440('not a version')).toBeUndefined();
  });

  it.each([
    ['2.1.0', '2.1.0+cu118', -1],
    ['2.1.0rc1', '2.1.0', -1],
    ['10.0.1', '9.3.0.post1', 1],
    ['8.6.1.post1', '8.6.1', 1],
    ['1.0', '1.0.0', 0],
  ])('orders %j and %j', (a, b, sign) => {
    expect(Math.sign(comparePep440(a, b) ?? NaN)).toBe(sign);
  });

  it.each([
    ['2.1.0+cu121', '==2.1.0+cu118', false],
    ['2.1.0+cu118', '==2.1.0', true],
    ['2.1.2', '~=2.1.0', true],
    ['2.2.0', '~=2.1.0', false],
    ['8.6.1', '==8.6.*', true],
    ['8.60.1', '==8.6.*', false],
    ['2.5.0', '>=2.0,<3,', true],
    ['2.5.0rc1', '>=2.0', false],
    ['2.5.0rc1', '>=2.0rc1,<3', true],
    ['2.5.0', '', true],
    ['2.5.0', '=2.5', undefined],
    ['x', '>=1', undefined],
  ])('%j satisfies %j: %j', (version, specifier, expected) => {
    expect(satisfiesPep440(version, specifier)).toBe(expected);
  });

  it('reads clauses', () => {
    expect(parseSpecifier('>= 2.0, !=2.1.*')).toEqual([
      { operator: '>=', version: '2.0', wildcard: false },
      { operator: '!=', version: '2.1', wildcard: true },
    ]);
    expect(parseSpecifier('')).toEqual([]);
    expect(parseSpecifier('>=2,<three')).toBeUndefined();
  });

  it.each([
    ['==2.1.0+cu118', '2.1.0+cu118'],
    ['===2.1.0', '2.1.0'],
    ['==2.1.*', undefined],
    ['>=2.1', undefined],
    ['==1.0,==2.0', undefined],
    ['==1.0,!=2.0', '1.0'],
  ])('finds the one version of %j', (specifier, version) => {
    expect(exactVersionOf(specifier)).toBe(version);
  });

  it('chooses as pip does', () => {
    const versions = ['2.10.0', '2.9.0', '3.0.0rc1', 'broken'];
    expect(newestSatisfying(versions, '>=2')).toBe('2.10.0');
    expect(newestSatisfying(versions, '>=3.0.0rc1')).toBe('3.0.0rc1');
    expect(newestSatisfying(versions, '<2')).toBeUndefined();
    expect(newestSatisfying(versions, '<<2')).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        satisfiesPep440(a, b);
        satisfiesPep440('1.0', b);
        comparePep440(a, b);
        newestSatisfying([a, '1.0'], b);
      }),
    );
  });
});
