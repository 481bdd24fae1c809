import type { RuleInfo, Severity } from '../rules/model';

/** Severity or `off` by rule id, alias or family; the narrowest entry wins. */
export type RuleSettings = Readonly<Record<string, Severity | 'off'>>;

const ORDER: readonly Severity[] = ['hint', 'information', 'warning', 'error'];

/** Negative when `a` is weaker than `b`, positive when stronger, 0 when equal. */
export function compareSeverity(a: Severity, b: Severity): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}

/**
 * What the settings say of a rule: its id is looked up first, then its aliases, then its family.
 * Undefined when they say nothing and each finding keeps its own severity.
 */
export function findSetting(settings: RuleSettings, rule: RuleInfo): Severity | 'off' | undefined {
  for (const name of [rule.id, ...(rule.aliases ?? []), rule.family]) {
    if (Object.hasOwn(settings, name)) return settings[name];
  }
  return undefined;
}

/**
 * Two settings as one, in which `upper` has the last word on each rule that it speaks of, be it by family, where `lower`
 * names the rule itself.
 */
export function layerSettings(upper: RuleSettings, lower: RuleSettings, rules: readonly RuleInfo[]): RuleSettings {
  if (Object.keys(upper).length === 0) return lower;
  const entries = rules.flatMap((rule) => {
    const severity = findSetting(upper, rule) ?? findSetting(lower, rule);
    return severity === undefined ? [] : [[rule.id, severity] as const];
  });
  return Object.fromEntries(entries);
}
