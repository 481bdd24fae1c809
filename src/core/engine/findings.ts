import { formatText, type Message } from '../l10n/message';
import type { AnyRule, Finding, Report, RuleInfo, Severity } from '../rules/model';
import type { Steps } from '../steps';
import type { AnalysisOptions } from './model';
import type { RuleRegistry } from './registry';
import { compareSeverity, findSetting, type RuleSettings } from './settings';

/** What each rule reports; one that throws is told of, and the others go on. Pauses behind each rule. */
export function* runRules<Each extends AnyRule>(rules: readonly Each[], check: (rule: Each, report: (report: Report) => void) => void, onRuleError: AnalysisOptions['onRuleError']): Steps<Finding[]> {
  const findings: Finding[] = [];
  for (const rule of rules) {
    try {
      check(rule, (report) => findings.push(createFinding(rule, report)));
    } catch (error) {
      onRuleError?.(rule.id, error);
    }
    yield;
  }
  return findings;
}

/** The finding that a report of a rule makes. */
export function createFinding(rule: RuleInfo, report: Report): Finding {
  const text: Message = { template: rule.messages[report.messageId] ?? report.messageId, data: report.data ?? {} };
  return {
    rule: rule.id,
    messageId: report.messageId,
    text,
    message: formatText(text),
    severity: report.severity ?? rule.severity,
    location: report.location,
    evidence: report.evidence ?? [],
    related: report.related ?? [],
    fixes: report.fixes ?? [],
  };
}

/** One finding for a rule and range: stages that share an instruction report it several times. */
export function keepStrongest(findings: readonly Finding[]): Finding[] {
  const strongest = new Map<string, Finding>();
  for (const finding of findings) {
    const { file, range } = finding.location;
    const key = `${finding.rule} ${range.start} ${range.end} ${file}`;
    const other = strongest.get(key);
    if (other === undefined || compareSeverity(finding.severity, other.severity) > 0) strongest.set(key, finding);
  }
  return [...strongest.values()];
}

/** The findings with the severities that the settings give their rules, without those that are off. */
export function applySettings(findings: readonly Finding[], settings: RuleSettings | undefined, known: RuleRegistry): readonly Finding[] {
  if (settings === undefined) return findings;
  const severities = new Map<string, Severity | 'off' | undefined>(known.rules.map((rule) => [rule.id, findSetting(settings, rule)]));
  return findings.flatMap((finding) => {
    const severity = severities.get(finding.rule);
    if (severity === 'off') return [];
    return severity === undefined ? finding : { ...finding, severity };
  });
}

/** By file in the order of `files`, then by place, then by rule. */
export function orderFindings(findings: readonly Finding[], files: readonly string[]): readonly Finding[] {
  const ranks = new Map(files.map((file, rank) => [file, rank]));
  const rank = ({ location }: Finding): number => ranks.get(location.file) ?? files.length;
  return [...findings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.location.range.start - b.location.range.start ||
      a.location.range.end - b.location.range.end ||
      (a.rule < b.rule ? -1 : 1),
  );
}
