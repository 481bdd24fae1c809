import type { HostEvidence } from './evidence';
import type { Finding, ProbeState } from './model';
import { probes } from './probes/index';

/** Judges what was collected: one finding a probe, in the order of the probes. Never throws. */
export function judgeHost(evidence: HostEvidence): readonly Finding[] {
  return probes.map(({ id, judge }) => ({ id, ...judge(evidence) }));
}

const GRAVITY: readonly ProbeState[] = ['fail', 'warn', 'unknown', 'ok', 'not-applicable'];

/** The findings with the worst first; within a state in the order of the probes. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => GRAVITY.indexOf(a.state) - GRAVITY.indexOf(b.state));
}
