import type { Finding } from '../rules/model';

/** How many findings of each rule there are; those that only show a second time are not counted. */
export function countByRule(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule, echoOf } of findings) if (echoOf === undefined) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

/** Findings of rules that have more of them than before. A hint is about the style of what is written, and says nothing against a change. */
export function listNew(findings: readonly Finding[], before: ReadonlyMap<string, number>): readonly Finding[] {
  const now = countByRule(findings);
  return findings.filter(({ rule, severity, echoOf }) => echoOf === undefined && severity !== 'hint' && (now.get(rule) ?? 0) > (before.get(rule) ?? 0));
}
