import type { AnyRule, ComposeContext, DevcontainerContext, Finding, Rule } from '../rules/model';
import type { StackReport } from '../stack/model';
import { runToEnd, type Steps } from '../steps';
import { applySettings, orderFindings, runRules } from './findings';
import type { AnalysisOptions } from './model';
import type { RuleRegistry } from './registry';

/** What all steps of one analysis share. */
export interface Run {
  readonly rules: readonly AnyRule[];
  readonly known: RuleRegistry;
  readonly options: AnalysisOptions;
}

/** What the rules on Dockerfiles and images say of a stack. */
export function runOnStack(run: Run, stack: StackReport): Finding[] {
  return runToEnd(runOnStackInSteps(run, stack));
}

/** As `runOnStack`, but pauses behind each rule. */
export function runOnStackInSteps({ rules, options: { targets = [], onRuleError } }: Run, stack: StackReport): Steps<Finding[]> {
  const own = rules.filter((rule): rule is Rule => rule.subject === undefined || rule.subject === 'dockerfile');
  return runRules(own, (rule, report) => rule.check({ stack, targets, report }), onRuleError);
}

/** What the rules on Compose files say. */
export function runOnCompose({ rules, options: { targets = [], onRuleError } }: Run, context: Omit<ComposeContext, 'report' | 'targets'>): Finding[] {
  const own = rules.filter((rule) => rule.subject === 'compose');
  return runToEnd(runRules(own, (rule, report) => rule.check({ ...context, targets, report }), onRuleError));
}

/** What the rules on devcontainer.json say. */
export function runOnDevcontainer({ rules, options: { targets = [], onRuleError } }: Run, context: Omit<DevcontainerContext, 'report' | 'targets'>): Finding[] {
  const own = rules.filter((rule) => rule.subject === 'devcontainer');
  return runToEnd(runRules(own, (rule, report) => rule.check({ ...context, targets, report }), onRuleError));
}

/** The findings as they are handed out: by file in the order of `files`, with the severities of the settings. */
export function finish({ known, options }: Run, findings: readonly Finding[], files: readonly string[]): readonly Finding[] {
  return applySettings(orderFindings(findings, files), options.settings, known);
}
