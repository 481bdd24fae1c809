import { msg } from '../l10n/message';
import type { Finding, Fix } from '../rules/model';
import { withoutLoneEchoes } from './echoes';
import { createFinding } from './findings';
import type { RuleRegistry } from './registry';
import { findClosest } from './spelling';
import { suppressionUnknownRule, suppressionUnused } from './suppression-rules';
import { applySuppressions, readLineSuppressions, type Suppression } from './suppressions';

/**
 * Takes out what comments suppress, and adds what is wrong with the comments of the file itself. `own` are those of
 * `file`; `scripts` are the texts of shell scripts and requirements files that findings may lie in.
 */
export function suppress(
  findings: readonly Finding[],
  file: string,
  own: readonly Suppression[],
  scripts: ReadonlyMap<string, string>,
  known: RuleRegistry,
): readonly Finding[] {
  const byFile = new Map<string, readonly Suppression[]>();
  if (own.length > 0) byFile.set(file, own);
  for (const [name, content] of scripts) {
    const suppressions = readLineSuppressions(content);
    if (suppressions.length > 0) byFile.set(name, suppressions);
  }
  const used = new Set<Suppression>();
  const kept = withoutLoneEchoes(applySuppressions(findings, byFile, known, used));
  if (own.length === 0) return kept;
  const faults = own.flatMap((suppression) => reportFault(suppression, file, used, known));
  return [...kept, ...applySuppressions(faults, byFile, known, used)];
}

function reportFault(suppression: Suppression, file: string, used: ReadonlySet<Suppression>, known: RuleRegistry): Finding[] {
  const { name, range, removal } = suppression;
  const location = { file, range };
  const remove: Fix = { title: msg`Remove the suppression`, safe: false, edits: [{ file, range: removal, newText: '' }] };
  const rules = known.find(name);
  if (rules.length === 0) {
    const closest = findClosest(name, known.names);
    if (closest === undefined) {
      return [createFinding(suppressionUnknownRule, { messageId: 'unknown', data: { name }, location, fixes: [remove] })];
    }
    const rename: Fix = { title: msg`Write ${closest}`, safe: false, edits: [{ file, range, newText: closest }] };
    return [createFinding(suppressionUnknownRule, { messageId: 'misspelt', data: { name, closest }, location, fixes: [rename] })];
  }
  if (used.has(suppression) || rules.some(({ family }) => family === 'suppression')) return [];
  return [createFinding(suppressionUnused, { messageId: 'unused', data: { rule: name }, location, fixes: [remove] })];
}

