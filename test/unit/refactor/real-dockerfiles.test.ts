import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { changeCuda } from '../../../src/core/refactor/change-cuda';
import type { Finding } from '../../../src/core/rules/model';

/** What a real Dockerfile says of CUDA, written down in short: its images, pins, indexes, architectures and variables. */
interface RealDockerfile {
  readonly repo: string;
  readonly path: string;
  readonly commit: string;
  readonly lines: readonly string[];
  /** By CUDA version the rules of what would not fit it, and has no remedy. */
  readonly conflicts: Readonly<Record<string, readonly string[]>>;
}

const TARGETS = ['11.8', '12.1', '12.2', '12.4', '12.6', '12.8', '12.9', '13.0'];
const FILES = JSON.parse(readFileSync('test/cases/real-dockerfiles.json', 'utf8')) as readonly RealDockerfile[];

/** Messages of what is to be looked at, by rule. */
function countRules(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule, severity } of analyse(text, 'Dockerfile').findings) if (severity !== 'hint') counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

function rulesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}

describe.each(FILES.map((file) => [`${file.repo} ${file.path}`, file] as const))('%s', (_, { lines, conflicts }) => {
  const text = `${lines.join('\n')}\n`;

  it.each(TARGETS)('gets CUDA %s with nothing new in it that was not told before', (cuda) => {
    const change = changeCuda(text, 'Dockerfile', cuda);
    expect(rulesOf(change?.remaining ?? [])).toEqual(conflicts[cuda] ?? []);
    if (change === undefined) return;
    const before = countRules(text);
    const added = [...countRules(change.changed.get('Dockerfile') ?? text)].flatMap(([rule, count]) => (count > (before.get(rule) ?? 0) ? [rule] : []));
    expect(added.sort()).toEqual(rulesOf(change.remaining));
  });
});

it('changes nearly all of them', () => {
  const changed = FILES.flatMap(({ lines, conflicts }) => TARGETS.flatMap((cuda) => (changeCuda(`${lines.join('\n')}\n`, 'Dockerfile', cuda) === undefined ? [] : [conflicts[cuda] ?? []])));
  expect(FILES.length).toBeGreaterThanOrEqual(40);
  expect(changed.length).toBeGreaterThan(FILES.length * 4);
  expect(changed.filter(({ length }) => length === 0).length / changed.length).toBeGreaterThan(0.85);
});
