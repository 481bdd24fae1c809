import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDebian, cudaSuffixOf, isAptPattern, matchesAptPattern, parseNvidiaPackageVersion } from '../../../src/core/version/debian';

/** Answers of `dpkg --compare-versions`, recorded: this much is held everywhere. */
const RECORDED: readonly (readonly [string, '<' | '=' | '>', string])[] = [
  ['8.6.1.6-1+cuda11.8', '<', '8.6.1.6-1+cuda12.0'],
  ['8.5.3-1+cuda11.8', '<', '8.6.0.12-1+cuda11.8'],
  ['8.4.3-1+cuda11.6', '<', '8.4.3.1-1+cuda11.6'],
  ['10.9.0.34-1+cuda12.8', '>', '10.8.0.43-1+cuda12.8'],
  ['10.9.0.34-1+cuda12.8', '<', '10.10.0.31-1+cuda11.8'],
  ['7.2.0-1+cuda11.0', '>', '7.1.3-1+cuda10.2'],
  ['1.0~rc1-1', '<', '1.0-1'],
  ['1.0~~', '<', '1.0~'],
  ['1.0~', '<', '1.0'],
  ['1:0.9', '>', '9.9'],
  ['0:1.0', '=', '1.0'],
  ['1.0', '=', '1.0-0'],
  ['1.0', '<', '1.0-1'],
  ['1.00', '=', '1.0'],
  ['1.0a', '<', '1.0+'],
  ['1.0a', '>', '1.0'],
  ['1.0.1', '>', '1.0-1'],
  ['2.0-1ubuntu1', '<', '2.0-1ubuntu1.1'],
  ['1.2.3-4-5', '>', '1.2.3-4'],
  ['12345678901234567890', '<', '12345678901234567891'],
];

const sign = { '<': -1, '=': 0, '>': 1 } as const;

/** One process for many pairs: a shell that prints lt, eq or gt for each. */
function askDpkg(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const script = 'while read -r a b; do for op in lt eq gt; do dpkg --compare-versions "$a" $op "$b" 2>/dev/null && echo $op; done; done';
  const result = spawnSync('sh', ['-c', script], { input: pairs.map((pair) => pair.join(' ')).join('\n') + '\n', encoding: 'utf8' });
  return result.stdout.trim().split('\n');
}

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

describe('Debian versions', () => {
  it.each(RECORDED)('%s %s %s', (a, relation, b) => {
    expect(Math.sign(compareDebian(a, b))).toBe(sign[relation]);
    expect(Math.sign(compareDebian(b, a))).toBe(0 - sign[relation]);
  });

  it('agrees with dpkg on generated pairs', () => {
    // Without dpkg (macOS, Windows) the recorded answers must do; on CI its absence is a fault of the machine.
    if (!hasDpkg) {
      expect(process.env['CI']).toBeUndefined();
      return;
    }
    const part = fc.stringMatching(/^[0-9]{1,3}$|^[a-z]{1,2}$|^[~+.]$/);
    const upstream = fc.array(part, { minLength: 0, maxLength: 4 }).map((parts) => `1${parts.join('')}`);
    const version = fc
      .tuple(fc.constantFrom('', '1:', '0:'), upstream, fc.constantFrom('', '-1', '-1+cuda11.8', '-1+cuda12.0', '-2~', '-0'))
      .map((parts) => parts.join(''));
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 300, seed: 7 });
    pairs.push(...RECORDED.map(([a, , b]) => [a, b] as [string, string]));
    const names = ['lt', 'eq', 'gt'];
    expect(pairs.map(([a, b]) => names[Math.sign(compareDebian(a, b)) + 1])).toEqual(askDpkg(pairs));
  }, 60_000);

  it.each([
    ['8.6.1.6-1+cuda11.8', { upstream: '8.6.1.6', revision: '1', cuda: '11.8' }],
    ['9.10.2.21-1', { upstream: '9.10.2.21', revision: '1', cuda: undefined }],
    ['10.13.3.9-1+cuda13.0', { upstream: '10.13.3.9', revision: '1', cuda: '13.0' }],
    ['2.4.8-1+cuda10.1', { upstream: '2.4.8', revision: '1', cuda: '10.1' }],
    ['8.2.0-1.cuda10.2', { upstream: '8.2.0', revision: '1', cuda: '10.2' }],
    ['8.2.0-1.cuda10', { upstream: '8.2.0', revision: '1', cuda: '10' }],
    ['8.6.*', undefined],
    ['8.6.1.6', undefined],
    ['1.2-3ubuntu1', undefined],
  ])('takes %j apart', (text, expected) => {
    expect(parseNvidiaPackageVersion(text)).toEqual(expected);
  });

  it.each([
    ['8.6.*+cuda11.8', '11.8'],
    ['*.cuda10.2', '10.2'],
    ['8.6.1.6-1+cuda11.*', undefined],
    ['8.6.*', undefined],
  ])('finds the CUDA that %j names', (text, cuda) => {
    expect(cudaSuffixOf(text)).toBe(cuda);
  });

  it.each([
    ['8.6.*', '8.6.1.6-1+cuda12.0', true],
    ['10.9.0.*', '10.9.0.34-1+cuda12.8', true],
    ['10.9.0.*', '10.9.1.34-1+cuda12.8', false],
    ['*+cuda11.8', '8.6.1.6-1+cuda11.8', true],
    ['*+CUDA11.8', '8.6.1.6-1+cuda11.8', true],
    ['8.?.1*', '8.6.1.6-1', true],
    ['8.[5-6].1*', '8.6.1.6-1', true],
    ['8.[!5-6].1*', '8.6.1.6-1', false],
    ['8.6', '8.6.1.6-1', false],
    ['/^8\\./', '8.6.1.6-1', true],
    ['[', '[', true],
    ['*a*a*a*a*a*a*b', 'a'.repeat(200), false],
  ])('apt takes %j for %j: %j', (pattern, version, expected) => {
    expect(matchesAptPattern(pattern, version)).toBe(expected);
  });

  it('tells a pattern from a version', () => {
    expect(['8.6.*', '8.?', '8.[56]', '/8/'].every(isAptPattern)).toBe(true);
    expect(isAptPattern('8.6.1.6-1+cuda12.0')).toBe(false);
  });

  it('never throws and is a consistent order', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(Math.sign(compareDebian(a, b))).toBe(0 - Math.sign(compareDebian(b, a)));
        matchesAptPattern(a, b);
      }),
    );
  });
});
