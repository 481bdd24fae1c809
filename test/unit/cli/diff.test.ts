import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDiff } from '../../../src/cli/diff';

describe('renderDiff', () => {
  it('shows changed lines with three lines around them', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    expect(renderDiff('a', before, before.replace('5', 'five'))).toBe(
      '--- a/a\n+++ b/a\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  it('is empty for equal texts', () => {
    expect(renderDiff('a', 'x\n', 'x\n')).toBe('');
  });

  it('can be applied by git', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'trtc-diff-'));
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'dd'), { maxLength: 30 });
    try {
      fc.assert(
        fc.property(lines, lines, fc.boolean(), (old, fresh, newline) => {
          const before = `${old.join('\n')}${newline ? '\n' : ''}x`;
          const after = `${fresh.join('\n')}\n`;
          fc.pre(before !== after);
          const file = path.join(folder, 'f');
          writeFileSync(file, before);
          const { status, stderr } = spawnSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: renderDiff('f', before, after), encoding: 'utf8' });
          expect(stderr).toBe('');
          expect(status).toBe(0);
          expect(readFileSync(file, 'utf8')).toBe(after);
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
